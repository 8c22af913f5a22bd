// SPDX-License-Identifier: BSD-3-Clause
#include "server/dispatcher.h"

#include <algorithm>
#include <utility>

#include "base/glob.h"
#include "base/logging.h"
#include "base/ticks.h"
#include "server/request.h"
#include "server/server.h"

namespace veddb {
namespace {

// A transaction's queue is bounded by what a client may send at all.
constexpr size_t kQueuedCommandOverhead = 64;

std::vector<uint16_t> ShardsOf(const CallPlan& plan) {
  std::vector<uint16_t> shards;
  for (const KeyRef& key : plan.keys) shards.push_back(key.shard);
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return shards;
}

// Whether it looks at keys or documents, or only counts them.
bool NeedsData(const CommandSpec& spec) {
  return spec.route != Route::kLoop || Has(spec.flags, Flag::kReadonly) ||
         Has(spec.flags, Flag::kWrite) || Has(spec.flags, Flag::kTransaction);
}

std::vector<uint16_t> AllShards(size_t n) {
  std::vector<uint16_t> shards(n);
  for (size_t i = 0; i < n; ++i) shards[i] = static_cast<uint16_t>(i);
  return shards;
}

}  // namespace

void Dispatcher::Start() {
  const Bytes exec = "exec";
  exec_ = server_.commands().Find({&exec, 1});
}

Wait Dispatcher::Dispatch(Client& client, std::span<const Bytes> argv) {
  server_.clients().Evict();
  if (client.closing()) return Wait::kNone;
  Command* command = server_.commands().Find(argv);
  const Config& config = server_.config().config();
  gate_state_.password_required = !config.requirepass.empty();
  // No server can be a replica of this one yet, so any minimum is missed.
  gate_state_.replicas_missing = config.min_replicas_to_write > 0;
  gate_state_.debug_allowed =
      config.enable_debug_command == Permission::kYes ||
      (config.enable_debug_command == Permission::kLocal && client.connection().from_loopback());
  const GateInput in = {gate_state_, client.session, argv, command};
  for (const NamedGate& gate : Gates()) {
    if (std::optional<Error> refusal = gate.gate(in)) {
      Reject(client, command, *refusal);
      return Wait::kNone;
    }
  }
  if (server_.clients().Paused(*command, client.session)) return Wait::kPause;
  client.last_command = command;
  const Wait wait = Proceed(client, *command, argv);
  if (wait == Wait::kNone && client.session.tracking != nullptr) {
    Tracking::EndCommand(client.session, *command->spec);
  }
  return wait;
}

Wait Dispatcher::Proceed(Client& client, Command& command_ref, std::span<const Bytes> argv) {
  Command* command = &command_ref;
  if (client.session.in_multi && !Has(command->spec->flags, Flag::kTransaction)) {
    Queue(client, *command, argv);
    return Wait::kNone;
  }
  if (server_.healer().memory_void() && NeedsData(*command->spec)) return Wait::kRebuild;
  if (command == exec_ && client.session.in_multi)
    return ExecuteTransaction(client, *command, argv);
  const Wait wait = Execute(client, *command, argv);
  if (server_.monitors().any() && (wait == Wait::kNone || wait == Wait::kBlocked)) {
    server_.monitors().Feed(*command->spec, argv, client.session.database, &client);
  }
  return wait;
}

void Dispatcher::Reject(Client& client, Command* command, const Error& error) {
  if (command != nullptr) ++command->stats.rejected;
  const bool is_exec = command != nullptr && command == exec_;
  if (client.session.in_multi && !is_exec) client.session.multi_failed = true;
  std::string& target = client.ReplyTarget();
  const size_t before = target.size();
  Reply reply(target, client.session.protocol);
  if (is_exec) {
    // EXEC that is refused ends its transaction, whatever the reason.
    server_.DiscardTransaction(client.session);
    reply.Error(MakeError(ErrorCode::kExecAbort,
                          "Transaction discarded because of: " +
                              (error.code == ErrorCode::kErr ? error.message : error.Wire())));
  } else {
    reply.Error(error);
  }
  server_.CountError(reply.first_error());
  client.EndReply(target, before);
}

void Dispatcher::Queue(Client& client, const Command& command, std::span<const Bytes> argv) {
  Session& session = client.session;
  size_t bytes = kQueuedCommandOverhead;
  for (const Bytes argument : argv) bytes += argument.size() + sizeof(std::string);
  const auto limit = static_cast<size_t>(server_.config().config().client_query_buffer_limit);
  if (session.queue_bytes + bytes > limit) {
    Reject(client, nullptr, Err("transaction is larger than client-query-buffer-limit"));
    return;
  }
  session.queue_bytes += bytes;
  session.queue.push_back({command.spec, std::vector<std::string>(argv.begin(), argv.end())});
  std::string& target = client.ReplyTarget();
  const size_t before = target.size();
  Reply(target, session.protocol).Simple("QUEUED");
  client.EndReply(target, before);
}

Wait Dispatcher::Execute(Client& client, Command& command, std::span<const Bytes> argv) {
  const uint64_t begun = Ticks();
  CallPlan plan;
  const Status prepared =
      MakePlan(*command.spec, argv, client.session.database, server_.shards(), plan);
  if (!prepared.ok()) {
    ReplyError(client, command, argv, prepared.error(), begun);
    return Wait::kNone;
  }
  if (plan.writes) {
    if (server_.clients().writes_paused()) return Wait::kPause;
    if (const std::optional<Error> refusal = RefuseWrite(gate_state_)) {
      ReplyError(client, command, argv, *refusal, begun);
      return Wait::kNone;
    }
  }
  if (!server_.clients().MayBegin(client)) return Wait::kReplies;
  const bool writes = plan.writes || Has(command.spec->flags, Flag::kWrite);
  if (client.queries > 0 && writes) return Wait::kReplies;
  switch (plan.route) {
    case Route::kLoop:
      // It may tell or change what the commands before it do.
      if (client.in_flight()) return Wait::kReplies;
      RunInPlace(client, command, argv, plan, begun);
      return client.blocked() ? Wait::kBlocked : Wait::kNone;
    case Route::kKeys:
      NoteReads(client, command, plan);
      return ExecuteWithKeys(client, command, argv, plan, begun);
    case Route::kAllShards:
      NoteReads(client, command, plan);
      return ExecuteOnAllShards(client, command, argv, plan, begun);
    case Route::kSnapshot:
      if (client.in_flight()) return Wait::kReplies;
      if (TryInPlace(client, command, argv, plan, begun)) return Wait::kNone;
      SnapshotRequest::Start(server_, client, command, argv, std::move(plan), begun);
      return Wait::kNone;
  }
  return Wait::kNone;
}

Wait Dispatcher::ExecuteWithKeys(Client& client, Command& command, std::span<const Bytes> argv,
                                 CallPlan& plan, uint64_t begun) {
  ShardSet& shards = server_.shards();
  if (Has(command.spec->flags, Flag::kDenyOom) && server_.memory().WritersMustWait()) {
    return Wait::kMemory;
  }
  if (!catalog_is_settled() && NamesDocuments(plan)) {
    shards.Post(new CommandRequest(server_, client, command, argv, std::move(plan), begun,
                                   AllShards(shards.shard_count()), Job::Where::kLoop,
                                   CommandRequest::PlanAt::kRun));
    return Wait::kNone;
  }
  bool in_place = true;
  for (KeyRef& key : plan.keys) {
    if (!shards.Idle(key.shard) || !shards.shard(key.shard).ResolveInMemory(key)) {
      in_place = false;
      break;
    }
  }
  if (in_place) {
    for (const KeyRef& key : plan.keys) {
      if (key.kind == KeyspaceKind::kDocuments) key.keyspace->CountLookups(1, 0);
    }
    RunInPlace(client, command, argv, plan, begun);
    return Wait::kNone;
  }
  // A command that changes its session has to come back to the loop.
  const bool on_loop = Has(command.spec->flags, Flag::kTransaction);
  std::vector<uint16_t> needed = ShardsOf(plan);
  shards.Post(new CommandRequest(server_, client, command, argv, std::move(plan), begun,
                                 std::move(needed),
                                 on_loop ? Job::Where::kLoop : Job::Where::kShardThread));
  return Wait::kNone;
}

Wait Dispatcher::ExecuteOnAllShards(Client& client, Command& command, std::span<const Bytes> argv,
                                    CallPlan& plan, uint64_t begun) {
  ShardSet& shards = server_.shards();
  if ((plan.writes || Has(command.spec->flags, Flag::kDenyOom)) &&
      server_.memory().WritersMustWait()) {
    return Wait::kMemory;
  }
  const bool may_be_planned_otherwise = !catalog_is_settled() && NamesDocuments(plan);
  if (shards.AllIdle()) {
    for (KeyRef& key : plan.keys) {
      if (!shards.shard(key.shard).ResolveInMemory(key)) {
        shards.Post(new CommandRequest(server_, client, command, argv, std::move(plan), begun,
                                       AllShards(shards.shard_count()), Job::Where::kLoop));
        return Wait::kNone;
      }
    }
    RunInPlace(client, command, argv, plan, begun);
    return Wait::kNone;
  }
  shards.Post(new CommandRequest(
      server_, client, command, argv, std::move(plan), begun, AllShards(shards.shard_count()),
      Job::Where::kLoop,
      may_be_planned_otherwise ? CommandRequest::PlanAt::kRun : CommandRequest::PlanAt::kDispatch));
  return Wait::kNone;
}

bool Dispatcher::TryInPlace(Client& client, Command& command, std::span<const Bytes> argv,
                            CallPlan& plan, uint64_t begun) {
  if (!plan.may_be_little || !server_.shards().AllIdle()) return false;
  std::string& target = client.ReplyTarget();
  const size_t before = target.size();
  Reply reply(target, client.session.protocol);
  const std::unique_ptr<Snapshot> snapshot = server_.NewMemorySnapshot();
  Call call(*command.spec, argv, reply);
  call.now_ms = server_.now_ms();
  call.database = client.session.database;
  call.prepared = plan.prepared.get();
  call.session = &client.session;
  call.server = &server_;
  call.databases = &server_.shards();
  call.snapshot = snapshot.get();
  call.cursors = &server_.cursors();
  call.user = client.session.user;
  call.only_if_little = true;
  const Outcome outcome = RunHandler(call, begun);
  if (call.gave_up) {
    target.resize(before);
    return false;
  }
  server_.accounting().NoteCommand(command, argv, outcome, &client);
  client.EndReply(target, before);
  return true;
}

void Dispatcher::RunInPlace(Client& client, Command& command, std::span<const Bytes> argv,
                            CallPlan& plan, uint64_t begun) {
  std::string& target = client.ReplyTarget();
  const size_t before = target.size();
  Reply reply(target, client.session.protocol);
  Turn& turn = server_.shards().turn();
  turn.BeginCommand(client.session.id);
  Call call(*command.spec, argv, reply);
  call.now_ms = server_.now_ms();
  call.database = client.session.database;
  call.keys = {plan.keys.data(), plan.keys.size()};
  call.prepared = plan.prepared.get();
  call.session = &client.session;
  call.server = &server_;
  call.databases = &server_.shards();
  call.cursors = &server_.cursors();
  call.user = client.session.user;
  server_.accounting().NoteCommand(command, argv, RunHandler(call, begun), &client);
  // The reply of a command that waits is no reply of this turn.
  if (!client.blocked()) client.EndReply(target, before);
  if (turn.has_changes()) server_.tracking().Apply(turn.TakeChanges());
  // A failure is remembered, and the replies of the loop's turn are replaced at its end.
  if (turn.large()) (void)server_.shards().CommitTurn();
}

Status Dispatcher::RunInternally(const std::vector<std::string>& argv, uint32_t database) {
  const OwnedArguments arguments(argv);
  const Command* command = server_.commands().Find(arguments.views());
  CHECK(command != nullptr);
  ShardSet& shards = server_.shards();
  CallPlan plan;
  TRY(MakePlan(*command->spec, arguments.views(), database, shards, plan));
  for (KeyRef& ref : plan.keys) TRY(shards.Resolve(ref));
  std::string text;
  Reply reply(text, Protocol::kResp3);
  Session nobody;
  nobody.database = database;
  Call call(*command->spec, arguments.views(), reply);
  call.now_ms = server_.now_ms();
  call.database = database;
  call.keys = {plan.keys.data(), plan.keys.size()};
  call.prepared = plan.prepared.get();
  call.session = &nobody;
  call.server = &server_;
  call.databases = &shards;
  call.must_not_wait = true;
  const Outcome outcome = RunHandler(call, Ticks());
  return outcome.failed ? Status(Err(outcome.error)) : Ok();
}

void Dispatcher::ReplyError(Client& client, Command& command, std::span<const Bytes> argv,
                            const Error& error, uint64_t begun) {
  std::string& target = client.ReplyTarget();
  const size_t before = target.size();
  Reply reply(target, client.session.protocol);
  reply.Error(error);
  Outcome outcome;
  outcome.nanos = NanosSince(begun);
  outcome.failed = true;
  outcome.error = std::string(reply.first_error());
  server_.accounting().NoteCommand(command, argv, outcome, &client);
  client.EndReply(target, before);
}

// Only reads are ever noted, and a read does not wait for memory: it is on its way now.
void Dispatcher::NoteReads(const Client& client, const Command& command, const CallPlan& plan) {
  if (client.session.tracking == nullptr) return;
  server_.tracking().Remember(client.session, *command.spec, {plan.keys.data(), plan.keys.size()});
}

Wait Dispatcher::ExecuteTransaction(Client& client, Command& exec, std::span<const Bytes> argv) {
  Session& session = client.session;
  ShardSet& shards = server_.shards();
  const uint64_t begun = Ticks();
  if (session.multi_failed) {
    server_.DiscardTransaction(session);
    ReplyError(
        client, exec, argv,
        MakeError(ErrorCode::kExecAbort, "Transaction discarded because of previous errors."),
        begun);
    if (server_.monitors().any()) {
      server_.monitors().Feed(*exec.spec, argv, session.database, &client);
    }
    return Wait::kNone;
  }
  if (client.queries > 0) return Wait::kReplies;
  if (server_.memory().WritersMustWait()) return Wait::kMemory;
  auto transaction = std::make_unique<Transaction>(server_, session, exec, argv[0], begun);
  session.queue.clear();
  session.queue_bytes = 0;
  session.in_multi = false;
  std::vector<uint16_t> needed = transaction->Shards();
  if (!transaction->keys_only() && client.in_flight()) {
    // Its commands may change the session; those before it are still under way on some shards, so
    // it lines up behind them there.
    needed = AllShards(shards.shard_count());
  }
  const bool idle =
      std::all_of(needed.begin(), needed.end(), [&](uint16_t i) { return shards.Idle(i); });
  if (idle && transaction->Resident()) {
    std::string& target = client.ReplyTarget();
    const size_t before = target.size();
    transaction->Run(target, session.protocol, &session, shards.turn());
    transaction->Account(&client);
    client.EndReply(target, before);
    if (shards.turn().has_changes()) server_.tracking().Apply(shards.turn().TakeChanges());
    return Wait::kNone;
  }
  const Job::Where where = transaction->keys_only() ? Job::Where::kShardThread : Job::Where::kLoop;
  shards.Post(
      new TransactionRequest(server_, client, std::move(transaction), std::move(needed), where));
  return Wait::kNone;
}

}  // namespace veddb
