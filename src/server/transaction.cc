// SPDX-License-Identifier: BSD-3-Clause
#include "server/transaction.h"

#include <algorithm>

#include "base/mutation.h"
#include "server/server.h"

namespace veddb {

Transaction::Transaction(Server& server, Session& session)
    : server_(server),
      watched_(std::move(session.watched)),
      watch_(std::move(session.watch)),
      database_(session.database),
      now_ms_(server.now_ms()) {
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

void Transaction::Run(std::string& text, Protocol protocol, Session* session) {
  Reply reply(text, protocol);
  if (WatchesTouched()) {
    reply.NullArray();
    return;
  }
  reply.Array(steps_.size());
  for (Step& step : steps_) {
    if (session != nullptr) reply.set_protocol(session->protocol);
    RunStep(step, reply, session);
    if (Mutated("multi-in-many-records") && session != nullptr) (void)server_.shards().CommitTurn();
  }
}

void Transaction::RunStep(Step& step, Reply& reply, Session* session) {
  if (!keys_only_) {
    CHECK(session != nullptr);
    database_ = session->database;
    step.plan = CallPlan();
    step.prepared = MakePlan(*step.command->spec, step.arguments.views(), database_,
                             server_.shards(), step.plan);
    for (KeyRef& ref : step.plan.keys) {
      if (step.prepared.ok()) step.prepared = server_.shards().Resolve(ref);
    }
  }
  if (!step.prepared.ok()) {
    reply.Error(step.prepared.error());
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
  std::unique_ptr<Snapshot> snapshot;
  if (session != nullptr) {
    call.session = session;
    call.server = &server_;
    call.databases = &server_.shards();
    if (step.plan.route == Route::kSnapshot) {
      snapshot = server_.NewSnapshot(&server_.shards());
      call.snapshot = snapshot.get();
    }
  }
  step.outcome = RunHandler(call);
}

void Transaction::ResolveKeys(Step& step) {
  // Everything was loaded; what an earlier command made or dropped is found by looking again.
  for (KeyRef& ref : step.plan.keys) server_.shards().shard(ref.shard).ResolveInMemory(ref);
}

void Transaction::Account() {
  for (const Step& step : steps_) server_.Account(*step.command, step.outcome);
}

}  // namespace veddb
