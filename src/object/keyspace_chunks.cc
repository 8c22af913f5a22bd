// SPDX-License-Identifier: BSD-3-Clause
// The part of Keyspace that knows which chunks of long strings have changed.
//
// Every change that the log gets is exact, chunk by chunk: `stored` is what the log holds, so a
// chunk is deleted there if and only if it is there. A drain may delete a few that never reached
// the store, which harms nothing. When a string goes, so do its chunks, each by its name: no more
// of them than were once written, and without a range that is marked as deleted, which would slow
// readers and outlast snapshots.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/coding.h"
#include "log/record.h"
#include "object/keyspace.h"
#include "object/turn.h"
#include "storage/key_codec.h"

namespace veddb {
namespace {

constexpr int kShardBits = 16;  // of an object's number
// About what a change takes in a record besides its value.
constexpr size_t kChangeOverheadBytes = 64;

// So many chunks of a string are written to a drain at once when the string changes before its
// slice; of more, those that do not change wait for theirs.
constexpr size_t kWrittenAheadMax = 16;

// The name of one chunk.
class ChunkKey {
 public:
  ChunkKey(uint32_t space, uint64_t object, uint32_t chunk) {
    StoreChunkKey(bytes_, space, object, chunk);
  }
  Bytes get() const { return {bytes_, sizeof bytes_}; }

