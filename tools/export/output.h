// SPDX-License-Identifier: BSD-3-Clause
// Output: a file or standard output, written in large pieces. A file is written under another name
// (FILE.partial) and gets its own at the end, so that what bears the name is complete.
//
// Owned by: one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb::tool {

class Output {
 public:
  // "-" is standard output. ERR if the file can't be made.
  static Result<std::unique_ptr<Output>> Open(const std::string& path);
  // A file that was not finished is removed.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // IOERR.
  Status Write(Bytes bytes);
  // Brings everything out, to the disk where it is a file. IOERR.
  Status Finish();
  uint64_t bytes() const { return bytes_; }

 private:
  Output(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  bool is_file() const { return path_ != "-"; }
  std::string partial() const { return path_ + ".partial"; }
  Status Drain();
  Error Failed() const;

  int fd_;
  const std::string path_;
  std::string buffer_;
  uint64_t bytes_ = 0;
};

}  // namespace veddb::tool
