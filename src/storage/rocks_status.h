// SPDX-License-Identifier: BSD-3-Clause
// RocksDB's statuses as ours; views as its slices. Of this folder only.
#pragma once
#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb {

inline rocksdb::Slice ToSlice(Bytes bytes) { return {bytes.data(), bytes.size()}; }
inline Bytes ToBytes(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Failed reads are IOERR, failed writes MISCONF.
Error ReadError(const rocksdb::Status& status);
Error WriteError(const rocksdb::Status& status);
inline Status FromRead(const rocksdb::Status& status) {
  return status.ok() ? Ok() : Status(ReadError(status));
}
inline Status FromWrite(const rocksdb::Status& status) {
  return status.ok() ? Ok() : Status(WriteError(status));
}

}  // namespace veddb
