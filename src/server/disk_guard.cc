// SPDX-License-Identifier: BSD-3-Clause
#include "server/disk_guard.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

#include "base/logging.h"
#include "base/number.h"

namespace veddb {

Result<int64_t> FreeDiskBytes(const std::string& dir) {
  struct statvfs disk = {};
  if (statvfs(dir.c_str(), &disk) != 0) {
    return Err("the free space of " + dir + " can't be found out: " + std::strerror(errno));
  }
  return static_cast<int64_t>(disk.f_bavail * disk.f_frsize);
}

void DiskGuard::Judge(const std::string& dir, const Result<int64_t>& free, int64_t min_free) {
  if (!free.ok()) {
    if (!blind_) LogWarning("disk-min-free is not watched: " + free.error().message);
    blind_ = true;
    free_bytes_ = -1;
    return;
  }
  blind_ = false;
  free_bytes_ = *free;
  const bool low = free_bytes_ < min_free;
  const bool was_low = !refusal_.empty();
  refusal_.clear();
  if (low) {
    refusal_ = "the disk of " + dir + " has " + FormatInt64(free_bytes_) +
               " bytes free, less than disk-min-free (" + FormatInt64(min_free) + ")";
  }
  if (low && !was_low) LogWarning("Writes are refused from now on: " + refusal_);
  if (was_low && !low) {
    LogWarning("The disk of " + dir + " has room again (" + FormatInt64(free_bytes_) +
               " bytes); writes are accepted.");
  }
}

}  // namespace veddb
