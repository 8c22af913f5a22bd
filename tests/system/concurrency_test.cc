// SPDX-License-Identifier: BSD-3-Clause
// Many clients at once: every command is whole, transactions are isolated, pipelines in order.
#include <atomic>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class ConcurrencyTest : public ServerTest, public ::testing::WithParamInterface<const char*> {
 protected:
  bool StartSharded() { return Start({"--shards", GetParam()}); }
  // Runs `work(client, number)` on so many threads with a connection each.
  template <typename Work>
  void OnClients(int count, Work work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([client = Connect(), work, i]() mutable { work(client, i); });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

INSTANTIATE_TEST_SUITE_P(Shards, ConcurrencyTest, ::testing::Values("1", "4"));

TEST_P(ConcurrencyTest, IncrementsOf32ClientsAddUp) {
  constexpr int kClients = 32;
  constexpr int kRounds = 40;
  constexpr int kPerRound = 50;
  ASSERT_TRUE(StartSharded());
  OnClients(kClients, [](RespClient& client, int number) {
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < kPerRound; ++i) client.Add({"INCR", "n" + std::to_string(i % 7)});
      client.Add({"INCR", "own" + std::to_string(number)});
      for (int i = 0; i < kPerRound; ++i) client.Next();
      EXPECT_EQ(client.Next().integer, round + 1);
    }
  });
  RespClient client = Connect();
  int64_t sum = 0;
  for (int i = 0; i < 7; ++i) sum += std::stoll(client.Say({"GET", "n" + std::to_string(i)}));
  EXPECT_EQ(sum, kClients * kRounds * kPerRound);
}

TEST_P(ConcurrencyTest, CompareAndSetWithWatchLosesNoUpdate) {
  constexpr int kClients = 16;
  constexpr int kUpdates = 60;
  ASSERT_TRUE(StartSharded());
  ASSERT_EQ(Connect().Say({"MSET", "counter", "0", "shadow", "0"}), "OK");
  std::atomic<int64_t> retries = 0;
  OnClients(kClients, [&retries](RespClient& client, int) {
    for (int done = 0; done < kUpdates;) {
      client.Run({"WATCH", "counter"});
      const int64_t before = std::stoll(client.Say({"GET", "counter"}));
      client.Run({"MULTI"});
      client.Run({"SET", "counter", std::to_string(before + 1)});
      client.Run({"SET", "shadow", std::to_string(before + 1)});
      const RespReply reply = client.Run({"EXEC"});
      if (reply.broken()) return;
      reply.is_nil() ? ++retries : ++done;
    }
  });
  RespClient client = Connect();
  const std::string due = std::to_string(kClients * kUpdates);
  EXPECT_EQ(client.Say({"MGET", "counter", "shadow"}), "[" + due + ", " + due + "]");
  EXPECT_GT(retries, 0) << "the clients never met: nothing was tested";
}

TEST_P(ConcurrencyTest, TransfersInTransactionsKeepTheTotalAtEveryRead) {
  constexpr int kAccounts = 8;
  constexpr int kTransfers = 300;
  ASSERT_TRUE(StartSharded());
  Words mset = {"MSET"};
  Words mget = {"MGET"};
  for (int i = 0; i < kAccounts; ++i) {
    const std::string name = "account" + std::to_string(i);
    mset.insert(mset.end(), {name, "1000"});
    mget.push_back(name);
  }
  ASSERT_EQ(Connect().Say(mset), "OK");
  std::atomic<int> writers = 4;
  std::atomic<int64_t> reads = 0;
  OnClients(8, [&](RespClient& client, int number) {
    if (number < 4) {
      for (int i = 0; i < kTransfers; ++i) {
        const std::string from = "account" + std::to_string((i * 7 + number) % kAccounts);
        const std::string to = "account" + std::to_string((i * 5 + 3 * number + 1) % kAccounts);
        for (const Words& words :
             {Words{"MULTI"}, {"DECRBY", from, "10"}, {"INCRBY", to, "10"}, {"EXEC"}}) {
          client.Add(words);
        }
        for (int n = 0; n < 4; ++n) client.Next();
      }
      --writers;
      return;
    }
    while (writers > 0) {
      int64_t total = 0;
      for (const RespReply& one : client.Run(mget).elements) total += std::stoll(one.text);
      EXPECT_EQ(total, kAccounts * 1000);
      ++reads;
    }
  });
  EXPECT_GT(reads, 10);
}

