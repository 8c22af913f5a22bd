// SPDX-License-Identifier: BSD-3-Clause
// How RocksDB is set up: all of its tuning is here. Of this folder only.
//
// Debian's RocksDB 7.8.3 has bugs that later releases fixed; what is set (or left off) for one of
// them says so.
#pragma once
#include <rocksdb/options.h>

#include <array>
#include <memory>
#include <string>

#include "log/family.h"
#include "storage/engine.h"
#include "storage/store_env.h"

namespace rocksdb {
class Cache;
class EventListener;
class Logger;
class Statistics;
class WriteBufferManager;
}  // namespace rocksdb

namespace veddb {

// What the families share.
struct RocksParts {
  std::shared_ptr<StoreEnv> env;
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
  std::shared_ptr<rocksdb::Statistics> statistics;
  std::shared_ptr<rocksdb::EventListener> listener;
  std::shared_ptr<rocksdb::Logger> logger;
};

// From how many files in level 0 on a drain waits for compaction.
inline constexpr int kLevel0FilesMax = 32;

const char* FamilyName(Family family);
RocksParts MakeRocksParts(const EngineOptions& options,
                          std::shared_ptr<rocksdb::EventListener> listener);
rocksdb::DBOptions MakeDbOptions(const EngineOptions& options, const RocksParts& parts);
rocksdb::ColumnFamilyOptions MakeFamilyOptions(Family family, const EngineOptions& options,
                                               const RocksParts& parts);

}  // namespace veddb
