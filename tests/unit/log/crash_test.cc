// SPDX-License-Identifier: BSD-3-Clause
// kill -9 in the middle of appending: what was answered is there, and the rest is cut or whole.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/log/log_fixture.h"

namespace veddb {
namespace {

class LogCrashTest : public LogTest {};

TEST_F(LogCrashTest, KilledWritersLoseNothingThatWasAppended) {
  LogPosition tail = 0;
  int known = 0;
  for (int round = 0; round < 8; ++round) {
    int acknowledged[2];
    ASSERT_EQ(pipe(acknowledged), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      // No threads run in the parent here, so the child may do as it likes.
      auto writer = LogWriter::Open({.dir = dir(), .segment_bytes = 5000}, tail).TakeValue();
      for (int i = known;; ++i) {
        if (!Append(*writer, i, std::string(static_cast<size_t>(i * 37 % 900), 'v')).ok()) _exit(1);
        if (write(acknowledged[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(acknowledged[1]);
    int number = 0;
    int last = known - 1;
    const int target = known + 50 + round * 13;
    while (read(acknowledged[0], &number, sizeof number) == sizeof number) {
      last = number;
      if (number == target) kill(child, SIGKILL);
    }
    close(acknowledged[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    const auto report = CheckTail(dir(), 0);
    ASSERT_TRUE(report.ok()) << report.error().message;
    tail = report->tail;
    const auto keys = ReadKeys(0, tail);
    ASSERT_GE(keys.size(), static_cast<size_t>(last) + 1);
    EXPECT_LE(keys.size(), static_cast<size_t>(last) + 2) << "at most the one in flight";
    EXPECT_EQ(keys, Keys(0, static_cast<int>(keys.size())));
    known = static_cast<int>(keys.size());
  }
}

}  // namespace
}  // namespace veddb
