// SPDX-License-Identifier: BSD-3-Clause
#include "server/request.h"

#include <algorithm>
#include <utility>

#include "base/logging.h"
#include "base/mutation.h"
#include "base/ticks.h"
#include "server/client.h"
#include "server/server.h"

namespace veddb {
namespace {

// Points keys that refer to the bytes of one copy of the arguments to another copy. Keys come in
// the order of arguments nearly always, so the search goes on from where it last found one.
void Rebase(CallPlan& plan, std::span<const Bytes> from, std::span<const Bytes> to) {
  size_t at = 0;
  for (KeyRef& key : plan.keys) {
    if (key.kind != KeyspaceKind::kKeys) continue;  // the plan owns its bytes
    for (size_t tries = 0; tries < from.size(); ++tries, at = (at + 1) % from.size()) {
      if (key.name.data() < from[at].data() ||
          key.name.data() + key.name.size() > from[at].data() + from[at].size()) {
        continue;
      }
      key.name =
          to[at].substr(static_cast<size_t>(key.name.data() - from[at].data()), key.name.size());
      break;
    }
  }
}

}  // namespace

ReplySlot::ReplySlot(Server& server, Client& client)
    : server_(server),
      client_id_(client.session.id),
      slot_(client.ReserveSlot()),
      protocol_(client.session.protocol),
      silent_(client.session.reply_mode == ReplyMode::kOff ||
              client.session.reply_mode == ReplyMode::kSkip) {
  server.clients().BeginInflight();
  if (client.session.reply_mode == ReplyMode::kSkip) client.session.reply_mode = ReplyMode::kOn;
}

void ReplySlot::Hold(std::string& text) {
  if (text.size() < RepliesUnderWay::kBookedBytes) return;
  held_ = text.size();
  if (server_.clients().replies_under_way().Add(held_)) return;
  dropped_ = true;
  text = std::string();
}

void ReplySlot::Fill(std::string text) {
  server_.clients().EndInflight(std::max(held_, text.size()));
  if (held_ != 0) server_.clients().replies_under_way().Remove(held_);
  Client* client = server_.FindClient(client_id_);
  if (client == nullptr) return;
  if (dropped_ && !client->closing()) {
    LogWarning("Client " + std::to_string(client_id_) +
               " is closed: its replies and those of others take too much memory.");
    client->CloseSoon();
  }
  if (silent_) text.clear();
  client->FillSlot(slot_, std::move(text));
}

void ReplySlot::Fill(const Error& error) {
  std::string text;
  Reply(text, protocol_).Error(error);
  Fill(std::move(text));
}

// --- commands ---

CommandRequest::CommandRequest(Server& server, Client& client, Command& command,
                               std::span<const Bytes> argv, CallPlan plan, uint64_t begun,
                               std::vector<uint16_t> shards, Where where, PlanAt plan_at)
    : Job(std::move(shards), where),
      server_(server),
      slot_(server, client),
      command_(command),
      arguments_(argv),
      plan_(std::move(plan)),
      plan_at_(plan_at),
      client_id_(client.session.id),
      database_(client.session.database),
      now_ms_(server.now_ms()),
      prepare_nanos_(NanosSince(begun)) {
  Rebase(plan_, argv, arguments_.views());
  if (where == Where::kLoop) server_.dispatcher().CatalogJobBegins();
}

CommandRequest::~CommandRequest() {
  if (where() == Where::kLoop) server_.dispatcher().CatalogJobEnds();
}

Status CommandRequest::PlanAgain() {
  plan_ = CallPlan();
  TRY(MakePlan(*command_.spec, arguments_.views(), database_, server_.shards(), plan_));
  for (KeyRef& ref : plan_.keys) TRY(server_.shards().Resolve(ref));
  return Ok();
}

void CommandRequest::NameKeys(const Shard& shard, std::vector<KeyRef*>& keys) {
  if (plan_at_ == PlanAt::kRun) return;
  for (KeyRef& ref : plan_.keys) {
    if (ref.shard == shard.index()) keys.push_back(&ref);
  }
}

void CommandRequest::Load(Shard& shard) {
  if (plan_at_ == PlanAt::kRun) return;
  const uint64_t begun = Ticks();
  for (KeyRef& ref : plan_.keys) {
    if (ref.shard != shard.index()) continue;
    const Status status = shard.Resolve(ref);
    if (!status.ok() && !load_failed_.exchange(true)) load_error_ = status.error();
  }
  load_nanos_.fetch_add(NanosSince(begun), std::memory_order_relaxed);
}

void CommandRequest::Run(Turn& turn) {
  const uint64_t begun = Ticks();
  turn.BeginCommand(client_id_);
  Execute(begun);
  outcome_.load_nanos = load_nanos_.load(std::memory_order_relaxed);
  outcome_.nanos = NanosSince(begun) + prepare_nanos_ + outcome_.load_nanos;
}

void CommandRequest::Execute(uint64_t begun) {
  Reply reply(text_, slot_.protocol());
  if (plan_at_ == PlanAt::kRun) {
    const Status planned = PlanAgain();
    if (!planned.ok()) {
      load_error_ = planned.error();
      load_failed_.store(true);
    }
  }
  if (load_failed_.load()) {
    reply.Error(load_error_);
    outcome_.failed = true;
    outcome_.error = load_error_.Wire();
    return;
  }
  Call call(*command_.spec, arguments_.views(), reply);
  call.now_ms = now_ms_;
  call.database = database_;
  call.keys = {plan_.keys.data(), plan_.keys.size()};
  call.prepared = plan_.prepared.get();
  Session nobody;
  if (where() == Where::kLoop) {
    // The command was accepted: it runs even if its client has gone, unless all it does is to
    // change the client's session.
    Client* client = server_.FindClient(client_id_);
    if (client == nullptr && Has(command_.spec->flags, Flag::kTransaction)) return;
    call.session = client != nullptr ? &client->session : &nobody;
    call.server = &server_;
    call.databases = &server_.shards();
  }
  outcome_ = RunHandler(call, begun);
  slot_.Hold(text_);
}

void CommandRequest::Done(const Status& committed) {
  const std::unique_ptr<CommandRequest> self(this);
  server_.accounting().NoteCommand(command_, arguments_.views(), outcome_,
                                   server_.FindClient(client_id_));
  if (!committed.ok()) {
    slot_.Fill(server_.healer().RefusalOf(committed.error()));
    return;
  }
  slot_.Fill(std::move(text_));
}

// --- transactions ---

TransactionRequest::TransactionRequest(Server& server, Client& client,
                                       std::unique_ptr<Transaction> transaction,
                                       std::vector<uint16_t> shards, Where where)
    : Job(std::move(shards), where),
      server_(server),
      slot_(server, client),
      transaction_(std::move(transaction)),
      client_id_(client.session.id) {
  if (where == Where::kLoop) server_.dispatcher().CatalogJobBegins();
}

TransactionRequest::~TransactionRequest() {
  if (where() == Where::kLoop) server_.dispatcher().CatalogJobEnds();
}

void TransactionRequest::Load(Shard& shard) {
  const Status status = transaction_->Load(shard);
  if (!status.ok() && !load_failed_.exchange(true)) load_error_ = status.error();
}

void TransactionRequest::Run(Turn& turn) {
  if (load_failed_.load()) {
    Reply(text_, slot_.protocol()).Error(load_error_);
    transaction_->Fail(load_error_);
    return;
  }
  Session* session = nullptr;
  Session nobody;
  nobody.database = transaction_->database();
  if (where() == Where::kLoop) {
    Client* client = server_.FindClient(client_id_);
    // The transaction was accepted: it runs even if its client has gone.
    session = client != nullptr ? &client->session : &nobody;
  }
  transaction_->Run(text_, slot_.protocol(), session, turn);
  slot_.Hold(text_);
}

void TransactionRequest::Done(const Status& committed) {
  const std::unique_ptr<TransactionRequest> self(this);
  transaction_->Account(server_.FindClient(client_id_));
  if (!committed.ok()) {
    slot_.Fill(server_.healer().RefusalOf(committed.error()));
    return;
  }
  slot_.Fill(std::move(text_));
}

// --- snapshots ---

SnapshotRequest::SnapshotRequest(Server& server, Client& client, Command& command,
                                 std::span<const Bytes> argv, CallPlan plan, uint64_t begun)
    : server_(server),
      slot_(server, client),
      command_(command),
      arguments_(argv),
      plan_(std::move(plan)),
      client_id_(client.session.id),
      client_gone_at_(client.gone_at()),
      user_(client.session.user),
      database_(client.session.database),
      now_ms_(server.now_ms()),
      prepare_nanos_(NanosSince(begun)),
      read_(server.shards().BeginRead()) {
  Rebase(plan_, argv, arguments_.views());
  ++client.queries;
}

void SnapshotRequest::Start(Server& server, Client& client, Command& command,
                            std::span<const Bytes> argv, CallPlan plan, uint64_t begun) {
  const std::shared_ptr<SnapshotRequest> self(
      new SnapshotRequest(server, client, command, argv, std::move(plan), begun));
  const auto submit = [self] { self->server_.shards().pool().Submit([self] { self->Run(); }); };
  if (self->plan_.may_lag || server.EverythingDrained() || Mutated("snapshot-without-drain")) {
    submit();
  } else {
    server.shards().drainer().Request([self, submit](const Status& drained) {
      if (drained.ok()) return submit();
      Reply(self->text_, self->slot_.protocol()).Error(drained.error());
      self->outcome_.failed = true;
      self->outcome_.error = drained.error().Wire();
      self->Done();
    });
  }
}

void SnapshotRequest::Run() {
  const uint64_t begun = Ticks();
  Reply reply(text_, slot_.protocol());
  Call call(*command_.spec, arguments_.views(), reply);
  call.now_ms = now_ms_;
  call.database = database_;
  call.prepared = plan_.prepared.get();
  std::unique_ptr<Snapshot> snapshot = server_.NewSnapshot(nullptr);
  call.snapshot = snapshot.get();
  call.keep_snapshot = [this, &snapshot] { return Keep(std::move(snapshot)); };
  call.cursors = &server_.cursors();
  call.user = user_;
  call.client_gone_at = client_gone_at_.get();
  outcome_ = RunHandler(call, begun);
  outcome_.nanos += prepare_nanos_;
  slot_.Hold(text_);
  const auto self = shared_from_this();
  server_.PostToLoop([self] { self->Done(); });
}

std::shared_ptr<const Snapshot> SnapshotRequest::Keep(std::unique_ptr<Snapshot> snapshot) {
  CHECK(snapshot != nullptr);
  read_is_kept_ = true;
  return {snapshot.release(), [&server = server_, read = read_](const Snapshot* kept) {
            delete kept;
            server.PostToLoop([&server, read] { server.shards().EndRead(read); });
          }};
}

void SnapshotRequest::Done() {
  if (!read_is_kept_) server_.shards().EndRead(read_);
  if (Client* client = server_.FindClient(client_id_)) --client->queries;
  server_.accounting().NoteCommand(command_, arguments_.views(), outcome_,
                                   server_.FindClient(client_id_));
  slot_.Fill(std::move(text_));
}

}  // namespace veddb
