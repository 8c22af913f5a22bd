// SPDX-License-Identifier: BSD-3-Clause
// A document as it is stored: its version and its BSON (see ../FORMAT.md). Pure.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "doc/value/document.h"

namespace veddb::doc {

inline constexpr size_t kVersionBytes = 8;

struct StoredDocument {
  uint64_t version;
  DocView doc;  // borrows the stored bytes
};

std::string EncodeStored(uint64_t version, DocView doc);
// IOERR if the bytes can't be one: too short, or not as long as the document says. The inside of
// the document is under the store's checksums and is not looked at.
Result<StoredDocument> DecodeStored(Bytes stored);

}  // namespace veddb::doc
