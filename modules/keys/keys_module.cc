// SPDX-License-Identifier: BSD-3-Clause
#include "modules/keys/keys_module.h"

#include <atomic>
#include <vector>

#include "modules/keys/keys_shared.h"

namespace veddb {
namespace {

// Written by the loop, read wherever commands run.
std::atomic<AccessMeasure> access_measure{AccessMeasure::kIdleTime};
std::atomic<bool> integers_are_shared{true};

}  // namespace

std::span<const CommandSpec> KeysCommands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> out;
    for (const auto table :
         {KeysBasicCommands(), KeysExpireCommands(), KeysTtlCommands(), KeysRenameCommands(),
          KeysScanCommands(), KeysRandomCommands(), KeysObjectCommands(), KeysDatabaseCommands()}) {
      out.insert(out.end(), table.begin(), table.end());
    }
    return out;
  }();
  return all;
}

void SetKeysModuleMemory(AccessMeasure measure, bool shares_integers) {
  access_measure.store(measure, std::memory_order_relaxed);
  integers_are_shared.store(shares_integers, std::memory_order_relaxed);
}

AccessMeasure KeysModuleAccessMeasure() { return access_measure.load(std::memory_order_relaxed); }

bool KeysModuleSharesIntegers() { return integers_are_shared.load(std::memory_order_relaxed); }

}  // namespace veddb
