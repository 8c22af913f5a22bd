// SPDX-License-Identifier: BSD-3-Clause
// What tests of whole processes must know about a build with a sanitizer (server and tests are
// built alike). How they are run: tests/sanitizers/README.md.
#pragma once
#include <sys/types.h>

#include <string>

namespace veddb::testing {

// Built with a sanitizer of any kind.
constexpr bool IsSanitized() {
#if defined(VEDDB_SANITIZED)
  return true;
#else
  return false;
#endif
}

// Whether the resident memory of the server tells what it uses. The address and thread sanitizers
// add shadow, red zones and a quarantine of hundreds of megabytes: false, and it says so on
// standard output. Only for what a test expects of resident memory; what the server counts itself
// holds everywhere.
bool ResidentMemoryIsTelling();

// The undefined-behaviour sanitizer opens a pipe to see whether an object is what its type says,
// and reports that it is not where it can't: no test of a server without file descriptors can do
// with it.
constexpr bool SanitizerOpensFiles() {
#if defined(VEDDB_SANITIZED_UNDEFINED)
  return true;
#else
  return false;
#endif
}

// For a process that has ended, and what it wrote. If a sanitizer reported anything in it, shows
// that, and this process will end with a failure, whatever else it does.
void FailOnReportOf(pid_t pid, const std::string& log);

}  // namespace veddb::testing
