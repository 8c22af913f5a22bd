// SPDX-License-Identifier: BSD-3-Clause
#include "storage/engine.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/coding.h"
#include "base/logging.h"
#include "log/file.h"
#include "storage/engine_impl.h"
#include "storage/key_codec.h"
#include "storage/read_view_impl.h"

namespace veddb {
namespace {

constexpr Family kAllFamilies[] = {Family::kKeys, Family::kElements, Family::kExpiry,
                                   Family::kDocs, Family::kIndex,    Family::kMeta};

Status MakeEmptyDirectory(const std::string& dir) {
  std::error_code code;
  std::filesystem::remove_all(dir, code);
  if (!code) return MakeDirectory(dir);
  return MakeError(ErrorCode::kMisconf, "can't empty the directory " + dir + ": " + code.message());
}

// Whether there is any of the files that hold data.
bool HoldsFiles(const std::string& dir) {
  std::error_code code;
  std::filesystem::directory_iterator it(dir, code);
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    if (it->path().extension() == ".sst") return true;
  }
  return false;
}

// With less room than for a flush, or at least this, opening the store again would be in vain.
constexpr uint64_t kReopenRoomBytes = uint64_t{8} << 20;

uint64_t IntProperty(rocksdb::DB& db, const std::string& name) {
  uint64_t value = 0;
  return db.GetAggregatedIntProperty(name, &value) ? value : 0;
}

}  // namespace

void Engine::Impl::Close() {
  if (db == nullptr) return;
  if (unflushed.load() && listener->background_error().empty()) {
    const Status flushed_all = FlushAll();
    if (!flushed_all.ok()) LogWarning(flushed_all.error().message);
  }
  parts.env->set_hurried(true);
  for (rocksdb::ColumnFamilyHandle* each : handles) {
    const rocksdb::Status status = db->DestroyColumnFamilyHandle(each);
    if (!status.ok()) LogWarning("The store: " + status.ToString());
  }
  const rocksdb::Status status = db->Close();
  if (!status.ok()) LogWarning("The store did not close cleanly: " + status.ToString());
  db.reset();
  handles.clear();
  parts.env->set_hurried(false);
}

Error Engine::Impl::CantOpen(const rocksdb::Status& status) const {
  return MakeError(ErrorCode::kIoErr,
                   "can't open the store in " + options.dir + ": " + status.ToString());
}

Status Engine::Impl::OpenDb() {
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted = {
      // Unused, but its write buffer counts: RocksDB resumes after a full disk only when the
      // largest
      // of all families' buffers would fit.
      {rocksdb::kDefaultColumnFamilyName, MakeFamilyOptions(Family::kMeta, options, parts)}};
  for (const Family family : kAllFamilies) {
    wanted.emplace_back(FamilyName(family), MakeFamilyOptions(family, options, parts));
  }
  const rocksdb::DBOptions db_options = MakeDbOptions(options, parts);
  // A newer server may have families that we don't know. RocksDB wants all of them opened; then
  // the format is read, and refused with better words than RocksDB's.
  std::vector<std::string> present;
  // That it can't be read now must not be taken for that it is not there: it would be begun anew.
  const bool exists = std::filesystem::exists(options.dir + "/CURRENT");
  if (!exists && HoldsFiles(options.dir)) {
    return MakeError(ErrorCode::kIoErr, "the store in " + options.dir +
                                            " has lost its file CURRENT: restore a backup or "
                                            "synchronise from a replica");
  }
  if (exists) {
    const rocksdb::Status listed =
        rocksdb::DB::ListColumnFamilies(db_options, options.dir, &present);
    if (!listed.ok()) return CantOpen(listed);
  }
  for (const std::string& name : present) {
    const bool known = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const auto& each) { return each.name == name; });
    if (!known) wanted.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(db_options, options.dir, wanted, &handles, &opened);
  if (!status.ok()) return CantOpen(status);
  db.reset(opened);
  for (size_t i = 0; i < kFamilyCount; ++i) families[i] = handles[i + 1];
  TRY(exists ? CheckFormat() : Bootstrap());
  return MakeEmptyDirectory(ingest_dir());
}

// The first write: also because this RocksDB loses keys of snapshots taken at sequence 0.
Status Engine::Impl::Bootstrap() {
  TRY(WriteFormat());
  TRY(WriteSmall(ChangeBatch(), 0));
  return FlushAll();
}

Status Engine::Impl::WriteFormat() {
  char format[4];
  StoreLE32(format, kStoreFormat);
  return FromWrite(
      db->Put(write, handle(Family::kMeta), ToSlice(kMetaFormat), {format, sizeof format}));
}

