// SPDX-License-Identifier: BSD-3-Clause
#include "server/transaction.h"

#include <algorithm>

#include "base/mutation.h"
#include "base/ticks.h"
#include "server/server.h"

namespace veddb {

Transaction::Transaction(Server& server, Session& session, Command& exec, Bytes name,
                         uint64_t begun)
    : server_(server),
      client_id_(session.id),
      watched_(std::move(session.watched)),
      watch_(std::move(session.watch)),
      database_(session.database),
      now_ms_(server.now_ms()),
      exec_(exec),
      exec_name_(name) {
  session.watched.clear();
  session.watched_bytes = 0;
  session.watch = nullptr;
  const ShardSet& shards = server.shards();
  for (const WatchedKey& key : watched_) {
    watched_refs_.push_back(MakeKeyRef(key.key, key.database, shards.shard_count()));
  }
  for (const QueuedCommand& queued : session.queue) {
    Command* command = server.CommandOf(*queued.spec);
    steps_.emplace_back(command, queued.argv);
  }
  for (Step& step : steps_) {
    if (!keys_only_) break;
    step.prepared =
        MakePlan(*step.command->spec, step.arguments.views(), database_, shards, step.plan);
    if (step.plan.route != Route::kKeys) keys_only_ = false;
    if (session.tracking != nullptr) {
      server.tracking().Remember(session, *step.command->spec,
                                 {step.plan.keys.data(), step.plan.keys.size()});
    }
    // Where documents lie is not known yet while collections may still come and go.
    if (!server.dispatcher().catalog_is_settled() && NamesDocuments(step.plan)) keys_only_ = false;
  }
  nanos_ = NanosSince(begun);
}

std::vector<uint16_t> Transaction::Shards() const {
  std::vector<uint16_t> shards;
  if (!keys_only_) {
    for (size_t i = 0; i < server_.shards().shard_count(); ++i) {
      shards.push_back(static_cast<uint16_t>(i));
    }
    return shards;
  }
  for (const KeyRef& ref : watched_refs_) shards.push_back(ref.shard);
  for (const Step& step : steps_) {
    for (const KeyRef& ref : step.plan.keys) shards.push_back(ref.shard);
  }
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return shards;
}

bool Transaction::Resident() {
  ShardSet& shards = server_.shards();
  bool resident = true;
  for (KeyRef& ref : watched_refs_) resident &= shards.shard(ref.shard).ResolveInMemory(ref);
  if (!keys_only_) return resident;
  for (Step& step : steps_) {
    for (KeyRef& ref : step.plan.keys) resident &= shards.shard(ref.shard).ResolveInMemory(ref);
  }
  return resident;
}

Status Transaction::Load(Shard& shard) {
  const uint64_t begun = Ticks();
  const Status status = LoadKeys(shard);
  nanos_.fetch_add(NanosSince(begun), std::memory_order_relaxed);
  return status;
}

Status Transaction::LoadKeys(Shard& shard) {
  for (KeyRef& ref : watched_refs_) {
    if (ref.shard == shard.index()) TRY(shard.Resolve(ref));
  }
  if (!keys_only_) return Ok();
  for (Step& step : steps_) {
    for (KeyRef& ref : step.plan.keys) {
      if (ref.shard == shard.index()) TRY(shard.Resolve(ref));
    }
  }
  return Ok();
}

bool Transaction::WatchesTouched() {
  bool touched = watch_ != nullptr && watch_->touched.load(std::memory_order_relaxed);
  for (KeyRef& ref : watched_refs_) {
    Shard& shard = server_.shards().shard(ref.shard);
    shard.ResolveInMemory(ref);
    const Entry* entry = ref.entry;
    // WATCH itself deletes what is due then, so this one has come due since.
    if (entry != nullptr && entry->present() && entry->ExpiredAt(now_ms_)) touched = true;
    ref.keyspace->Unwatch(ref.name, watch_.get());
  }
  return touched;
}

void Transaction::Run(std::string& text, Protocol protocol, Session* session, Turn& turn) {
  const uint64_t begun = Ticks();
  Reply reply(text, protocol);
  if (WatchesTouched()) {
    reply.NullArray();
  } else {
    reply.Array(steps_.size());
    for (Step& step : steps_) {
      if (session != nullptr) reply.set_protocol(session->protocol);
      turn.BeginCommand(client_id_);
      RunStep(step, reply, session);
      step.ran = true;
      step.database = session != nullptr ? session->database : database_;
      if (Mutated("multi-in-many-records") && session != nullptr) {
        (void)server_.shards().CommitTurn();
      }
    }
  }
  nanos_.fetch_add(NanosSince(begun), std::memory_order_relaxed);
}

void Transaction::RunStep(Step& step, Reply& reply, Session* session) {
  const uint64_t begun = Ticks();
  if (!keys_only_) {
    CHECK(session != nullptr);
    database_ = session->database;
    step.plan = CallPlan();
    step.prepared = MakePlan(*step.command->spec, step.arguments.views(), database_,
                             server_.shards(), step.plan);
    if (step.prepared.ok() && step.plan.writes) {
      // What EXEC was let through for did not tell of it.
      if (auto refusal = RefuseWrite(server_.dispatcher().gate_state())) step.prepared = *refusal;
    }
    for (KeyRef& ref : step.plan.keys) {
      if (step.prepared.ok()) step.prepared = server_.shards().Resolve(ref);
    }
  }
  if (!step.prepared.ok()) {
    reply.Error(step.prepared.error());
    step.outcome.nanos = NanosSince(begun);
    step.outcome.failed = true;
    step.outcome.error = step.prepared.error().Wire();
    return;
  }
  if (!keys_only_ && session->tracking != nullptr) {
    server_.tracking().Remember(*session, *step.command->spec,
                                {step.plan.keys.data(), step.plan.keys.size()});
  }
  ResolveKeys(step);
  Call call(*step.command->spec, step.arguments.views(), reply);
  call.now_ms = now_ms_;
  call.database = database_;
  call.keys = {step.plan.keys.data(), step.plan.keys.size()};
  call.prepared = step.plan.prepared.get();
  call.must_not_wait = true;
  std::unique_ptr<Snapshot> snapshot;
  if (session != nullptr) {
    call.session = session;
    call.server = &server_;
    call.databases = &server_.shards();
    call.cursors = &server_.cursors();
    call.user = session->user;
    if (step.plan.route == Route::kSnapshot) {
      snapshot = server_.NewSnapshot(&server_.shards());
      call.snapshot = snapshot.get();
    }
  }
  step.outcome = RunHandler(call, begun);
}

void Transaction::ResolveKeys(Step& step) {
  // Everything was loaded; what an earlier command made or dropped is found by looking again.
  for (KeyRef& ref : step.plan.keys) server_.shards().shard(ref.shard).ResolveInMemory(ref);
}

void Transaction::Account(const Client* client) {
  const bool monitored = server_.monitors().any();
  for (const Step& step : steps_) {
    if (!step.ran) break;
    const std::span<const Bytes> argv = step.arguments.views();
    server_.accounting().NoteCommand(*step.command, argv, step.outcome, client);
    if (monitored) server_.monitors().Feed(*step.command->spec, argv, step.database, client);
  }
  exec_outcome_.nanos = nanos_.load(std::memory_order_relaxed);
  const Bytes name = exec_name_;
  server_.accounting().NoteCommand(exec_, {&name, 1}, exec_outcome_, client);
  const bool ran = !steps_.empty() && steps_.back().ran;
  const uint32_t database = ran ? steps_.back().database : database_;
  if (monitored) server_.monitors().Feed(*exec_.spec, {&name, 1}, database, client);
}

void Transaction::Fail(const Error& error) {
  exec_outcome_.failed = true;
  exec_outcome_.error = error.Wire();
}

}  // namespace veddb
