// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/sanitizers.h"

namespace veddb::testing {
namespace {

constexpr size_t kShownLogBytes = 4000;
constexpr Millis kProbeTimeout{2000};

std::string LogPath(const std::string& dir) { return dir + ".log"; }

[[noreturn]] void BecomeServer(const std::string& log, Words& words, Words& environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (fd >= 0) {
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
  }
  for (std::string& assignment : environment) putenv(assignment.data());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  std::perror(argv[0]);
  _exit(127);
}

}  // namespace

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int port = 0;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(fd);
  return port;
}

ServerProcess::ServerProcess(std::string binary, std::string dir, Words arguments)
    : binary_(std::move(binary)), dir_(std::move(dir)), arguments_(std::move(arguments)) {
  mkdir(dir_.c_str(), 0700);
}

ServerProcess::~ServerProcess() { Kill(); }

void ServerProcess::Spawn(const Words& more_arguments) {
  port_ = FreePort();
  Words words = {binary_};
  if (!file_.empty()) words.push_back(file_);
  words.insert(words.end(),
               {"--port", std::to_string(port_), "--bind", "127.0.0.1", "--dir", dir_});
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  words.insert(words.end(), more_arguments.begin(), more_arguments.end());
  ended_.reset();
  const std::string log = LogPath(dir_);
  pid_ = fork();
  if (pid_ == 0) BecomeServer(log, words, environment_);
}

bool ServerProcess::Answers() const {
  RespClient probe = Connect(kProbeTimeout);
  if (!probe.ok()) return false;
  const std::string answer = probe.Say({"PING"});
  return answer == "PONG" || answer.starts_with("-NOAUTH");
}

std::optional<std::string> ServerProcess::Start(const Words& more_arguments) {
  Spawn(more_arguments);
  const bool answered = PollUntil(2 * kPatience, [this] { return !Running() || Answers(); });
  if (answered && Running()) return std::nullopt;
  const std::string log = Log();
  const std::string end = log.substr(log.size() - std::min(log.size(), kShownLogBytes));
  const std::string what = answered ? "ended with " + std::to_string(*ended_) : "does not answer";
  Kill();
  return "the server " + what + "; the end of its log:\n" + end;
}

bool ServerProcess::Running() {
  if (pid_ < 0 || ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  NoteEnd(status);
  return false;
}

void ServerProcess::NoteEnd(int status) {
  ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  FailOnReportOf(pid_, IsSanitized() ? Log() : std::string());
}

bool ServerProcess::Kill() {
  if (!Running()) return false;
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  NoteEnd(status);
  return ended_ == -SIGKILL;
}

std::optional<int> ServerProcess::Terminate(Millis limit) {
  if (!Running()) return ended_;
  kill(pid_, SIGTERM);
  return WaitForEnd(limit);
}

std::optional<int> ServerProcess::WaitForEnd(Millis limit) {
  if (!PollUntil(limit, [this] { return !Running(); })) return std::nullopt;
  return ended_;
}

std::string ServerProcess::Log() const {
  std::ifstream file(LogPath(dir_));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int64_t ServerProcess::ResidentBytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  while (file >> word) {
    int64_t kilobytes = 0;
    if (word == "VmRSS:" && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace veddb::testing
