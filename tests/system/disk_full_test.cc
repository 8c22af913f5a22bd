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
constexpr uintmax_t kFreeForFilling = 6 << 20;
constexpr uintmax_t kFreeForStarting = 12 << 20;
constexpr uintmax_t kFreeWhenEmpty = 40 << 20;
constexpr int64_t kHealedWithinMillis = 10'000;
const Words kArguments = {"--disk-min-free",  "0",   "--log-segment-bytes", "1mb",
                          "--log-replay-max", "1mb", "--write-buffer",      "4mb"};

int Cycles() {
  const char* wanted = std::getenv("VEDDB_DISK_FULL_CYCLES");
  return wanted != nullptr ? std::atoi(wanted) : kCycles;
}

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
    const std::string page(1 << 12, 'b');
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
  // Writes k0, k1, … until the disk is full; how many were acknowledged.
  int64_t FillDisk(RespClient& client) {
    EXPECT_TRUE(LeaveFree(kFreeForFilling));
    std::string refusal;
    const int64_t good = WriteUntilRefused(client, 0, refusal);
    EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
    EXPECT_GT(good, 0);
    return good;
  }
  void ExpectItOnlyReads(int64_t good) {
    RespClient client = Connect();
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "started on the full disk";
    std::string refusal;
    WriteUntilRefused(client, good, refusal);
    EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "while writes are refused";
  }
  void ExpectItHeals(RespClient& client) {
    const Clock::time_point freed = Clock::now();
    EXPECT_TRUE(PollUntil(kPatience,
                          [&client] {
                            return client.Say({"SET", "probe", "1"}) == "OK";
                          }))
        << client.Say({"SET", "probe", "1"}) << server_.Log();
    const auto took = std::chrono::duration_cast<Millis>(Clock::now() - freed);
    EXPECT_LE(took.count(), kHealedWithinMillis) << "writes came back late";
  }
  // Drops everything and waits for its space, so that all cycles begin alike.
  bool Empty(RespClient& client) {
    return client.Say({"FLUSHALL"}) == "OK" && PollUntil(kPatience, [this, &client] {
             client.Say({"SET", "probe", "1"});  // drains, which retire the log
             client.Say({"SAVE"});
             return std::filesystem::space(server_.dir()).available >= kFreeWhenEmpty;
           });
  }

  bool mounted_ = false;
};

TEST_F(DiskFullTest, WritesAreRefusedAndComeBackAndNothingIsLost) {
  ASSERT_TRUE(Start(kArguments));
  const int cycles = Cycles();
  int64_t written = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    SCOPED_TRACE("cycle " + std::to_string(cycle));
    RespClient client = Connect();
    const int64_t good = FillDisk(client);
    // The refused key may be there or not, but not as something else.
    client = Connect();
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "while the disk is full";
    std::filesystem::remove(Ballast());
    ExpectItHeals(client);
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "with space again";
    ASSERT_TRUE(Restart(kArguments));
    client = Connect();
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "after a kill";
    ASSERT_TRUE(Empty(client));
    written += good;
  }
  std::printf("%d fill and free cycles, %" PRId64 " acknowledged writes\n", cycles, written);
}

// Killed on the full disk and started on it. Opening the store takes some KiB. If they can't be
// had, not from leftovers either that a start removes, it says so; else, and surely with a little
// room but less than disk-min-free, it reads and refuses to write.
TEST_F(DiskFullTest, AStartOnTheFullDiskNamesTheCauseOrReads) {
  ASSERT_TRUE(Start(kArguments));
  const int cycles = Cycles();
  int named = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    SCOPED_TRACE("cycle " + std::to_string(cycle));
    RespClient client = Connect();
    const int64_t good = FillDisk(client);
    ASSERT_TRUE(server_.Kill());
    ASSERT_TRUE(LeaveFree(0));
    if (const auto failure = server_.Start(kArguments)) {
      ++named;
      EXPECT_NE(failure->find("No space left on device"), std::string::npos) << *failure;
      EXPECT_EQ(server_.WaitForEnd(), 1);
    } else {
      ExpectItOnlyReads(good);
      ASSERT_TRUE(server_.Kill());
    }

    std::filesystem::resize_file(Ballast(),
                                 std::filesystem::file_size(Ballast()) - kFreeForStarting);
    Words guarded = kArguments;
    guarded.insert(guarded.end(), {"--disk-min-free", "24mb"});
    ASSERT_TRUE(Start(guarded));
    ExpectItOnlyReads(good);
    client = Connect();
    std::filesystem::remove(Ballast());
    ExpectItHeals(client);
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "with space again";
    ASSERT_TRUE(Restart(kArguments));
    client = Connect();
    EXPECT_EQ(CountWrong(client, "k", good, kValueBytes), 0) << "after a kill";
    ASSERT_TRUE(Empty(client));
  }
  std::printf("%d fill and free cycles with starts on the full disk, %d of them impossible\n",
              cycles, named);
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
