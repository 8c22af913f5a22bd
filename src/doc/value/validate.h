// SPDX-License-Identifier: BSD-3-Clause
// Proof that bytes from outside (a peer, a dump, a damaged disk) are BSON, before a DocView may
// read them. Never reads beyond `bytes`, never recurses deeper than the limit. Any thread; pure.
#pragma once
#include "base/result.h"
#include "doc/value/document.h"

namespace veddb::doc {

// The whole of `bytes` must be one document: lengths, types, end marks, UTF-8, depth. ERR if not.
Status ValidateBson(Bytes bytes, uint32_t depth_max = 100);

}  // namespace veddb::doc
