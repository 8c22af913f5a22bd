// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace veddb::tool {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

}  // namespace

Result<std::unique_ptr<Output>> Output::Open(const std::string& path) {
  struct stat about;
  // A device or a pipe is written to as it is.
  const bool is_other = stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
  if (path == "-" || is_other) {
    const int fd = path == "-" ? STDOUT_FILENO : open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return Err("can't write " + path + ": " + std::strerror(errno));
    return std::unique_ptr<Output>(new Output(fd, "-"));
  }
  std::unique_ptr<Output> output(new Output(-1, path));
  output->fd_ = open(output->partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output->fd_ < 0) return Err("can't write " + path + ": " + std::strerror(errno));
  return output;
}

Output::~Output() {
  if (!is_file() || fd_ < 0) return;
  close(fd_);
  unlink(partial().c_str());
}

Error Output::Failed() const {
  const std::string what = is_file() ? path_ : "the output";
  return MakeError(ErrorCode::kIoErr, "writing " + what + " failed: " + std::strerror(errno));
}

Status Output::Write(Bytes bytes) {
  buffer_.append(bytes);
  bytes_ += bytes.size();
  return buffer_.size() < kPieceBytes ? Ok() : Drain();
}

Status Output::Drain() {
  for (Bytes rest = buffer_; !rest.empty();) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed();
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return Ok();
}

Status Output::Finish() {
  TRY(Drain());
  if (!is_file()) return Ok();
  if (fsync(fd_) != 0) return Failed();
  const int fd = std::exchange(fd_, -1);
  if (close(fd) != 0 || std::rename(partial().c_str(), path_.c_str()) != 0) return Failed();
  return Ok();
}

}  // namespace veddb::tool
