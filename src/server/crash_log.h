// SPDX-License-Identifier: BSD-3-Clause
// crash-log-enabled: a process that dies of SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT first writes
// the signal and a stack trace to where its messages go; then the signal takes its course.
// Thread: the loop's, or the main one before it; the report is written on the thread that failed.
#pragma once
#include <string>

namespace veddb {

// `logfile` as in OpenLog: empty is standard output. Under the address and thread sanitizers, which
// report better, it does nothing.
void InstallCrashLog(const std::string& logfile);
void RemoveCrashLog();

}  // namespace veddb
