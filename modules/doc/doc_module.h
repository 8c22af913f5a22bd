// SPDX-License-Identifier: BSD-3-Clause
// The document commands: DOC.INSERT, DOC.FIND and their kin.
#pragma once
#include <cstdint>
#include <span>

#include "command/spec.h"

namespace veddb {

// The same table at every call; it lives as long as the process.
std::span<const CommandSpec> DocCommands();

struct DocLimits {
  int64_t document_bytes_max = 16 << 20;  // doc-max-size
  int64_t batch_max = 100'000;            // doc-batch-max
  int64_t memory_bytes_max = 100 << 20;   // doc-memory-limit
  int64_t disk_bytes_min = 0;             // disk-min-free, for temporary files
};
// From now on; commands that are under way keep what they began with. Any thread.
void SetDocLimits(const DocLimits& limits);

}  // namespace veddb
