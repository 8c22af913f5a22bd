// SPDX-License-Identifier: BSD-3-Clause
#include "tests/system/tool_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace veddb::testing {
namespace {

std::string FileText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void Redirect(const std::string& path, int flags, int to) {
  const int fd = open(path.c_str(), flags, 0600);
  if (fd < 0 || dup2(fd, to) < 0) _exit(126);
  close(fd);
}

[[noreturn]] void BecomeTool(const std::string& name, Words words) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Redirect(name + ".in", O_RDONLY, STDIN_FILENO);
  Redirect(name + ".out", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  Redirect(name + ".err", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

int CodeOf(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

}  // namespace

ToolProcess::ToolProcess(const Words& arguments, std::string name, const std::string& input)
    : name_(std::move(name)) {
  std::ofstream(name_ + ".in", std::ios::binary) << input;
  Words words = {VEDDB_TOOL};
  words.insert(words.end(), arguments.begin(), arguments.end());
  pid_ = fork();
  if (pid_ == 0) BecomeTool(name_, std::move(words));
}

ToolProcess::~ToolProcess() { Kill(); }

bool ToolProcess::Running() {
  if (pid_ < 0 || ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) ended_ = CodeOf(status);
  return !ended_;
}

bool ToolProcess::Kill() {
  if (!Running()) return false;
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = CodeOf(status);
  return *ended_ == -SIGKILL;
}

ToolResult ToolProcess::WaitForEnd() {
  PollUntil(2 * kPatience, [this] { return !Running(); });
  return {ended_.value_or(-1), FileText(name_ + ".out"), FileText(name_ + ".err")};
}

}  // namespace veddb::testing