Status Engine::Impl::CheckFormat() {
  std::string value;
  const rocksdb::Status status =
      db->Get(read_latest, handle(Family::kMeta), ToSlice(kMetaFormat), &value);
  if (status.IsNotFound()) {
    // The first start was cut off before anything was flushed; nothing else can be there.
    std::unique_ptr<rocksdb::Iterator> any(db->NewIterator(read_latest, handle(Family::kKeys)));
    any->SeekToFirst();
    if (!any->Valid() && any->status().ok()) return Bootstrap();
    return MakeError(ErrorCode::kIoErr, "the store in " + options.dir + " holds no format number");
  }
  TRY(FromRead(status));
  if (value.size() != 4) {
    return MakeError(ErrorCode::kIoErr,
                     "the store in " + options.dir + " has a damaged format number");
  }
  const uint32_t format = LoadLE32(value.data());
  if (format == kStoreFormat) return Ok();
  if (format < kStoreFormat) {
    // Durable before anything is written that the older server would not understand.
    TRY(WriteFormat());
    return FlushAll();
  }
  return MakeError(ErrorCode::kErr, "the store in " + options.dir + " has format " +
                                        std::to_string(format) +
                                        "; this server reads up to format " +
                                        std::to_string(kStoreFormat) + ": use the newer server");
}

Result<LogPosition> Engine::Impl::ReadPosition(const rocksdb::ReadOptions& read) const {
  std::string value;
  const rocksdb::Status status =
      db->Get(read, handle(Family::kMeta), ToSlice(kMetaLogPosition), &value);
  TRY(FromRead(status));
  if (value.size() != kPositionBytes) {
    return MakeError(ErrorCode::kIoErr, "the store's log position is damaged");
  }
  return LoadLE64(value.data());
}

LogPosition Engine::Impl::flushed_position() const {
  if (db == nullptr) return flushed.load(std::memory_order_relaxed);
  const auto position = ReadPosition(read_persisted);
  if (position.ok()) flushed.store(*position, std::memory_order_relaxed);
  return flushed.load(std::memory_order_relaxed);
}

