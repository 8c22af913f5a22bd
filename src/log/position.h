// SPDX-License-Identifier: BSD-3-Clause
// LogPosition: a byte offset in one history of records. It counts frames and payloads only, never
// the headers of segment files, so two servers with the same history agree on every position
// however their logs are cut into files. Nothing is padded, nothing is skipped.
#pragma once
#include <cstdint>

namespace veddb {

using LogPosition = uint64_t;

}  // namespace veddb
