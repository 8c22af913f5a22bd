// SPDX-License-Identifier: BSD-3-Clause
// A library to preload: fdatasync takes so many milliseconds longer as VEDDB_SLOW_SYNC_MS says.
// What must wait for the disk then visibly does.
#include <dlfcn.h>

#include <cstdlib>
#include <ctime>

extern "C" int fdatasync(int fd) {
  using Function = int (*)(int);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "fdatasync"));
  const char* millis = std::getenv("VEDDB_SLOW_SYNC_MS");
  const long wait = millis != nullptr ? std::atol(millis) : 0;
  const timespec span = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1'000'000};
  nanosleep(&span, nullptr);
  return real(fd);
}
