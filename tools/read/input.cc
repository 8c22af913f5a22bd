// SPDX-License-Identifier: BSD-3-Clause
#include "tools/read/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace veddb::tool {

Result<std::unique_ptr<Input>> Input::Open(const std::string& path) {
  const bool standard = path == "-";
  const int fd = standard ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Err("can't open " + path + ": " + std::strerror(errno));
  std::unique_ptr<Input> input(new Input(fd, standard ? "standard input" : path));
  struct stat about;
  if (fstat(fd, &about) == 0) {
    if (S_ISDIR(about.st_mode)) return Err(path + " is a directory");
    if (S_ISREG(about.st_mode)) input->size_ = static_cast<uint64_t>(about.st_size);
  }
  return input;
}

Input::~Input() {
  if (fd_ != STDIN_FILENO) close(fd_);
}

Result<bool> Input::More() {
  if (begin_ >= buffer_.size() / 2) {  // each byte is moved once at most, on average
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const size_t before = buffer_.size();
  buffer_.resize(before + kPieceBytes);
  ssize_t got = -1;
  do {
    got = read(fd_, buffer_.data() + before, kPieceBytes);
  } while (got < 0 && errno == EINTR);
  const int why = errno;
  buffer_.resize(before + static_cast<size_t>(got < 0 ? 0 : got));
  if (got >= 0) return got > 0;
  return MakeError(ErrorCode::kIoErr, "reading " + name_ + " failed: " + std::strerror(why));
}

Status Input::Seek(uint64_t offset) {
  buffer_.clear();
  begin_ = 0;
  if (lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0) {
    return MakeError(ErrorCode::kIoErr,
                     name_ + " can't be read from the middle: " + std::strerror(errno));
  }
  offset_ = offset;
  return Ok();
}

}  // namespace veddb::tool
