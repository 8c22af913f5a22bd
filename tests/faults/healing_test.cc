// SPDX-License-Identifier: BSD-3-Clause
// What clients see while log or store fail, and afterwards.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>

#include "base/logging.h"
#include "server/healer.h"
#include "tests/faults/campaign.h"
#include "tests/faults/in_process_server.h"
#include "tests/support/sim_disk.h"

namespace veddb::testing {
namespace {

class HealingTest : public ::testing::Test {
 protected:
  HealingTest() : root_(CampaignDirectory("healing")), data_(root_ + "/data") {
    std::signal(SIGPIPE, SIG_IGN);
    OpenLog(root_ + "/messages", LogLevel::kVerbose).ok();
    std::filesystem::create_directories(data_);
    SimDisk::Start(data_);
  }
  ~HealingTest() override {
    server_.reset();
    SimDisk::Stop();
    std::filesystem::remove_all(root_);
  }
  void Start(const Words& options, const HealingLimits& healing = {}) {
    server_ = std::make_unique<InProcessServer>(data_, options, healing);
    const auto failure = server_->Start();
    ASSERT_FALSE(failure) << *failure;
  }
  static DiskFault Fault(uint32_t calls, int error, const std::string& where) {
    return {.calls = calls, .sticky = true, .error = error, .half_write = true, .where = where};
  }
  void ExpectWritesComeBack() {
    RespClient client = server_->Connect();
    EXPECT_TRUE(PollUntil(kPatience, [&] {
      if (!client.ok()) client = server_->Connect();
      return client.Say({"SET", "probe", "1"}) == "OK";
    }));
  }

  // Breaks the store for good: how many SETs of large values went well until one was refused.
  int64_t WriteUntilTheStoreFails(RespClient& client, const std::string& large) {
    SimDisk::SetFault(Fault(kChangingCalls, EIO, "/store/"));
    int64_t written = 0;
    std::string refusal;
    for (int64_t i = 0; i < 1000 && refusal.empty(); ++i) {
      const std::string answer = client.Say({"SET", "k" + std::to_string(i), large});
      if (answer == "OK") ++written;
      if (answer != "OK") refusal = answer;
    }
    EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
    EXPECT_GT(written, 0);
    SimDisk::ClearFault();
    return written;
  }

