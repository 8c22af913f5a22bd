// SPDX-License-Identifier: BSD-3-Clause
// The entries that an index has for a document, and values read back from them. Layout:
// ../FORMAT.md, "An index entry". Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/index/index_spec.h"
#include "doc/value/document.h"

namespace veddb::doc {

struct IndexEntry {
  std::string key;    // without the index's number
  std::string value;  // types; of a unique index the ordered _id, sized, in front

  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

struct IndexEntries {
  std::vector<IndexEntry> entries;  // in order of key, each key once
  uint32_t multikey = 0;            // bit i: the path of field i leads to or through an array
};

// A key that begins like this is no entry but a note of the index's own.
inline constexpr char kIndexNoteMark = '\0';
// Where the entries of an index begin, behind its number.
inline constexpr Bytes kIndexEntriesBegin("\x01", 1);

// Whether the index has entries for the document at all: the partial filter.
bool IsIndexed(const IndexSpec& spec, DocView doc);
// Replaces *out. BADQUERY if several fields of a key are arrays, side by side. O(entries · log).
Status MakeIndexEntries(const IndexSpec& spec, DocView doc, Bytes ordered_id, IndexEntries* out);

// An entry taken apart; views into key and value.
struct IndexEntryView {
  Bytes fields;      // the encodings of all fields, one after the other
  Bytes ordered_id;  // of the document
  Bytes types;       // empty: all defaults
};
// IOERR if the bytes are none.
Result<IndexEntryView> ParseIndexEntry(const IndexSpec& spec, Bytes key, Bytes value);

// What is to be read from `types`: the code of a value. See ../FORMAT.md.
inline constexpr uint8_t kTypeMissing = 0x00;
inline constexpr uint8_t kTypeLost = 0xff;  // the value can't be read back

// One value read back; `bson` is its tagged form (TaggedView). False: it can't be, the document has
// to be asked. `encoding`: of one field, as it lies in the key; `code`: nullopt for the default. A
// missing value is the tagged form of type kMissing.
bool DecodeIndexValue(Bytes encoding, bool descending, std::optional<uint8_t> code,
                      std::string* tagged);
// All fields of an entry and `_id` (the last), each tagged. False as above, if any can't be read.
bool DecodeIndexEntry(const IndexSpec& spec, const IndexEntryView& entry,
                      std::vector<std::string>* tagged);

}  // namespace veddb::doc
