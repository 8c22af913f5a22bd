// SPDX-License-Identifier: BSD-3-Clause
// A full disk: writes are refused with MISCONF, reads go on, writes come back with the space, and
// nothing that was answered is lost. The disk is a tmpfs of 48 MiB; mounting it needs root.
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr size_t kValueBytes = 4000;
constexpr int kCycles = 3;  // more of them: VEDDB_DISK_FULL_CYCLES

class DiskFullTest : public ServerTest {
 protected:
  ~DiskFullTest() override {
    server_.Kill();
    if (mounted_) umount2(server_.dir().c_str(), MNT_DETACH);
  }
  void SetUp() override {
    mounted_ = mount("tmpfs", server_.dir().c_str(), "tmpfs", 0, "size=48m") == 0;
    if (mounted_) return;
    // A disk can't be filled without one to fill; anything but the lack of the right is a failure.
    const int error = errno;
    ASSERT_EQ(error, EPERM) << "tmpfs can't be mounted: " << std::strerror(error);
    GTEST_SKIP() << "no right to mount a tmpfs";
  }
  std::string Ballast() const { return server_.dir() + "/ballast"; }
  // Takes space away so that so many bytes are left; returns whether it could.
  bool LeaveFree(uintmax_t bytes) {
    const uintmax_t free = std::filesystem::space(server_.dir()).available;
    if (free <= bytes) return true;
    FILE* file = std::fopen(Ballast().c_str(), "ab");
    if (file == nullptr) return false;
    const std::string page(1 << 16, 'b');
    for (uintmax_t taken = 0; taken + page.size() <= free - bytes; taken += page.size()) {
      if (std::fwrite(page.data(), 1, page.size(), file) != page.size()) break;
    }
    return std::fclose(file) == 0;
  }
  // SETs until one is refused; how many were answered OK. `refusal` is the answer to the others.
  int64_t WriteUntilRefused(RespClient& client, int64_t from, std::string& refusal) {
    for (int64_t i = from;; ++i) {
      refusal = client.Say({"SET", "k" + std::to_string(i), ValueFor(i, kValueBytes)});
      if (refusal != "OK") return i;
    }
  }

  bool mounted_ = false;
};

TEST_F(DiskFullTest, WritesAreRefusedAndComeBackAndNothingIsLost) {
  const Words arguments = {"--disk-min-free",  "0",   "--log-segment-bytes", "1mb",
                           "--log-replay-max", "1mb", "--write-buffer",      "4mb"};
  ASSERT_TRUE(Start(arguments));
  const char* wanted = std::getenv("VEDDB_DISK_FULL_CYCLES");
  const int cycles = wanted != nullptr ? std::atoi(wanted) : kCycles;
  int64_t good = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    RespClient client = Connect();
    ASSERT_TRUE(LeaveFree(6 << 20));
    std::string refusal;
    good = WriteUntilRefused(client, good, refusal);
    EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
    // The refused key may be there or not, but not as something else.
    client = Connect();
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "while the disk is full";
    std::filesystem::remove(Ballast());
    const Clock::time_point freed = Clock::now();
    ASSERT_TRUE(PollUntil(kPatience,
                          [&client] {
                            return client.Say({"SET", "probe", "1"}) == "OK";
                          }))
        << client.Say({"SET", "probe", "1"}) << server_.Log();
    const auto took = std::chrono::duration_cast<Millis>(Clock::now() - freed);
    EXPECT_LE(took.count(), 10'000) << "writes came back late";
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "with space again";
    // The key that was refused is written now, so that the next cycle goes on behind it.
    ASSERT_EQ(client.Say({"SET", "k" + std::to_string(good), ValueFor(good, kValueBytes)}), "OK");
    ++good;
    for (int64_t i = 0; i < good / 2; ++i) client.Add({"DEL", "gone" + std::to_string(i)});
    for (int64_t i = 0; i < good / 2; ++i) client.Next();
    ASSERT_TRUE(Restart(arguments));
  }
  RespClient client = Connect();
  EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0);
  std::printf("%d fill and free cycles, %" PRId64 " acknowledged writes\n", cycles, good);
}

TEST_F(DiskFullTest, AKillOnTheFullDiskLosesNothing) {
  ASSERT_TRUE(Start({"--disk-min-free", "0", "--log-segment-bytes", "1mb"}));
  RespClient client = Connect();
  ASSERT_TRUE(LeaveFree(4 << 20));
  std::string refusal;
  const int64_t good = WriteUntilRefused(client, 0, refusal);
  EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
  ASSERT_TRUE(server_.Kill());
  std::filesystem::remove(Ballast());
  ASSERT_TRUE(Start({"--disk-min-free", "0"}));
  client = Connect();
  EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0);
  EXPECT_EQ(client.Say({"SET", "after", "1"}), "OK");
}

TEST_F(DiskFullTest, DiskMinFreeRefusesWritesBeforeTheDiskIsFull) {
  ASSERT_TRUE(Start({"--disk-min-free", "20mb"}));
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"SET", "k0", ValueFor(0, kValueBytes)}), "OK");
  ASSERT_TRUE(LeaveFree(10 << 20));
  EXPECT_TRUE(PollUntil(kPatience, [&client] {
    return client.Say({"SET", "probe", "1"}).starts_with("-MISCONF");
  }));
  EXPECT_EQ(CountWrong(client, "k", 1, kValueBytes), 0);
  std::filesystem::remove(Ballast());
  EXPECT_TRUE(PollUntil(kPatience, [&client] {
    return client.Say({"SET", "probe", "1"}) == "OK";
  }));
}

}  // namespace
}  // namespace veddb::testing
