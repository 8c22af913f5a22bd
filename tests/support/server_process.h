// SPDX-License-Identifier: BSD-3-Clause
// ServerProcess: the real server as a child process, on a free port, with its data in a directory
// that outlives it. It can be killed, ended and started again.
//
// The child dies with the thread that started it, so that no server outlives a test. What a
// sanitizer reported in it fails this process (tests/support/sanitizers.h).
//
// Owned by: one thread; port() and Connect() are for any thread while nobody starts or ends it.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "tests/support/poll_until.h"
#include "tests/support/resp_client.h"

namespace veddb::testing {

class ServerProcess {
 public:
  // `arguments` are options of every start, as in {"--shards", "2"}. Nothing is started yet.
  ServerProcess(std::string binary, std::string dir, Words arguments = {});
  // Kills what still runs.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Starts it and waits until it answers. On failure the text says why, with the end of its log.
  std::optional<std::string> Start(const Words& more_arguments = {});
  // Starts it and waits for nothing.
  void Spawn(const Words& more_arguments = {});
  // Whether it answers PING now (or refuses it for want of a password).
  bool Answers() const;

  // kill -9, and waits for the end. False if it had ended before by itself.
  bool Kill();
  // SIGTERM, and waits for the end; the exit code, nothing if it did not end in time.
  std::optional<int> Terminate(Millis limit = kPatience);
  // Waits for an end that something else causes: the exit code, or minus the signal's number.
  std::optional<int> WaitForEnd(Millis limit = kPatience);
  bool Running();

  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  const std::string& dir() const { return dir_; }
  // A configuration file: it comes before all options.
  void set_first_argument(std::string file) { file_ = std::move(file); }
  // NAME=value, of every start from now on.
  void set_environment(Words assignments) { environment_ = std::move(assignments); }
  RespClient Connect(Millis timeout = kPatience) const { return RespClient::Tcp(port_, timeout); }
  // What it wrote to its standard output and error, of all starts.
  std::string Log() const;
  // Resident memory now, in bytes; 0 if it does not run.
  int64_t ResidentBytes() const;

 private:
  void NoteEnd(int status);

  const std::string binary_;
  const std::string dir_;
  const Words arguments_;
  std::string file_;
  Words environment_;
  int port_ = 0;
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

// A port of 127.0.0.1 that nobody listens on at this moment.
int FreePort();

}  // namespace veddb::testing
