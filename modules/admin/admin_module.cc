// SPDX-License-Identifier: BSD-3-Clause
#include "modules/admin/admin_module.h"

#include <vector>

#include "modules/admin/tables.h"

namespace veddb {

std::span<const CommandSpec> AdminCommands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> rows;
    for (const auto table : {CommandCommands(), ConfigCommands(), DebugCommands(),
                             DurabilityCommands(), LatencyCommands(), LolWutCommands(),
                             MemoryCommands(), ServerCommands(), SlowLogCommands()}) {
      rows.insert(rows.end(), table.begin(), table.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace veddb
