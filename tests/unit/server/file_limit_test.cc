// SPDX-License-Identifier: BSD-3-Clause
#include "server/file_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

namespace veddb {
namespace {

TEST(FileLimit, WhereThereIsRoomEverybodyGetsAll) {
  const FileShares shares = ShareFiles(FilesWanted(10'000), 10'000);
  EXPECT_EQ(shares.clients, 10'000);
  EXPECT_EQ(shares.store_files, 1024);
  EXPECT_EQ(ClientsWithin(FilesWanted(10'000), shares.store_files), 10'000);
}

TEST(FileLimit, TheStoreGivesWayBeforeClientsDo) {
  const FileShares shares = ShareFiles(FilesWanted(10'000) - 500, 10'000);
  EXPECT_EQ(shares.clients, 10'000);
  EXPECT_EQ(shares.store_files, 524);
}

TEST(FileLimit, ClientsGiveWayWhenTheStoreHasItsLeast) {
  const FileShares shares = ShareFiles(1024, 10'000);
  EXPECT_EQ(shares.store_files, 64);
  EXPECT_EQ(shares.clients, ClientsWithin(1024, 64));
  EXPECT_LT(shares.clients, 1024);
  EXPECT_GT(shares.clients, 512);
}

TEST(FileLimit, OneClientIsTheLeast) {
  EXPECT_EQ(ShareFiles(3, 10'000).clients, 1);
  EXPECT_EQ(ShareFiles(0, 1).clients, 1);
}

TEST(FileLimit, TheLimitIsRaisedNeverLowered) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(before.rlim_max, 200);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const auto low_files = static_cast<int64_t>(low.rlim_cur);
  EXPECT_EQ(RaiseFileLimit(low_files - 10), low_files);
  const auto wanted = static_cast<int64_t>(std::min<rlim_t>(before.rlim_max, 300));
  EXPECT_EQ(RaiseFileLimit(wanted), wanted);
  rlimit after = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(static_cast<int64_t>(after.rlim_cur), wanted);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(FileLimit, MoreThanTheSystemHasIsNotPromised) {
  constexpr int64_t kAbsurd = int64_t{1} << 40;
  EXPECT_LT(RaiseFileLimit(kAbsurd), kAbsurd);
}

}  // namespace
}  // namespace veddb
