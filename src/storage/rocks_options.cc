// SPDX-License-Identifier: BSD-3-Clause
#include "storage/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>
#include <algorithm>

#include "storage/rocks_logger.h"

namespace veddb {
namespace {

// So many files of level 0 are merged with level 1 at once. A merge rewrites all of level 1 that
// they overlap, which for random keys is all of it: the more files at once the less a change costs;
// but every look-up asks the filter of each (measured with 4, 8 and 12). Families that are scanned
// keep RocksDB's 4, since a scan has to merge them too.
constexpr int kLevel0FilesOfKeys = 8;
constexpr int kBloomBitsPerKey = 10;  // 1% of needless file look-ups
constexpr size_t kBlockBytes = size_t{8} << 10;
constexpr size_t kDocBlockBytes = size_t{32} << 10;  // documents are scanned and compress better
// Keys of a block that are found by stepping through them; where to begin is told by a hash.
constexpr int kRestartInterval = 4;
constexpr double kHighPriorityShare = 0.3;  // of the cache for index and filter blocks
constexpr uint64_t kManifestBytes = uint64_t{64} << 20;
constexpr uint64_t kSyncEveryBytes = uint64_t{1} << 20;  // smooths the disk's load
constexpr size_t kCompactionReadBytes = size_t{2} << 20;
constexpr size_t kCompactionCachePart = 32;

std::shared_ptr<rocksdb::TableFactory> MakeTableFactory(Family family, const RocksParts& parts) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = parts.cache;
  table.block_size = family == Family::kDocs ? kDocBlockBytes : kBlockBytes;
  table.format_version = 5;
  if (family == Family::kDocs || family == Family::kKeys) {
    table.block_restart_interval = kRestartInterval;
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  }
  table.checksum = rocksdb::kXXH3;  // CRC32C is software in Debian's build
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.optimize_filters_for_memory = true;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // Index and filter in pages, so that a store larger than memory reads a page of them, not all.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_top_level_index_and_filter = true;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

}  // namespace

const char* FamilyName(Family family) {
  switch (family) {
    case Family::kKeys:
      return "keys";
    case Family::kElements:
      return "elements";
    case Family::kExpiry:
      return "expiry";
    case Family::kDocs:
      return "docs";
    case Family::kIndex:
      return "index";
    case Family::kMeta:
      break;
  }
  return "meta";
}

RocksParts MakeRocksParts(const EngineOptions& options,
                          std::shared_ptr<rocksdb::EventListener> listener) {
  RocksParts parts;
  parts.env = std::make_shared<StoreEnv>();
  rocksdb::LRUCacheOptions cache;
  cache.capacity = options.block_cache_bytes;
  cache.strict_capacity_limit = false;  // strict makes reads fail
  cache.high_pri_pool_ratio = kHighPriorityShare;
  cache.metadata_charge_policy = rocksdb::kFullChargeCacheMetadata;
  parts.cache = rocksdb::NewLRUCache(cache);
  // allow_stall wedges all writers for ever in this release.
  parts.write_buffers = std::make_shared<rocksdb::WriteBufferManager>(
      options.write_buffer_bytes, parts.cache, /*allow_stall=*/false);
  parts.statistics = rocksdb::CreateDBStatistics();
  parts.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  parts.listener = std::move(listener);
  parts.logger = std::make_shared<StoreLogger>(options.dir);
  return parts;
}

rocksdb::DBOptions MakeDbOptions(const EngineOptions& options, const RocksParts& parts) {
  rocksdb::DBOptions db;
  db.env = parts.env.get();
  db.create_if_missing = options.create_if_missing;
  db.create_missing_column_families = true;
  db.max_open_files = options.max_open_files;
  db.atomic_flush = true;  // all families' files show the same drain
  db.write_buffer_manager = parts.write_buffers;
  db.statistics = parts.statistics;
  db.listeners = {parts.listener};
  db.paranoid_checks = true;
  db.avoid_flush_during_shutdown = true;  // Engine does it, where the store is well
  // One flush at a time: parallel ones may order updates wrongly after a failure (fixed in 7.9).
  db.max_background_flushes = 1;
  db.max_background_compactions = 1;
  db.max_background_jobs = 2;
  db.allow_concurrent_memtable_write = false;  // one writer
  db.bytes_per_sync = kSyncEveryBytes;
  // For each input file of a compaction: with a small cache it has to be small too.
  db.compaction_readahead_size =
      std::min(kCompactionReadBytes, options.block_cache_bytes / kCompactionCachePart);
  db.avoid_unnecessary_blocking_io = true;  // readers leave the deleting of files to the background
  db.skip_stats_update_on_db_open = true;   // a large store opens at once
  db.info_log_level = rocksdb::InfoLogLevel::INFO_LEVEL;  // Debian's default is DEBUG
  db.info_log = parts.logger;
  db.max_manifest_file_size = kManifestBytes;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions MakeFamilyOptions(Family family, const EngineOptions& options,
                                               const RocksParts& parts) {
  rocksdb::ColumnFamilyOptions out;
  out.compression = rocksdb::kLZ4Compression;
  out.level_compaction_dynamic_level_bytes = true;
  if (family == Family::kKeys || family == Family::kExpiry) {
    out.level0_file_num_compaction_trigger = kLevel0FilesOfKeys;
  }
  out.level0_slowdown_writes_trigger = kLevel0FilesMax;
  out.level0_stop_writes_trigger = kLevel0FilesMax + 16;
  // The write buffer manager flushes all families when together they are full.
  out.write_buffer_size = options.write_buffer_bytes;
  // No memtable_insert_with_hint_prefix_extractor, though it is quicker: before RocksDB 8 one hint
  // serves the points and the range tombstones of a prefix, and DropRange would break the list.
  out.table_factory = MakeTableFactory(family, parts);
  return out;
}

}  // namespace veddb
