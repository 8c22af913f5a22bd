// SPDX-License-Identifier: BSD-3-Clause
// A document as it comes from a client, ready to be stored.
#pragma once
#include <string>

#include "base/result.h"
#include "doc/value/document.h"
#include "doc/value/id.h"
#include "doc/value/stored.h"

namespace veddb {

struct NewDocument {
  std::string value;       // room for the version, then BSON with `_id` in front
  std::string ordered_id;  // the ordered encoding of `_id`

  doc::DocView document() const { return doc::DocView(Bytes(value).substr(doc::kVersionBytes)); }
  doc::ValueView id() const { return document().Find(doc::kIdField); }
};

// For INSERT; without `_id` it gets one of the server's own. Loop.
Result<NewDocument> ParseInsert(Bytes json);
// The same of BSON; where it has an `_id`, on any thread.
Result<NewDocument> MakeInsert(std::string bson);
// For PUT: the `_id` is this (tagged); BADQUERY if the document says another.
Result<NewDocument> ParsePut(Bytes json, Bytes tagged_id);

// DUPLICATEKEY of the index _id_.
Error DuplicateId(doc::ValueView id);

}  // namespace veddb
