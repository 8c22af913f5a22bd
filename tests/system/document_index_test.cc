// SPDX-License-Identifier: BSD-3-Clause
// Indexes under load: unique values among many writers, builds while others write, kill -9 in the
// middle of them, documents that expire. DEBUG DOC-CHECK compares entries and documents after each.
#include <atomic>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class DocumentIndexTest : public ServerTest {
 protected:
  // With a command to check them.
  bool StartWithCheck(Words arguments = {}) {
    arguments.insert(arguments.end(), {"--enable-debug-command", "yes"});
    return Start(arguments);
  }
  bool RestartWithCheck(Words arguments = {}) {
    arguments.insert(arguments.end(), {"--enable-debug-command", "yes"});
    return Restart(arguments);
  }

  // Documents from `first` on, many a command.
  void Fill(int first, int count) {
    constexpr int kBatch = 500;
    RespClient one = Connect();
    for (int at = first; at < first + count; at += kBatch) {
      Words insert{"DOC.INSERT", "c"};
      for (int i = at; i < std::min(at + kBatch, first + count); ++i) {
        const std::string n = std::to_string(i);
        insert.push_back(R"({"_id":)" + n + R"(,"k":)" + std::to_string(i % 97) + R"(,"u":)" + n +
                         R"(,"t":[)" + std::to_string(i % 5) + R"(,"x)" + std::to_string(i % 3) +
                         R"("]})");
      }
      ASSERT_FALSE(one.Run(insert).is_error());
    }
  }

  std::string Check(const std::string& collection = "c") {
    return Connect().Say({"DEBUG", "DOC-CHECK", collection});
  }

  // What DOC.INDEXES says of an index.
  std::string StateOf(const std::string& index) {
    for (const RespReply& one : Connect().Run({"DOC.INDEXES", "c"}).elements) {
      if (one.text.find("\"name\":\"" + index + "\"") == std::string::npos) continue;
      return one.text.find(R"("state":"ready")") != std::string::npos ? "ready" : "building";
    }
    return "absent";
  }

  bool BecomesReady(const std::string& index) {
    return PollUntil(kPatience, [&] { return StateOf(index) == "ready"; });
  }
};

TEST_F(DocumentIndexTest, OneOfManyInsertersWinsEachValue) {
  ASSERT_TRUE(StartWithCheck({"--shards", "4"}));
  constexpr int kClients = 32;
  constexpr int kValues = 100;
  RespClient one = Connect();
  ASSERT_EQ(one.Say({"DOC.CREATEINDEX", "c", R"({"u":1})", "UNIQUE"}), "u_1");
  std::atomic<int> won{0};
  std::atomic<int> lost{0};
  std::vector<std::thread> threads;
  for (int c = 0; c < kClients; ++c) {
    threads.emplace_back([&, c] {
      RespClient mine = Connect();
      for (int i = 0; i < kValues; ++i) {
        const int value = (i + c * 3) % kValues;
        const RespReply reply =
            mine.Run({"DOC.INSERT", "c", R"({"u":)" + std::to_string(value) + "}"});
        if (!reply.is_error()) ++won;
        if (reply.text.starts_with("DUPLICATEKEY")) ++lost;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won.load(), kValues);
  EXPECT_EQ(lost.load(), kClients * kValues - kValues);
  const std::string expected = "documents:100 indexes:1 entries:100";
  EXPECT_EQ(Check(), expected);
  ASSERT_TRUE(RestartWithCheck());
  EXPECT_EQ(Check(), expected);
}

// Writers change, insert and delete what the build has and has not come to.
void WriteAll(RespClient& one, int seed, const std::atomic<bool>& stop,
              std::atomic<int64_t>& longest_us) {
  for (int i = 0; !stop.load(); ++i) {
    const std::string id = std::to_string((seed * 7919 + i * 104729) % 60000);
    const auto begun = std::chrono::steady_clock::now();
    RespReply reply;
    switch (i % 4) {
      case 0:
        reply = one.Run({"DOC.PUT", "c", id, R"({"k":)" + std::to_string(i) + R"(,"t":["new"]})"});
        break;
      case 1:
        reply = one.Run({"DOC.DEL", "c", id});
        break;
      case 2:
        reply = one.Run(
            {"DOC.UPDATEONE", "c", R"({"_id":)" + id + "}", R"({"$inc":{"k":1},"$push":{"t":7}})"});
        break;
      default:
        reply = one.Run({"DOC.INSERT", "c", R"({"k":)" + std::to_string(i) + "}"});
    }
    if (reply.broken()) return;
    const auto took_us = std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - begun)
                             .count();
    int64_t longest = longest_us.load();
    while (took_us > longest && !longest_us.compare_exchange_weak(longest, took_us)) {
    }
  }
}

class Writers {
 public:
  template <typename Connector>
  explicit Writers(int count, Connector connect) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, i, connect] {
        RespClient one = connect();
        WriteAll(one, i, stop_, longest_us_);
      });
    }
  }
  ~Writers() { Stop(); }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  int64_t longest_us() const { return longest_us_.load(); }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> longest_us_{0};
  std::vector<std::thread> threads_;
};

