// SPDX-License-Identifier: BSD-3-Clause
// ToolProcess: veddb-tool as a child process, with its input and what it writes in files.
//
// Owned by: one thread.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "tests/support/poll_until.h"
#include "tests/support/resp_client.h"

namespace veddb::testing {

struct ToolResult {
  int code = -1;  // its exit code, or minus the signal's number
  std::string out;
  std::string err;
};

class ToolProcess {
 public:
  // Starts it. Its files are `name`.out and `name`.err; `input` is its standard input.
  ToolProcess(const Words& arguments, std::string name, const std::string& input = {});
  // Kills what still runs.
  ~ToolProcess();
  ToolProcess(const ToolProcess&) = delete;
  ToolProcess& operator=(const ToolProcess&) = delete;

  // kill -9. False if it had ended before by itself.
  bool Kill();
  bool Running();
  // REQUIRES: called once. -1 as the code if it does not end in time.
  ToolResult WaitForEnd();

 private:
  const std::string name_;
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

}  // namespace veddb::testing
