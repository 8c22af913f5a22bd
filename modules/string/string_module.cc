// SPDX-License-Identifier: BSD-3-Clause
#include "modules/string/string_module.h"

#include <atomic>
#include <vector>

#include "modules/string/string_shared.h"

namespace veddb {
namespace {

constexpr int64_t kBytesMaxDefault = int64_t{512} << 20;

// Written by the loop, read wherever commands run.
std::atomic<int64_t> bytes_max{kBytesMaxDefault};

}  // namespace

std::span<const CommandSpec> StringCommands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> out;
    for (const auto table : {StringSetCommands(), StringGetCommands(), StringEditCommands(),
                             StringCounterCommands(), StringMultiCommands(), StringLcsCommands()}) {
      out.insert(out.end(), table.begin(), table.end());
    }
    return out;
  }();
  return all;
}

void SetStringModuleBytesMax(int64_t bytes) { bytes_max.store(bytes, std::memory_order_relaxed); }

int64_t StringModuleBytesMax() { return bytes_max.load(std::memory_order_relaxed); }

}  // namespace veddb
