// SPDX-License-Identifier: BSD-3-Clause
// Index: an index as the server has it, and where a collection and its shards keep theirs.
//
// The catalog (the loop) owns them; queries on other threads keep a share of what was when they
// were planned. Writers find the indexes of a document on the keyspace that holds it, so that they
// need nothing but their shard (collection/shard_collection.h).
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "doc/index/index_spec.h"
#include "doc/plan/statistics.h"
#include "object/databases.h"

namespace veddb::doc {

enum class IndexState : uint8_t { kBuilding, kReady, kDropped };

// What is known of an index's entries, and when that was found out. Any thread.
class StatisticsSlot {
 public:
  struct Known {
    std::shared_ptr<const IndexStatistics> statistics;  // null: nothing is known yet
    int64_t made_ms = 0;                                // monotonic
  };
  Known Get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return known_;
  }
  void Set(Known known) {
    const std::lock_guard<std::mutex> lock(mutex_);
    known_ = std::move(known);
  }

 private:
  mutable std::mutex mutex_;  // guards known_, for a copy
  Known known_;
};

struct Index {
  const uint32_t id;
  const uint32_t collection;
  const IndexSpec spec;
  // Changed by the loop with every shard held. A snapshot that was taken while the index was ready,
  // and is not dropped when one looks afterwards, has all of its entries.
  std::atomic<IndexState> state;
  // While it is built: the documents up to this ordered `_id` have their entries, and whoever
  // changes them keeps these right; those behind it have none. Changed by the loop with every shard
  // held, read by whoever holds one.
  std::string built_to;
  // Bit i: field i has led to or through an array in some document, ever. Set by whoever holds a
  // shard before the entries can be seen; any thread.
  std::atomic<uint32_t> multikey{0};
  // How many notes of multikey fields lie among the entries (index_keys.h). Likewise.
  std::atomic<int64_t> notes{0};
  // Documents that the build has looked at so far; any thread.
  std::atomic<uint64_t> scanned{0};
  mutable StatisticsSlot statistics;

  Index(uint32_t index_id, uint32_t collection_id, IndexSpec index_spec, IndexState index_state)
      : id(index_id), collection(collection_id), spec(std::move(index_spec)), state(index_state) {}
  bool ready() const { return state.load(std::memory_order_acquire) == IndexState::kReady; }
};

using IndexList = std::vector<std::shared_ptr<Index>>;

class CollectionIndexes final : public CollectionTraits {
 public:
  explicit CollectionIndexes(IndexList list) : list_(std::move(list)) {}
  // In the order in which they were made; without `_id_`, which is no index of its own.
  const IndexList& list() const { return list_; }
  const Index* Find(Bytes name) const;
  // Its writes need every shard, since a value may be another shard's.
  bool any_unique() const;

 private:
  const IndexList list_;
};

// The indexes of a collection; empty if there are none.
const IndexList& IndexesOf(const Collection& collection);
bool HasUniqueIndex(const Collection& collection);

}  // namespace veddb::doc
