// SPDX-License-Identifier: BSD-3-Clause
// LogFile: one open file of the log directory, and the few directory calls the log needs. Reading
// errors are IOERR, writing errors MISCONF; both name the path and the system's reason.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb {

// Any thread; each call is one system call (repeated after EINTR or a short count).
class LogFile {
 public:
  static Result<std::unique_ptr<LogFile>> OpenForRead(const std::string& path);
  static Result<std::unique_ptr<LogFile>> OpenForWrite(const std::string& path);
  // Made anew, or emptied.
  static Result<std::unique_ptr<LogFile>> Create(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Reads up to `size` bytes; fewer only at the end of the file.
  Result<size_t> ReadAt(uint64_t offset, char* to, size_t size) const;
  Status WriteAt(uint64_t offset, Bytes bytes) const;
  Status Sync() const;
  Status Truncate(uint64_t size) const;
  Result<uint64_t> Size() const;

  const std::string& path() const { return path_; }
  // The path it has from now on (after a rename).
  void set_path(std::string path) { path_ = std::move(path); }

 private:
  LogFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  static Result<std::unique_ptr<LogFile>> Open(const std::string& path, int flags, ErrorCode code);

  const int fd_;
  std::string path_;
};

// An error that ends with the text of errno.
Error SystemError(ErrorCode code, Bytes what, const std::string& path);
// Makes the entries of the directory durable.
Status SyncDirectory(const std::string& dir);
Status RenameFile(const std::string& from, const std::string& to);
Status RemoveFile(const std::string& path);
// Makes the directory and its parents if absent, and its name durable even if it was there: who
// made it may have died before that.
Status MakeDirectory(const std::string& dir);

}  // namespace veddb
