// SPDX-License-Identifier: BSD-3-Clause
// Any BSON value as bytes whose memcmp order is CompareValues' order (see ../FORMAT.md). Values
// that compare equal have equal encodings, whatever their types. No encoding is a prefix of
// another, so encodings may be put one after the other (compound keys, an `_id` behind a value)
// and, inverted bit by bit, sort descending. The type is not kept: what must be read back is stored
// beside.
#pragma once
#include <string>

#include "doc/value/document.h"

namespace veddb::doc {

// A missing value is encoded as undefined.
void AppendOrderedKey(ValueView value, std::string* out);
std::string OrderedKey(ValueView value);
// Inverts the bytes from `from` to the end: the descending form.
void InvertKey(std::string* key, size_t from);
// The length of the encoding at the front of `key`; 0 if there is none (it is malformed).
// `inverted`: it is in its descending form.
size_t OrderedKeyLength(Bytes key, bool inverted = false);

}  // namespace veddb::doc
