// SPDX-License-Identifier: BSD-3-Clause
#include "shard/shard_set.h"

#include <algorithm>

#include "base/check.h"
#include "base/clock.h"
#include "base/logging.h"
#include "object/serialize.h"

namespace veddb {

ShardSet::ShardSet(const ShardSetOptions& options, Engine& engine, LogWriter& log, QueryPool& pool,
                   std::function<void()> wake_loop)
    : options_(options),
      engine_(engine),
      log_(log),
      pool_(pool),
      wake_loop_(std::move(wake_loop)),
      lazy_free_([&pool](std::function<void()> work) { pool.Submit(std::move(work)); }),
      drainer_(*this, engine, log, wake_loop_),
      posts_(options.shards) {
  for (size_t i = 0; i < options.shards; ++i) {
    shards_.push_back(std::make_unique<Shard>(static_cast<uint16_t>(i), *this));
    shards_.back()->context_.turn = &turn_;
    shards_.back()->context_.lazy_free = &lazy_free_;
    shards_.back()->context_.random += i;
  }
  const int64_t now_ms = WallMillis();
  set_now(now_ms, static_cast<uint32_t>(now_ms / 1000));
}

ShardSet::~ShardSet() = default;

void ShardSet::Start() {
  for (auto& shard : shards_) shard->Start();
}

void ShardSet::Stop() {
  DCHECK(AllIdle());
  for (auto& shard : shards_) shard->Stop();
}

bool ShardSet::AllIdle() const {
  return std::all_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->outstanding() == 0; });
}

void ShardSet::set_now(int64_t now_ms, uint32_t access_s) {
  for (auto& shard : shards_) {
    shard->context_.wall_ms.store(now_ms, std::memory_order_relaxed);
    shard->context_.now_s.store(access_s, std::memory_order_relaxed);
  }
}

void ShardSet::set_frozen(bool frozen) {
  for (auto& shard : shards_) shard->context_.frozen.store(frozen, std::memory_order_relaxed);
}

int64_t ShardSet::Sum(SharedCounter ObjectContext::*counter) const {
  int64_t sum = 0;
  for (const auto& shard : shards_) sum += (shard->context_.*counter).Get();
  return sum;
}

Status ShardSet::CommitTurn() {
  if (turn_.empty()) return Ok();
  return NoteCommit(turn_.Commit(log_));
}

Status ShardSet::NoteCommit(Status committed) {
  if (!committed.ok()) untrusted_.store(true, std::memory_order_release);
  return committed.ok() ? Trusted() : committed;
}

Status ShardSet::Trusted() const {
  if (log_.in_doubt()) {
    Status failure = log_.failure();
    if (!failure.ok()) return failure;
  } else if (!untrusted_.load(std::memory_order_acquire)) {
    return Ok();
  }
  return MakeError(ErrorCode::kMisconf,
                   "a change of the same moment could not be logged; try again");
}

// --- jobs ---

void ShardSet::Post(Job* job) {
  // The turn's changes must be in the log before another thread may change the same keys. A failure
  // is remembered (Trusted) and handled at the end of the loop's turn.
  (void)CommitTurn();
  for (const uint16_t i : job->shards_) {
    shards_[i]->outstanding_.fetch_add(1, std::memory_order_relaxed);
    posts_[i].push_back(job);
  }
}

void ShardSet::FlushPosts() {
  for (size_t i = 0; i < posts_.size(); ++i) {
    if (posts_[i].empty()) continue;
    shards_[i]->mailbox_.enqueue_bulk(posts_[i].begin(), posts_[i].size());
    posts_[i].clear();
  }
}

void ShardSet::PushCompletion(Job* job) {
  completions_.enqueue(job);
  wake_loop_();
}

void ShardSet::ReportChanges(bool on) {
  for (auto& shard : shards_) shard->context_.report_changes.store(on, std::memory_order_relaxed);
}

void ShardSet::HoldExpiries(bool on) {
  for (auto& shard : shards_) shard->context_.hold_expiries.store(on, std::memory_order_relaxed);
}

void ShardSet::TellChanges() {
  ChangeList changes;
  while (changes_.try_dequeue(changes)) on_changes_(changes);
}

void ShardSet::RunLoopSide() {
  std::vector<Job*> to_release;
  Job* job = nullptr;
  while (completions_.try_dequeue(job)) {
    // What a job changed was put there before the job itself.
    TellChanges();
    if (job->ran_) {
      job->Done(job->committed_);
    } else {
      job->Run(turn_);
      to_release.push_back(job);
    }
  }
  if (to_release.empty()) return;
  const Status committed = NoteCommit(CommitTurn());
  if (turn_.has_changes()) on_changes_(turn_.TakeChanges());
  for (Job* ran : to_release) {
    for (const uint16_t i : ran->shards_) shards_[i]->Resume();
    ran->Done(committed);
  }
}

