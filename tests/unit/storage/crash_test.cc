// SPDX-License-Identifier: BSD-3-Clause
// kill -9 while records are appended, drained, ingested, flushed and retired. After each kill the
// store alone is an exact prefix of history, and with the log replayed it is all of it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "storage/recovery.h"
#include "tests/unit/storage/storage_fixture.h"
#include "tests/unit/storage/workload.h"

namespace veddb {
namespace {

class CrashTest : public StorageTest {
 protected:
  // Runs the crasher until it has said `target`, kills it, and returns the last number it said.
  int RunAndKill(unsigned seed, int target) {
    int said[2];
    EXPECT_EQ(pipe(said), 0);
    const std::string seed_text = std::to_string(seed);
    const pid_t child = fork();
    if (child == 0) {
      dup2(said[1], STDOUT_FILENO);
      close(said[0]);
      close(said[1]);
      execl(VEDDB_STORAGE_CRASHER, "storage_crasher", dir_.path().c_str(), seed_text.c_str(),
            nullptr);
      _exit(127);
    }
    close(said[1]);
    int number = -1;
    int last = -1;
    bool killed = false;
    while (read(said[0], &number, sizeof number) == sizeof number) {
      last = number;
      if (number < target || killed) continue;
      kill(child, SIGKILL);
      killed = true;
    }
    close(said[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
    return last;
  }

  // The model after so many records. REQUIRES: not fewer than at the last call.
  void Advance(int64_t records) {
    ASSERT_GE(records, modelled_);
    for (; modelled_ < records; ++modelled_) {
      workload::Ops(static_cast<int>(modelled_), workload::StateSink{state_, counters_});
    }
  }

  void ExpectStateOf(const Engine& engine) {
    const auto view = engine.NewReadView();
    workload::State found;
    for (const Family family : {Family::kKeys, Family::kDocs}) {
      for (auto& [key, value] : All(*view, family)) {
        found.emplace(workload::StateSink::Name(family, key), value);
      }
    }
    EXPECT_TRUE(found == state_) << found.size() << " keys, expected " << state_.size();
    EXPECT_EQ(workload::CounterIn(*view, workload::kRecordCounter), modelled_);
    EXPECT_EQ(workload::CounterIn(*view, workload::kTotalCounter),
              counters_[std::string(workload::kTotalCounter)]);
  }

  workload::State state_;
  std::map<std::string, int64_t> counters_;
  int64_t modelled_ = 0;
};

TEST_F(CrashTest, StoreIsAPrefixAndStoreWithLogIsEverything) {
  std::mt19937 random(5);
  int last = -1;
  for (unsigned round = 0; round < 8; ++round) {
    const int target = last + 1 + static_cast<int>(random() % 2500);
    last = RunAndKill(round, target);
    ASSERT_GE(last, target);
    const auto engine = Open();
    ASSERT_NE(engine, nullptr);
    const int64_t prefix = workload::CounterIn(*engine->NewReadView(), workload::kRecordCounter);
    EXPECT_LE(prefix, last + 2);
    Advance(prefix);
    ExpectStateOf(*engine);
    const auto report = RecoverFromLog(*engine, log_dir());
    ASSERT_TRUE(report.ok()) << report.error().message;
    const int64_t all = prefix + static_cast<int64_t>(report->records);
    EXPECT_GE(all, last + 1) << "an appended record is lost";
    EXPECT_LE(all, last + 2) << "more than the one in flight";
    Advance(all);
    ExpectStateOf(*engine);
    EXPECT_EQ(engine->drained_position(), report->log.tail);
    if (HasFailure()) FAIL() << "round " << round;
  }
}

}  // namespace
}  // namespace veddb
