// SPDX-License-Identifier: BSD-3-Clause
#include "base/log_limiter.h"

#include <gtest/gtest.h>

namespace veddb {
namespace {

TEST(LogLimiter, LetsOneAnIntervalThroughAndTellsHowManyItLeftOut) {
  LogLimiter limiter;
  EXPECT_EQ(limiter.Admit(5), 0U);
  EXPECT_EQ(limiter.Admit(5), std::nullopt);
  EXPECT_EQ(limiter.Admit(5 + LogLimiter::kIntervalMillis - 1), std::nullopt);
  EXPECT_EQ(limiter.Admit(5 + LogLimiter::kIntervalMillis), 2U);
  EXPECT_EQ(limiter.Admit(6 + LogLimiter::kIntervalMillis), std::nullopt);
  EXPECT_EQ(limiter.Admit(5 + 3 * LogLimiter::kIntervalMillis), 1U);
  EXPECT_EQ(limiter.Admit(5 + 9 * LogLimiter::kIntervalMillis), 0U);
}

}  // namespace
}  // namespace veddb
