// SPDX-License-Identifier: BSD-3-Clause
// String values: how the bytes of a string lie in an Entry, and the changes that keep Redis's rules
// of encoding, which OBJECT ENCODING shows:
//   int     a canonical 64-bit integer, kept as a number: no blob at all
//   embstr  any other value of up to kEmbeddedBytesMax bytes that was set as a whole
//   raw     longer ones, and whatever was edited in place (APPEND, SETRANGE)
//
// Every function that changes keeps the key's expiry. Owned by: whoever holds the entry's shard.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/number.h"
#include "object/entry.h"
#include "object/keyspace.h"

namespace veddb {

inline constexpr size_t kEmbeddedBytesMax = 44;
// No string may be longer, whatever proto-max-bulk-len says: a value must fit a record of the log
// with room for others beside it, and its size the 32 bits of a blob.
inline constexpr int64_t kStringBytesMax = int64_t{1} << 30;

// The bytes of a string, those of an integer written out here. They live as long as this object and
// the value. nullptr: no bytes.
class StringBytes {
 public:
  explicit StringBytes(const Entry* entry);
  StringBytes(const StringBytes&) = delete;
  StringBytes& operator=(const StringBytes&) = delete;

  Bytes get() const { return bytes_; }

 private:
  std::array<char, kInt64Chars> digits_;
  Bytes bytes_;
};

size_t StringLength(const Entry& entry);
// The number that the value is, strictly as ParseInt64 reads it.
std::optional<int64_t> StringInteger(const Entry& entry);
std::optional<long double> StringLongDouble(const Entry& entry);
// "int", "embstr", "raw".
Bytes EncodingName(Encoding encoding);

// Sets the whole value, in the smallest encoding that fits.
// REQUIRES, as below: value.size() <= kStringBytesMax, and the bytes are not the entry's own.
void SetString(Keyspace& keyspace, Entry* entry, Bytes value);
// The same, but digits stay text: what INCRBYFLOAT stores.
void SetText(Keyspace& keyspace, Entry* entry, Bytes value);
// The value of another entry, in its encoding. REQUIRES: from is a string and not `to`.
void CopyString(const Entry& from, Keyspace& keyspace, Entry* to);
// Appends to a string that is there; returns its new length.
size_t AppendString(Keyspace& keyspace, Entry* entry, Bytes tail);
// Writes the part at the offset into a string or a new entry, zeros where the string did not reach;
// returns the new length. REQUIRES: offset + part.size() <= kStringBytesMax
size_t OverwriteString(Keyspace& keyspace, Entry* entry, size_t offset, Bytes part);

// Of the text, the bytes from start to end, both included; negative places count from the end.
Bytes SubString(Bytes text, int64_t start, int64_t end);

}  // namespace veddb
