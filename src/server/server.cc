// SPDX-License-Identifier: BSD-3-Clause
#include "server/server.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <utility>

#include "base/clock.h"
#include "base/kill_point.h"
#include "base/logging.h"
#include "base/mutation.h"
#include "base/ticks.h"

namespace veddb {
namespace {

// An argument has to fit into one record of the log, whatever proto-max-bulk-len says.
constexpr uint64_t kArgumentBytesMax = uint64_t{1} << 30;
constexpr int64_t kMillisPerSecond = 1000;
// What CONFIG RESETSTAT sets back to zero. The shards go on counting: others write there.
constexpr SharedCounter ObjectContext::*kResettable[] = {
    &ObjectContext::expired_keys, &ObjectContext::evicted_keys, &ObjectContext::keyspace_hits,
    &ObjectContext::keyspace_misses};

std::string RandomHex40() {
  std::array<unsigned char, 20> bytes = {};
  CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  std::string hex;
  for (const unsigned char byte : bytes) {
    constexpr Bytes kDigits = "0123456789abcdef";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace

Server::Server()
    : cursors_([this](CursorPtr cursor) {
        pool_->Submit([dead = std::make_shared<CursorPtr>(std::move(cursor))] { dead->reset(); });
      }),
      run_id_(RandomHex40()) {
  now_ms_ = started_ms_ = WallMillis();
  mono_ms_ = started_mono_ms_ = MonoMillis();
  CalibrateTicks();
}

Server::~Server() = default;

ParserLimits Server::LimitsOf(const Session& session) const {
  ParserLimits limits;
  limits.bulk_bytes_max =
      std::min(static_cast<uint64_t>(config_.config().proto_max_bulk_len), kArgumentBytesMax);
  limits.authenticated = Authenticated(session);
  return limits;
}

// --- a turn ---

int Server::Run() {
  loop_.OnTurnEnd([this] { EndTurn(); });
  loop_.OnWake([this] { OnWake(); });
  loop_.Every(Cron::kTickMillis, [this] {
    BeginTurn();
    cron_.Tick();
  });
  for (const int signal : {SIGTERM, SIGINT}) {
    loop_.OnSignal(signal, [this](int number) {
      LogWarning(number == SIGTERM ? "Received SIGTERM scheduling shutdown..."
                                   : "Received SIGINT scheduling shutdown...");
      shutdown_ = true;
    });
  }
  // The round in which the loop is told to stop goes on to its end, and what comes in it may give
  // the shards work again, which the loop has to finish with them.
  do loop_.Run();
  while (!MayClose());
  if (exit_code_ == 0) {
    Close();
  } else {
    Abandon();
  }
  return exit_code_;
}

void Server::SetTurnTime() {
  turn_begun_ = true;
  now_ms_ = WallMillis();
  mono_ms_ = MonoMillis();
  shards_->set_now(now_ms_, access_s());
}

uint32_t Server::access_s() const {
  return static_cast<uint32_t>((started_ms_ + uptime_ms()) / kMillisPerSecond);
}

void Server::OnWake() {
  BeginTurn();
  shards_->RunLoopSide();
  // What this posts again comes with the next wake-up, after clients had their turn.
  std::vector<std::function<void()>> posted;
  for (std::function<void()> work; posted_.try_dequeue(work);) posted.push_back(std::move(work));
  for (const std::function<void()>& work : posted) work();
}

void Server::PostToLoop(std::function<void()> work) {
  posted_.enqueue(std::move(work));
  loop_.Wake();
}

void Server::EndTurn() {
  BeginTurn();
  clients_.Resume();
  shards_->turn().BeginCommand(0);
  cron_.ExpireDue();
  Evict();
  if (Mutated("reply-before-append")) clients_.Flush(log_->end(), log_->synced(), false);
  const Status committed = CommitTurn();
  healer_.EndTurn(committed, mono_ms_);
  shards_->drainer().Tick(mono_ms_);
  Relieve();
  dispatcher_.gate_state().memory_exhausted = memory_.exhausted();
  shards_->FlushPosts();
  if (shards_->turn().has_changes()) tracking_.Apply(shards_->turn().TakeChanges());
  tracking_.EndTurn();
  const bool wait_for_sync =
      log_->policy() == FsyncPolicy::kAlways && !Mutated("reply-before-sync");
  const LogPosition end = log_->end();
  sync_waits_.Check(end, log_->synced());
  if (wait_for_sync && log_->synced() < end) log_->RequestSync();
  KILL_POINT("loop.before_replies");
  clients_.Flush(end, log_->synced(), wait_for_sync);
  KILL_POINT("loop.after_replies");
  clients_.Evict();
  clients_.CloseDead();
  memory_.NoteClients();
  shards_->FlushPosts();
  if (accounting_.latency().enabled()) NoteBackgroundLatencies();
  loop_.SetBusy(shards_->drainer().WantsTurns() || clients_.HasResumable() ||
                memory_.WantsTurns() || cron_.WantsTurns());
  turn_begun_ = false;
  if (!healer_.hopeless().empty()) {
    exit_code_ = Healer::kExitCode;
    loop_.Stop();
  } else if (shutdown_) {
    BeginShutdown();
  }
}

Status Server::CommitTurn() {
  if (!accounting_.latency().enabled()) return shards_->CommitTurn();
  const uint64_t begun = Ticks();
  const Status committed = shards_->CommitTurn();
  accounting_.NoteLatency(LatencyEvent::kLogAppend, NanosSince(begun));
  return committed;
}

void Server::Evict() {
  // What can't be logged is not to be changed; nor is anything while writers pause.
  if (dispatcher_.gate_state().writes_refused || clients_.paused()) return;
  const uint64_t begun = accounting_.latency().enabled() ? Ticks() : 0;
  memory_.Evict();
  if (begun != 0) accounting_.NoteLatency(LatencyEvent::kEvictionCycle, NanosSince(begun));
}

void Server::Relieve() {
  if (!accounting_.latency().enabled()) {
    memory_.Relieve();
    return;
  }
  const uint64_t begun = Ticks();
  memory_.Relieve();
  accounting_.NoteLatency(LatencyEvent::kEvictionCycle, NanosSince(begun));
}

void Server::NoteBackgroundLatencies() {
  constexpr int64_t kNanosPerMicro = 1000;
  constexpr int64_t kNanosPerMilli = 1'000'000;
  const int64_t sync_micros = longest_sync_micros_.exchange(0, std::memory_order_relaxed);
  accounting_.NoteLatency(LatencyEvent::kLogSync, sync_micros * kNanosPerMicro);
  const DrainFigures& drains = shards_->drainer().figures();
  if (drains.drains == drains_noted_) return;
  drains_noted_ = drains.drains;
  accounting_.NoteLatency(LatencyEvent::kDrain, drains.last_millis * kNanosPerMilli);
}

// --- books ---

Command* Server::CommandOf(const CommandSpec& spec) {
  return spec.parent.empty()
             ? registry_.FindByFullName(spec.name)
             : registry_.FindByFullName(std::string(spec.parent) + "|" + std::string(spec.name));
}

void Server::ResetStats() {
  registry_.ResetStats();
  accounting_.ResetTotals();
  clients_.ResetStats();
  cron_.ResetStats();
  index_builder_.ResetStats();
  document_expiry_.ResetStats();
  memory_.ResetStats();
  shards_->drainer().ResetStats();
  shards_->lazy_free().ResetStats();
  cursors_.ResetStats();
  at_reset_.clear();
  for (const auto counter : kResettable) at_reset_.emplace_back(counter, shards_->Sum(counter));
}

int64_t Server::SinceReset(SharedCounter ObjectContext::*counter) const {
  const auto found = std::find_if(at_reset_.begin(), at_reset_.end(),
                                  [counter](const auto& one) { return one.first == counter; });
  return shards_->Sum(counter) - (found == at_reset_.end() ? 0 : found->second);
}

void Server::PurgeMemory() {
  pool_->Submit([] { PurgeAllocator(); });
}

bool Server::EverythingDrained() {
  return shards_->AllIdle() && shards_->turn().empty() && shards_->drainer().idle() &&
         shards_->drainer().meta().empty() && shards_->Sum(&ObjectContext::pending_entries) == 0;
}

std::unique_ptr<Snapshot> Server::NewSnapshot(Databases* held) {
  return std::make_unique<Snapshot>(engine_->NewReadView(), *engine_, *pool_, held);
}

std::unique_ptr<Snapshot> Server::NewMemorySnapshot() {
  std::unique_ptr<ReadView> view = engine_->NewReadView();
  view->NeverWaitForDisk();
  auto snapshot = std::make_unique<Snapshot>(std::move(view), *engine_, *pool_, shards_.get());
  snapshot->KeepDocuments();
  return snapshot;
}

// --- ServerApi ---

// In the order in which they came.
void Server::ForEachClient(const std::function<void(const ClientView&)>& visit) {
  std::vector<Client*> all;
  clients_.ForEach([&all](Client& client) { all.push_back(&client); });
  std::sort(all.begin(), all.end(), [](const Client* one, const Client* other) {
    return one->session.id < other->session.id;
  });
  for (Client* client : all) visit(clients_.ViewOf(*client));
}

ClientView Server::ViewOf(const Session& session) {
  Client* client = clients_.Find(session.id);
  return client != nullptr ? clients_.ViewOf(*client) : ClientView{};
}

bool Server::KillClient(uint64_t id, const Session& caller) {
  Client* client = clients_.Find(id);
  if (client == nullptr || client->closing()) return false;
  if (id == caller.id) {
    client->CloseAfterReplies();
  } else {
    client->CloseSoon();
  }
  return true;
}

bool Server::UnblockClient(uint64_t id, bool with_error) {
  return sync_waits_.Unblock(id, with_error);
}

bool Server::EverythingSynced() {
  return shards_->AllIdle() && shards_->turn().empty() && log_->synced() >= log_->end();
}

void Server::WaitForSync(const Session& session, const SyncWish& wish) {
  if (Client* client = clients_.Find(session.id)) sync_waits_.Begin(*client, wish);
}

void Server::WaitForIndex(const Session& session, uint32_t index) {
  Client* client = clients_.Find(session.id);
  const std::shared_ptr<doc::Index> waited_for = shards_->FindIndex(index);
  if (client != nullptr && waited_for != nullptr) index_builder_.Wait(*client, *waited_for);
  index_builder_.Begin();
}

void Server::BeginSave(SaveKind kind, const Session* waiting) {
  saves_.Begin(kind, waiting != nullptr ? clients_.Find(waiting->id) : nullptr);
}

void Server::StartMonitor(const Session& session) {
  if (Client* client = clients_.Find(session.id)) monitors_.Add(*client);
}

bool Server::CheckPassword(Bytes user, Bytes password) {
  const std::string& wanted = config_.config().requirepass;
  if (user != "default") return false;
  if (wanted.empty()) return true;
  // Compared in a time that does not tell how much was right.
  unsigned difference = wanted.size() == password.size() ? 0 : 1;
  for (size_t i = 0; i < password.size(); ++i) {
    difference |= static_cast<unsigned char>(password[i] ^ wanted[i % wanted.size()]);
  }
  return difference == 0;
}

void Server::SetReplyPeakReset(std::optional<int64_t> ms) {
  clients_.set_reply_peak_reset_ms(ms.value_or(Clients::kReplyPeakResetMillis));
}

void Server::Leave(Session& session) {
  Unwatch(session);
  tracking_.Disable(session);
  if (session.monitor) monitors_.Remove(session.id);
  sync_waits_.Forget(session.id);
}

void Server::ResetSession(Session& session) {
  DiscardTransaction(session);
  tracking_.Disable(session);
  session.database = 0;
  session.protocol = Protocol::kResp2;
  session.name.clear();
  session.reply_mode = ReplyMode::kOn;
  session.user = "default";
  session.authenticated = config_.config().requirepass.empty();
  if (session.monitor) monitors_.Remove(session.id);
  session.monitor = false;
}

bool Server::IsLocal(const Session& session) {
  Client* client = clients_.Find(session.id);
  return client != nullptr && client->connection().from_loopback();
}

void Server::DiscardTransaction(Session& session) {
  session.in_multi = false;
  session.multi_failed = false;
  session.queue.clear();
  session.queue_bytes = 0;
  Unwatch(session);
}

void Server::Unwatch(Session& session) {
  const std::shared_ptr<WatchState> state = std::exchange(session.watch, nullptr);
  session.watched_bytes = 0;
  for (const WatchedKey& watched : std::exchange(session.watched, {})) {
    KeyRef ref = MakeKeyRef(watched.key, watched.database, shards_->shard_count());
    shards_->OnShard(ref.shard, [database = watched.database, key = watched.key, state](Shard& s) {
      s.Keys(database).Unwatch(key, state.get());
    });
  }
}

Status Server::ReloadFromDisk() {
  if (!shards_->AllIdle()) return Err("shards are busy, try again");
  TRY(shards_->CommitTurn());
  if (!shards_->drainer().Finish()) return Err("the store does not take the pending changes");
  return shards_->Rebuild(log_->end());
}

void Server::SleepMicros(int64_t micros) {
  timespec span = {micros / 1'000'000, micros % 1'000'000 * 1000};
  nanosleep(&span, nullptr);
}

}  // namespace veddb
