// SPDX-License-Identifier: BSD-3-Clause
#include "object/keyspace.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "base/mutation.h"
#include "object/access.h"
#include "object/serialize.h"
#include "object/turn.h"

namespace veddb {
namespace {

constexpr size_t kUnloadSamples = 12;
constexpr int64_t kMillisPerSecond = 1000;
// A blob that is overwritten is kept while the new value fills at least half of it.
constexpr size_t kBlobReuseDivisor = 2;

// A row that says more is damaged: no string is so long.
constexpr uint64_t kBlobBytesMax = uint64_t{1} << 31;
// Zeros of fresh pages are free, so from here on a gap is not filled by hand.
constexpr size_t kFreshZerosMin = size_t{1} << 20;
// What a string that is edited in place gets beyond what it needs: as much again up to this, and
// beyond it this, as Redis, or a part of itself, so that a loop of appends is linear.
constexpr size_t kGreedyMax = size_t{1} << 20;
constexpr size_t kGreedyDivisor = 4;

size_t BlobBytes(size_t capacity) { return AllocatedBytes(sizeof(Blob) + capacity); }

}  // namespace

Keyspace::Keyspace(KeyspaceKind kind, uint32_t id, ObjectContext& context)
    : kind_(kind), id_(id), context_(context), table_(context.table_room) {}

Keyspace::~Keyspace() {
  std::vector<Entry*> all;
  all.reserve(table_.size());
  table_.ForEach([&all](Entry* entry) { all.push_back(entry); });
  for (Entry* entry : all) {
    const bool has_blob = entry->has_bytes() && !entry->in_place();
    if (has_blob && TakeShared(entry) == nullptr) std::free(entry->value.blob);
    std::free(entry);
  }
}

void Keyspace::Detach() {
  int64_t pending = static_cast<int64_t>(dirty_.size());
  for (const EntryList* list : {&draining_, &drained_}) {
    list->ForEach([&](const Entry* entry) {
      if (entry != nullptr && entry->dirty_epoch != context_.epoch) ++pending;
    });
  }
  context_.pending_entries.Add(-pending);
  context_.used_bytes.Add(-used_bytes_.Get());
  context_.absent_bytes.Add(-absent_bytes_);
}

Entry* Keyspace::Insert(Bytes key, uint64_t hash, size_t value_bytes) {
  Entry* entry = table_.Insert(key, hash, value_bytes);
  if (kind_ == KeyspaceKind::kIndex) ordered_.insert(entry);
  entry->accessed_s = context_.now_s;
  entry->frequency = kFrequencyStart;
  const auto bytes = static_cast<int64_t>(EntryBytes(*entry));
  Account(bytes);
  CountAbsent(bytes);
  return entry;
}

Entry* Keyspace::InsertLoaded(Bytes key, uint64_t hash, Bytes value) {
  ObjectType type = ObjectType::kDocument;
  Encoding encoding = Encoding::kRaw;
  int64_t expire_at_ms = 0;
  std::optional<ChunkedRow> row;
  if (kind_ == KeyspaceKind::kKeys) {
    KeyHeader header;
    if (!GetKeyHeader(&value, &header)) return nullptr;
    type = static_cast<ObjectType>(header.type);
    encoding = static_cast<Encoding>(header.encoding);
    expire_at_ms = Mutated("loaded-without-expiry") ? 0 : header.expiry_ms;
    if (type == ObjectType::kString && header.encoding == kChunkedEncoding) {
      row = ParseChunkedRow(value);
      if (!row || row->chunk_bytes != kChunkBytes || row->length > kBlobBytesMax) return nullptr;
      encoding = Encoding::kRaw;
    }
    if (type != ObjectType::kString || encoding > Encoding::kEmbedded) return nullptr;
  }
  const bool has_bytes = !row && encoding != Encoding::kInt;
  Entry* entry = Insert(key, hash, has_bytes ? value.size() : 0);
  if (row) {
    NewBlob(entry, row->length, row->length, Fill::kZeros);
    BecomeChunked(entry, row->object);
    chunked_.at(entry)->drained = true;
  } else if (encoding == Encoding::kInt) {
    const std::optional<int64_t> number = ParseInt64(value);
    if (!number) encoding = Encoding::kRaw;
    entry->value.integer = number.value_or(0);
  }
  if (!row && encoding != Encoding::kInt) {
    char* to = NewBytes(entry, value.size());
    if (!value.empty()) std::memcpy(to, value.data(), value.size());
  }
  entry->type = type;
  entry->encoding = encoding;
  entry->flags |= Entry::kOnDisk;
  entry->expire_at_ms = expire_at_ms;
  ++resident_;
  CountAbsent(-static_cast<int64_t>(EntryBytes(*entry)));
  if (expire_at_ms != 0) {
    entry->flags |= Entry::kIndexedExpiry;
    IndexExpiry(entry);
  }
  context_.loaded_objects.Add(1);
  return entry;
}

Entry* Keyspace::InsertPending(Bytes key, uint64_t hash, std::optional<Bytes> value) {
  Entry* entry = value ? InsertLoaded(key, hash, *value) : Insert(key, hash, 0);
  if (entry == nullptr) return nullptr;
  entry->flags |= Entry::kOnDisk;  // so that a delete reaches the disk, which may hold the key
  AddToDirty(entry);
  CountPendingValue(entry);
  return entry;
}

void Keyspace::Touch(Entry* entry) {
  if (entry->dirty_epoch != context_.epoch) {
    if (batch_ != nullptr && (entry->flags & Entry::kPending) != 0 &&
        !Mutated("copy-on-write-skipped")) {
      // It waits in the draining list: the drain must get it as it is now.
      draining_[entry->pending_index] = nullptr;
      LeaveChunksBehind(entry);
      WriteToDrain(entry, *batch_);
    }
    AddToDirty(entry);
  }
  if ((entry->flags & Entry::kInTurn) == 0) {
    DCHECK(context_.turn != nullptr);
    entry->flags |= Entry::kInTurn;
    context_.turn->Add(this, entry);
  }
  if (kind_ != KeyspaceKind::kIndex && context_.turn->ChangesAnother(entry)) {
    context_.changes.Add(1);
  }
  if (!watchers_.empty()) TouchWatchers(entry->key());
  if (context_.report_changes.load(std::memory_order_relaxed) && kind_ == KeyspaceKind::kKeys) {
    context_.turn->ReportChange(entry->key());
  }
}

void Keyspace::AddToDirty(Entry* entry) {
  if (entry->dirty_epoch <= context_.drained_epoch) context_.pending_entries.Add(1);
  entry->dirty_epoch = context_.epoch;
  entry->flags |= Entry::kPending;
  entry->flags &= static_cast<uint8_t>(~Entry::kSized);
  entry->pending_index = static_cast<uint32_t>(dirty_.size());
  dirty_.push_back(entry);
  if (pending_in_order_ != nullptr) pending_in_order_->insert(entry);
  context_.pending_bytes.Add(static_cast<int64_t>(sizeof(Entry) + entry->key_size));
}

void Keyspace::CountPendingValue(Entry* entry) {
  // Chunks are counted as they change.
  constexpr uint8_t kCounted = Entry::kSized | Entry::kChunked;
  if ((entry->flags & kCounted) != 0 || !entry->has_bytes()) return;
  entry->flags |= Entry::kSized;
  context_.pending_bytes.Add(static_cast<int64_t>(entry->bytes().size()));
}

char* Keyspace::NewBlob(Entry* entry, size_t size, size_t capacity, Fill fill) {
  const size_t bytes = sizeof(Blob) + capacity;
  auto* blob =
      static_cast<Blob*>(fill == Fill::kZeros ? std::calloc(1, bytes) : std::malloc(bytes));
  CHECK(blob != nullptr);
  blob->size = static_cast<uint32_t>(size);
  blob->capacity = static_cast<uint32_t>(capacity);
  entry->value.blob = blob;
  Account(static_cast<int64_t>(BlobBytes(capacity)));
  return blob->data;
}

// Room for a value of this size, in the entry if there is enough. REQUIRES: no value is there.
char* Keyspace::NewBytes(Entry* entry, size_t size) {
  const size_t capacity = size <= kInPlaceBytesMax ? entry->place_capacity() : 0;
  if (size > capacity || capacity == 0) return NewBlob(entry, size, size);
  entry->flags |= Entry::kInPlace;
  entry->value.in_place.size = static_cast<uint32_t>(size);
  entry->value.in_place.capacity = static_cast<uint32_t>(capacity);
  return entry->place();
}

void Keyspace::DropValue(Entry* entry, FreeCause cause) {
  if (entry->in_place()) {
    entry->flags &= static_cast<uint8_t>(~Entry::kInPlace);
    return;
  }
  if (!entry->has_bytes()) return;
  CHECK(entry->value.blob != nullptr);
  FreeBlob(entry, std::exchange(entry->value.blob, nullptr), cause);
}

// What was the entry's block, unless a drain needs it still. Without a cause it is no object's end.
void Keyspace::FreeBlob(Entry* entry, Blob* blob, std::optional<FreeCause> cause) {
  const size_t capacity = blob->capacity;
  Account(-static_cast<int64_t>(BlobBytes(capacity)));
  const bool wanted = cause && (context_.lazy_causes.Get() & BitOf(*cause)) != 0;
  const bool lazily =
      context_.lazy_free != nullptr &&
      ((wanted && capacity >= LazyFree::kBytesMin) || capacity >= LazyFree::kAlwaysBytesMin);
  std::shared_ptr<Blob> shared = TakeShared(entry);
  if (lazily && shared != nullptr) {
    context_.lazy_free->Free(wanted ? 1 : 0, [held = std::move(shared)] {});
  } else if (lazily) {
    context_.lazy_free->Free(wanted ? 1 : 0, [blob] { std::free(blob); });
  } else if (shared == nullptr) {
    std::free(blob);
  }
}

void Keyspace::BecomePresent(Entry* entry, ObjectType type, Encoding encoding) {
  if (!entry->present()) {
    count_.Add(1);
    context_.turn->AddKeyspace(this);
    ++resident_;
    CountAbsent(-static_cast<int64_t>(EntryBytes(*entry)));
    entry->frequency = kFrequencyStart;
    entry->accessed_s = context_.now_s;
  }
  entry->type = type;
  entry->encoding = encoding;
}

void Keyspace::BecomeAbsent(Entry* entry) {
  entry->type = ObjectType::kNone;
  count_.Add(-1);
  context_.turn->AddKeyspace(this);
  --resident_;
  CountAbsent(static_cast<int64_t>(EntryBytes(*entry)));
}

// Whether a new value of this size may go where the old one is.
bool Keyspace::Overwrites(const Entry& entry, size_t size) const {
  if (entry.in_place()) return size <= entry.value.in_place.capacity;
  if (!entry.has_bytes()) return false;
  const ChunkedString* chunks = ChunksOf(entry);
  if (chunks != nullptr && chunks->shared != nullptr) return false;
  const size_t capacity = entry.value.blob->capacity;
  return size <= capacity && capacity <= size * kBlobReuseDivisor + sizeof(Blob);
}

void Keyspace::SetBytes(Entry* entry, ObjectType type, Encoding encoding, Bytes value) {
  Touch(entry);
  OrphanChunks(entry);
  char* to = nullptr;
  if (!Overwrites(*entry, value.size())) {
    DropValue(entry);
    to = NewBytes(entry, value.size());
  } else if (entry->in_place()) {
    entry->value.in_place.size = static_cast<uint32_t>(value.size());
    to = entry->place();
  } else {
    entry->value.blob->size = static_cast<uint32_t>(value.size());
    to = entry->value.blob->data;
  }
  // What is empty may be nowhere.
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
  BecomePresent(entry, type, encoding);
  WholeHasChanged(entry);
}

void Keyspace::SetInteger(Entry* entry, int64_t value) {
  Touch(entry);
  OrphanChunks(entry);
  DropValue(entry);
  DropChunks(entry);
  BecomePresent(entry, ObjectType::kString, Encoding::kInt);
  entry->value.integer = value;
}

// A larger place for a value with the bytes of before, and zeros from there to zeros_end; what lies
// behind that is the caller's to write.
char* Keyspace::GrowBytes(Entry* entry, Bytes before, size_t size, size_t zeros_end) {
  Blob* old = entry->has_bytes() && !entry->in_place() ? entry->value.blob : nullptr;
  const bool grows = entry->has_bytes();
  const size_t greed = grows ? std::min(size, std::max(kGreedyMax, size / kGreedyDivisor)) : 0;
  const bool far = zeros_end >= before.size() + kFreshZerosMin;
  entry->flags &= static_cast<uint8_t>(~Entry::kInPlace);
  char* to = nullptr;
  if (grows || far) {
    to = NewBlob(entry, size, size + greed, far ? Fill::kZeros : Fill::kNothing);
  } else {
    to = NewBytes(entry, size);
  }
  if (!before.empty()) std::memcpy(to, before.data(), before.size());
  if (!far && zeros_end > before.size()) {
    std::memset(to + before.size(), 0, zeros_end - before.size());
  }
  if (old != nullptr) FreeBlob(entry, old, std::nullopt);
  return to;
}

char* Keyspace::EditBytes(Entry* entry, size_t offset, size_t size) {
  Touch(entry);
  DrainLeftBehind(entry, offset, size);
  std::array<char, kInt64Chars> digits;
  Bytes before;
  size_t capacity = 0;
  const ChunkedString* chunks = ChunksOf(*entry);
  const bool keeps_block = chunks == nullptr || chunks->shared == nullptr;
  if (entry->has_bytes()) {
    before = entry->bytes();
    capacity = entry->in_place() ? entry->value.in_place.capacity : entry->value.blob->capacity;
  } else if (entry->present()) {
    before = {digits.data(), FormatInt64(entry->value.integer, digits.data())};
  }
  const size_t before_size = before.size();
  const size_t after = std::max(before_size, offset + size);
  char* to = nullptr;
  if (entry->has_bytes() && after <= capacity && keeps_block) {
    const bool in_place = entry->in_place();
    to = in_place ? entry->place() : entry->value.blob->data;
    (in_place ? entry->value.in_place.size : entry->value.blob->size) =
        static_cast<uint32_t>(after);
    if (offset > before_size) std::memset(to + before_size, 0, offset - before_size);
  } else {
    to = GrowBytes(entry, before, after, offset);
  }
  BecomePresent(entry, ObjectType::kString, Encoding::kRaw);
  PartHasChanged(entry, before_size, offset, size);
  return to + offset;
}

void Keyspace::MoveValue(Entry* from, Keyspace& target, Entry* to) {
  const int64_t expire_at_ms = Mutated("rename-loses-expiry") ? 0 : from->expire_at_ms;
  if (from->in_place()) {
    target.SetBytes(to, from->type, from->encoding, from->bytes());
    to->frequency = from->frequency;
    to->accessed_s = from->accessed_s;
    Delete(from);
    target.SetExpiry(to, expire_at_ms);
    return;
  }
  Touch(from);
  target.Touch(to);
  target.OrphanChunks(to);
  target.DropValue(to);
  target.DropChunks(to);
  target.BecomePresent(to, from->type, from->encoding);
  to->value = from->value;
  if (from->has_bytes()) {
    const auto bytes = static_cast<int64_t>(BlobBytes(from->value.blob->capacity));
    Account(-bytes);
    target.Account(bytes);
  }
  MoveChunks(from, target, to);
  to->frequency = from->frequency;
  to->accessed_s = from->accessed_s;
  from->value.blob = nullptr;
  BecomeAbsent(from);
  SetExpiry(from, 0);
  target.SetExpiry(to, expire_at_ms);
}

void Keyspace::Delete(Entry* entry, FreeCause cause) {
  DCHECK(entry->present());
  if (!Mutated("delete-untouched")) Touch(entry);
  OrphanChunks(entry);
  DropValue(entry, cause);
  DropChunks(entry);
  BecomeAbsent(entry);
  SetExpiry(entry, 0);
}

void Keyspace::DeleteUnasked(Entry* entry, FreeCause cause) {
  const uint64_t writer = context_.turn->writer();
  context_.turn->set_writer(0);
  Delete(entry, cause);
  context_.turn->set_writer(writer);
}

void Keyspace::Expire(Entry* entry) {
  DeleteUnasked(entry, FreeCause::kExpiry);
  context_.expired_keys.Add(1);
}

void Keyspace::Evict(Entry* entry) {
  DeleteUnasked(entry, FreeCause::kEviction);
  context_.evicted_keys.Add(1);
}

void Keyspace::SetExpiry(Entry* entry, int64_t expire_at_ms) {
  if (entry->expire_at_ms == expire_at_ms) return;
  Touch(entry);
  UnindexExpiry(entry);
  // Only the first change of a turn leaves what the log says.
  if ((entry->flags & Entry::kIndexedExpiry) != 0) {
    hinted_ms_.try_emplace(entry, entry->expire_at_ms);
  }
  entry->expire_at_ms = expire_at_ms;
  IndexExpiry(entry);
}

void Keyspace::IndexExpiry(Entry* entry) {
  if (entry->expire_at_ms == 0) return;
  expiries_.emplace(entry->expire_at_ms, entry);
  expiry_sum_ms_ += static_cast<double>(entry->expire_at_ms);
}

void Keyspace::UnindexExpiry(Entry* entry) {
  if (entry->expire_at_ms == 0) return;
  expiries_.erase({entry->expire_at_ms, entry});
  expiry_sum_ms_ -= static_cast<double>(entry->expire_at_ms);
}

int64_t Keyspace::average_ttl_ms(int64_t now_ms) const {
  if (expiries_.empty()) return 0;
  const double mean_ms = expiry_sum_ms_ / static_cast<double>(expiries_.size());
  return std::max<int64_t>(0, static_cast<int64_t>(mean_ms) - now_ms);
}

void Keyspace::LogExpiryHint(Entry* entry, RecordBuilder& record) {
  const bool hinted = (entry->flags & Entry::kIndexedExpiry) != 0;
  if (!hinted && entry->expire_at_ms == 0) return;
  if (hinted) {
    const auto changed = hinted_ms_.find(entry);
    if (changed == hinted_ms_.end()) return;
    const int64_t before_ms = changed->second;
    hinted_ms_.erase(changed);
    if (before_ms == entry->expire_at_ms) return;
    const std::string old_hint =
        ExpiryKey(before_ms, ExpiryKind::kKey, StorageKey(*this, entry->key()));
    if (!Mutated("expiry-hint-kept")) {
      record.Delete(Family::kExpiry, old_hint);
      hints_.Delete(Family::kExpiry, old_hint);
    }
  }
  if (entry->expire_at_ms == 0) {
    entry->flags &= static_cast<uint8_t>(~Entry::kIndexedExpiry);
    return;
  }
  const std::string hint =
      ExpiryKey(entry->expire_at_ms, ExpiryKind::kKey, StorageKey(*this, entry->key()));
  record.Put(Family::kExpiry, hint, {});
  hints_.Put(Family::kExpiry, hint, {});
  entry->flags |= Entry::kIndexedExpiry;
}

int64_t Keyspace::TakeUnloggedCount() {
  const int64_t delta = count_.Get() - logged_count_;
  logged_count_ += delta;
  return delta;
}

int64_t Keyspace::TakeUndrainedCount() {
  const int64_t delta = count_.Get() - drained_count_;
  drained_count_ += delta;
  return delta;
}

void Keyspace::Unload(Entry* entry) {
  if (!Mutated("unloaded-stays-complete")) complete_ = false;
  Free(entry);
}

void Keyspace::Free(Entry* entry) {
  DropValue(entry);
  if ((entry->flags & Entry::kChunked) != 0) chunked_.erase(entry);
  UnindexExpiry(entry);
  if (!hinted_ms_.empty()) hinted_ms_.erase(entry);
  const auto bytes = static_cast<int64_t>(EntryBytes(*entry));
  Account(-bytes);
  if (entry->present()) {
    --resident_;
  } else {
    CountAbsent(-bytes);
  }
  if (kind_ == KeyspaceKind::kIndex) ordered_.erase(entry);
  table_.Remove(entry, Hash64(entry->key()));
  std::free(entry);
}

// --- memory ---

Entry* Keyspace::SampleExpiring(uint64_t random) const {
  if (expiries_.empty()) return nullptr;
  const int64_t first_ms = expiries_.begin()->first;
  const auto span = static_cast<uint64_t>(expiries_.rbegin()->first - first_ms) + 1;
  const auto at_ms = first_ms + static_cast<int64_t>((random >> 8) % span);
  auto at = expiries_.lower_bound({at_ms, nullptr});
  // Those that share a time, or follow a gap, shall have a chance too.
  for (uint64_t skip = random & 15; skip > 0 && at != expiries_.end(); --skip) ++at;
  return at == expiries_.end() ? expiries_.rbegin()->second : at->second;
}

bool Keyspace::UnloadOne(uint64_t random) {
  Entry* coldest = nullptr;
  for (size_t i = 0; i < kUnloadSamples; ++i) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    Entry* entry = table_.Sample(random);
    if (entry == nullptr) return false;
    const bool dirty = entry->dirty_epoch > context_.drained_epoch;
    if (!entry->present() || (dirty && !Mutated("unload-dirty"))) continue;
    // One that is due is left to expiry: the search on disk may have passed its time already.
    if (entry->ExpiredAt(context_.wall_ms + kMillisPerSecond)) continue;
    if (coldest == nullptr || entry->accessed_s < coldest->accessed_s) coldest = entry;
  }
  if (coldest == nullptr) return false;
  context_.unloaded_objects.Add(1);
  Unload(coldest);
  return true;
}

// --- watched keys ---

void Keyspace::Watch(Bytes key, std::shared_ptr<WatchState> state) {
  watchers_[std::string(key)].push_back(std::move(state));
}

void Keyspace::Unwatch(Bytes key, const WatchState* state) {
  const auto found = watchers_.find(std::string(key));
  if (found == watchers_.end()) return;
  std::erase_if(found->second, [state](const auto& held) { return held.get() == state; });
  if (found->second.empty()) watchers_.erase(found);
}

void Keyspace::TouchWatchers(Bytes key) {
  const auto found = watchers_.find(std::string(key));
  if (found == watchers_.end()) return;
  for (auto& state : found->second) state->touched.store(true, std::memory_order_relaxed);
}

}  // namespace veddb
