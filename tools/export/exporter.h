// SPDX-License-Identifier: BSD-3-Clause
// Export: the documents of a collection, or of a query over it, into a file.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "tools/connection.h"
#include "tools/options.h"
#include "tools/progress.h"

namespace veddb::tool {

// How many documents were written. NOCOLLECTION if there is no such collection. An error leaves no
// file behind; what went to standard output is there.
Result<uint64_t> Export(const Options& options, Connection& connection, Progress& progress);

}  // namespace veddb::tool
