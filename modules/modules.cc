// SPDX-License-Identifier: BSD-3-Clause
#include "modules/modules.h"

#include <span>

#include "server/server.h"

#ifdef VEDDB_MODULE_ADMIN
#include "modules/admin/admin_module.h"
#endif
#ifdef VEDDB_MODULE_CONNECTION
#include "modules/connection/connection_module.h"
#endif
#ifdef VEDDB_MODULE_DOC
#include "modules/doc/doc_module.h"
#endif
#ifdef VEDDB_MODULE_KEYS
#include "modules/keys/keys_module.h"
#endif
#ifdef VEDDB_MODULE_STRING
#include "modules/string/string_module.h"
#endif
#ifdef VEDDB_MODULE_TRANSACTIONS
#include "modules/transactions/transactions_module.h"
#endif

namespace veddb {

Status AddModules(Server& server) {
#ifdef VEDDB_MODULE_CONNECTION
  TRY(server.AddCommands(ConnectionCommands()));
#endif
#ifdef VEDDB_MODULE_KEYS
  TRY(server.AddCommands(KeysCommands()));
#endif
#ifdef VEDDB_MODULE_STRING
  TRY(server.AddCommands(StringCommands()));
#endif
#ifdef VEDDB_MODULE_TRANSACTIONS
  TRY(server.AddCommands(TransactionsCommands()));
#endif
#ifdef VEDDB_MODULE_ADMIN
  TRY(server.AddCommands(AdminCommands()));
#endif
#ifdef VEDDB_MODULE_DOC
  TRY(server.AddCommands(DocCommands()));
#endif
  return Ok();
}

}  // namespace veddb
