// SPDX-License-Identifier: BSD-3-Clause
// client-output-buffer-limit: when a client that does not read is closed.
#include <gtest/gtest.h>

#include "server/clients.h"

namespace veddb {
namespace {

constexpr OutputLimit kLimit = {.hard_bytes = 1000, .soft_bytes = 100, .soft_seconds = 2};

TEST(OutputLimit, TheHardOneCountsAtOnce) {
  int64_t since_ms = 0;
  EXPECT_FALSE(PassesOutputLimit({.hard_bytes = 1000}, 999, 5000, since_ms));
  EXPECT_TRUE(PassesOutputLimit({.hard_bytes = 1000}, 1000, 5000, since_ms));
}

TEST(OutputLimit, NoneIsNone) {
  int64_t since_ms = 0;
  EXPECT_FALSE(PassesOutputLimit({}, size_t{1} << 40, 5000, since_ms));
  EXPECT_EQ(since_ms, 0);
}

TEST(OutputLimit, TheSoftOneCountsAfterItsTime) {
  int64_t since_ms = 0;
  EXPECT_FALSE(PassesOutputLimit(kLimit, 100, 5000, since_ms));
  EXPECT_EQ(since_ms, 5000);
  EXPECT_FALSE(PassesOutputLimit(kLimit, 200, 7999, since_ms));
  EXPECT_TRUE(PassesOutputLimit(kLimit, 100, 8000, since_ms));
}

TEST(OutputLimit, AClientThatCatchesUpBeginsAnew) {
  int64_t since_ms = 0;
  EXPECT_FALSE(PassesOutputLimit(kLimit, 100, 5000, since_ms));
  EXPECT_FALSE(PassesOutputLimit(kLimit, 99, 6000, since_ms));
  EXPECT_EQ(since_ms, 0);
  EXPECT_FALSE(PassesOutputLimit(kLimit, 500, 9000, since_ms));
  EXPECT_EQ(since_ms, 9000);
}

TEST(OutputLimit, TheHardOneCountsWhileTheSoftOneWaits) {
  int64_t since_ms = 0;
  EXPECT_TRUE(PassesOutputLimit(kLimit, 1000, 5000, since_ms));
  EXPECT_TRUE(PassesOutputLimit(kLimit, 2000, 5001, since_ms));
}

}  // namespace
}  // namespace veddb
