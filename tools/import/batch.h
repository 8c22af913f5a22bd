// SPDX-License-Identifier: BSD-3-Clause
// Batch: documents on their way to the server, in the order of the file, with those among them that
// were rejected before they were sent.
//
// Owned by: one thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/read/reader.h"

namespace veddb::tool {

struct Outgoing {
  std::string json;  // as it is sent; empty if it was rejected before
  std::string id;    // its _id as canonical JSON; empty if the server is to make one
  std::string raw;   // as it stood in the file, where that is not `json`
  std::optional<Rejection> rejection;
  uint64_t number = 0;
  uint64_t offset = 0;

  Bytes AsItStood() const { return raw.empty() ? json : raw; }
};

struct Batch {
  std::vector<Outgoing> documents;
  size_t bytes = 0;
  Place end;             // behind its last document
  bool refused = false;  // as a whole: nothing of it was written

  bool empty() const { return documents.empty(); }
};

}  // namespace veddb::tool