TEST_F(DocumentIndexTest, IsBuiltWhileOthersWrite) {
  ASSERT_TRUE(StartWithCheck({"--shards", "4"}));
  Fill(0, 40000);
  Writers writers(4, [this] { return Connect(); });
  RespClient one = Connect();
  EXPECT_EQ(one.Say({"DOC.CREATEINDEX", "c", R"({"k":1,"t":-1})"}), "k_1_t_-1");
  EXPECT_EQ(one.Say({"DOC.CREATEINDEX", "c", R"({"t":1})"}), "t_1");
  writers.Stop();
  EXPECT_EQ(StateOf("t_1"), "ready");
  EXPECT_TRUE(Check().starts_with("documents:")) << Check();
  ASSERT_TRUE(RestartWithCheck());
  EXPECT_TRUE(Check().starts_with("documents:")) << Check();
}

TEST_F(DocumentIndexTest, KilledBuildsGoOnAfterTheRestart) {
  ASSERT_TRUE(StartWithCheck({"--shards", "2"}));
  Fill(0, 60000);
  for (int round = 0; round < 3; ++round) {
    const std::string name = "round" + std::to_string(round);
    Writers writers(3, [this] { return Connect(); });
    std::thread creator([&] {
      Connect().Run({"DOC.CREATEINDEX", "c", R"({"t":1,"r)" + name + R"(":1})", "NAME", name});
    });
    RespClient watcher = Connect();
    ASSERT_TRUE(PollUntil(kPatience, [&] {
      return InfoNumber(watcher, "doc_index_build_scanned") > 15000 * round ||
             StateOf(name) == "ready";
    }));
    ASSERT_TRUE(RestartWithCheck({"--shards", "2"}));
    creator.join();
    writers.Stop();
    EXPECT_TRUE(Check().starts_with("documents:")) << Check();
    ASSERT_TRUE(BecomesReady(name));
    EXPECT_TRUE(Check().starts_with("documents:")) << Check();
  }
}

// The process ends in the middle of a build as fast as without one.
TEST_F(DocumentIndexTest, ServersEndWellInTheMiddleOfABuild) {
  ASSERT_TRUE(StartWithCheck({"--shards", "2"}));
  Fill(0, 30000);
  for (int round = 0; round < 6; ++round) {
    const std::string name = "round" + std::to_string(round);
    Writers writers(4, [this] { return Connect(); });
    std::thread creator([&] {
      Connect().Run({"DOC.CREATEINDEX", "c", R"({"t":1,"r)" + name + R"(":1})", "NAME", name});
    });
    const bool begun = PollUntil(kPatience, [&] { return StateOf(name) != "absent"; });
    EXPECT_EQ(server_.Terminate(), 0);
    creator.join();
    writers.Stop();
    ASSERT_TRUE(begun);
    ASSERT_TRUE(StartWithCheck({"--shards", "2"}));
    ASSERT_TRUE(BecomesReady(name));
    EXPECT_TRUE(Check().starts_with("documents:")) << Check();
  }
}

TEST_F(DocumentIndexTest, DuplicatesEndABuildAndLeaveNoIndex) {
  ASSERT_TRUE(StartWithCheck());
  Fill(0, 5000);
  RespClient one = Connect();
  EXPECT_TRUE(one.Say({"DOC.CREATEINDEX", "c", R"({"k":1})", "UNIQUE"}).find("DUPLICATEKEY") !=
              std::string::npos);
  EXPECT_EQ(StateOf("k_1"), "absent");
  EXPECT_EQ(one.Say({"DOC.CREATEINDEX", "c", R"({"u":1})", "UNIQUE"}), "u_1");
  EXPECT_EQ(Check(), "documents:5000 indexes:1 entries:5000");
}

TEST_F(DocumentIndexTest, WhoWaitsIsToldThatTheIndexWasDropped) {
  ASSERT_TRUE(StartWithCheck());
  Fill(0, 50000);
  std::string reply;
  std::thread creator([&] { reply = Connect().Say({"DOC.CREATEINDEX", "c", R"({"t":1,"u":1})"}); });
  ASSERT_TRUE(PollUntil(kPatience, [&] { return StateOf("t_1_u_1") == "building"; }));
  EXPECT_EQ(Connect().Say({"DOC.DROPINDEX", "c", "t_1_u_1"}), "OK");
  creator.join();
  EXPECT_TRUE(reply.find("NOINDEX") != std::string::npos) << reply;
  EXPECT_EQ(Check(), "documents:50000 indexes:0 entries:0");
}

