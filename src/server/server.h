// SPDX-License-Identifier: BSD-3-Clause
// Server: owns every part and wires them together. What each part does is said in its own header;
// here is the order of things: how it starts, what happens in a turn of the loop, how it ends.
//
// Owned by: the main thread, which becomes the loop's. PostToLoop is for any thread.
#pragma once
#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "command/cursor_table.h"
#include "command/registry.h"
#include "command/server_api.h"
#include "command/snapshot.h"
#include "config/config_store.h"
#include "net/listener.h"
#include "net/loop.h"
#include "resp/parser.h"
#include "server/accounting.h"
#include "server/clients.h"
#include "server/cron.h"
#include "server/disk_guard.h"
#include "server/dispatcher.h"
#include "server/document_expiry.h"
#include "server/execution.h"
#include "server/healer.h"
#include "server/index_builder.h"
#include "server/memory.h"
#include "server/monitors.h"
#include "server/oom_score.h"
#include "server/saves.h"
#include "server/sync_waits.h"
#include "server/tracking.h"
#include "shard/shard_set.h"
#include "storage/recovery.h"

namespace veddb {

class Server final : public ServerApi {
 public:
  Server();
  ~Server() override;

  // --- life ---
  // Before anything is opened: tables of commands from all modules.
  Status AddCommands(std::span<const CommandSpec> specs) { return registry_.Add(specs); }
  void SetHealingLimits(const HealingLimits& limits) { healer_.set_limits(limits); }
  // Opens store and log, recovers, listens.
  Status Start();
  // Serves until a signal or SHUTDOWN; then everything is durable and closed. The process's exit
  // code.
  int Run();

