// SPDX-License-Identifier: BSD-3-Clause
// The two ways of a drain into RocksDB. Small ones go through the memtable: one WriteBatch. Large
// ones are written as sorted files and taken in, all families together with the position, by one
// entry of the manifest: they cost a fraction, and are durable at once.
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/coding.h"
#include "base/kill_point.h"
#include "storage/engine_impl.h"
#include "storage/key_codec.h"

namespace veddb {
namespace {

// Values beside which the number of changes does not matter: they would fill the memtables.
constexpr size_t kIngestBytesMin = size_t{16} << 20;
constexpr uint64_t kIngestFileBytesMax = uint64_t{128} << 20;
constexpr size_t kBatchOverheadBytes = 16;  // of an op in a WriteBatch, about
constexpr auto kWaitStep = std::chrono::milliseconds(100);

constexpr Family kAllFamilies[] = {Family::kKeys, Family::kElements, Family::kExpiry,
                                   Family::kDocs, Family::kIndex,    Family::kMeta};

// What an addition makes of the store's counter: there is one drain at a time, so nobody comes
// between reading and writing it.
Result<uint64_t> AddTo(const Engine::Impl& impl, Family family, const ChangeBatch::Entry& entry) {
  std::string value;
  const rocksdb::Status status =
      impl.db->Get(impl.read_latest, impl.handle(family), ToSlice(entry.key()), &value);
  if (!status.ok() && !status.IsNotFound()) return ReadError(status);
  const uint64_t base = value.size() == sizeof base ? LoadLE64(value.data()) : 0;
  return base + LoadLE64(entry.value().data());
}

// The sorted files of one drain, deleted again unless they were taken in.
class SortedFiles {
 public:
  explicit SortedFiles(Engine::Impl& impl) : impl_(impl) {}
  ~SortedFiles() {
    for (const auto& files : files_) {
      for (const std::string& path : files) {
        std::error_code ignored;  // Open empties the directory
        std::filesystem::remove(path, ignored);
      }
    }
  }

  // REQUIRES: keys of a family come in order.
  Status Put(Family family, Bytes key, Bytes value) {
    rocksdb::SstFileWriter* writer = TRY(WriterFor(family));
    return FromWrite(writer->Put(ToSlice(key), ToSlice(value)));
  }
  Status Delete(Family family, Bytes key) {
    rocksdb::SstFileWriter* writer = TRY(WriterFor(family));
    return FromWrite(writer->Delete(ToSlice(key)));
  }
  // Ends the family's file; the next change of it begins another.
  Status Finish() {
    if (writer_ == nullptr) return Ok();
    const rocksdb::Status status = writer_->Finish();
    writer_ = nullptr;
    return FromWrite(status);
  }
  Status TakeIn();

 private:
  Result<rocksdb::SstFileWriter*> WriterFor(Family family) {
    if (writer_ != nullptr && family == family_ && writer_->FileSize() < kIngestFileBytesMax) {
      return writer_.get();
    }
    TRY(Finish());
    const rocksdb::Options options(MakeDbOptions(impl_.options, impl_.parts),
                                   MakeFamilyOptions(family, impl_.options, impl_.parts));
    // The files are read again soon: by compaction.
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options,
                                                       impl_.handle(family),
                                                       /*invalidate_page_cache=*/false);
    family_ = family;
    std::string path = impl_.ingest_dir() + "/" + std::to_string(impl_.next_file++) + ".sst";
    TRY(FromWrite(writer_->Open(path)));
    files_[static_cast<size_t>(family)].push_back(std::move(path));
    return writer_.get();
  }

  Engine::Impl& impl_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  Family family_ = Family::kKeys;
  std::array<std::vector<std::string>, kFamilyCount> files_;
};

Status SortedFiles::TakeIn() {
  TRY(Finish());
  std::vector<rocksdb::IngestExternalFileArg> args;
  for (const Family family : kAllFamilies) {
    const auto& files = files_[static_cast<size_t>(family)];
    if (files.empty()) continue;
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = impl_.handle(family);
    arg.external_files = files;
    arg.options.move_files = true;
    arg.options.failed_move_fall_back_to_copy = true;
    arg.options.write_global_seqno = false;  // the manifest holds it; the file stays as it is
    args.push_back(std::move(arg));
  }
  // While a snapshot lives the files get a sequence number of their own. Without one they would
  // count as older than everything, and a view made in these very milliseconds would first miss
  // and then see them.
  const rocksdb::Snapshot* guard = impl_.db->GetSnapshot();
  const rocksdb::Status status = impl_.db->IngestExternalFiles(args);
  impl_.db->ReleaseSnapshot(guard);
  return FromWrite(status);
}

}  // namespace

