// SPDX-License-Identifier: BSD-3-Clause
// The BSON comparison order: first by type rank, then by value. Numbers compare by value whatever
// their type, exactly; NaN is the lowest number and equals itself; strings and symbols are one
// type and compare by bytes; objects compare element by element (rank, name, value), arrays
// likewise without names. ordered_key.h encodes this same order; a property test holds the two
// together.
#pragma once
#include <cstdint>

#include "doc/value/document.h"

namespace veddb::doc {

// The place of a type among all types. Types that compare with one another share a rank. A missing
// value ranks with undefined, below null.
enum class TypeRank : uint8_t {
  kMinKey = 0x08,
  kUndefined = 0x10,
  kNull = 0x18,
  kNumber = 0x20,
  kText = 0x30,
  kObject = 0x38,
  kArray = 0x40,
  kBinary = 0x48,
  kObjectId = 0x50,
  kBool = 0x58,
  kDate = 0x60,
  kTimestamp = 0x68,
  kRegex = 0x70,
  kDbPointer = 0x78,
  kCode = 0x80,
  kCodeWithScope = 0x88,
  kMaxKey = 0xf0,
};

TypeRank RankOf(BsonType type);

// Below 0, 0 or above 0, as memcmp.
int CompareValues(ValueView a, ValueView b);
// REQUIRES: both are numbers.
int CompareNumbers(ValueView a, ValueView b);
// Both taken as objects (names count).
int CompareDocuments(DocView a, DocView b);
int CompareArrays(DocView a, DocView b);
inline bool EqualValues(ValueView a, ValueView b) { return CompareValues(a, b) == 0; }

// REQUIRES: a number.
bool IsNan(ValueView v);
// Any number as the nearest double.
double ToDouble(ValueView v);

}  // namespace veddb::doc