  // --- parts ---
  Loop& loop() { return loop_; }
  ShardSet& shards() { return *shards_; }
  LogWriter& log() { return *log_; }
  Engine& engine() { return *engine_; }
  Clients& clients() { return clients_; }
  Memory& memory() { return memory_; }
  Tracking& tracking() { return tracking_; }
  Evictor& evictor() { return *evictor_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Accounting& accounting() { return accounting_; }
  Monitors& monitors() { return monitors_; }
  SyncWaits& sync_waits() { return sync_waits_; }
  Saves& saves() { return saves_; }
  IndexBuilder& index_builder() { return index_builder_; }
  CursorTable& cursors() { return cursors_; }
  DocumentExpiry& document_expiry() { return document_expiry_; }
  // It waits for what is under way, to end: nothing of its own is to begin.
  bool is_ending() const { return shutdown_begun_ms_ != 0; }
  const RecoveryReport& recovery() const { return recovery_; }
  // How long it has been up, and a clock in seconds that only goes forwards, for idle times.
  int64_t uptime_ms() const { return mono_ms_ - started_mono_ms_; }
  uint32_t access_s() const;

  // --- for clients and requests ---
  // Time of this turn; all commands of a turn see the same. Wall time says when a key is due, and
  // may jump either way; what is counted from one moment to another is monotonic time.
  int64_t now_ms() const { return now_ms_; }
  int64_t mono_ms() const { return mono_ms_; }
  // The first input of a turn sets its time: the loop may have slept since the last turn ended.
  void BeginTurn() {
    if (!turn_begun_) SetTurnTime();
  }
  Wait Dispatch(Client& client, std::span<const Bytes> argv) {
    return dispatcher_.Dispatch(client, argv);
  }
  ParserLimits LimitsOf(const Session& session) const;
  bool Authenticated(const Session& session) const {
    return session.authenticated || config_.config().requirepass.empty();
  }
  void QueueFlush(Client& client) { clients_.QueueFlush(client); }
  void NoteTurn(Client& client) { clients_.NoteTurn(client); }
  void ResumeLater(Client& client) { clients_.ResumeLater(client); }
  // The client is going: what is kept elsewhere on its behalf is dropped.
  void Leave(Session& session);
  void Bury(Client& client) { clients_.Bury(client); }
  Client* FindClient(uint64_t id) { return clients_.Find(id); }
  Command* CommandOf(const CommandSpec& spec);
  // Any thread.
  void PostToLoop(std::function<void()> work);
  // Nothing in memory is newer than the store. Loop.
  bool EverythingDrained();
  const Healer& healer() const { return healer_; }
  // The log, the store or the disk refuse writes: what commands are told, empty if they don't.
  std::string WriteRefusal();
  // Once a second: disk-min-free.
  void WatchDisk();
  const DiskGuard& disk() const { return disk_; }

  // --- ServerApi ---
  ConfigStore& config() override { return config_; }
  const ConfigStore& config() const { return config_; }
  CommandRegistry& commands() override { return registry_; }
  void ForEachClient(const std::function<void(const ClientView&)>& visit) override;
  ClientView ViewOf(const Session& session) override;
  bool KillClient(uint64_t id, const Session& caller) override;
  void PauseClients(int64_t timeout_ms, bool all) override { clients_.Pause(timeout_ms, all); }
  void SetReplyPeakReset(std::optional<int64_t> ms) override;
  void SetBuffersAreFitted(bool on) override { clients_.set_buffers_are_fitted(on); }
  void EnableTracking(Session& session, const TrackingRequest& request) override {
    tracking_.Enable(session, request);
  }
  void DisableTracking(Session& session) override { tracking_.Disable(session); }
  void UnpauseClients() override { clients_.Unpause(); }
  bool UnblockClient(uint64_t id, bool with_error) override;
  bool CheckPassword(Bytes user, Bytes password) override;
  void ResetSession(Session& session) override;
  bool IsLocal(const Session& session) override;
  void DiscardTransaction(Session& session) override;
  void Unwatch(Session& session) override;
  std::string Info(const std::vector<std::string>& sections) override;
  void ResetStats() override;
  MemoryReport MemoryFigures() override { return memory_.Report(); }
  void PurgeMemory() override;
  std::string AllocatorReport() override { return veddb::AllocatorReport(); }
  // Of a counter of the shards, since the start or ResetStats.
  int64_t SinceReset(SharedCounter ObjectContext::*counter) const;
  void RequestShutdown() override { shutdown_ = true; }
  void SetActiveExpire(bool on) override { cron_.set_active_expire(on); }
  Status ReloadFromDisk() override;
  void SleepMicros(int64_t micros) override;
  // `held`: the shards if the caller holds them all. Any thread.
  std::unique_ptr<Snapshot> NewSnapshot(Databases* held) override;
  // With every shard held: what is in memory, and nothing that would have to be read from disk.
  std::unique_ptr<Snapshot> NewMemorySnapshot();
  void CountError(Bytes wire) override { accounting_.CountError(wire); }
  bool EverythingSynced() override;
  void WaitForSync(const Session& session, const SyncWish& wish) override;
  void WaitForIndex(const Session& session, uint32_t index) override;
  void BuildIndexes() override { index_builder_.Begin(); }
  bool SaveRuns(SaveKind kind) override { return saves_.figures(kind).running; }
  void BeginSave(SaveKind kind, const Session* waiting) override;
  void SaveSoon() override { saves_.SaveSoon(); }
  int64_t LastSaveSeconds() override { return saves_.figures(SaveKind::kSave).last_s; }
  SlowLog& slow_log() override { return accounting_.slow_log(); }
  LatencyMonitor& latency() override { return accounting_.latency(); }
  void StartMonitor(const Session& session) override;
  const std::string& run_id() const override { return run_id_; }
  int64_t ReplicationOffset() override { return static_cast<int64_t>(log_->end()); }

  const Accounting::Totals& totals() const { return accounting_.totals(); }
  Cron& cron() { return cron_; }

 private:
  Status OpenStore();
  Status Listen();
  Status Relisten(Bytes failure);
  void HookConfig();
  // The part of the options that shards look at themselves.
  void ApplyObjectOptions();
  void ApplyCursorOptions();
  void ApplyBusyPoll();
  // server_options.cc: before the store is opened, and when they change.
  void ApplyProcessOptions();
  void HookProcessOptions();
  void ShowTitle();
  void SetTurnTime();
  Status CommitTurn();
  void Evict();
  void Relieve();
  // Of syncs and drains since the last turn.
  void NoteBackgroundLatencies();
  void EndTurn();
  void OnWake();
  void BeginShutdown();
  // Nothing is under way that the loop would have to end.
  bool MayClose() const;
  void Close();
  void Abandon();

  ConfigStore config_;
  CommandRegistry registry_;
  std::vector<Command*> by_spec_;
  Loop loop_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<QueryPool> pool_;
  std::unique_ptr<ShardSet> shards_;
  std::unique_ptr<Evictor> evictor_;
  Clients clients_{*this};
  Dispatcher dispatcher_{*this};
  Accounting accounting_;
  Monitors monitors_{clients_};
  // Since a turn last looked; written by the log's thread.
  std::atomic<int64_t> longest_sync_micros_{0};
  uint64_t drains_noted_ = 0;
  SyncWaits sync_waits_{*this};
  Saves saves_{*this};
  IndexBuilder index_builder_{*this};
  DocumentExpiry document_expiry_{*this};
  Memory memory_{*this};
  Tracking tracking_{*this};
  Cron cron_{*this};
  Healer healer_{*this};
  DiskGuard disk_;
  OomScore oom_score_;
  int64_t store_files_ = 0;
  std::vector<std::unique_ptr<Listener>> listeners_;
  moodycamel::ConcurrentQueue<std::function<void()>> posted_;
  CursorTable cursors_;  // they keep snapshots of the store, and post to the loop when they end

  std::string run_id_;
  RecoveryReport recovery_;
  std::vector<std::pair<SharedCounter ObjectContext::*, int64_t>> at_reset_;
  int64_t started_ms_ = 0;  // wall time
  int64_t started_mono_ms_ = 0;
  int64_t now_ms_ = 0;
  int64_t mono_ms_ = 0;
  bool turn_begun_ = false;
  bool shutdown_ = false;
  int64_t shutdown_begun_ms_ = 0;  // monotonic
  int exit_code_ = 0;
};

}  // namespace veddb
