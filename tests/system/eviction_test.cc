// SPDX-License-Identifier: BSD-3-Clause
// A server that is a cache: keys go for memory, the right ones, and stay gone.
#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/raw_socket.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int64_t kMebibyte = 1 << 20;

class EvictionTest : public ServerTest {
 protected:
  // With room for so many bytes of data.
  bool StartCache(const std::string& policy, int64_t room, const Words& more = {}) {
    room_ = room;
    policy_ = policy;
    return Start(more) && Limit();
  }
  // What the server itself uses is known only once it runs.
  bool Limit() {
    RespClient client = Connect();
    limit_ = InfoNumber(client, "used_memory_startup") + room_;
    return client.Say({"CONFIG", "SET", "maxmemory-policy", policy_, "maxmemory",
                       std::to_string(limit_)}) == "OK";
  }
  // Eviction runs in slices: until it has caught up.
  bool ComesWithinTheLimit(RespClient& client) {
    return PollUntil(kPatience,
                     [&] { return InfoNumber(client, "used_memory") <= limit_ + kSlack; });
  }
  static int64_t Existing(RespClient& client, const std::string& prefix, int64_t begin,
                          int64_t end) {
    int64_t found = 0;
    for (int64_t i = begin; i < end; ++i) client.Add({"EXISTS", prefix + std::to_string(i)});
    for (int64_t i = begin; i < end; ++i) found += client.Next().integer;
    return found;
  }

  // INFO's own reply and the client's buffers come and go.
  static constexpr int64_t kSlack = 64 << 10;
  int64_t room_ = 0;
  int64_t limit_ = 0;
  std::string policy_;
};

