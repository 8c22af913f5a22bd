// SPDX-License-Identifier: BSD-3-Clause
// `partitionByFields` of $fill and $densify.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/value/document.h"

namespace veddb::doc {

// An array of paths. BADQUERY without the stage's name.
Result<std::vector<std::string>> ParsePartitionFields(ValueView paths);

}  // namespace veddb::doc