TEST_F(DocumentIndexTest, DocumentsExpire) {
  ASSERT_TRUE(StartWithCheck());
  RespClient one = Connect();
  for (const char* keys : {R"({"at":1})", R"({"gone.at":-1})"}) {
    EXPECT_FALSE(one.Run({"DOC.CREATEINDEX", "c", keys, "TTL", "3600"}).is_error());
  }
  EXPECT_FALSE(one.Run({"DOC.INSERT", "c", R"({"_id":1,"at":{"$date":"2001-01-01T00:00:00Z"}})",
                        R"({"_id":2,"at":"2001-01-01"})",
                        R"({"_id":"3","at":[1,{"$date":"2001-01-01T00:00:00Z"}]})",
                        R"({"_id":4,"at":{"$date":"2101-01-01T00:00:00Z"}})",
                        R"({"_id":{"x":5},"gone":[{"at":{"$date":"1969-01-01T00:00:00Z"}}]})",
                        R"({"_id":6,"gone":{"at":978307200000}})"})
                   .is_error());
  ASSERT_TRUE(PollUntil(kPatience, [&] { return one.Run({"DOC.COUNT", "c"}).integer == 3; }));
  EXPECT_EQ(one.Say({"DOC.MGET", "c", "2", "4", "6", "1"}),
            R"([{"_id":2,"at":"2001-01-01"}, {"_id":4,"at":{"$date":"2101-01-01T00:00:00Z"}}, )"
            R"({"_id":6,"gone":{"at":978307200000}}, nil])");
  EXPECT_EQ(Check(), "documents:3 indexes:2 entries:6");
  // Reborn documents begin above their last version.
  EXPECT_EQ(one.Run({"DOC.PUT", "c", "1", "{}"}).integer, 2);
}

TEST_F(DocumentIndexTest, ManyDocumentsExpire) {
  ASSERT_TRUE(StartWithCheck());
  RespClient one = Connect();
  EXPECT_FALSE(one.Run({"DOC.CREATEINDEX", "c", R"({"at":1})", "TTL", "0"}).is_error());
  for (int batch = 0; batch < 10; ++batch) {
    Words insert{"DOC.INSERT", "c"};
    for (int i = 0; i < 500; ++i) insert.push_back(R"({"at":{"$date":"2001-01-01T00:00:00Z"}})");
    ASSERT_FALSE(one.Run(insert).is_error());
  }
  ASSERT_TRUE(PollUntil(kPatience, [&] { return one.Run({"DOC.COUNT", "c"}).integer == 0; }));
  EXPECT_EQ(Check(), "documents:0 indexes:1 entries:0");
}

// The end comes in the middle of a build, of writes to what it has not come to, and of reads of
// documents that only the disk has.
TEST_F(DocumentIndexTest, SigtermEndsItWhileIndexesAreMadeAndDropped) {
  constexpr int kRounds = 8;
  ASSERT_TRUE(StartWithCheck({"--shards", "2"}));
  Fill(0, 3000);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::thread> threads;
    threads.emplace_back([client = Connect()]() mutable {
      while (client.ok()) {
        (void)client.Run({"DOC.CREATEINDEX", "c", R"({"t":1,"u":-1})"});
        (void)client.Run({"DOC.DROPINDEX", "c", "t_1_u_-1"});
      }
    });
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([client = Connect(), i]() mutable {
        const std::string id = R"({"_id":)" + std::to_string(i) + "}";
        while (client.ok()) {
          for (int n = 0; n < 20; ++n) {
            client.Add({"DOC.UPDATEONE", "c", id, R"({"$inc":{"u":1}})"});
            client.Add({"DOC.GET", "c", std::to_string(n * 131 + i)});
          }
          for (int n = 0; n < 40 && client.ok(); ++n) (void)client.Next();
        }
      });
    }
    EXPECT_TRUE(PollUntil(kPatience, [&] { return StateOf("t_1_u_-1") == "building"; }));
    EXPECT_EQ(server_.Terminate(), 0) << server_.Log();
    server_.Kill();
    for (std::thread& thread : threads) thread.join();
    ASSERT_TRUE(StartWithCheck({"--shards", "2"}));
    ASSERT_TRUE(Check().starts_with("documents:3000")) << Check();
  }
}

}  // namespace
}  // namespace veddb::testing
