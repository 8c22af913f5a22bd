// SPDX-License-Identifier: BSD-3-Clause
// A log that ends in the middle of a record loses that record and nothing else.
#include <algorithm>
#include <filesystem>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int64_t kKeys = 200;
constexpr size_t kValueBytes = 100;

class TornLogTest : public ServerTest, public ::testing::WithParamInterface<int> {
 protected:
  // The last segment of the log.
  std::filesystem::path Tail() const {
    std::vector<std::filesystem::path> segments;
    for (const auto& entry : std::filesystem::directory_iterator(server_.dir() + "/log")) {
      if (entry.path().extension() == ".log") segments.push_back(entry.path());
    }
    return segments.empty() ? std::filesystem::path() : *std::ranges::max_element(segments);
  }
  // Each key in a record of its own, so that records and keys lie in the same order.
  void Populate() {
    ASSERT_TRUE(Start({"--drain-interval", "3600000", "--appendfsync", "no"}));
    RespClient client = Connect();
    for (int64_t i = 0; i < kKeys; ++i) {
      ASSERT_EQ(client.Say({"SET", "k" + std::to_string(i), ValueFor(i, kValueBytes)}), "OK");
    }
    ASSERT_TRUE(server_.Kill());
  }
};

TEST_P(TornLogTest, ACutTailLosesOnlyTheRecordThatItTears) {
  Populate();
  const std::filesystem::path tail = Tail();
  ASSERT_FALSE(tail.empty()) << "no segment in the log's directory";
  const auto size = static_cast<int64_t>(std::filesystem::file_size(tail));
  std::filesystem::resize_file(tail, static_cast<uintmax_t>(size - GetParam()));
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  EXPECT_EQ(CountWrong(client, "k", kKeys - 1, kValueBytes), 0);
  EXPECT_TRUE(client.Run({"GET", "k" + std::to_string(kKeys - 1)}).is_nil());
  EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(kKeys - 1));
  // It goes on from there.
  EXPECT_EQ(client.Say({"SET", "new", "value"}), "OK");
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(client.Say({"GET", "new"}), "value");
  EXPECT_EQ(CountWrong(client, "k", kKeys - 1, kValueBytes), 0);
}

INSTANTIATE_TEST_SUITE_P(Bytes, TornLogTest, ::testing::Values(1, 2, 7, 16, 33, 64));

TEST_F(TornLogTest, GarbageBehindTheLastRecordLosesNothing) {
  Populate();
  const std::filesystem::path tail = Tail();
  FILE* file = std::fopen(tail.c_str(), "ab");
  ASSERT_NE(file, nullptr);
  const std::string garbage = ValueFor(1, 50);
  EXPECT_EQ(std::fwrite(garbage.data(), 1, garbage.size(), file), garbage.size());
  std::fclose(file);
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  EXPECT_EQ(CountWrong(client, "k", kKeys, kValueBytes), 0);
}

TEST_F(TornLogTest, ADamagedRecordInTheMiddleRefusesTheStart) {
  Populate();
  const std::filesystem::path tail = Tail();
  const auto size = static_cast<int64_t>(std::filesystem::file_size(tail));
  FILE* file = std::fopen(tail.c_str(), "rb+");
  ASSERT_NE(file, nullptr);
  std::fseek(file, size / 2, SEEK_SET);
  const int byte = std::fgetc(file);
  std::fseek(file, size / 2, SEEK_SET);
  std::fputc(byte ^ 1, file);
  std::fclose(file);
  const std::optional<std::string> failure = server_.Start();
  ASSERT_TRUE(failure) << "it started on a damaged log";
  EXPECT_NE(failure->find(tail.filename().string()), std::string::npos)
      << "the file is not named: " << *failure;
}

}  // namespace
}  // namespace veddb::testing