  const std::string root_;
  const std::string data_;
  std::unique_ptr<InProcessServer> server_;
};

TEST_F(HealingTest, WhileTheLogCantBeWrittenReadsSeeWhatWasAcknowledgedAndNothingElse) {
  Start({"--appendfsync", "everysec"});
  RespClient client = server_->Connect();
  RespClient reader = server_->Connect();
  ASSERT_EQ(client.Say({"SET", "k", "old"}), "OK");
  ASSERT_EQ(client.Say({"SET", "gone", "1"}), "OK");
  ASSERT_EQ(client.Say({"SET", "due", "1", "PX", "50"}), "OK");
  SimDisk::SetFault(Fault(BitOf(DiskCall::kWrite) | BitOf(DiskCall::kCreate), ENOSPC, "/log/"));
  // The refused write is in memory for a moment: nobody may see it.
  client.Add({"SET", "k", "new"});
  client.Add({"GET", "k"});
  reader.Add({"GET", "k"});
  ASSERT_TRUE(client.Flush() && reader.Flush());
  EXPECT_TRUE(client.Next().is_error());
  const std::string own = client.Next().Print();
  EXPECT_TRUE(own == "old" || own.starts_with("-MISCONF")) << own;
  const std::string other = reader.Next().Print();
  EXPECT_TRUE(other == "old" || other.starts_with("-MISCONF")) << other;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(reader.Say({"GET", "k"}), "old");
    EXPECT_EQ(reader.Say({"DBSIZE"}), "3");
    EXPECT_TRUE(client.Say({"DEL", "gone"}).starts_with("-MISCONF"));
    EXPECT_EQ(reader.Say({"MGET", "k", "gone"}), "[old, 1]");
  }
  // A key comes due, which can't be logged: it is not there, and that disturbs nobody.
  EXPECT_TRUE(PollUntil(kPatience, [&] { return reader.Run({"GET", "due"}).is_nil(); }));
  EXPECT_EQ(reader.Say({"GET", "due"}), "nil");
  EXPECT_EQ(reader.Say({"GET", "k"}), "old");
  // Snapshots too: the store works.
  EXPECT_EQ(reader.Run({"KEYS", "*"}).elements.size(), 2u);
  SimDisk::ClearFault();
  ExpectWritesComeBack();
  EXPECT_EQ(reader.Say({"GET", "k"}), "old");
}

TEST_F(HealingTest, AFailedSyncSaysThatTheOutcomeIsUnknown) {
  Start({"--appendfsync", "always"});
  RespClient client = server_->Connect();
  ASSERT_EQ(client.Say({"SET", "k", "old"}), "OK");
  SimDisk::SetFault(Fault(BitOf(DiskCall::kSync), EIO, "/log/"));
  const std::string answer = client.Say({"SET", "k", "new"});
  EXPECT_TRUE(answer.starts_with("-MISCONF")) << answer;
  EXPECT_NE(answer.find("unknown"), std::string::npos) << answer;
  SimDisk::ClearFault();
  ExpectWritesComeBack();
  client = server_->Connect();
  EXPECT_EQ(client.Say({"GET", "k"}), "old");
}

TEST_F(HealingTest, WatchedKeysCountAsChangedWhenMemoryIsRebuilt) {
  Start({"--appendfsync", "everysec"});
  RespClient watcher = server_->Connect();
  ASSERT_EQ(watcher.Say({"SET", "k", "1"}), "OK");
  ASSERT_EQ(watcher.Say({"WATCH", "k"}), "OK");
  SimDisk::SetFault({.calls = BitOf(DiskCall::kWrite), .error = EIO, .where = "/log/0"});
  RespClient other = server_->Connect();
  EXPECT_TRUE(other.Say({"SET", "k", "2"}).starts_with("-MISCONF"));
  SimDisk::ClearFault();
  ExpectWritesComeBack();
  watcher.Run({"MULTI"});
  watcher.Run({"SET", "k", "3"});
  EXPECT_TRUE(watcher.Run({"EXEC"}).is_nil());
}

TEST_F(HealingTest, AStoreThatFailedForGoodIsOpenedAgain) {
  Start({"--appendfsync", "everysec", "--log-replay-max", "1mb"});
  RespClient client = server_->Connect();
  const std::string large(400'000, 'v');
  const int64_t written = WriteUntilTheStoreFails(client, large);
  ExpectWritesComeBack();
  client = server_->Connect();
  for (int64_t i = 0; i < written; ++i) {
    ASSERT_EQ(client.Say({"STRLEN", "k" + std::to_string(i)}), std::to_string(large.size()));
  }
  EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(written + 1));
  EXPECT_EQ(client.Run({"KEYS", "*"}).elements.size(), static_cast<size_t>(written) + 1);
}

TEST_F(HealingTest, CursorsEndWithTheStoreThatTheyRead) {
  Start({"--appendfsync", "everysec", "--log-replay-max", "1mb"});
  RespClient client = server_->Connect();
  ASSERT_FALSE(client.Run({"DOC.INSERT", "c", R"({"_id":1})", R"({"_id":2})"}).is_error());
  const RespReply first = client.Run({"DOC.FIND", "c", "{}", "BATCH", "1"});
  ASSERT_EQ(first.elements.size(), 2u) << first.Print();
  const std::string id = first.elements[0].text;
  ASSERT_NE(id, "0");
  WriteUntilTheStoreFails(client, std::string(400'000, 'v'));
  ExpectWritesComeBack();
  client = server_->Connect();
  EXPECT_EQ(client.Say({"DOC.NEXT", id}), "-NOCURSOR there is no cursor '" + id + "'");
  const RespReply again = client.Run({"DOC.FIND", "c", "{}", "BATCH", "1"});
  ASSERT_EQ(again.elements.size(), 2u) << again.Print();
  EXPECT_EQ(client.Run({"DOC.NEXT", again.elements[0].text}).Print(), R"([0, [{"_id":2}]])");
}

TEST_F(HealingTest, WhereNothingHelpsTheServerEndsWithCodeSeventyAndLosesNothing) {
  constexpr HealingLimits kSoonGivesUp = {.tries_max = 3, .wait_min_ms = 1};
  Start({"--appendfsync", "always", "--log-replay-max", "1mb"}, kSoonGivesUp);
  RespClient client = server_->Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  constexpr uint32_t kEverything = kChangingCalls | BitOf(DiskCall::kOpen) | BitOf(DiskCall::kRead);
  SimDisk::SetFault(Fault(kEverything, EIO, "/store/"));
  const std::string large(400'000, 'v');
  for (int i = 0; i < 1000 && client.Say({"SET", "large", large}) == "OK"; ++i) {
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return server_->ended(); }));
  EXPECT_EQ(server_->Stop(), Healer::kExitCode);
  SimDisk::ClearFault();
  Start({});
  client = server_->Connect();
  EXPECT_EQ(client.Say({"GET", "k"}), "v");
}

}  // namespace
}  // namespace veddb::testing