namespace {

// Runs a function on one busy shard.
class VisitJob final : public Job {
 public:
  VisitJob(Shard& shard, std::function<void(Shard&)> work)
      : Job({shard.index()}, Where::kShardThread), shard_(shard), work_(std::move(work)) {}
  void Run(Turn& /*turn*/) override { work_(shard_); }
  void Done(const Status& /*committed*/) override { delete this; }

 private:
  Shard& shard_;
  const std::function<void(Shard&)> work_;
};

// Runs a function on the loop with every shard held.
class HoldAllJob final : public Job {
 public:
  HoldAllJob(std::vector<uint16_t> shards, std::function<void()> work)
      : Job(std::move(shards), Where::kLoop), work_(std::move(work)) {}
  void Run(Turn& turn) override {
    turn.BeginCommand(0);
    work_();
  }
  void Done(const Status& /*committed*/) override { delete this; }

 private:
  const std::function<void()> work_;
};

}  // namespace

void ShardSet::OnAllShards(std::function<void()> work) {
  if (AllIdle()) {
    turn_.BeginCommand(0);
    return work();
  }
  std::vector<uint16_t> all(shards_.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  Post(new HoldAllJob(std::move(all), std::move(work)));
}

void ShardSet::OnShard(size_t i, std::function<void(Shard&)> work) {
  if (Idle(i)) {
    work(*shards_[i]);
  } else {
    Post(new VisitJob(*shards_[i], std::move(work)));
  }
}

std::optional<uint32_t> ShardSet::DatabaseOf(uint32_t space) const {
  const auto found = std::find(spaces_.begin(), spaces_.end(), space);
  if (found == spaces_.end()) return std::nullopt;
  return static_cast<uint32_t>(found - spaces_.begin());
}

// --- access for commands ---

int64_t ShardSet::KeyCount(uint32_t database) const {
  int64_t sum = BaseCount(KeyspaceKind::kKeys, spaces_[database]);
  for (const auto& shard : shards_) sum += shard->databases_[database]->count();
  return sum;
}

int64_t ShardSet::ExpiringCount(uint32_t database) const {
  int64_t sum = 0;
  for (const auto& shard : shards_) {
    if (shard->outstanding() == 0) {
      sum += static_cast<int64_t>(shard->databases_[database]->expiring());
    }
  }
  return sum;
}

int64_t ShardSet::AverageTtl(uint32_t database, int64_t now_ms) const {
  int64_t sum = 0;
  int64_t with_keys = 0;
  for (const auto& shard : shards_) {
    if (shard->outstanding() != 0) continue;
    const int64_t ttl_ms = shard->databases_[database]->average_ttl_ms(now_ms);
    sum += ttl_ms;
    with_keys += ttl_ms != 0 ? 1 : 0;
  }
  return with_keys == 0 ? 0 : sum / with_keys;
}

int64_t ShardSet::DocumentCount(uint32_t collection) const {
  int64_t sum = BaseCount(KeyspaceKind::kDocuments, collection);
  for (size_t i = 0; i < shards_.size(); ++i) {
    const auto found = shards_[i]->collections_.find(collection);
    if (found != shards_[i]->collections_.end()) sum += found->second->count();
  }
  return sum;
}

Keyspace& ShardSet::Keys(size_t shard, uint32_t database) { return shards_[shard]->Keys(database); }

Keyspace& ShardSet::Documents(size_t shard, uint32_t collection) {
  return shards_[shard]->Documents(collection);
}

int64_t ShardSet::IndexEntryCount(uint32_t index) const {
  int64_t sum = BaseCount(KeyspaceKind::kIndex, index);
  for (const auto& shard : shards_) {
    const auto found = shard->collections_.find(index);
    if (found != shard->collections_.end()) sum += found->second->count();
  }
  const auto found = indexes_.find(index);
  return found == indexes_.end() ? sum : sum - found->second->notes.load();
}

LookupFigures ShardSet::DocumentLookups(uint32_t collection) const {
  LookupFigures sum;
  for (const auto& shard : shards_) {
    const auto found = shard->collections_.find(collection);
    if (found == shard->collections_.end()) continue;
    sum.hits += found->second->lookup_hits();
    sum.misses += found->second->lookup_misses();
  }
  return sum;
}

Result<bool> ShardSet::Read(KeyRef& ref, std::string* value) {
  return shards_[ref.shard]->Read(ref, value);
}

Status ShardSet::Resolve(KeyRef& ref) { return shards_[ref.shard]->Resolve(ref); }

}  // namespace veddb