Status Engine::Impl::background_error() const {
  const std::string error = listener->background_error();
  if (error.empty()) return Ok();
  return MakeError(ErrorCode::kMisconf, "the store can't be written: " + error);
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Open(const EngineOptions& options) {
  TRY(MakeDirectory(options.dir));
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->listener = std::make_shared<StoreListener>();
  impl->parts = MakeRocksParts(options, impl->listener);
  impl->read_cached.read_tier = rocksdb::kBlockCacheTier;
  impl->read_persisted.read_tier = rocksdb::kPersistedTier;
  impl->write.disableWAL = true;
  TRY(impl->OpenDb());
  const LogPosition position = TRY(impl->ReadPosition(impl->read_latest));
  std::unique_ptr<Engine> engine(new Engine(std::move(impl)));
  engine->drained_ = position;
  return engine;
}

Result<bool> Engine::Get(Family family, Bytes key, std::string* value) const {
  rocksdb::PinnableSlice found;
  const rocksdb::Status status =
      impl_->db->Get(impl_->read_latest, impl_->handle(family), ToSlice(key), &found);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return ReadError(status);
  value->assign(found.data(), found.size());
  return true;
}

void Engine::MultiGet(Family family, std::span<const std::string> keys,
                      std::vector<Found>* found) const {
  std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  impl_->db->MultiGet(impl_->read_latest, impl_->handle(family), keys.size(), slices.data(),
                      values.data(), statuses.data());
  found->resize(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    Found& one = (*found)[i];
    one.found = statuses[i].ok();
    one.value.clear();
    if (statuses[i].ok()) {
      one.value.assign(values[i].data(), values[i].size());
    } else if (!statuses[i].IsNotFound()) {
      one.found = ReadError(statuses[i]);
    }
  }
}

Result<CachedLookup> Engine::GetCached(Family family, Bytes key, std::string* value) const {
  rocksdb::PinnableSlice found;
  const rocksdb::Status status =
      impl_->db->Get(impl_->read_cached, impl_->handle(family), ToSlice(key), &found);
  if (status.IsNotFound()) return CachedLookup::kAbsent;
  if (status.IsIncomplete()) return CachedLookup::kNeedsDisk;
  if (!status.ok()) return ReadError(status);
  value->assign(found.data(), found.size());
  return CachedLookup::kFound;
}

std::unique_ptr<ReadView> Engine::NewReadView() const {
  auto impl = std::make_unique<ReadView::Impl>();
  impl->engine = impl_.get();
  impl->read.snapshot = impl_->db->GetSnapshot();
  return std::unique_ptr<ReadView>(new ReadView(std::move(impl)));
}

LogPosition Engine::flushed_position() const { return impl_->flushed_position(); }

Status Engine::Flush() { return impl_->FlushAll(); }

void Engine::SetBlockCacheBytes(size_t bytes) { impl_->parts.cache->SetCapacity(bytes); }
size_t Engine::block_cache_bytes() const { return impl_->parts.cache->GetCapacity(); }

size_t Engine::MemoryBytes() const {
  if (impl_->db == nullptr) return impl_->parts.cache->GetUsage();
  // Memtables are charged to the cache in steps; what they really use counts where it is more.
  const size_t charged = impl_->parts.write_buffers->dummy_entries_in_cache_usage();
  const size_t memtables = IntProperty(*impl_->db, rocksdb::DB::Properties::kCurSizeAllMemTables);
  const size_t readers = IntProperty(*impl_->db, rocksdb::DB::Properties::kEstimateTableReadersMem);
  const size_t cache = impl_->parts.cache->GetUsage();
  return cache + readers + (memtables > charged ? memtables - charged : 0);
}

EngineStats Engine::stats() const {
  using Properties = rocksdb::DB::Properties;
  rocksdb::Statistics& counts = *impl_->parts.statistics;
  EngineStats out;
  out.background_error = impl_->listener->background_error();
  if (impl_->db == nullptr) return out;
  rocksdb::DB& db = *impl_->db;
  out.gets = counts.getTickerCount(rocksdb::NUMBER_KEYS_READ);
  out.gets_found = counts.getTickerCount(rocksdb::MEMTABLE_HIT) +
                   counts.getTickerCount(rocksdb::GET_HIT_L0) +
                   counts.getTickerCount(rocksdb::GET_HIT_L1) +
                   counts.getTickerCount(rocksdb::GET_HIT_L2_AND_UP);
  out.bloom_useful = counts.getTickerCount(rocksdb::BLOOM_FILTER_USEFUL);
  out.block_cache_hits = counts.getTickerCount(rocksdb::BLOCK_CACHE_HIT);
  out.block_cache_misses = counts.getTickerCount(rocksdb::BLOCK_CACHE_MISS);
  out.drains = impl_->drains.load(std::memory_order_relaxed);
  out.drained_changes = impl_->drained_changes.load(std::memory_order_relaxed);
  out.ingests = impl_->ingests.load(std::memory_order_relaxed);
  out.flushes = impl_->listener->flushes();
  out.flush_bytes_written = counts.getTickerCount(rocksdb::FLUSH_WRITE_BYTES);
  out.compaction_bytes_read = counts.getTickerCount(rocksdb::COMPACT_READ_BYTES);
  out.compaction_bytes_written = counts.getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
  out.stall_micros = counts.getTickerCount(rocksdb::STALL_MICROS) +
                     impl_->wait_micros.load(std::memory_order_relaxed);
  out.pending_compaction_bytes = IntProperty(db, Properties::kEstimatePendingCompactionBytes);
  out.level0_files = impl_->MostLevel0Files();
  out.sst_bytes = IntProperty(db, Properties::kLiveSstFilesSize);
  out.keys_estimate = IntProperty(db, Properties::kEstimateNumKeys);
  out.memtable_bytes = IntProperty(db, Properties::kCurSizeAllMemTables);
  uint64_t snapshots = 0;
  if (db.GetIntProperty(Properties::kNumSnapshots, &snapshots)) out.snapshots = snapshots;
  return out;
}

Status Engine::background_error() const { return impl_->background_error(); }

bool Engine::NeedsReopen() const {
  if (impl_->listener->trouble() != StoreTrouble::kFailed) return false;
  return impl_->HasRoom();
}

bool Engine::Impl::HasRoom() const {
  std::error_code code;
  const std::filesystem::space_info space = std::filesystem::space(options.dir, code);
  const uint64_t wanted = std::max<uint64_t>(options.write_buffer_bytes, kReopenRoomBytes);
  return !code && space.available >= std::min<uint64_t>(wanted, space.capacity / 8);
}

Status Engine::Reopen() {
  impl_->Close();
  impl_->unflushed.store(false);
  impl_->flushed.store(0);
  impl_->listener->ClearBackgroundError();
  Status opened = impl_->OpenDb();
  if (opened.ok()) {
    const auto position = impl_->ReadPosition(impl_->read_latest);
    if (position.ok()) {
      drained_.store(*position, std::memory_order_release);
      return Ok();
    }
    opened = position.error();
  }
  impl_->Close();
  return opened;
}

}  // namespace veddb