TEST_F(EvictionTest, TheLimitHoldsUnderEveryPolicyWithManyClients) {
  ASSERT_TRUE(Start());
  for (const char* policy : {"allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru",
                             "volatile-lfu", "volatile-random", "volatile-ttl"}) {
    RespClient client = Connect();
    ASSERT_EQ(client.Say({"FLUSHALL"}), "OK");
    ASSERT_EQ(client.Say({"CONFIG", "RESETSTAT"}), "OK");
    policy_ = policy;
    room_ = 4 * kMebibyte;
    ASSERT_TRUE(Limit());
    std::atomic<int> refused = 0;
    std::vector<std::thread> writers;
    for (int n = 0; n < 4; ++n) {
      writers.emplace_back([&, n, writer = Connect()]() mutable {
        for (int i = 0; i < 10'000; ++i) {
          writer.Add({"SET", std::to_string(n) + ":" + std::to_string(i), ValueFor(i, 300), "EX",
                      std::to_string(10'000 + i)});
          if (i % 100 != 99) continue;
          for (int k = 0; k < 100; ++k) refused += writer.Next().is_error() ? 1 : 0;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(refused, 0) << policy;
    EXPECT_TRUE(ComesWithinTheLimit(client)) << policy;
    int64_t evicted = 0;
    int64_t left = 0;
    // Replies take memory too, for which a few more keys may go: until none did in between.
    ASSERT_TRUE(PollUntil(kPatience, [&] {
      evicted = InfoNumber(client, "evicted_keys");
      left = client.Run({"DBSIZE"}).integer;
      return InfoNumber(client, "evicted_keys") == evicted;
    })) << policy;
    EXPECT_GT(evicted, 20'000) << policy;
    EXPECT_EQ(left, 40'000 - evicted) << policy;
    EXPECT_GT(left, 5'000) << policy << ": far more than had to go";
  }
}

TEST_F(EvictionTest, RecentlyUsedKeysStay) {
  ASSERT_TRUE(StartCache("allkeys-lru", 4 * kMebibyte));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "hot", 1000, 300), 1000);
  // Idle times are told in seconds: the hot ones are used again in a later one.
  for (int round = 0; round < 6; ++round) {
    ASSERT_EQ(Fill(client, "cold" + std::to_string(round) + ":", 5000, 300), 5000);
    ASSERT_TRUE(PollUntil(kPatience, [&] {
      return client.Run({"OBJECT", "IDLETIME", "cold" + std::to_string(round) + ":4999"}).integer >=
             1;
    }));
    for (int i = 0; i < 1000; ++i) client.Add({"GET", "hot" + std::to_string(i)});
    for (int i = 0; i < 1000; ++i) client.Next();
  }
  EXPECT_GT(InfoNumber(client, "evicted_keys"), 15'000);
  EXPECT_GE(Existing(client, "hot", 0, 1000), 950);
}

TEST_F(EvictionTest, FrequentlyUsedKeysStay) {
  ASSERT_TRUE(StartCache("allkeys-lfu", 4 * kMebibyte));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "hot", 1000, 300), 1000);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 1000; ++i) client.Add({"GET", "hot" + std::to_string(i)});
    for (int i = 0; i < 1000; ++i) client.Next();
  }
  // Used once each, and later than the hot ones.
  ASSERT_EQ(Fill(client, "cold", 60'000, 300), 60'000);
  EXPECT_GT(InfoNumber(client, "evicted_keys"), 40'000);
  EXPECT_GE(Existing(client, "hot", 0, 1000), 950);
}

TEST_F(EvictionTest, KeysThatEndFirstGoFirst) {
  ASSERT_TRUE(StartCache("volatile-ttl", 4 * kMebibyte));
  RespClient client = Connect();
  constexpr int kKeys = 20'000;
  ASSERT_EQ(Fill(client, "stays", 1000, 300), 1000);
  constexpr int kBatch = 100;  // few at a time: requests that wait take memory as well
  for (int i = 0; i < kKeys; i += kBatch) {
    for (int k = i; k < i + kBatch; ++k) {
      // Later keys end earlier.
      client.Add(
          {"SET", "k" + std::to_string(k), ValueFor(k, 300), "EX", std::to_string(100'000 - k)});
    }
    for (int k = 0; k < kBatch; ++k) ASSERT_EQ(client.Next().Print(), "OK");
  }
  EXPECT_TRUE(ComesWithinTheLimit(client));
  EXPECT_EQ(Existing(client, "stays", 0, 1000), 1000);
  ASSERT_GT(InfoNumber(client, "evicted_keys"), 10'000);
  // Two of the four megabytes; what the client's buffers take for a while comes on top.
  EXPECT_EQ(Existing(client, "k", 0, 5000), 5000) << "the last to end";
}

TEST_F(EvictionTest, WithoutKeysToEvictWritesAreRefusedAndReadsAreNot) {
  ASSERT_TRUE(StartCache("volatile-lru", 2 * kMebibyte));
  RespClient client = Connect();
  int64_t stored = 0;
  while (client.Say({"SET", "k" + std::to_string(stored), ValueFor(stored, 300)}) == "OK") {
    ASSERT_LT(++stored, 100'000);
  }
  EXPECT_EQ(client.Run({"SET", "more", "v"}).text.rfind("OOM ", 0), 0U);
  EXPECT_EQ(CountWrong(client, "k", stored, 300), 0);
  EXPECT_EQ(client.Say({"DEL", "k0", "k1", "k2"}), "3");
  EXPECT_EQ(InfoNumber(client, "evicted_keys"), 0);
  // A key that may go makes room.
  EXPECT_EQ(client.Say({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"}), "OK");
  EXPECT_EQ(client.Say({"SET", "more", "v"}), "OK");
}

TEST_F(EvictionTest, RepliesThatCanBeSentEvictNoKeys) {
  ASSERT_TRUE(StartCache("allkeys-lru", 7 * kMebibyte, {"--enable-debug-command", "yes"}));
  RespClient client = Connect();
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(client.Say({"SET", std::to_string(i), ValueFor(i, 100'000)}), "OK");
  }
  std::vector<RespClient> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(Connect());
  // What all of them ask for is answered in one turn: 10 MB.
  client.Add({"DEBUG", "SLEEP", "0.2"});
  ASSERT_TRUE(client.Flush());
  for (RespClient& reader : readers) {
    for (int i = 0; i < 5; ++i) reader.Add({"GET", "1"});
    ASSERT_TRUE(reader.Flush());
  }
  ASSERT_EQ(client.Next().text, "OK");
  for (RespClient& reader : readers) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(reader.Next().text.size(), 100'000U);
  }
  EXPECT_EQ(InfoNumber(client, "evicted_keys"), 0);
  EXPECT_EQ(client.Say({"DBSIZE"}), "50");
}

TEST_F(EvictionTest, ClientsOverTheirLimitGoBeforeKeys) {
  ASSERT_TRUE(StartCache("allkeys-lru", 9 * kMebibyte,
                         {"--maxmemory-clients", "3mb", "--enable-debug-command", "yes"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"CLIENT", "NO-EVICT", "ON"}), "OK");
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(client.Say({"SET", std::to_string(i), ValueFor(i, 100'000)}), "OK");
  }
  std::string gets;
  for (int i = 0; i < 200; ++i) gets += "GET 1\r\n";
  std::vector<std::unique_ptr<RawSocket>> deaf;
  for (int i = 0; i < 20; ++i) {
    deaf.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(deaf.back()->Send("PING\r\n"));
    ASSERT_EQ(deaf.back()->ReadUntil("\r\n"), "+PONG\r\n");
  }
  // What all of them ask for is answered in one turn.
  client.Add({"DEBUG", "SLEEP", "0.2"});
  ASSERT_TRUE(client.Flush());
  for (const auto& one : deaf) ASSERT_TRUE(one->Send(gets));
  ASSERT_EQ(client.Next().text, "OK");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "evicted_clients") > 0; }));
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "mem_clients_normal") < 4e6; }));
  EXPECT_EQ(InfoNumber(client, "evicted_keys"), 0);
  EXPECT_EQ(client.Say({"DBSIZE"}), "50");
}

TEST_F(EvictionTest, ATableThatGrowsEvictsNoKeys) {
  ASSERT_TRUE(Start({"--shards", "1"}));
  RespClient client = Connect();
  for (int i = 0; i < 4096; ++i) client.Add({"SET", std::to_string(i), "x"});
  for (int i = 0; i < 4096; ++i) client.Next();
  // Twice the buckets would take 64 KiB more.
  const int64_t limit = InfoNumber(client, "used_memory") + (32 << 10);
  ASSERT_EQ(client.Say({"CONFIG", "SET", "maxmemory-policy", "allkeys-random", "maxmemory",
                        std::to_string(limit)}),
            "OK");
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(client.Say({"SET", "more" + std::to_string(i), "x"}), "OK");
  }
  EXPECT_EQ(client.Say({"DBSIZE"}), "4196");
  EXPECT_EQ(InfoNumber(client, "evicted_keys"), 0);
}

TEST_F(EvictionTest, EvictedKeysStayGoneAfterAKillAndTheLimitHoldsAfterARestart) {
  ASSERT_TRUE(StartCache("allkeys-lru", 4 * kMebibyte, {"--drain-interval", "50"}));
  RespClient client = Connect();
  for (int round = 0; round < 3; ++round) {
    const std::string prefix = "r" + std::to_string(round) + ":";
    ASSERT_EQ(Fill(client, prefix, 30'000, 300), 30'000);
    ASSERT_TRUE(ComesWithinTheLimit(client));
    ASSERT_GT(InfoNumber(client, "evicted_keys"), 10'000);
    // From here on nothing goes: not even for the buffers of those who look.
    ASSERT_EQ(client.Say({"CONFIG", "SET", "maxmemory", "0"}), "OK");
    // Everything answered is in the log: what is there now is what has to be there afterwards.
    std::vector<int64_t> there;
    for (int i = 0; i < 30'000; ++i) client.Add({"EXISTS", prefix + std::to_string(i)});
    for (int i = 0; i < 30'000; ++i) there.push_back(client.Next().integer);
    const int64_t size = client.Run({"DBSIZE"}).integer;
    ASSERT_TRUE(Restart({"--drain-interval", "50"}));
    client = Connect();
    EXPECT_EQ(client.Run({"DBSIZE"}).integer, size);
    int64_t wrong = 0;
    for (int i = 0; i < 30'000; ++i) client.Add({"GET", prefix + std::to_string(i)});
    for (int i = 0; i < 30'000; ++i) {
      const RespReply reply = client.Next();
      const bool good =
          there[static_cast<size_t>(i)] != 0 ? reply.text == ValueFor(i, 300) : reply.is_nil();
      wrong += good ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0);
    ASSERT_TRUE(Limit());
    EXPECT_TRUE(ComesWithinTheLimit(client));
  }
}

TEST_F(EvictionTest, DocumentsAreUnloadedAndNeverEvicted) {
  ASSERT_TRUE(StartCache("allkeys-lru", 4 * kMebibyte));
  ASSERT_TRUE(HasDocuments());
  RespClient client = Connect();
  constexpr int64_t kDocuments = 20'000;
  for (int64_t i = 0; i < kDocuments; i += 50) {
    Words words = {"DOC.INSERT", "c"};
    for (int64_t k = i; k < i + 50; ++k) {
      words.push_back(R"({"_id":)" + std::to_string(k) + R"(,"v":")" + ValueFor(k, 500) + R"("})");
    }
    ASSERT_EQ(client.Run(words).elements.size(), 50U);
  }
  ASSERT_EQ(Fill(client, "k", 10'000, 300), 10'000);
  EXPECT_TRUE(ComesWithinTheLimit(client));
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), std::to_string(kDocuments));
  EXPECT_GT(InfoNumber(client, "unloaded_objects"), kDocuments / 2);
  for (int64_t i = 0; i < kDocuments; i += 97) {
    EXPECT_NE(client.Run({"DOC.GET", "c", std::to_string(i)}).text.find(ValueFor(i, 500)),
              std::string::npos);
  }
}

}  // namespace
}  // namespace veddb::testing