Status Engine::Impl::WriteSmall(const ChangeBatch& batch, LogPosition position) {
  rocksdb::WriteBatch out(batch.bytes() + (batch.size() + 1) * kBatchOverheadBytes);
  char number[kPositionBytes];
  for (const Family family : kAllFamilies) {
    for (const ChangeBatch::Entry& entry : batch.Sorted(family)) {
      rocksdb::Status status;
      switch (entry.op) {
        case ChangeOp::kPut:
          status = out.Put(handle(family), ToSlice(entry.key()), ToSlice(entry.value()));
          break;
        case ChangeOp::kDelete:
          status = out.Delete(handle(family), ToSlice(entry.key()));
          break;
        case ChangeOp::kAdd:
          StoreLE64(number, TRY(AddTo(*this, family, entry)));
          status = out.Put(handle(family), ToSlice(entry.key()), {number, sizeof number});
          break;
      }
      TRY(FromWrite(status));
    }
  }
  StoreLE64(number, position);
  TRY(FromWrite(
      out.Put(handle(Family::kMeta), ToSlice(kMetaLogPosition), {number, sizeof number})));
  TRY(FromWrite(db->Write(write, &out)));
  unflushed.store(true, std::memory_order_release);
  return Ok();
}

Status Engine::Impl::Ingest(const ChangeBatch& batch, LogPosition position) {
  // What is in memtables is older; with the files durable and it lost, there would be a hole.
  if (unflushed.load(std::memory_order_acquire)) TRY(FlushAll());
  KILL_POINT("ingest.before_files");
  SortedFiles files(*this);
  char number[kPositionBytes];
  const auto put_position = [&] {
    StoreLE64(number, position);
    return files.Put(Family::kMeta, kMetaLogPosition, {number, sizeof number});
  };
  bool position_put = false;
  for (const Family family : kAllFamilies) {
    for (const ChangeBatch::Entry& entry : batch.Sorted(family)) {
      if (family == Family::kMeta && !position_put && entry.key() >= kMetaLogPosition) {
        TRY(put_position());
        position_put = true;
      }
      switch (entry.op) {
        case ChangeOp::kPut:
          TRY(files.Put(family, entry.key(), entry.value()));
          break;
        case ChangeOp::kDelete:
          TRY(files.Delete(family, entry.key()));
          break;
        case ChangeOp::kAdd:
          StoreLE64(number, TRY(AddTo(*this, family, entry)));
          TRY(files.Put(family, entry.key(), {number, sizeof number}));
          break;
      }
    }
  }
  if (!position_put) TRY(put_position());
  KILL_POINT("ingest.before_take_in");
  TRY(files.TakeIn());
  KILL_POINT("ingest.after_take_in");
  ingests.fetch_add(1, std::memory_order_relaxed);
  return Ok();
}

Status Engine::Impl::FlushAll() {
  TRY(background_error());  // a flush could wait for ever
  const LogPosition target = TRY(ReadPosition(read_latest));
  unflushed.store(false, std::memory_order_release);
  rocksdb::FlushOptions how;
  how.allow_write_stall = true;  // a flush that waits for compaction could wait long
  Status status = FromWrite(db->Flush(how, handles));
  // Once it has recovered from an error, RocksDB 7.8 does not wait for a flush any more and calls
  // it done at once. So we look whether it is; where the files can't be read it can't be told.
  while (status.ok()) {
    const Result<LogPosition> reached = ReadPosition(read_persisted);
    if (reached.ok() && *reached >= target) break;
    status = reached.ok() ? background_error() : Status(reached.error());
    if (status.ok()) listener->WaitForProgress(kWaitStep);
  }
  if (!status.ok()) unflushed.store(true, std::memory_order_release);
  return status;
}

uint64_t Engine::Impl::MostLevel0Files() const {
  uint64_t most = 0;
  for (rocksdb::ColumnFamilyHandle* each : families) {
    std::string text;
    if (!db->GetProperty(each, rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &text)) {
      continue;
    }
    most = std::max<uint64_t>(most, std::strtoull(text.c_str(), nullptr, 10));
  }
  return most;
}

// RocksDB slows its own writes when compaction falls behind, but takes in files without limit.
void Engine::Impl::WaitForCompaction() {
  if (MostLevel0Files() < kLevel0FilesMax) return;
  const int64_t begun = MonoMicros();
  while (MostLevel0Files() >= kLevel0FilesMax && listener->background_error().empty()) {
    listener->WaitForProgress(kWaitStep);
  }
  wait_micros.fetch_add(MonoMicros() - begun, std::memory_order_relaxed);
}

Status Engine::Drain(ChangeBatch&& batch, LogPosition position) {
  CHECK(position >= drained_position());
  TRY(impl_->background_error());
  batch.Sort();
  const size_t changes = batch.size();
  impl_->WaitForCompaction();
  const bool large =
      changes >= impl_->options.ingest_changes_min || batch.bytes() >= kIngestBytesMin;
  TRY(large ? impl_->Ingest(batch, position) : impl_->WriteSmall(batch, position));
  drained_.store(position, std::memory_order_release);
  impl_->drains.fetch_add(1, std::memory_order_relaxed);
  impl_->drained_changes.fetch_add(changes, std::memory_order_relaxed);
  batch.Clear();
  return Ok();
}

}  // namespace veddb
