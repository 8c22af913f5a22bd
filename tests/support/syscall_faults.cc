// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/syscall_faults.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

namespace veddb::testing {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void BecomeStrace(std::vector<std::string>& words, const std::string& messages) {
  prctl(PR_SET_PDEATHSIG, SIGINT);
  const int fd = open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd >= 0) dup2(fd, STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  std::perror(argv[0]);
  _exit(127);
}

}  // namespace

SyscallFaults::SyscallFaults(pid_t process, const std::string& scratch, const std::string& inject,
                             const std::string& path)
    : messages_(scratch + "/strace.messages") {
  const std::string calls = inject.substr(0, inject.find(':'));
  std::vector<std::string> words = {
      "strace", "-f", "-o", "/dev/null", "-e", "trace=" + calls, "-e", "inject=" + inject};
  if (!path.empty()) words.insert(words.end(), {"-P", path});
  words.insert(words.end(), {"-p", std::to_string(process)});
  std::remove(messages_.c_str());
  strace_ = fork();
  if (strace_ == 0) BecomeStrace(words, messages_);
  bool ended = false;
  const bool attached = PollUntil(kPatience, [&] {
    int status = 0;
    ended = waitpid(strace_, &status, WNOHANG) == strace_;
    return ended || ReadFile(messages_).find(" attached") != std::string::npos;
  });
  if (attached && !ended) return;
  failure_ = "strace does not hold the process: " + ReadFile(messages_);
  if (ended) strace_ = -1;
  End();
}

void SyscallFaults::End() {
  if (strace_ < 0) return;
  kill(strace_, SIGINT);
  int status = 0;
  waitpid(strace_, &status, 0);
  strace_ = -1;
}

}  // namespace veddb::testing
