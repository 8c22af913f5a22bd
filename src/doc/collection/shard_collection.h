// SPDX-License-Identifier: BSD-3-Clause
// ShardCollection: what hangs on the keyspace of a collection's documents, so that writers need
// nothing but their shard: its indexes and its schema. A collection without either has none.
//
// Owned by: whoever holds the shard.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "doc/collection/collection_options.h"
#include "doc/index/index.h"
#include "object/keyspace.h"

namespace veddb::doc {

struct ShardIndex {
  std::shared_ptr<Index> index;
  Keyspace* entries = nullptr;  // this shard's
  uint32_t noted = 0;           // bits of multikey that this shard has made durable
  // While it is built: documents behind built_to that have changed since the build began.
  std::set<std::string, std::less<>> touched;
};

class ShardCollection final : public KeyspaceAttachment {
 public:
  std::vector<ShardIndex> indexes;
  std::shared_ptr<const CollectionSchema> schema;  // null: none, or one that is not looked at
};

// Of the documents in this keyspace; nullptr: it has neither.
inline ShardCollection* ShardCollectionOf(const Keyspace& documents) {
  return static_cast<ShardCollection*>(documents.attachment());
}

}  // namespace veddb::doc
