// SPDX-License-Identifier: BSD-3-Clause
#include "storage/rocks_logger.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/clock.h"

namespace veddb {
namespace {

constexpr size_t kLineBytesMax = 4096;  // longer ones are cut
constexpr mode_t kFileMode = 0600;

// "2026-11-24 05:28:18.123456 " in UTC; returns its length.
size_t FormatTime(char* to, size_t size) {
  const int64_t now = WallMicros();
  const time_t seconds = now / 1'000'000;
  tm utc{};
  gmtime_r(&seconds, &utc);
  const size_t length = strftime(to, size, "%Y-%m-%d %H:%M:%S", &utc);
  const int more =
      std::snprintf(to + length, size - length, ".%06d ", static_cast<int>(now % 1'000'000));
  return length + static_cast<size_t>(std::max(more, 0));
}

}  // namespace

StoreLogger::StoreLogger(const std::string& dir)
    : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL), path_(dir + "/LOG") {
  const std::lock_guard lock(mutex_);
  Begin();
}

StoreLogger::~StoreLogger() {
  if (fd_ >= 0) ::close(fd_);
}

void StoreLogger::Begin() {
  if (fd_ >= 0) ::close(fd_);
  // Without the rename's success the old lines are lost; that is no reason to fail.
  if (::rename(path_.c_str(), (path_ + ".old").c_str()) != 0) ::unlink(path_.c_str());
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  bytes_ = 0;
}

void StoreLogger::Logv(const char* format, va_list arguments) {
  char line[kLineBytesMax];
  const size_t start = FormatTime(line, sizeof line);
  const int wanted = std::vsnprintf(line + start, sizeof line - start, format, arguments);
  if (wanted < 0) return;
  size_t size = std::min(start + static_cast<size_t>(wanted), sizeof line - 1);
  if (line[size - 1] != '\n') line[std::min(size++, sizeof line - 1)] = '\n';
  size = std::min(size, sizeof line);
  const std::lock_guard lock(mutex_);
  if (fd_ < 0) return;
  const ssize_t written = ::write(fd_, line, size);
  if (written > 0) bytes_ += static_cast<uint64_t>(written);
  if (bytes_ >= kLogBytesMax) Begin();
}

}  // namespace veddb
