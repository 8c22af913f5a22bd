// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/log/faults.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace veddb {

std::atomic<int> fdatasync_fault{0};
std::atomic<int> ftruncate_fault{0};
std::atomic<int> pwrite_fault{0};
std::atomic<int> fdatasync_calls{0};
std::atomic<int> pwrite_failures{0};

namespace {

bool Fails(const std::atomic<int>& fault) {
  const int number = fault.load();
  if (number != 0) errno = number;
  return number != 0;
}

}  // namespace
}  // namespace veddb

extern "C" {

int fdatasync(int fd) {
  veddb::fdatasync_calls.fetch_add(1);
  if (veddb::Fails(veddb::fdatasync_fault)) return -1;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

int ftruncate(int fd, off_t size) noexcept {
  if (veddb::Fails(veddb::ftruncate_fault)) return -1;
  return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

// Half of the bytes reach the file before it fails: as on a full disk.
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  if (veddb::pwrite_fault.load() != 0 && size > 1) {
    return ::syscall(SYS_pwrite64, fd, bytes, size / 2, offset);
  }
  if (veddb::Fails(veddb::pwrite_fault)) {
    veddb::pwrite_failures.fetch_add(1);
    return -1;
  }
  return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
}
}
