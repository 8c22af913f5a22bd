// SPDX-License-Identifier: BSD-3-Clause
#include "modules/modules.h"

#include <span>

#include "server/server.h"

#ifdef VEDDB_MODULE_ADMIN
#include "modules/admin/admin_module.h"
#endif
#ifdef VEDDB_MODULE_BITMAP
#include "modules/bitmap/bitmap_module.h"
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
namespace {

// What modules take from the options; they can't read those themselves, being on any thread.
Status ApplyLimits(const Config& config) {
  (void)config;  // where every module below is left out
#ifdef VEDDB_MODULE_BITMAP
  SetBitmapModuleBytesMax(config.proto_max_bulk_len);
#endif
#ifdef VEDDB_MODULE_DOC
  SetDocLimits({.document_bytes_max = config.doc_max_size,
                .batch_max = config.doc_batch_max,
                .memory_bytes_max = config.doc_memory_limit,
                .disk_bytes_min = config.disk_min_free});
#endif
#ifdef VEDDB_MODULE_KEYS
  const bool by_frequency = config.maxmemory_policy == MaxmemoryPolicy::kAllkeysLfu ||
                            config.maxmemory_policy == MaxmemoryPolicy::kVolatileLfu;
  const bool by_use = by_frequency || config.maxmemory_policy == MaxmemoryPolicy::kAllkeysLru ||
                      config.maxmemory_policy == MaxmemoryPolicy::kVolatileLru;
  SetKeysModuleMemory(by_frequency ? AccessMeasure::kFrequency : AccessMeasure::kIdleTime,
                      config.maxmemory == 0 || !by_use);
#endif
#ifdef VEDDB_MODULE_STRING
  SetStringModuleBytesMax(config.proto_max_bulk_len);
#endif
  return Ok();
}

}  // namespace

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
#ifdef VEDDB_MODULE_BITMAP
  TRY(server.AddCommands(BitmapCommands()));
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
  server.config().OnChange({"doc-max-size", "doc-batch-max", "doc-memory-limit", "maxmemory",
                            "maxmemory-policy", "proto-max-bulk-len"},
                           ApplyLimits);
  return ApplyLimits(server.config().config());
}

}  // namespace veddb
