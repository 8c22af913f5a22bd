// SPDX-License-Identifier: BSD-3-Clause
// Graves: the last versions of documents that were deleted, so that a document which is inserted
// again starts above them and a stale IFVERSION can't hit it.
//
// They lie in collections of their own that no client can name (their names begin with NUL): one
// for each collection and day, with the deleted document's ordered _id and its last version.
// Yesterday's to tomorrow's (the clock may be set back) are looked at; older ones are dropped as
// wholes. A grave lives on the shard of its document, so that a write needs no second shard.
//
// Thread: the loop; what changes collections needs every shard held.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/call.h"

namespace veddb {

inline constexpr int64_t kGraveDayMs = 86'400'000;

// Is this a collection that only the server itself uses?
inline bool IsHiddenCollection(Bytes name) { return !name.empty() && name[0] == '\0'; }

// The graves that deletes go to at this time; nullptr: not yet made.
const Collection* FindGraves(const Databases& databases, const Collection& collection,
                             int64_t now_ms);
// All graves that inserts must look at: at most three.
std::vector<uint32_t> ReadableGraves(const Databases& databases, const Collection& collection,
                                     int64_t now_ms);

// --- with every shard held ---
// Makes them if need be, and drops those of the database whose time is over.
uint32_t MakeGraves(Databases& databases, const Collection& collection, int64_t now_ms);
// With the collection.
void DropGraves(Databases& databases, const Collection& collection);

// --- where the document is ---
// The grave's reference, given its document's.
inline KeyRef GraveOf(const KeyRef& document, uint32_t graves) {
  KeyRef ref = document;
  ref.space = graves;
  ref.keyspace = nullptr;
  ref.entry = nullptr;
  return ref;
}
// The version that the grave holds, 0 if there is none.
uint64_t BuriedVersion(const Call& call, KeyRef& grave);
void Bury(const Call& call, KeyRef& grave, uint64_t version);

}  // namespace veddb
