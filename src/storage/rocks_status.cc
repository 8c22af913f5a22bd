// SPDX-License-Identifier: BSD-3-Clause
#include "storage/rocks_status.h"

namespace veddb {

Error ReadError(const rocksdb::Status& status) {
  return MakeError(ErrorCode::kIoErr, "the store can't be read: " + status.ToString());
}

Error WriteError(const rocksdb::Status& status) {
  return MakeError(ErrorCode::kMisconf, "the store can't be written: " + status.ToString());
}

}  // namespace veddb
