// SPDX-License-Identifier: BSD-3-Clause
// Memory is a cache: data several times larger than maxmemory are served right, within the limit.
#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int64_t kMaxMemory = 48LL << 20;

class MemoryTest : public ServerTest {
 protected:
  // Asks for the memory that is allocated until it is told to stop.
  void Watch() {
    watcher_ = std::thread([this, client = Connect()]() mutable {
      while (!stop_) {
        highest_used_ = std::max<int64_t>(highest_used_, InfoNumber(client, "allocator_allocated"));
        highest_resident_ = std::max<int64_t>(highest_resident_, server_.ResidentBytes());
        LetPass(Millis(10));
      }
    });
  }
  void StopWatching() {
    stop_ = true;
    watcher_.join();
    std::printf("[          ] maxmemory %" PRId64 " MiB: allocated up to %.1f, resident %.1f\n",
                kMaxMemory >> 20, static_cast<double>(highest_used_) / (1 << 20),
                static_cast<double>(highest_resident_) / (1 << 20));
    RecordProperty("highest_used_bytes", std::to_string(highest_used_));
    RecordProperty("highest_resident_bytes", std::to_string(highest_resident_));
  }

  std::atomic<bool> stop_ = false;
  int64_t highest_used_ = 0;
  int64_t highest_resident_ = 0;
  std::thread watcher_;
};

size_t SizeOf(int64_t i) { return 64 + static_cast<size_t>(i * 37 % 960); }

// Values of 64 bytes to 1 KiB.
int64_t FillMixed(RespClient& client, int64_t begin, int64_t end) {
  constexpr int64_t kPipeline = 500;
  int64_t good = 0;
  for (; begin < end; begin += kPipeline) {
    const int64_t until = std::min(end, begin + kPipeline);
    for (int64_t i = begin; i < until; ++i) {
      client.Add({"SET", "key:" + std::to_string(i), ValueFor(i, SizeOf(i))});
    }
    for (int64_t i = begin; i < until; ++i) good += client.Next().Print() == "OK" ? 1 : 0;
  }
  return good;
}

TEST_F(MemoryTest, FourTimesMaxmemoryOfKeysIsServedWithinTheLimit) {
  constexpr int64_t kKeys = 4 * kMaxMemory / 544;  // 544: the mean size of a value
  ASSERT_TRUE(Start({"--maxmemory", std::to_string(kMaxMemory)}));
  Watch();
  std::atomic<int64_t> loaded = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int n = 0; n < 2; ++n) {
    readers.emplace_back([&, n, client = Connect()]() mutable {
      for (int64_t i = n; !done && client.ok(); i += 7919) {
        if (loaded == 0) continue;
        const int64_t key = i % loaded;
        EXPECT_EQ(client.Say({"GET", "key:" + std::to_string(key)}), ValueFor(key, SizeOf(key)));
      }
    });
  }
  RespClient client = Connect();
  for (int64_t i = 0; i < kKeys; i += 5000) {
    const int64_t end = std::min(kKeys, i + 5000);
    EXPECT_EQ(FillMixed(client, i, end), end - i) << "refused near key " << i;
    if (HasFailure()) break;
    loaded = end;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  if (HasFailure()) return StopWatching();
  int64_t wrong = 0;
  for (int64_t i = 0; i < kKeys; ++i) {
    client.Add({"GET", "key:" + std::to_string(i)});
    if (i % 1000 != 999 && i + 1 != kKeys) continue;
    for (int64_t k = i / 1000 * 1000; k <= i; ++k) {
      wrong += client.Next().text == ValueFor(k, SizeOf(k)) ? 0 : 1;
    }
  }
  StopWatching();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(kKeys));
  EXPECT_LE(highest_used_, kMaxMemory * 11 / 10);
}

TEST_F(MemoryTest, DocumentsLargerThanMaxmemoryAreServedWithinTheLimit) {
  constexpr int64_t kDocuments = 150'000;
  ASSERT_TRUE(Start({"--maxmemory", std::to_string(kMaxMemory)}));
  ASSERT_TRUE(HasDocuments());
  Watch();
  RespClient client = Connect();
  constexpr int64_t kPerCommand = 50;
  for (int64_t i = 0; i < kDocuments; i += kPerCommand) {
    Words words = {"DOC.INSERT", "c"};
    for (int64_t k = i; k < i + kPerCommand; ++k) {
      words.push_back(R"({"_id":)" + std::to_string(k) + R"(,"v":")" + ValueFor(k, 500) + R"("})");
    }
    const RespReply reply = client.Run(words);
    EXPECT_EQ(reply.elements.size(), static_cast<size_t>(kPerCommand)) << reply.Print();
    if (HasFailure()) return StopWatching();
  }
  int64_t wrong = 0;
  for (int64_t i = 0; i < kDocuments; i += kPerCommand) {
    for (int64_t k = i; k < i + kPerCommand; ++k) client.Add({"DOC.GET", "c", std::to_string(k)});
    for (int64_t k = i; k < i + kPerCommand; ++k) {
      wrong += client.Next().text.find(ValueFor(k, 500)) == std::string::npos ? 1 : 0;
    }
  }
  StopWatching();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), std::to_string(kDocuments));
  EXPECT_LE(highest_used_, kMaxMemory * 11 / 10);
}

TEST_F(MemoryTest, OverwritingAndDeletingForLongNeverStopsTheWriters) {
  // What is pending is accounted for exactly: else the books run away and writers wait for ever.
  ASSERT_TRUE(Start({"--drain-bytes", "1mb", "--drain-interval", "50"}));
  RespClient client = RespClient::Tcp(server_.port(), Millis(10'000));
  for (int round = 0; round < 60; ++round) {
    ASSERT_EQ(Fill(client, "k", 500, 2000), 500) << "round " << round;
    ASSERT_TRUE(
        PollUntil(kPatience, [&client] { return InfoNumber(client, "pending_entries") == 0; }));
    for (int i = 0; i < 500; ++i) client.Add({"DEL", "k" + std::to_string(i)});
    for (int i = 0; i < 500; ++i) ASSERT_EQ(client.Next().Print(), "1");
  }
}

TEST_F(MemoryTest, FlushingForLongNeverStopsTheWriters) {
  ASSERT_TRUE(Start({"--drain-bytes", "1mb", "--drain-interval", "3600000"}));
  RespClient client = RespClient::Tcp(server_.port(), Millis(10'000));
  for (int round = 0; round < 30; ++round) {
    ASSERT_EQ(Fill(client, "k", 400, 1000), 400) << "round " << round;
    ASSERT_EQ(Fill(client, "k", 400, 1000), 400) << "round " << round;
    ASSERT_EQ(client.Say({"FLUSHALL"}), "OK");
  }
}

}  // namespace
}  // namespace veddb::testing
