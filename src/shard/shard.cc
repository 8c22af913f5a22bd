// SPDX-License-Identifier: BSD-3-Clause
#include "shard/shard.h"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "object/serialize.h"
#include "shard/shard_set.h"
#include "storage/key_codec.h"
#include "storage/read_view.h"

namespace veddb {
namespace {

// How far reading the chunks of a long string runs ahead.
constexpr size_t kLoadReadBytes = size_t{1} << 20;

const Error kBadValue = MakeError(ErrorCode::kIoErr, "the stored value of a key is not valid");

}  // namespace

Shard::Shard(uint16_t index, ShardSet& set) : index_(index), set_(set) {
  context_.shard = index;
  random_ += index * 0x9E3779B97F4A7C15ULL;
}

Shard::~Shard() = default;

Keyspace& Shard::Documents(uint32_t collection) {
  const auto found = collections_.find(collection);
  CHECK(found != collections_.end());
  return *found->second;
}

Status Shard::Resolve(KeyRef& ref) {
  const bool in_memory = ResolveInMemory(ref);
  if (ref.kind == KeyspaceKind::kDocuments) {
    ref.keyspace->CountLookups(in_memory ? 1 : 0, in_memory ? 0 : 1);
  }
  if (in_memory) return Ok();
  const std::string storage_key = StorageKey(*ref.keyspace, ref.name);
  if (!known_absent_.empty() && known_absent_.erase(storage_key) > 0) return Ok();
  std::string value;
  const bool found = TRY(set_.engine().Get(FamilyOf(ref.kind), storage_key, &value));
  return found ? TakeLoaded(ref, value) : Ok();
}

Result<bool> Shard::Read(KeyRef& ref, std::string* value) {
  if (!ResolveInMemory(ref)) {
    return set_.engine().Get(FamilyOf(ref.kind), StorageKey(*ref.keyspace, ref.name), value);
  }
  if (ref.entry == nullptr || !ref.entry->present()) return false;
  value->assign(ref.entry->bytes());
  return true;
}

Status Shard::TakeLoaded(KeyRef& ref, Bytes value) {
  ref.entry = ref.keyspace->InsertLoaded(ref.name, ref.hash, value);
  if (ref.entry == nullptr) {
    return kBadValue;
  }
  const Status loaded = LoadChunks(*ref.keyspace, ref.entry, {});
  if (!loaded.ok()) {
    ref.keyspace->Unload(ref.entry);
    ref.entry = nullptr;
  }
  return loaded;
}

// The chunks of a value that has just been loaded: nothing of it can change meanwhile, since
// changes begin in memory.
Status Shard::LoadChunks(Keyspace& keyspace, Entry* entry,
                         std::span<const ChangeBatch::Entry> pending) {
  const ChunkedString* chunks = keyspace.ChunksOf(*entry);
  if (chunks == nullptr) return Ok();
  const std::string begin = ElementKey(keyspace.id(), chunks->object, {});
  const std::string end = PrefixEnd(begin);
  const std::unique_ptr<ReadView> view = set_.engine().NewReadView();
  const auto it = view->NewIterator(Family::kElements, begin, end,
                                    {.fill_cache = false, .readahead_bytes = kLoadReadBytes});
  const auto below = [](const ChangeBatch::Entry& change, Bytes key) { return change.key() < key; };
  auto change = std::lower_bound(pending.begin(), pending.end(), Bytes(begin), below);
  const auto changes_end = std::lower_bound(change, pending.end(), Bytes(end), below);
  it->SeekToFirst();
  while (it->Valid() || change != changes_end) {
    const bool stored = change == changes_end || (it->Valid() && it->key() < change->key());
    const Bytes key = stored ? it->key() : change->key();
    const bool deleted = !stored && change->op == ChangeOp::kDelete;
    if (!deleted && !keyspace.LoadChunk(entry, key.substr(begin.size()),
                                        stored ? it->value() : change->value())) {
      return kBadValue;
    }
    const bool step = stored || (it->Valid() && it->key() == key);
    if (!stored) ++change;
    if (step) it->Next();
  }
  return it->status();
}

size_t Shard::ExpireDue(int64_t now_ms, size_t limit) {
  size_t n = 0;
  for (auto& keyspace : databases_) {
    n += keyspace->ForDue(now_ms, limit - n, [&](Entry* entry) { keyspace->Expire(entry); });
  }
  return n;
}

int64_t Shard::NextExpiry() const {
  int64_t next = 0;
  for (const auto& keyspace : databases_) {
    const int64_t at = keyspace->next_expiry_ms();
    if (at != 0 && (next == 0 || at < next)) next = at;
  }
  return next;
}

int64_t Shard::Unload(int64_t bytes, bool documents_only) {
  // Keyspaces are tried in proportion to their size; a few failures in a row end the search.
  constexpr int kFailuresMax = 16;
  std::vector<Keyspace*> candidates;
  size_t total = 0;
  ForKeyspaces([&](Keyspace& keyspace) {
    // Entries of indexes leave by themselves.
    if (keyspace.entries() == 0 || keyspace.kind() == KeyspaceKind::kIndex) return;
    if (documents_only && keyspace.kind() != KeyspaceKind::kDocuments) return;
    candidates.push_back(&keyspace);
    total += keyspace.entries();
  });
  const int64_t before = context_.used_bytes.Get();
  for (int failures = 0; total > 0 && failures < kFailuresMax;) {
    if (before - context_.used_bytes.Get() >= bytes) break;
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    size_t at = (random_ >> 16) % total;
    Keyspace* chosen = candidates.back();
    for (Keyspace* keyspace : candidates) {
      if (at < keyspace->entries()) {
        chosen = keyspace;
        break;
      }
      at -= keyspace->entries();
    }
    failures = chosen->UnloadOne(random_) ? 0 : failures + 1;
  }
  return before - context_.used_bytes.Get();
}

// --- drains ---

void Shard::BeginDrain() {
  DCHECK(!draining_);
  drain_batch_ = ChangeBatch();
  draining_ = true;
  part_written_ = false;
  draining_bytes_ = context_.pending_bytes.Get();
  ForKeyspaces([&](Keyspace& keyspace) { keyspace.BeginDrain(drain_batch_); });
  if (objects_drained_ != context_.objects_numbered) {
    objects_drained_ = context_.objects_numbered;
    std::string next;
    PutLE64(next, objects_drained_);
    drain_batch_.Put(Family::kMeta, MetaObjectNext(index_), next);
  }
  ++context_.epoch;
}

bool Shard::DrainSome(size_t limit) {
  bool whole = true;
  const auto drain = [&](Keyspace& keyspace) {
    if (!keyspace.DrainWritten() && limit > 0) {
      limit -= std::min(limit, keyspace.DrainSome(limit, drain_batch_));
    }
    whole &= keyspace.DrainWritten();
  };
  ForKeyspaces(drain);
  for (auto& keyspace : retired_) drain(*keyspace);
  part_written_ = whole;
  if (whole && !retired_.empty()) set_.FreeLater(std::exchange(retired_, {}));
  return whole;
}

void Shard::BeginFinish() {
  context_.drained_epoch = context_.epoch - 1;
  size_t pending = 0;
  ForKeyspaces([&pending](Keyspace& keyspace) { pending += keyspace.BeginFinish(); });
  context_.pending_entries.Set(static_cast<int64_t>(pending));
  context_.pending_bytes.Add(-draining_bytes_);
  draining_ = false;
}

bool Shard::FinishSome(size_t limit) {
  bool whole = true;
  ForKeyspaces([&](Keyspace& keyspace) {
    if (!keyspace.Finished() && limit > 0) limit -= keyspace.FinishSome(limit);
    whole &= keyspace.Finished();
  });
  return whole;
}

// --- mailbox and thread ---

void Shard::Start() {
  thread_ = std::thread([this] { ThreadMain(); });
}

void Shard::Stop() {
  if (!thread_.joinable()) return;
  mailbox_.enqueue(nullptr);
  thread_.join();
}

void Shard::ThreadMain() {
  pthread_setname_np(pthread_self(), ("shard-" + std::to_string(index_)).c_str());
  std::vector<Job*> batch(kBatch);
  for (;;) {
    const size_t n = mailbox_.wait_dequeue_bulk(batch.begin(), batch.size());
    Prefetch(std::span(batch).first(n));
    for (size_t i = 0; i < n; ++i) {
      if (batch[i] == nullptr) return;  // Stop comes last: nothing is outstanding
      Process(batch[i], i + 1 == n);
    }
    CommitThreadTurn();
  }
}

void Shard::Prefetch(std::span<Job* const> jobs) {
  if (jobs.size() < 2) return;
  cold_.clear();
  for (Job* job : jobs) {
    if (job != nullptr) job->NameKeys(*this, cold_);
  }
  std::erase_if(cold_, [this](KeyRef* ref) { return ResolveInMemory(*ref); });
  if (cold_.size() < 2) return;
  PrefetchKeys(KeyspaceKind::kKeys);
  PrefetchKeys(KeyspaceKind::kDocuments);
}

void Shard::PrefetchKeys(KeyspaceKind kind) {
  storage_keys_.clear();
  for (const KeyRef* ref : cold_) {
    if (ref->kind == kind) storage_keys_.push_back(StorageKey(*ref->keyspace, ref->name));
  }
  if (storage_keys_.empty()) return;
  set_.engine().MultiGet(FamilyOf(kind), storage_keys_, &found_);
  size_t i = 0;
  for (KeyRef* ref : cold_) {
    if (ref->kind != kind) continue;
    Engine::Found& one = found_[i];
    std::string& storage_key = storage_keys_[i++];
    // What can't be read or taken is read again by whoever needs it, and told to its client.
    if (!one.found.ok()) continue;
    if (!*one.found) {
      known_absent_.insert(std::move(storage_key));
    } else if (!ResolveInMemory(*ref)) {  // two may name the same
      (void)TakeLoaded(*ref, one.value);
      // Resolve will find it in memory; but it was read.
      if (kind == KeyspaceKind::kDocuments) ref->keyspace->CountLookups(-1, 1);
    }
  }
}

void Shard::Process(Job* job, bool last) {
  context_.turn = &thread_turn_;
  job->Load(*this);
  // Once the last job has arrived others may hold the shard, and ask it for keys.
  if (last) known_absent_.clear();
  DCHECK(!job->shards_.empty());
  if (job->shards_.size() == 1 && job->where_ == Job::Where::kShardThread) {
    job->Run(thread_turn_);
    finished_.push_back(job);
    if (thread_turn_.large()) CommitThreadTurn();
    return;
  }
  Arrive(job);
}

void Shard::Arrive(Job* job) {
  // What this thread changed before must be in the log before another thread changes it again.
  CommitThreadTurn();
  context_.turn = &set_.turn_;
  const uint32_t ticket = resume_.load(std::memory_order_acquire);
  const bool last = job->missing_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  if (last && job->where_ == Job::Where::kShardThread) {
    for (const uint16_t i : job->shards_) set_.shard(i).context_.turn = &thread_turn_;
    job->Run(thread_turn_);
    // It may have read what an earlier turn of ours changed and could not log.
    job->committed_ = set_.NoteCommit(thread_turn_.Commit(set_.log()));
    if (thread_turn_.has_changes()) set_.PushChanges(thread_turn_.TakeChanges());
    for (const uint16_t i : job->shards_) set_.shard(i).context_.turn = &set_.turn_;
    job->ran_ = true;
    const std::vector<uint16_t> shards = job->shards_;
    set_.PushCompletion(job);
    for (const uint16_t i : shards) {
      if (i != index_) set_.shard(i).Resume();
    }
    outstanding_.fetch_sub(1, std::memory_order_release);
    return;
  }
  if (last) set_.PushCompletion(job);
  while (resume_.load(std::memory_order_acquire) == ticket) resume_.wait(ticket);
}

void Shard::Resume() {
  outstanding_.fetch_sub(1, std::memory_order_release);
  resume_.fetch_add(1, std::memory_order_release);
  resume_.notify_one();
}

void Shard::CommitThreadTurn() {
  const Status committed = set_.NoteCommit(thread_turn_.Commit(set_.log()));
  if (thread_turn_.has_changes()) set_.PushChanges(thread_turn_.TakeChanges());
  // After a job of several shards this shard may be another's already.
  if (finished_.empty()) return;
  // A busy shard writes its slices of a drain itself, while it still holds itself.
  if (draining_ && !part_written_) set_.drainer().WriteSlice(*this, Drainer::SliceEnd());
  for (Job* job : finished_) {
    job->committed_ = committed;
    job->ran_ = true;
  }
  const auto n = static_cast<uint32_t>(finished_.size());
  // The loop may hold the shard from the last of these on: everything of ours is done.
  context_.turn = &set_.turn_;
  outstanding_.fetch_sub(n, std::memory_order_release);
  for (Job* job : finished_) set_.PushCompletion(job);
  finished_.clear();
}

}  // namespace veddb
