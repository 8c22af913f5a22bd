// SPDX-License-Identifier: BSD-3-Clause
// The inside of Engine, shared by the files that implement it. Of this folder only.
#pragma once
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/statistics.h>
#include <rocksdb/write_buffer_manager.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine.h"
#include "storage/rocks_listener.h"
#include "storage/rocks_options.h"
#include "storage/rocks_status.h"

namespace veddb {

struct Engine::Impl {
  ~Impl() { Close(); }

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return families[static_cast<size_t>(family)];
  }
  // Where files wait to be ingested: on the store's own file system, so that a link is enough.
  std::string ingest_dir() const { return options.dir + "/ingest"; }

  Status OpenDb();
  Error CantOpen(const rocksdb::Status& status) const;
  void Close();
  bool HasRoom() const;
  Status OpenExisting(const std::vector<std::string>& names);
  Status CheckFormat();
  Status WriteFormat();
  Status Bootstrap();
  Result<LogPosition> ReadPosition(const rocksdb::ReadOptions& read) const;

  LogPosition flushed_position() const;
  Status background_error() const;

  Status FlushAll();
  Status WriteSmall(const ChangeBatch& batch, LogPosition position);
  Status Ingest(const ChangeBatch& batch, LogPosition position);
  void WaitForCompaction();
  uint64_t MostLevel0Files() const;

  // Constant after Open.
  EngineOptions options;
  RocksParts parts;
  std::shared_ptr<StoreListener> listener;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families{};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;  // all, to be destroyed before db
  rocksdb::ReadOptions read_latest;
  rocksdb::ReadOptions read_cached;     // answers from memory only
  rocksdb::ReadOptions read_persisted;  // answers from SST files only
  rocksdb::WriteOptions write;

  // Something may be in memtables. Set after a write, cleared before a flush.
  std::atomic<bool> unflushed{false};
  mutable std::atomic<LogPosition> flushed{0};
  std::atomic<uint64_t> drains{0};
  std::atomic<uint64_t> drained_changes{0};
  std::atomic<uint64_t> ingests{0};
  std::atomic<uint64_t> wait_micros{0};
  uint64_t next_file = 0;  // used by the drain alone
};

inline constexpr size_t kPositionBytes = 8;

}  // namespace veddb
