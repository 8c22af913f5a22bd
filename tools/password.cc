// SPDX-License-Identifier: BSD-3-Clause
#include "tools/password.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace veddb::tool {
namespace {

Result<std::string> FromEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return Err("the variable " + name + " with the password is not set");
  return std::string(value);
}

Result<std::string> FromFile(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return Err("can't read a password from " + path);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// The terminal with what is typed not shown, for as long as this lives. Signals that would end the
// process wait until it is as it was.
class SilentTerminal {
 public:
  SilentTerminal() : file_(std::fopen("/dev/tty", "r+e")) {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGTSTP}) sigaddset(&ending, signal);
    sigprocmask(SIG_BLOCK, &ending, &signals_before_);
    if (file_ == nullptr || tcgetattr(fileno(file_), &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_silent_ = tcsetattr(fileno(file_), TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (is_silent_) tcsetattr(fileno(file_), TCSAFLUSH, &before_);
    if (file_ != nullptr) std::fclose(file_);
    sigprocmask(SIG_SETMASK, &signals_before_, nullptr);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  std::FILE* file() const { return is_silent_ ? file_ : nullptr; }

 private:
  std::FILE* file_;
  sigset_t signals_before_;
  termios before_ = {};
  bool is_silent_ = false;
};

Result<std::string> FromTerminal() {
  const SilentTerminal terminal;
  if (terminal.file() == nullptr) return Err("there is no terminal to ask for the password");
  std::fputs("Password: ", terminal.file());
  std::fflush(terminal.file());
  std::string line;
  for (int c = std::fgetc(terminal.file()); c != EOF && c != '\n';
       c = std::fgetc(terminal.file())) {
    line.push_back(static_cast<char>(c));
  }
  std::fputc('\n', terminal.file());
  return line;
}

}  // namespace

Result<std::string> ReadPassword(const PasswordSource& source) {
  switch (source.kind) {
    case PasswordSource::Kind::kEnvironment:
      return FromEnvironment(source.name);
    case PasswordSource::Kind::kFile:
      return FromFile(source.name);
    default:
      return FromTerminal();
  }
}

}  // namespace veddb::tool
