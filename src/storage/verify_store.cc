// SPDX-License-Identifier: BSD-3-Clause
#include "storage/verify_store.h"

#include <rocksdb/db.h>

#include <memory>
#include <vector>

#include "base/coding.h"
#include "storage/key_codec.h"
#include "storage/rocks_options.h"
#include "storage/rocks_status.h"

namespace veddb {
namespace {

// RocksDB would begin a new LOG in the directory.
class SilentLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

struct ReadOnlyStore {
  ~ReadOnlyStore() {
    for (rocksdb::ColumnFamilyHandle* each : handles) db->DestroyColumnFamilyHandle(each).ok();
  }
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
};

Status OpenReadOnly(const std::string& dir, ReadOnlyStore& store) {
  rocksdb::DBOptions options;
  options.info_log = std::make_shared<SilentLogger>();
  std::vector<std::string> names;
  TRY(FromRead(rocksdb::DB::ListColumnFamilies(options, dir, &names)));
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  rocksdb::DB* opened = nullptr;
  TRY(FromRead(rocksdb::DB::OpenForReadOnly(options, dir, families, &store.handles, &opened)));
  store.db.reset(opened);
  return Ok();
}

}  // namespace

Result<StoreReport> VerifyStore(const std::string& dir) {
  ReadOnlyStore store;
  TRY(OpenReadOnly(dir, store));
  TRY(FromRead(store.db->VerifyChecksum()));
  StoreReport report;
  for (rocksdb::ColumnFamilyHandle* each : store.handles) {
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(store.db->NewIterator(read, each));
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++report.keys;
    TRY(FromRead(it->status()));
    if (each->GetName() != FamilyName(Family::kMeta)) continue;
    std::string value;
    TRY(FromRead(store.db->Get(read, each, ToSlice(kMetaLogPosition), &value)));
    if (value.size() != 8) {
      return MakeError(ErrorCode::kIoErr, "the store's log position is damaged");
    }
    report.position = LoadLE64(value.data());
  }
  std::vector<rocksdb::LiveFileMetaData> files;
  store.db->GetLiveFilesMetaData(&files);
  report.files = files.size();
  for (const rocksdb::LiveFileMetaData& file : files) report.bytes += file.size;
  return report;
}

}  // namespace veddb
