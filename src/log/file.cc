// SPDX-License-Identifier: BSD-3-Clause
#include "log/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace veddb {
namespace {

constexpr mode_t kFileMode = 0600;  // the log holds everybody's data

}  // namespace

Error SystemError(ErrorCode code, Bytes what, const std::string& path) {
  const int number = errno;
  std::string message(what);
  message += ' ';
  message += path;
  message += ": ";
  message += std::generic_category().message(number);
  return MakeError(code, std::move(message));
}

Result<std::unique_ptr<LogFile>> LogFile::Open(const std::string& path, int flags, ErrorCode code) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  if (fd < 0) return SystemError(code, "can't open", path);
  return std::unique_ptr<LogFile>(new LogFile(fd, path));
}

Result<std::unique_ptr<LogFile>> LogFile::OpenForRead(const std::string& path) {
  return Open(path, O_RDONLY, ErrorCode::kIoErr);
}

Result<std::unique_ptr<LogFile>> LogFile::OpenForWrite(const std::string& path) {
  return Open(path, O_RDWR | O_CREAT, ErrorCode::kMisconf);
}

Result<std::unique_ptr<LogFile>> LogFile::Create(const std::string& path) {
  return Open(path, O_RDWR | O_CREAT | O_TRUNC, ErrorCode::kMisconf);
}

LogFile::~LogFile() { ::close(fd_); }

Result<size_t> LogFile::ReadAt(uint64_t offset, char* to, size_t size) const {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd_, to + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(ErrorCode::kIoErr, "can't read", path_);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Status LogFile::WriteAt(uint64_t offset, Bytes bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(ErrorCode::kMisconf, "can't write", path_);
    offset += static_cast<uint64_t>(n);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return Ok();
}

Status LogFile::Sync() const {
  // EINTR is a failure like any other: what became of the pages is not known.
  if (::fdatasync(fd_) != 0) return SystemError(ErrorCode::kMisconf, "can't sync", path_);
  return Ok();
}

Status LogFile::Truncate(uint64_t size) const {
  while (::ftruncate(fd_, static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) return SystemError(ErrorCode::kMisconf, "can't truncate", path_);
  }
  return Ok();
}

Result<uint64_t> LogFile::Size() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return SystemError(ErrorCode::kIoErr, "can't stat", path_);
  return static_cast<uint64_t>(info.st_size);
}

Status SyncDirectory(const std::string& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(ErrorCode::kMisconf, "can't open", dir);
  Status status = Ok();
  if (::fsync(fd) != 0) status = SystemError(ErrorCode::kMisconf, "can't sync", dir);
  ::close(fd);
  return status;
}

Status RenameFile(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return Ok();
  return SystemError(ErrorCode::kMisconf, "can't rename", from);
}

Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return Ok();
  return SystemError(ErrorCode::kMisconf, "can't delete", path);
}

Status MakeDirectory(const std::string& dir) {
  const std::filesystem::path parent = std::filesystem::path(dir).parent_path();
  std::error_code code;
  if (!parent.empty() && !std::filesystem::exists(parent, code))
    TRY(MakeDirectory(parent.string()));
  std::filesystem::create_directory(dir, code);
  if (code) {
    return MakeError(ErrorCode::kMisconf,
                     "can't make the directory " + dir + ": " + code.message());
  }
  return SyncDirectory(parent.empty() ? "." : parent.string());
}

}  // namespace veddb
