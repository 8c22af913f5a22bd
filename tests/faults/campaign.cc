// SPDX-License-Identifier: BSD-3-Clause
#include "tests/faults/campaign.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/clock.h"

namespace veddb::testing {
namespace {

constexpr unsigned kCaseSeconds = 120;

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(piece.data(), static_cast<size_t>(n));
  }
}

}  // namespace

std::optional<std::string> RunInChild(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::alarm(kCaseSeconds);
    std::signal(SIGPIPE, SIG_IGN);  // as the server's own main does
    const std::string text = work();
    const ssize_t written = ::write(ends[1], text.data(), text.size());
    ::_exit(text.empty() ? 0 : written > 0 ? 1 : 2);
  }
  ::close(ends[1]);
  const std::string text = ReadAll(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return signal == SIGALRM ? "it did not end in " + std::to_string(kCaseSeconds) + " s"
                             : "it crashed: " + std::string(strsignal(signal)) + " " + text;
  }
  if (WEXITSTATUS(status) == 0) return std::nullopt;
  return text.empty() ? "exit code " + std::to_string(WEXITSTATUS(status)) : text;
}

Deadline::Deadline(const CampaignOptions& options) {
  if (options.minutes > 0) end_ms_ = MonoMillis() + options.minutes * 60'000;
}

bool Deadline::over() const { return end_ms_ != 0 && MonoMillis() >= end_ms_; }

std::string CampaignDirectory(const std::string& name) {
  const bool memory = ::access("/dev/shm", W_OK) == 0;
  std::string path = (memory ? "/dev/shm/veddb-" : "/tmp/veddb-") + name + "-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

}  // namespace veddb::testing
