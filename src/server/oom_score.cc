// SPDX-License-Identifier: BSD-3-Clause
#include "server/oom_score.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/number.h"

namespace veddb {
namespace {

constexpr int64_t kScoreMax = 1000;  // the kernel's scale

Error Failed(const char* what, const std::string& file) {
  return Err(std::string("Failed to ") + what + " " + file + ": " + std::strerror(errno));
}

}  // namespace

Status OomScore::Apply(const Config& config) {
  if (config.oom_score_adj == OomScoreAdj::kNo) {
    if (!on_) return Ok();
    on_ = false;
    return Write(before_);
  }
  if (!on_) {
    before_ = TRY(Read());
    on_ = true;
  }
  int64_t score = config.oom_score_adj_values[0];
  if (config.oom_score_adj == OomScoreAdj::kRelative) score += before_;
  return Write(std::clamp(score, -kScoreMax, kScoreMax));
}

Result<int64_t> OomScore::Read() const {
  const int fd = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed("read", file_);
  std::array<char, 32> text = {};
  const ssize_t n = read(fd, text.data(), text.size());
  close(fd);
  if (n < 0) return Failed("read", file_);
  Bytes digits(text.data(), static_cast<size_t>(n));
  while (digits.ends_with('\n')) digits.remove_suffix(1);
  const auto score = ParseInt64(digits);
  if (!score) return Err("Failed to read " + file_ + ": it holds no number");
  return *score;
}

Status OomScore::Write(int64_t score) const {
  const int fd = open(file_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (fd < 0) return Failed("set", file_);
  const std::string text = FormatInt64(score);
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const Error failure = Failed("set", file_);
  close(fd);
  return written ? Ok() : Status(failure);
}

}  // namespace veddb
