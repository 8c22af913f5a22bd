// SPDX-License-Identifier: BSD-3-Clause
// In the handler only what may be called in one: no allocation, no lock, no spdlog.
#include "server/crash_log.h"

#include <absl/debugging/symbolize.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "server/process.h"

namespace veddb {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kReportedByOthers = true;
#else
constexpr bool kReportedByOthers = false;
#endif

struct SignalName {
  int number;
  const char* name;
};
constexpr std::array<SignalName, 5> kSignals = {{{SIGSEGV, "SIGSEGV"},
                                                 {SIGBUS, "SIGBUS"},
                                                 {SIGFPE, "SIGFPE"},
                                                 {SIGILL, "SIGILL"},
                                                 {SIGABRT, "SIGABRT"}}};
constexpr int kFramesMax = 100;
constexpr size_t kSymbolBytes = 1024;

std::atomic<int> report_fd = -1;
std::atomic<pid_t> reporter = 0;  // the thread that writes the report

pid_t ThreadId() { return static_cast<pid_t>(syscall(SYS_gettid)); }

void Put(const char* text) {
  size_t left = std::strlen(text);
  while (left > 0) {
    const ssize_t n = write(report_fd, text, left);
    if (n <= 0) return;
    text += n;
    left -= static_cast<size_t>(n);
  }
}

void PutNumber(uint64_t value, unsigned base) {
  std::array<char, 24> text = {};
  size_t at = text.size() - 1;
  do {
    text[--at] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  Put(text.data() + at);
}

void PutStackTrace() {
  std::array<void*, kFramesMax> frames = {};
  const int n = backtrace(frames.data(), kFramesMax);
  for (int i = 0; i < n; ++i) {
    const auto address = reinterpret_cast<uintptr_t>(frames[static_cast<size_t>(i)]);
    Put("#");
    PutNumber(static_cast<uint64_t>(i), 10);
    Put(" 0x");
    PutNumber(address, 16);
    Put(" ");
    std::array<char, kSymbolBytes> name = {};
    // A return address may already belong to the next function.
    const auto* inside = reinterpret_cast<const void*>(address - 1);
    const bool known = absl::Symbolize(inside, name.data(), static_cast<int>(name.size()));
    Put(known ? name.data() : "?");
    Put("\n");
  }
}

void PutReport(int number, const siginfo_t& info) {
  const char* name = "?";
  for (const SignalName& signal : kSignals) {
    if (signal.number == number) name = signal.name;
  }
  Put("\n\n=== VEDDB CRASH REPORT ===\nPID ");
  PutNumber(static_cast<uint64_t>(getpid()), 10);
  Put(": VedDB ");
  Put(kVersion);
  Put(" crashed by signal: ");
  PutNumber(static_cast<uint64_t>(number), 10);
  Put(" (");
  Put(name);
  if (info.si_code <= 0) {  // somebody sent it: this process itself where it gave up
    Put("), sent by process ");
    PutNumber(static_cast<uint64_t>(info.si_pid), 10);
  } else {
    Put("), accessing address 0x");
    PutNumber(reinterpret_cast<uintptr_t>(info.si_addr), 16);
  }
  Put("\n\n------ STACK TRACE ------\n");
  PutStackTrace();
  Put("=== END OF VEDDB CRASH REPORT ===\n");
}

void OnCrash(int number, siginfo_t* info, void* /*context*/) {
  const pid_t self = ThreadId();
  pid_t nobody = 0;
  if (reporter.compare_exchange_strong(nobody, self)) {
    PutReport(number, *info);
  } else if (nobody != self) {
    // Another thread writes its report and ends the process then.
    for (;;) pause();
  }
  std::signal(number, SIG_DFL);
  // It is blocked here and so takes its course when this returns.
  raise(number);
}

}  // namespace

void InstallCrashLog(const std::string& logfile) {
  if (kReportedByOthers || report_fd != -1) return;
  report_fd = logfile.empty()
                  ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                  : open(logfile.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  absl::InitializeSymbolizer("/proc/self/exe");
  // The first trace loads the unwinder's library, which a handler must not.
  std::array<void*, 1> frame = {};
  (void)backtrace(frame.data(), 1);
  struct sigaction action = {};
  action.sa_sigaction = OnCrash;
  action.sa_flags = SA_SIGINFO;
  for (const SignalName& signal : kSignals) sigaddset(&action.sa_mask, signal.number);
  for (const SignalName& signal : kSignals) sigaction(signal.number, &action, nullptr);
}

void RemoveCrashLog() {
  if (report_fd == -1) return;
  for (const SignalName& signal : kSignals) std::signal(signal.number, SIG_DFL);
  close(report_fd.exchange(-1));
}

}  // namespace veddb
