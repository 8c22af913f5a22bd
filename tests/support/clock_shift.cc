// SPDX-License-Identifier: BSD-3-Clause
// A library to preload: the wall clock is off by what a file says, and jumps when the file changes.
// VEDDB_CLOCK_FILE names it; it holds one int64_t of nanoseconds. Monotonic time is left alone, as
// in a system whose clock is set.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

const std::atomic<int64_t>* MapShift() {
  static const std::atomic<int64_t> none{0};
  const char* path = std::getenv("VEDDB_CLOCK_FILE");
  const int fd = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return &none;
  void* map = mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  return map == MAP_FAILED ? &none : static_cast<const std::atomic<int64_t>*>(map);
}

timespec WallTime() {
  static const std::atomic<int64_t>* shift = MapShift();
  timespec now{};
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  const int64_t nanos =
      now.tv_sec * kNanosPerSecond + now.tv_nsec + shift->load(std::memory_order_relaxed);
  return {nanos / kNanosPerSecond, nanos % kNanosPerSecond};
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
    return static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  }
  *now = WallTime();
  return 0;
}

extern "C" int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  const timespec wall = WallTime();
  *now = {wall.tv_sec, wall.tv_nsec / 1000};
  return 0;
}

extern "C" time_t time(time_t* now) noexcept {
  const time_t seconds = WallTime().tv_sec;
  if (now != nullptr) *now = seconds;
  return seconds;
}
