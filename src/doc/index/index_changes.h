// SPDX-License-Identifier: BSD-3-Clause
// IndexChanges: what the changes of one command to documents mean for the indexes of their
// collection. All is found out before anything is changed: Add for every document, Check, then
// Apply; an error leaves documents and indexes as they were.
//
//   IndexChanges changes(call.databases);
//   TRY(changes.Add(document_ref, &before, &after));
//   TRY(changes.Check());
//   changes.Apply();   // and store the documents, in the same turn
//
// Unique indexes are judged by what the command as a whole leaves: values that it swaps between
// documents are no duplicates.
// Owned by: whoever holds the shards of the documents; every shard where an index is unique.
#pragma once
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/collection/shard_collection.h"
#include "doc/index/index_keys.h"
#include "object/databases.h"

namespace veddb::doc {

class IndexChanges {
 public:
  // Needed only for collections with unique indexes.
  explicit IndexChanges(Databases* databases) : databases_(databases) {}

  // A document that is inserted (no `before`), changed, or deleted (no `after`). `document` is
  // resolved, and is the same document only once. Both documents must stay until Apply.
  // BADQUERY: an index can't have entries for it (parallel arrays).
  Status Add(const KeyRef& document, std::optional<DocView> before, std::optional<DocView> after);
  // DUPLICATEKEY.
  Status Check();
  void Apply();

  // For the build of an index: the entries of a document that has none yet.
  Status AddMissing(ShardIndex& one, const KeyRef& document, DocView doc);
  // The same of entries that were made elsewhere.
  void AddEntries(ShardIndex& one, uint16_t shard, IndexEntries made);

 private:
  struct Change {
    ShardIndex* one;
    uint16_t shard;
    bool had;  // the key is there now, with old_value
    bool has;  // it will be, with new_value
    std::string key;
    std::string old_value;
    std::string new_value;
  };

  Status AddTo(ShardIndex& one, const KeyRef& document, std::optional<DocView> before,
               std::optional<DocView> after);
  void AddDifference(ShardIndex& one, uint16_t shard, IndexEntries& before, IndexEntries& after);
  void AddChange(ShardIndex& one, uint16_t shard, IndexEntry* before, IndexEntry* after);
  Keyspace& EntriesOf(const Change& change, uint64_t hash) const;
  void ApplyChange(const Change& change) const;
  void ApplyMultikey(ShardIndex& one, uint16_t shard, uint32_t bits) const;

  struct Multikey {
    ShardIndex* one;
    uint16_t shard;
    uint32_t bits;
  };
  struct Touch {
    ShardIndex* one;
    std::string ordered_id;
  };

  Databases* const databases_;
  std::vector<Change> changes_;
  std::vector<Multikey> multikey_;
  std::vector<Touch> touches_;
  IndexEntries before_;
  IndexEntries after_;
};

// DUPLICATEKEY of an index that has the key of this entry already.
Error DuplicateKey(const IndexSpec& spec, const IndexEntry& entry);

// The note that field i of an index is multikey on this shard: a key of the index's family.
std::string MultikeyNote(size_t field, uint16_t shard);
struct MultikeyNoteView {
  size_t field;
  uint16_t shard;
};
std::optional<MultikeyNoteView> ParseMultikeyNote(Bytes key);
// The shard that keeps an entry (or note) of the index.
Result<uint16_t> ShardOfEntry(const Index& index, Bytes key, Bytes value, size_t shards);

}  // namespace veddb::doc
