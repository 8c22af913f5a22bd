// SPDX-License-Identifier: BSD-3-Clause
// SyscallFaults: system calls of a running process fail as long as this lives. strace does it.
//
// Owned by: one thread, the one that made it.
#pragma once
#include <sys/types.h>

#include <string>

#include "tests/support/poll_until.h"

namespace veddb::testing {

class SyscallFaults {
 public:
  // `scratch` is a directory for what strace says; `inject` an expression of strace as in
  // "fdatasync:error=EIO:when=2+"; with `path` only calls on that file fail. Returns once every
  // thread of the process is held.
  SyscallFaults(pid_t process, const std::string& scratch, const std::string& inject,
                const std::string& path = {});
  // The calls work again.
  ~SyscallFaults() { End(); }
  SyscallFaults(const SyscallFaults&) = delete;
  SyscallFaults& operator=(const SyscallFaults&) = delete;

  bool ok() const { return failure_.empty(); }
  const std::string& failure() const { return failure_; }
  // This process may not trace: nothing can be tested.
  bool not_permitted() const { return failure_.find("not permitted") != std::string::npos; }
  void End();

 private:
  std::string messages_;
  pid_t strace_ = -1;
  std::string failure_;
};

}  // namespace veddb::testing
