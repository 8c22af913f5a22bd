// SPDX-License-Identifier: BSD-3-Clause
// Input: a file or standard input, read piece by piece into one buffer. Memory is what the reader
// above does not consume, plus one piece.
//
// Owned by: one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb::tool {

class Input {
 public:
  static constexpr size_t kPieceBytes = 256 * 1024;

  // "-" is standard input. ERR if it can't be opened.
  static Result<std::unique_ptr<Input>> Open(const std::string& path);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // Of a regular file; as it was when it was opened.
  std::optional<uint64_t> size() const { return size_; }
  // Where rest() begins in the file.
  uint64_t offset() const { return offset_; }
  // What was read and is not consumed. Valid until More or Seek; Consume leaves its bytes alone.
  Bytes rest() const { return Bytes(buffer_).substr(begin_); }
  // Reads a piece more behind rest(). False at the end of the file. IOERR.
  Result<bool> More();
  // REQUIRES: bytes <= rest().size()
  void Consume(size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
  }
  // Goes on at this place. IOERR if that can't be done.
  Status Seek(uint64_t offset);

 private:
  Input(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  const int fd_;
  const std::string name_;
  std::optional<uint64_t> size_;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace veddb::tool
