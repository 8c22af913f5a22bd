// SPDX-License-Identifier: BSD-3-Clause
// maxmemory-clients: what it means in bytes, and who goes first.
#include "server/client_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace veddb {
namespace {

constexpr size_t kKilobyte = 1024;
constexpr size_t kMegabyte = 1024 * kKilobyte;

Config WithLimits(int64_t maxmemory, int64_t clients) {
  Config config;
  config.maxmemory = maxmemory;
  config.maxmemory_clients = clients;
  return config;
}

TEST(ClientMemoryLimit, IsASizeOrAPartOfMaxmemoryAndNeverTooSmallToTalk) {
  EXPECT_EQ(ClientMemoryLimit(WithLimits(0, 0)), 0u);
  EXPECT_EQ(ClientMemoryLimit(WithLimits(100 << 20, 0)), 0u);
  EXPECT_EQ(ClientMemoryLimit(WithLimits(0, 3'000'000)), 3'000'000u);
  EXPECT_EQ(ClientMemoryLimit(WithLimits(0, -5)), 0u) << "a part of no limit";
  EXPECT_EQ(ClientMemoryLimit(WithLimits(6 << 20, -7)), 440'401u);
  EXPECT_EQ(ClientMemoryLimit(WithLimits(INT64_MAX, -100)), size_t{INT64_MAX});
  EXPECT_EQ(ClientMemoryLimit(WithLimits(0, 1)), 128 * kKilobyte);
  EXPECT_EQ(ClientMemoryLimit(WithLimits(1, -1)), 128 * kKilobyte);
}

TEST(ClientMemory, CountsWhatIsBookedLast) {
  ClientMemory memory;
  ClientShare one;
  ClientShare other;
  memory.Book(1, one, 1000, true);
  memory.Book(2, other, 5000, true);
  EXPECT_EQ(memory.total(), 6000u);
  memory.Book(1, one, 300, true);
  EXPECT_EQ(memory.total(), 5300u);
  memory.Forget(2, other);
  EXPECT_EQ(memory.total(), 300u);
  memory.Forget(1, one);
  EXPECT_EQ(memory.total(), 0u);
  EXPECT_EQ(memory.Fattest(), 0u);
}

TEST(ClientMemory, TheFattestGoesFirst) {
  ClientMemory memory;
  const std::vector<size_t> sizes = {40 * kKilobyte, 3 * kMegabyte, 1, 700 * kKilobyte,
                                     size_t{100} << 30};
  std::vector<ClientShare> shares(sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i) memory.Book(i + 1, shares[i], sizes[i], true);
  for (const uint64_t wanted : {5, 2, 4, 1, 3}) {
    EXPECT_EQ(memory.Fattest(), wanted);
    memory.Forget(wanted, shares[wanted - 1]);
  }
  EXPECT_EQ(memory.Fattest(), 0u);
}

TEST(ClientMemory, WhoMayNotGoIsCountedAllTheSame) {
  ClientMemory memory;
  ClientShare kept;
  ClientShare other;
  memory.Book(1, kept, 10 * kMegabyte, false);
  memory.Book(2, other, kKilobyte, true);
  EXPECT_EQ(memory.total(), 10 * kMegabyte + kKilobyte);
  EXPECT_EQ(memory.Fattest(), 2u);
  memory.Book(1, kept, 10 * kMegabyte, true);
  EXPECT_EQ(memory.Fattest(), 1u);
  memory.Book(1, kept, 10 * kMegabyte, false);
  EXPECT_EQ(memory.Fattest(), 2u);
}

}  // namespace
}  // namespace veddb
