// SPDX-License-Identifier: BSD-3-Clause
// ServerApi: what commands about the server itself may ask of it (connection, transactions, admin).
// Implemented by server/server.h. Thread: the loop.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "command/memory_report.h"
#include "command/registry.h"
#include "command/session.h"
#include "command/sync_wish.h"
#include "config/config_store.h"

namespace veddb {

class Call;
class Databases;
class LatencyMonitor;
class SlowLog;
class Snapshot;

enum class SaveKind : uint8_t {
  kSave,     // SAVE, BGSAVE
  kRewrite,  // BGREWRITEAOF
};

// A client as CLIENT LIST shows it. Valid during the call that handed it out.
struct ClientView {
  Session* session = nullptr;
  const std::string* address = nullptr;  // "ip:port"; a Unix socket's is "path:0"
  const std::string* local_address = nullptr;
  int fd = -1;
  bool unix_socket = false;
  int64_t age_s = 0;
  int64_t idle_s = 0;
  bool blocked = false;  // waits for a job, a drain or the end of a pause
  size_t query_buffer_used = 0;
  size_t query_buffer_free = 0;
  size_t argv_memory = 0;  // arguments of the request that runs or is not complete
  size_t reply_buffer_bytes = 0;
  size_t reply_buffer_peak = 0;
  size_t reply_buffer_used = 0;
  size_t output_list_length = 0;  // blocks of replies that the reply buffer does not hold
  size_t output_memory = 0;       // and their bytes
  size_t total_memory = 0;
  bool reading = false;      // its socket is watched for requests
  bool writing = false;      // and for room for replies
  std::string last_command;  // full name, "NULL" before the first
};

// What CLIENT TRACKING ON asks for.
struct TrackingRequest {
  uint64_t redirect = 0;
  bool broadcast = false;
  bool opt_in = false;
  bool opt_out = false;
  bool no_loop = false;
  std::vector<std::string> prefixes;
};

class ServerApi {
 public:
  virtual ~ServerApi() = default;

  virtual ConfigStore& config() = 0;
  virtual CommandRegistry& commands() = 0;

  // --- clients ---
  virtual void ForEachClient(const std::function<void(const ClientView&)>& visit) = 0;
  virtual ClientView ViewOf(const Session& session) = 0;
  // Closes it, after its pending reply if it is the caller. False: no such client.
  virtual bool KillClient(uint64_t id, const Session& caller) = 0;
  // For so long, commands of clients (only those that may write, or all) wait. A pause of all is
  // never weakened by a later one of writes that ends earlier.
  virtual void PauseClients(int64_t timeout_ms, bool all) = 0;
  virtual void UnpauseClients() = 0;
  // DEBUG REPLYBUFFER: how long the peak of a client's replies is remembered (-1: for ever,
  // nullopt: the usual time), and whether buffers are fitted to it.
  virtual void SetReplyPeakReset(std::optional<int64_t> ms) = 0;
  virtual void SetBuffersAreFitted(bool on) = 0;
  // CLIENT TRACKING: what this replaces or joins is the caller's business (modules/connection).
  virtual void EnableTracking(Session& session, const TrackingRequest& request) = 0;
  virtual void DisableTracking(Session& session) = 0;
  // Wakes a client that is blocked in a command. False: it is not blocked.
  virtual bool UnblockClient(uint64_t id, bool with_error) = 0;
  // AUTH: true if the password is right for this user.
  virtual bool CheckPassword(Bytes user, Bytes password) = 0;
  // Back to the state of a new connection (RESET): transaction, watches, database, protocol, name.
  virtual void ResetSession(Session& session) = 0;
  // The caller's connection: whether it comes from this machine.
  virtual bool IsLocal(const Session& session) = 0;

  // --- transactions ---
  // Ends the transaction and forgets the watches (DISCARD, and what EXEC does first).
  virtual void DiscardTransaction(Session& session) = 0;
  virtual void Unwatch(Session& session) = 0;

  // --- waits: the reply comes later; the caller replies nothing ---
  // Whether everything executed so far is in the log and the log synced.
  virtual bool EverythingSynced() = 0;
  virtual void WaitForSync(const Session& session, const SyncWish& wish) = 0;

  // --- indexes ---
  // The caller's reply comes when the index is built: its name, or why it could not be.
  virtual void WaitForIndex(const Session& session, uint32_t index) = 0;
  // Begins to build what is not ready.
  virtual void BuildIndexes() = 0;

  // --- saves ---
  virtual bool SaveRuns(SaveKind kind) = 0;
  // `waiting`: it is replied to at the end; nullptr: nobody is. REQUIRES: !SaveRuns(kind)
  virtual void BeginSave(SaveKind kind, const Session* waiting) = 0;
  // Everything was dropped: a save begins within a second if the option save has any points.
  virtual void SaveSoon() = 0;
  // Unix time of the last save, at first of the start.
  virtual int64_t LastSaveSeconds() = 0;

  // --- looking in ---
  virtual SlowLog& slow_log() = 0;
  virtual LatencyMonitor& latency() = 0;
  virtual void StartMonitor(const Session& session) = 0;

  // --- the server ---
  // INFO's text for these sections (lower case; empty: the default ones).
  virtual std::string Info(const std::vector<std::string>& sections) = 0;
  virtual void ResetStats() = 0;
  // Where memory goes now. For a caller that holds every shard.
  virtual MemoryReport MemoryFigures() = 0;
  // Unused pages of the allocator go back to the system; runs elsewhere.
  virtual void PurgeMemory() = 0;
  // The allocator's own account.
  virtual std::string AllocatorReport() = 0;
  // CONFIG REWRITE, CONFIG SET go through config(); this ends the process after the loop's turn.
  virtual void RequestShutdown() = 0;
  virtual void SetActiveExpire(bool on) = 0;
  // Writes everything pending to RocksDB and drops all clean objects from memory (DEBUG RELOAD).
  virtual Status ReloadFromDisk() = 0;
  // Holds the loop for this long (DEBUG SLEEP).
  virtual void SleepMicros(int64_t micros) = 0;
  // A snapshot with what is in memory laid over it; for a caller that holds every shard.
  virtual std::unique_ptr<Snapshot> NewSnapshot(Databases* held) = 0;
  // A count of errors by their first word, for INFO errorstats.
  virtual void CountError(Bytes wire) = 0;
  virtual const std::string& run_id() const = 0;
  // How far its changes go, in bytes: where the log ends.
  virtual int64_t ReplicationOffset() = 0;
};

}  // namespace veddb
