// SPDX-License-Identifier: BSD-3-Clause
// Databases: what a command that holds every shard may do with databases and collections as wholes.
// Implemented by the shards (shard/shard_set.h); handlers see only this.
//
// Thread: the loop, while every shard is held; what is marked 'loop' needs no shard.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "object/key_ref.h"
#include "object/keyspace.h"

namespace veddb {

class ReadView;

// When memory of a dropped database is given back: with the command, as long as that is little, or
// in any case by other threads.
enum class Freeing : bool { kNow, kLater };

// What the document engine knows of a collection: its indexes (doc/index/index.h).
class CollectionTraits {
 public:
  virtual ~CollectionTraits() = default;
};

// Look-ups of documents by id since the start: found in memory, or read from disk.
struct LookupFigures {
  int64_t hits = 0;
  int64_t misses = 0;
};

// Loop. A collection belongs to one database; the id never changes and is never used again. Traits
// are replaced when they change, so that whoever keeps them has what was.
struct Collection {
  uint32_t id = 0;
  uint32_t database = 0;
  std::string name;
  std::string options;  // BSON; the document engine's (doc/collection/collection_options.h)
  std::shared_ptr<const CollectionTraits> traits;
};

class Databases {
 public:
  virtual ~Databases() = default;

  // Loop:
  virtual uint32_t database_count() const = 0;
  virtual size_t shard_count() const = 0;
  // The space of the keys family that this database is now.
  virtual uint32_t SpaceOf(uint32_t database) const = 0;
  // Keys of a database, those included that have expired and are not yet deleted.
  virtual int64_t KeyCount(uint32_t database) const = 0;
  virtual int64_t ExpiringCount(uint32_t database) const = 0;
  virtual int64_t DocumentCount(uint32_t collection) const = 0;
  virtual int64_t IndexEntryCount(uint32_t index) const = 0;
  virtual LookupFigures DocumentLookups(uint32_t collection) const = 0;
  virtual const Collection* FindCollection(uint32_t database, Bytes name) const = 0;
  // Sorted by name.
  virtual std::vector<Collection> Collections(uint32_t database) const = 0;

  // With every shard held:
  virtual Keyspace& Keys(size_t shard, uint32_t database) = 0;
  virtual Keyspace& Documents(size_t shard, uint32_t collection) = 0;
  virtual Keyspace& IndexEntries(size_t shard, uint32_t index) = 0;
  // Finds the keyspace of the reference and its entry, read from disk where need be.
  virtual Status Resolve(KeyRef& ref) = 0;
  // Drops keys and collections of a database: O(1) but for the collections' names.
  virtual void FlushDatabase(uint32_t database, Freeing freeing) = 0;
  virtual void SwapDatabases(uint32_t first, uint32_t second) = 0;
  // REQUIRES: no collection of that name
  virtual const Collection& CreateCollection(uint32_t database, Bytes name) = 0;
  virtual void DropCollection(const Collection& collection) = 0;
  virtual void RenameCollection(const Collection& collection, Bytes name) = 0;
  // Replaces what the document engine keeps with the collection. REQUIRES: valid options
  virtual void SetCollectionOptions(const Collection& collection, Bytes options) = 0;
  // Adds an index by its definition (doc/index/index_spec.h, valid); returns its number. It is
  // ready if there are no documents, else it has to be built (server/index_builder.h).
  virtual uint32_t CreateIndex(const Collection& collection, Bytes definition) = 0;
  virtual void DropIndex(const Collection& collection, uint32_t index) = 0;
  // The value of an entry or document as it is now, without bringing it into memory. False: absent.
  virtual Result<bool> Read(KeyRef& ref, std::string* value) = 0;
  // A snapshot of the disk, to be overlaid with Keyspace::ForPending of every shard.
  virtual std::unique_ptr<ReadView> NewReadView() = 0;
};

}  // namespace veddb
