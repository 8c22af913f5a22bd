// SPDX-License-Identifier: BSD-3-Clause
#include "modules/modules.h"

#include "modules/admin/admin_module.h"
#include "modules/connection/connection_module.h"
#include "modules/doc/doc_module.h"
#include "modules/keys/keys_module.h"
#include "modules/string/string_module.h"
#include "modules/transactions/transactions_module.h"
#include "server/server.h"

namespace veddb {

Status AddModules(Server& server) {
  for (const std::span<const CommandSpec> commands :
       {ConnectionCommands(), KeysCommands(), StringCommands(), TransactionsCommands(),
        AdminCommands(), DocCommands()}) {
    TRY(server.AddCommands(commands));
  }
  return Ok();
}

}  // namespace veddb
