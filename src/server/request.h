// SPDX-License-Identifier: BSD-3-Clause
// Requests: commands that could not run in place. Each holds a slot in its client's replies, copies
// of its arguments, and knows its client by number only, since the client may be gone by the end.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "server/execution.h"
#include "server/transaction.h"
#include "shard/job.h"

namespace veddb {

class Client;
class Server;

// Where the reply goes; loop only but for what is copied into `protocol`.
class ReplySlot {
 public:
  ReplySlot(Server& server, Client& client);
  // Where the command ran, once it has: a long reply is booked as under way. If replies under way
  // are too many already it is dropped, and with it, in the end, the client.
  void Hold(std::string& text);
  // On the loop, once.
  void Fill(std::string text);
  // An error instead of what was replied.
  void Fill(const Error& error);
  Protocol protocol() const { return protocol_; }

 private:
  Server& server_;
  const uint64_t client_id_;
  const uint64_t slot_;
  const Protocol protocol_;
  const bool silent_;  // CLIENT REPLY OFF or SKIP
  size_t held_ = 0;
  bool dropped_ = false;
};

// One command with keys, on its shards; or one that needs all shards, on the loop. Its time counts
// from `begun` (Ticks()), without what it waits in mailboxes.
class CommandRequest final : public Job {
 public:
  // kRun: collections may come and go until it runs, so that it is planned again then. REQUIRES
  // every shard and the loop.
  enum class PlanAt : uint8_t { kDispatch, kRun };
  CommandRequest(Server& server, Client& client, Command& command, std::span<const Bytes> argv,
                 CallPlan plan, uint64_t begun, std::vector<uint16_t> shards, Where where,
                 PlanAt plan_at = PlanAt::kDispatch);
  ~CommandRequest() override;
  void NameKeys(const Shard& shard, std::vector<KeyRef*>& keys) override;
  void Load(Shard& shard) override;
  void Run(Turn& turn) override;
  void Done(const Status& committed) override;

 private:
  Status PlanAgain();
  void Execute(uint64_t begun);

  Server& server_;
  ReplySlot slot_;
  Command& command_;
  OwnedArguments arguments_;
  CallPlan plan_;
  const PlanAt plan_at_;
  const uint64_t client_id_;
  const uint32_t database_;
  const int64_t now_ms_;
  std::string text_;
  Outcome outcome_;
  const int64_t prepare_nanos_;
  std::atomic<int64_t> load_nanos_{0};  // of all its shards together
  std::atomic<bool> load_failed_{false};
  Error load_error_;
};

// A transaction whose shards are not all at hand.
class TransactionRequest final : public Job {
 public:
  TransactionRequest(Server& server, Client& client, std::unique_ptr<Transaction> transaction,
                     std::vector<uint16_t> shards, Where where);
  ~TransactionRequest() override;
  void Load(Shard& shard) override;
  void Run(Turn& turn) override;
  void Done(const Status& committed) override;

 private:
  Server& server_;
  ReplySlot slot_;
  std::unique_ptr<Transaction> transaction_;
  const uint64_t client_id_;
  std::string text_;
  std::atomic<bool> load_failed_{false};
  Error load_error_;
};

// A read on a snapshot: waits for a drain if it has to, then runs in the query pool.
class SnapshotRequest final : public std::enable_shared_from_this<SnapshotRequest> {
 public:
  static void Start(Server& server, Client& client, Command& command, std::span<const Bytes> argv,
                    CallPlan plan, uint64_t begun);

 private:
  SnapshotRequest(Server& server, Client& client, Command& command, std::span<const Bytes> argv,
                  CallPlan plan, uint64_t begun);
  void Run();
  void Done();
  // The snapshot for a cursor: the read ends with it.
  std::shared_ptr<const Snapshot> Keep(std::unique_ptr<Snapshot> snapshot);

  Server& server_;
  ReplySlot slot_;
  Command& command_;
  OwnedArguments arguments_;
  CallPlan plan_;
  const uint64_t client_id_;
  const std::shared_ptr<const std::atomic<int64_t>> client_gone_at_;
  const std::string user_;
  const uint32_t database_;
  const int64_t now_ms_;
  const int64_t prepare_nanos_;
  const uint64_t read_;  // its number among the shards' reads
  bool read_is_kept_ = false;
  std::string text_;
  Outcome outcome_;
};

}  // namespace veddb
