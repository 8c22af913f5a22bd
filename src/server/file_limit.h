// SPDX-License-Identifier: BSD-3-Clause
// The limit of open files and how clients, the store and the rest share it. Thread: the loop's, or
// the main one before it.
#pragma once
#include <cstdint>

namespace veddb {

struct FileShares {
  int64_t clients;      // as many as were wanted, or as there is room for, at least 1
  int64_t store_files;  // for the store's tables
};

// Files of a process in which so many clients, the most of the store's tables, and everything else
// have room.
int64_t FilesWanted(int64_t clients);
FileShares ShareFiles(int64_t limit, int64_t clients_wanted);
// How many clients have room beside a store that has its share.
int64_t ClientsWithin(int64_t limit, int64_t store_files);

// Raises the process's limit to `wanted`, as far as the system lets it; what it is then.
int64_t RaiseFileLimit(int64_t wanted);

}  // namespace veddb
