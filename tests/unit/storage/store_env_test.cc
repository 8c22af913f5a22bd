// SPDX-License-Identifier: BSD-3-Clause
#include "storage/store_env.h"

#include <gtest/gtest.h>
#include <rocksdb/system_clock.h>

#include <chrono>
#include <thread>

namespace veddb {
namespace {

using std::chrono::steady_clock;

constexpr int kShortMicros = 20'000;
constexpr int kVeryLongMicros = 2'000'000'000;  // half an hour: the test would not end in time

TEST(StoreEnvTest, PausesLastAsLongAsIsAskedFor) {
  StoreEnv env;
  const auto begun = steady_clock::now();
  env.GetSystemClock()->SleepForMicroseconds(kShortMicros);
  EXPECT_GE(steady_clock::now() - begun, std::chrono::microseconds(kShortMicros));
}

TEST(StoreEnvTest, ButEndAtOnceWhileItIsHurried) {
  StoreEnv env;
  std::thread sleeper([&env] { env.GetSystemClock()->SleepForMicroseconds(kVeryLongMicros); });
  env.set_hurried(true);
  sleeper.join();
  env.GetSystemClock()->SleepForMicroseconds(kVeryLongMicros);
  env.set_hurried(false);
  const auto begun = steady_clock::now();
  env.GetSystemClock()->SleepForMicroseconds(kShortMicros);
  EXPECT_GE(steady_clock::now() - begun, std::chrono::microseconds(kShortMicros));
}

}  // namespace
}  // namespace veddb
