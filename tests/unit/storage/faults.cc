// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/storage/faults.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace veddb {

std::atomic<int> write_fault{0};

}  // namespace veddb

extern "C" ssize_t write(int fd, const void* bytes, size_t size) {
  const int number = veddb::write_fault.load();
  if (number == 0 || fd <= STDERR_FILENO) return ::syscall(SYS_write, fd, bytes, size);
  errno = number;
  return -1;
}
