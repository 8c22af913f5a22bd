// SPDX-License-Identifier: BSD-3-Clause
#include "server/file_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace veddb {
namespace {

// Files that are neither clients nor the store's tables: log, listeners, pipes, messages.
constexpr int64_t kReservedFiles = 64;
constexpr int64_t kStoreFilesMin = 64;
constexpr int64_t kStoreFilesMax = 1024;

}  // namespace

int64_t FilesWanted(int64_t clients) { return clients + kStoreFilesMax + kReservedFiles; }

FileShares ShareFiles(int64_t limit, int64_t clients_wanted) {
  FileShares shares = {};
  const int64_t room = ClientsWithin(limit, kStoreFilesMin);
  shares.clients = std::clamp<int64_t>(clients_wanted, 1, std::max<int64_t>(1, room));
  shares.store_files =
      std::clamp(limit - shares.clients - kReservedFiles, kStoreFilesMin, kStoreFilesMax);
  return shares;
}

int64_t ClientsWithin(int64_t limit, int64_t store_files) {
  return limit - store_files - kReservedFiles;
}

int64_t RaiseFileLimit(int64_t wanted) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kReservedFiles + kStoreFilesMin;
  const auto files = static_cast<rlim_t>(wanted);
  if (limit.rlim_cur < files) {
    // The hard limit is the privileged's to raise; others take what it gives.
    rlimit raised = {files, std::max(files, limit.rlim_max)};
    if (setrlimit(RLIMIT_NOFILE, &raised) != 0) {
      raised = {std::min(files, limit.rlim_max), limit.rlim_max};
      if (setrlimit(RLIMIT_NOFILE, &raised) != 0) raised = limit;
    }
    limit = raised;
  }
  return static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, INT64_MAX));
}

}  // namespace veddb
