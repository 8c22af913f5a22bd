// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/stored.h"

namespace veddb::doc {

std::string EncodeStored(uint64_t version, DocView doc) {
  DCHECK(version > 0);
  std::string out;
  out.reserve(kVersionBytes + doc.size());
  PutLE64(out, version);
  out.append(doc.bytes());
  return out;
}

Result<StoredDocument> DecodeStored(Bytes stored) {
  Bytes rest = stored;
  uint64_t version = 0;
  if (!GetLE64(&rest, &version) || version == 0 || rest.size() < kEmptyDocumentBytes ||
      LoadLE32(rest.data()) != rest.size() || rest.back() != '\0') {
    return MakeError(ErrorCode::kIoErr, "a stored document is damaged");
  }
  return StoredDocument{version, DocView(rest)};
}

}  // namespace veddb::doc