 private:
  char bytes_[kChunkKeyBytes];
};

}  // namespace

void Keyspace::BecomeChunked(Entry* entry, uint64_t object) {
  auto chunks = std::make_unique<ChunkedString>();
  chunks->object = object;
  chunked_[entry] = std::move(chunks);
  entry->flags |= Entry::kChunked;
}

void Keyspace::BecomeChunked(Entry* entry) {
  const uint64_t number = context_.objects_numbered++;
  DCHECK(number < uint64_t{1} << (64 - kShardBits));
  std::string next;
  PutLE64(next, context_.objects_numbered);
  context_.turn->ops().Put(Family::kMeta, MetaObjectNext(context_.shard), next);
  BecomeChunked(entry, number << kShardBits | context_.shard);
}

bool Keyspace::LoadChunk(Entry* entry, Bytes sub_key, Bytes bytes) {
  if (sub_key.size() != sizeof(uint32_t)) return false;
  Blob* blob = entry->value.blob;
  const uint32_t chunk = LoadBE32(sub_key.data());
  const uint64_t begin = uint64_t{chunk} * kChunkBytes;
  if (bytes.size() > kChunkBytes || begin + bytes.size() > blob->size) return false;
  std::memcpy(blob->data + begin, bytes.data(), bytes.size());
  chunked_.at(entry)->stored.Add(chunk, chunk + 1);
  return true;
}

void Keyspace::MarkChunks(ChunkedString& chunks, uint32_t first, uint32_t end) {
  context_.turn->CountBytes(chunks.unlogged.Add(first, end) * kChunkBytes);
  const size_t undrained = chunks.undrained.Add(first, end);
  context_.pending_bytes.Add(static_cast<int64_t>(undrained * kChunkBytes));
}

void Keyspace::WholeHasChanged(Entry* entry) {
  const size_t size = entry->bytes().size();
  if (kind_ != KeyspaceKind::kKeys || size < kChunkedBytesMin) return DropChunks(entry);
  if ((entry->flags & Entry::kChunked) == 0) BecomeChunked(entry);
  ChunkedString& chunks = *chunked_.at(entry);
  const uint32_t count = ChunkCount(size);
  MarkChunks(chunks, 0, count);
  // Those of a longer string that was there before.
  chunks.stored.ForEach([&](uint32_t chunk) {
    if (chunk >= count) MarkChunks(chunks, chunk, chunk + 1);
    return true;
  });
}

void Keyspace::PartHasChanged(Entry* entry, size_t before, size_t offset, size_t size) {
  const bool was_chunked = (entry->flags & Entry::kChunked) != 0;
  if (!was_chunked) {
    if (kind_ != KeyspaceKind::kKeys || entry->bytes().size() < kChunkedBytesMin) return;
    BecomeChunked(entry);
  }
  ChunkedString& chunks = *chunked_.at(entry);
  // Zeros that the string grew by need no chunk, nor does the end of the one it ended in.
  if (!was_chunked) MarkChunks(chunks, 0, ChunkCount(before));
  if (size == 0) return;
  MarkChunks(chunks, static_cast<uint32_t>(offset / kChunkBytes), ChunkCount(offset + size));
}

void Keyspace::LogChunks(Entry* entry, RecordBuilder& record) {
  if ((entry->flags & Entry::kChunked) == 0) return;
  ChunkedString& chunks = *chunked_.at(entry);
  record.Expect(chunks.unlogged.size() * (kChunkBytes + kChangeOverheadBytes));
  chunks.unlogged.ForEach([&](uint32_t chunk) {
    const ChunkKey key(id_, chunks.object, chunk);
    const Bytes bytes = StoredChunk(entry->bytes(), chunk);
    if (!bytes.empty()) {
      record.Put(Family::kElements, key.get(), bytes);
      chunks.stored.Add(chunk, chunk + 1);
    } else if (chunks.stored.Remove(chunk)) {
      record.Delete(Family::kElements, key.get());
    } else if (!chunks.drained) {
      chunks.undrained.Remove(chunk);  // zeros that nobody has ever written
    }
    return true;
  });
  chunks.unlogged.Clear();
}

// Up to `limit` of these chunks of the string, which go out of the set.
size_t Keyspace::DrainChunks(uint64_t object, Bytes string, ChunkSet& chunks, size_t limit,
                             ChangeBatch& batch) {
  size_t n = 0;
  chunks.ForEach([&](uint32_t chunk) {
    if (n == limit) return false;
    ++n;
    const ChunkKey key(id_, object, chunk);
    const Bytes bytes = StoredChunk(string, chunk);
    if (!bytes.empty()) {
      batch.Put(Family::kElements, key.get(), bytes);
    } else {
      batch.Delete(Family::kElements, key.get());
    }
    chunks.Remove(chunk);
    return true;
  });
  return n;
}

size_t Keyspace::DrainChunks(Entry* entry, size_t limit, ChangeBatch& batch) {
  if ((entry->flags & Entry::kChunked) == 0) return 0;
  ChunkedString& chunks = *chunked_.at(entry);
  chunks.drained = true;
  return DrainChunks(chunks.object, entry->bytes(), chunks.undrained, limit, batch);
}

// The entry is about to be written to the drain before its slice, since it changes. Of a long
// string only what changes has to be: one bit must not cost a copy of all. REQUIRES: a drain is
// under way.
void Keyspace::LeaveChunksBehind(Entry* entry) {
  if ((entry->flags & Entry::kChunked) == 0) return;
  ChunkedString& chunks = *chunked_.at(entry);
  if (chunks.undrained.size() <= kWrittenAheadMax) return;
  chunks.drained = true;
  std::swap(chunks.left_behind, chunks.undrained);
  left_behind_.push_back(entry);
}

// The whole string changes or goes: what the drain still needs of it stays where it is, in a block
// that is the drain's too from now on.
void Keyspace::OrphanChunks(Entry* entry) {
  if ((entry->flags & Entry::kChunked) == 0 || left_behind_.empty()) return;
  ChunkedString& chunks = *chunked_.at(entry);
  std::erase(left_behind_, entry);
  if (chunks.left_behind.size() <= kWrittenAheadMax) {
    DrainChunks(chunks.object, entry->bytes(), chunks.left_behind, SIZE_MAX, *batch_);
    return;
  }
  if (chunks.shared == nullptr)
    chunks.shared = {entry->value.blob, [](Blob* blob) { std::free(blob); }};
  orphans_.push_back({chunks.object, std::exchange(chunks.left_behind, {}), chunks.shared});
}

// The entry's part of a block that it shares, or did; nullptr: the block is its own.
std::shared_ptr<Blob> Keyspace::TakeShared(Entry* entry) {
  if ((entry->flags & Entry::kChunked) == 0) return nullptr;
  return std::move(chunked_.at(entry)->shared);
}

// The same for an edit of a part.
void Keyspace::DrainLeftBehind(Entry* entry, size_t offset, size_t size) {
  if ((entry->flags & Entry::kChunked) == 0 || left_behind_.empty()) return;
  ChunkedString& chunks = *chunked_.at(entry);
  const auto first = static_cast<uint32_t>(offset / kChunkBytes);
  ChunkSet now;
  for (uint32_t chunk = first; chunk < ChunkCount(offset + size); ++chunk) {
    if (chunks.left_behind.Remove(chunk)) now.Add(chunk, chunk + 1);
  }
  DrainChunks(chunks.object, entry->bytes(), now, SIZE_MAX, *batch_);
}

size_t Keyspace::DrainSomeLeftBehind(size_t limit, ChangeBatch& batch) {
  size_t n = 0;
  while (!left_behind_.empty() && n < limit) {
    Entry* entry = left_behind_.back();
    ChunkedString& chunks = *chunked_.at(entry);
    n += DrainChunks(chunks.object, entry->bytes(), chunks.left_behind, limit - n, batch);
    if (!chunks.left_behind.empty()) break;
    left_behind_.pop_back();
  }
  return n;
}

size_t Keyspace::DrainSomeOrphans(size_t limit, ChangeBatch& batch) {
  size_t n = 0;
  while (!orphans_.empty() && n < limit) {
    LeftChunks& last = orphans_.back();
    Bytes string;
    if (last.blob != nullptr) string = {last.blob->data, last.blob->size};
    n += DrainChunks(last.object, string, last.chunks, limit - n, batch);
    if (!last.chunks.empty()) break;
    if (last.blob != nullptr && last.blob->capacity >= LazyFree::kAlwaysBytesMin &&
        context_.lazy_free != nullptr) {
      context_.lazy_free->Free(0, [blob = std::move(last.blob)] {});
    }
    orphans_.pop_back();
  }
  return n;
}

void Keyspace::DropChunks(Entry* entry) {
  if ((entry->flags & Entry::kChunked) == 0) return;
  ChunkedString& chunks = *chunked_.at(entry);
  chunks.stored.ForEach([&](uint32_t chunk) {
    context_.turn->ops().Delete(Family::kElements, ChunkKey(id_, chunks.object, chunk).get());
    return true;
  });
  if (chunks.drained) {
    // What the store holds the log holds too, or it has changed since the last drain.
    chunks.stored.ForEach([&](uint32_t chunk) {
      chunks.undrained.Add(chunk, chunk + 1);
      return true;
    });
    dropped_.push_back({chunks.object, std::move(chunks.undrained), nullptr});
  }
  chunked_.erase(entry);
  entry->flags &= static_cast<uint8_t>(~Entry::kChunked);
}

// REQUIRES: both were touched, `to` has the value of `from` already.
void Keyspace::MoveChunks(Entry* from, Keyspace& target, Entry* to) {
  if ((from->flags & Entry::kChunked) == 0) return;
  if (&target == this) {
    std::replace(left_behind_.begin(), left_behind_.end(), from, to);
  } else {
    OrphanChunks(from);  // another thread may have the target; its drain may be written
  }
  if (target.id_ != id_) {
    // Chunks lie with their space, which is dropped as a whole.
    std::shared_ptr<Blob> shared = TakeShared(from);
    DropChunks(from);
    target.WholeHasChanged(to);
    target.chunked_.at(to)->shared = std::move(shared);
    return;
  }
  auto node = chunked_.extract(from);
  target.chunked_[to] = std::move(node.mapped());
  to->flags |= Entry::kChunked;
  from->flags &= static_cast<uint8_t>(~Entry::kChunked);
}

}  // namespace veddb
