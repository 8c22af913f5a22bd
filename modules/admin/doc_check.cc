// SPDX-License-Identifier: BSD-3-Clause
#include "modules/admin/doc_check.h"

#include <array>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/hash.h"
#include "doc/index/index.h"
#include "doc/index/index_keys.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/stored.h"

namespace veddb {
namespace {

constexpr size_t kPrefixBytes = 4;  // a collection's or an index's number

Error Disagree(const doc::Index& index, const std::string& what) {
  return Err("index " + index.spec.name + " and its documents disagree: " + what);
}

// A sum over entries that does not depend on their order: equal sums, equal entries.
struct Sum {
  std::array<uint64_t, 2> lanes = {};
  int64_t entries = 0;

  void Add(Bytes key, Bytes value) {
    std::string item;
    PutSized(item, key);
    item.append(value);
    for (size_t i = 0; i < lanes.size(); ++i) {
      const char lane = static_cast<char>('0' + i);
      lanes[i] += Hash64(Bytes(&lane, 1), item);
    }
    ++entries;
  }
  friend bool operator==(const Sum&, const Sum&) = default;
};

class Checker {
 public:
  Checker(const Databases& databases, const Snapshot& snapshot, const Collection& collection)
      : databases_(databases),
        snapshot_(snapshot),
        collection_(collection),
        indexes_(doc::IndexesOf(collection)),
        expected_(indexes_.size()) {}

  Result<DocCheckFigures> Run() {
    TRY(ReadDocuments());
    if (figures_.documents != databases_.DocumentCount(collection_.id)) {
      return Err("there are " + std::to_string(figures_.documents) + " documents, counted are " +
                 std::to_string(databases_.DocumentCount(collection_.id)));
    }
    for (size_t i = 0; i < indexes_.size(); ++i) TRY(CheckIndex(*indexes_[i], expected_[i]));
    figures_.indexes = static_cast<int64_t>(indexes_.size());
    return figures_;
  }

 private:
  // The entries that a document should have in the index now.
  static Status EntriesOf(const doc::Index& index, Bytes ordered_id, Bytes value,
                          doc::IndexEntries* out) {
    out->entries.clear();
    if (!index.ready() && Bytes(index.built_to) < ordered_id) return Ok();
    const doc::StoredDocument stored = TRY(doc::DecodeStored(value));
    TRY(doc::MakeIndexEntries(index.spec, stored.doc, ordered_id, out));
    if ((out->multikey & ~index.multikey.load()) == 0) return Ok();
    return Disagree(index, "it does not know of arrays in " + Shown(value));
  }

  static std::string Shown(Bytes value) {
    const Result<doc::StoredDocument> stored = doc::DecodeStored(value);
    return stored.ok() ? "document " + doc::JsonText(stored->doc.Find(doc::kIdField))
                       : "a damaged document";
  }

  Status ReadDocuments() {
    Status status;
    doc::IndexEntries made;
    TRY(snapshot_.Scan(KeyspaceKind::kDocuments, collection_.id, {}, {},
                       [&](Bytes key, Bytes value) {
                         ++figures_.documents;
                         for (size_t i = 0; i < indexes_.size(); ++i) {
                           status = EntriesOf(*indexes_[i], key.substr(kPrefixBytes), value, &made);
                           if (!status.ok()) return false;
                           for (const doc::IndexEntry& entry : made.entries)
                             expected_[i].Add(entry.key, entry.value);
                         }
                         return true;
                       }));
    return status;
  }

  Status CheckIndex(const doc::Index& index, const Sum& expected) {
    Sum found;
    TRY(snapshot_.Scan(KeyspaceKind::kIndex, index.id, {}, {}, [&](Bytes key, Bytes value) {
      const Bytes entry = key.substr(kPrefixBytes);
      if (entry.empty() || entry[0] != doc::kIndexNoteMark) found.Add(entry, value);
      return true;
    }));
    if (!(found == expected)) {
      TRY(FindMissingEntry(index));
      TRY(FindMissingDocument(index));
      return Disagree(index, "entries differ");
    }
    figures_.entries += found.entries;
    const int64_t counted = databases_.IndexEntryCount(index.id);
    if (counted == found.entries) return Ok();
    return Disagree(index, "it has " + std::to_string(found.entries) + " entries, counted are " +
                               std::to_string(counted));
  }

  // The value under a key of a keyspace, if there is one.
  Result<std::optional<std::string>> Get(KeyspaceKind kind, uint32_t id, Bytes name) const {
    std::string lower;
    PutBE32(lower, id);
    lower.append(name);
    const std::string upper = lower + '\0';
    std::optional<std::string> out;
    TRY(snapshot_.Scan(kind, id, lower, upper, [&](Bytes, Bytes value) {
      out = std::string(value);
      return false;
    }));
    return out;
  }

  Status FindMissingEntry(const doc::Index& index) const {
    Status status;
    doc::IndexEntries made;
    TRY(snapshot_.Scan(
        KeyspaceKind::kDocuments, collection_.id, {}, {}, [&](Bytes key, Bytes value) {
          status = EntriesOf(index, key.substr(kPrefixBytes), value, &made);
          for (const doc::IndexEntry& entry : made.entries) {
            if (!status.ok()) break;
            const auto found = Get(KeyspaceKind::kIndex, index.id, entry.key);
            if (!found.ok()) status = found.error();
            if (found.ok() && *found != entry.value) {
              status = Disagree(index, Shown(value) + (*found ? " has an entry of another value"
                                                              : " has no entry"));
            }
          }
          return status.ok();
        }));
    return status;
  }

  Status FindMissingDocument(const doc::Index& index) const {
    Status status;
    TRY(snapshot_.Scan(KeyspaceKind::kIndex, index.id, {}, {}, [&](Bytes key, Bytes value) {
      const Bytes entry = key.substr(kPrefixBytes);
      if (!entry.empty() && entry[0] == doc::kIndexNoteMark) return true;
      status = CheckEntry(index, entry, value);
      return status.ok();
    }));
    return status;
  }

  Status CheckEntry(const doc::Index& index, Bytes key, Bytes value) const {
    const doc::IndexEntryView view = TRY(doc::ParseIndexEntry(index.spec, key, value));
    const auto document = TRY(Get(KeyspaceKind::kDocuments, collection_.id, view.ordered_id));
    if (!document) return Disagree(index, "an entry is of a document that is not there");
    doc::IndexEntries made;
    TRY(EntriesOf(index, view.ordered_id, *document, &made));
    for (const doc::IndexEntry& entry : made.entries) {
      if (entry.key == key && entry.value == value) return Ok();
    }
    return Disagree(index, Shown(*document) + " has an entry that it should not have");
  }

  const Databases& databases_;
  const Snapshot& snapshot_;
  const Collection& collection_;
  const doc::IndexList& indexes_;
  std::vector<Sum> expected_;
  DocCheckFigures figures_;
};

}  // namespace

Result<DocCheckFigures> CheckDocuments(const Databases& databases, const Snapshot& snapshot,
                                       const Collection& collection) {
  return Checker(databases, snapshot, collection).Run();
}

}  // namespace veddb
