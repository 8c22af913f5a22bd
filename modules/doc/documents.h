// SPDX-License-Identifier: BSD-3-Clause
// Documents that a command names by id: how it gets at them.
//
// Two ways lead there. Where the collection is known when the command is prepared, the plan names
// the documents and the machine finds them (route kKeys). Where it has to be made first, or its
// graves have (graves.h), the command holds every shard and finds them itself (kAllShards).
// Handlers see a DocumentSet either way.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "command/call.h"
#include "doc/index/index_changes.h"
#include "doc/value/stored.h"
#include "modules/doc/graves.h"

namespace veddb {

// What a command does with the last versions of deleted documents, and so what it is.
enum class GraveUse : uint8_t {
  kNone,   // it reads
  kRead,   // it may insert
  kWrite,  // it may delete
};

struct NamedDocuments : Prepared {
  std::vector<std::string> ids;  // ordered encodings; moved into the plan on the route kKeys
  size_t count = 0;
  GraveUse graves = GraveUse::kNone;
  bool changes = false;      // it may change documents that are there
  bool planned = false;      // the plan names the documents
  std::vector<KeyRef> refs;  // those that the handler itself made
};

// Chooses the route and names the documents of `named.ids` in collection argv[1]. A command that
// does not insert and whose collection is missing runs on the loop and finds nothing.
void PlanDocuments(PrepareCall& prepare, NamedDocuments& named);

// The documents in the order of their ids, each generation of graves behind them likewise.
class DocumentSet {
 public:
  DocumentSet() = default;
  DocumentSet(std::span<KeyRef> refs, size_t count) : refs_(refs), count_(count) {}

  // False: there is no collection, hence none of them.
  bool has_collection() const { return !refs_.empty(); }
  // REQUIRES: has_collection()
  KeyRef& document(size_t i) { return refs_[i]; }
  size_t generations() const { return count_ == 0 ? 0 : refs_.size() / count_ - 1; }
  KeyRef& grave(size_t generation, size_t i) { return refs_[(generation + 1) * count_ + i]; }
  // The entry of a document that is there, else nullptr.
  Entry* Find(const Call& call, size_t i) {
    return has_collection() ? call.Lookup(refs_[i]) : nullptr;
  }
  // With what version a document begins that is not there: 1, or above its last.
  uint64_t FirstVersion(const Call& call, size_t i);

 private:
  std::span<KeyRef> refs_;
  size_t count_ = 0;
};

Result<DocumentSet> FindDocuments(Call& call, NamedDocuments& named);

// Deletes those that are there and remembers their versions; how many. `set` came from
// FindDocuments. An error: nothing was deleted.
Result<size_t> DeleteDocuments(Call& call, NamedDocuments& named, DocumentSet set);

// The stored document of an entry. IOERR if it is damaged.
inline Result<doc::StoredDocument> StoredOf(const Entry& entry) {
  return doc::DecodeStored(entry.bytes());
}

// What a command writes: documents to be stored, found out in full before the first of them is, so
// that an error leaves everything as it was.
class DocumentWrites {
 public:
  explicit DocumentWrites(const Call& call) : call_(call), indexes_(call.databases) {}

  // The document under `ref` becomes version and BSON; `value` has room for the version in front,
  // and must stay where it is until Commit. `before`: as it is stored now, if it is. VALIDATION: it
  // breaks the collection's schema; BADQUERY: an index can't have it.
  Status Store(KeyRef& ref, std::optional<doc::DocView> before, uint64_t version,
               std::string& value);
  // It goes. The caller deletes it after Commit.
  Status Delete(KeyRef& ref, doc::DocView before) { return indexes_.Add(ref, before, {}); }
  // DUPLICATEKEY: nothing was stored.
  Status Commit();

 private:
  struct Stored {
    KeyRef* ref;
    std::string* value;
  };
  // By the schema, if the collection has one.
  Status Validate(const Keyspace& documents, doc::DocView document);

  const Call& call_;
  doc::IndexChanges indexes_;
  std::vector<Stored> stored_;
  std::optional<std::string> warning_;  // of the first that breaks the schema, where that is let be
};

// Stores the one document of `named`, which is not there, and makes its collection if need be;
// returns its version. `value` as above; `set` came from FindDocuments.
Result<uint64_t> StoreNew(Call& call, NamedDocuments& named, DocumentSet& set, std::string& value);

Error VersionMismatch(uint64_t expected, uint64_t found);

}  // namespace veddb