TEST_P(ConcurrencyTest, ManyKeyCommandsAreSeenWholeOrNotAtAll) {
  constexpr int kRounds = 300;
  ASSERT_TRUE(StartSharded());
  std::atomic<bool> done = false;
  OnClients(5, [&done](RespClient& client, int number) {
    if (number == 0) {
      for (int i = 1; i <= kRounds; ++i) {
        const std::string n = std::to_string(i);
        client.Run({"MSET", "a", n, "b", n, "c", n, "d", n});
      }
      done = true;
      return;
    }
    while (!done) {
      const RespReply reply = client.Run({"MGET", "a", "b", "c", "d"});
      for (const RespReply& one : reply.elements) {
        EXPECT_EQ(one.Print(), reply.elements[0].Print()) << reply.Print();
      }
    }
  });
}

TEST_P(ConcurrencyTest, RenamesBetweenShardsNeverShowBothNamesOrNone) {
  constexpr int kRounds = 300;
  ASSERT_TRUE(StartSharded());
  ASSERT_EQ(Connect().Say({"SET", "here", "value"}), "OK");
  std::atomic<bool> done = false;
  OnClients(4, [&done](RespClient& client, int number) {
    if (number == 0) {
      for (int i = 0; i < kRounds; ++i) {
        client.Run({"RENAME", i % 2 == 0 ? "here" : "there", i % 2 == 0 ? "there" : "here"});
      }
      done = true;
      return;
    }
    while (!done) EXPECT_EQ(client.Say({"EXISTS", "here", "there"}), "1");
  });
}

TEST_P(ConcurrencyTest, APipelineOf100000CommandsIsAnsweredInOrder) {
  constexpr int kCommands = 100'000;
  ASSERT_TRUE(StartSharded());
  RespClient client = Connect();
  for (int i = 0; i < kCommands; ++i) {
    const std::string key = "p" + std::to_string(i % 97);
    if (i % 3 == 0) {
      client.Add({"INCR", "count"});
    } else if (i % 3 == 1) {
      client.Add({"SET", key, std::to_string(i)});
    } else {
      client.Add({"ECHO", std::to_string(i)});
    }
  }
  int64_t count = 0;
  for (int i = 0; i < kCommands; ++i) {
    const std::string reply = client.Next().Print();
    const std::string due = i % 3 == 0   ? std::to_string(++count)
                            : i % 3 == 1 ? std::string("OK")
                                         : std::to_string(i);
    ASSERT_EQ(reply, due) << "command " << i;
  }
}

TEST_P(ConcurrencyTest, APipelineSeesItsOwnWritesThroughEveryKindOfCommand) {
  ASSERT_TRUE(StartSharded());
  // Others keep the shards busy, so that nothing is quick enough to hide an order.
  std::atomic<bool> done = false;
  std::thread noise([&done, client = Connect()]() mutable {
    while (!done) Fill(client, "noise", 500, 100);
  });
  RespClient client = Connect();
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    for (const Words& words : {Words{"SET", "mine", n},
                               {"GET", "mine"},
                               {"MSET", "mine", "m" + n, "too", n},
                               {"MGET", "mine", "too"},
                               {"RENAME", "mine", "yours"},
                               {"KEYS", "yours"},
                               {"EXISTS", "mine"},
                               {"DEL", "yours"},
                               {"KEYS", "yours"}}) {
      client.Add(words);
    }
    std::string all;
    for (int reply = 0; reply < 9; ++reply) all += client.Next().Print() + ' ';
    EXPECT_EQ(all, "OK " + n + " OK [m" + n + ", " + n + "] OK [yours] 0 1 [] ");
  }
  done = true;
  noise.join();
}

}  // namespace
}  // namespace veddb::testing
