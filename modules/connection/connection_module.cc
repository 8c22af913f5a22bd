// SPDX-License-Identifier: BSD-3-Clause
#include "modules/connection/connection_module.h"

#include <vector>

#include "modules/connection/tables.h"

namespace veddb {

std::span<const CommandSpec> ConnectionCommands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> rows;
    for (const auto table : {SessionCommands(), ClientCommands(), TrackingCommands()}) {
      rows.insert(rows.end(), table.begin(), table.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace veddb
