// SPDX-License-Identifier: BSD-3-Clause
// Strings of many megabytes: what a change of them costs, and that after kill -9 they hold every
// change that was answered, whatever way they were edited, renamed, copied or dropped; and that
// nothing of them is left on disk when they are gone.
#include <random>
#include <set>

#include "storage/engine.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr uint64_t kLastBit = 4294967295;  // of 512 MB

class LongStringTest : public ServerTest {
 protected:
  // Chunks of strings in the store of the server, which must not run.
  int64_t StoredChunks() {
    const auto engine = Engine::Open({.dir = server_.dir() + "/store", .create_if_missing = false});
    EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
    if (!engine.ok()) return -1;
    const auto view = (*engine)->NewReadView();
    const auto it = view->NewIterator(Family::kElements, {}, {});
    int64_t chunks = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++chunks;
    return chunks;
  }
};

TEST_F(LongStringTest, OneBitOfHalfAGigabyteCostsAFewKilobytes) {
  constexpr int kRounds = 4;
  constexpr int kBitsARound = 300;
  constexpr int64_t kLogBytesMax = 4096 + 512;  // a chunk, the row, the frame
  ASSERT_TRUE(Start({"--drain-interval", "20"}));
  std::mt19937_64 random(1);
  std::set<uint64_t> bits = {kLastBit};
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"SETBIT", "k", std::to_string(kLastBit), "1"}), "0");
  for (int round = 0; round < kRounds; ++round) {
    const int64_t log_before = InfoNumber(client, "log_end");
    for (int i = 0; i < kBitsARound; ++i) {
      const uint64_t bit = random() % kLastBit;
      EXPECT_EQ(client.Say({"SETBIT", "k", std::to_string(bit), "1"}),
                bits.contains(bit) ? "1" : "0");
      bits.insert(bit);
    }
    EXPECT_LT(InfoNumber(client, "log_end") - log_before, kBitsARound * kLogBytesMax);
    ASSERT_TRUE(Restart({"--drain-interval", round % 2 == 0 ? "3600000" : "5"}));
    client = Connect();
    EXPECT_EQ(client.Say({"STRLEN", "k"}), "536870912");
    EXPECT_EQ(client.Say({"BITCOUNT", "k"}), std::to_string(bits.size()));
    for (const uint64_t bit : bits) client.Add({"GETBIT", "k", std::to_string(bit)});
    for (size_t i = 0; i < bits.size(); ++i) ASSERT_EQ(client.Next().integer, 1);
  }
  EXPECT_EQ(client.Say({"DEL", "k"}), "1");
  EXPECT_EQ(server_.Terminate(), 0);
  EXPECT_EQ(StoredChunks(), 0);
}

TEST_F(LongStringTest, AppendsThatWereAnsweredSurviveAKillInTheirMiddle) {
  constexpr int64_t kPieceBytes = 100;
  constexpr int kPiecesARound = 30'000;
  ASSERT_TRUE(Start({"--drain-interval", "10"}));
  const auto piece = [](int64_t i) { return ValueFor(i, kPieceBytes); };
  int64_t there = 0;
  for (int round = 0; round < 3; ++round) {
    RespClient client = Connect();
    for (int i = 0; i < kPiecesARound; ++i) client.Add({"APPEND", "k", piece(there + i)});
    int64_t answered = there;
    for (int i = 0; i < kPiecesARound / 2; ++i) {
      EXPECT_EQ(client.Next().integer, ++answered * kPieceBytes);
    }
    ASSERT_TRUE(Restart());  // the other half is under way
    client = Connect();
    const int64_t length = client.Run({"STRLEN", "k"}).integer;
    ASSERT_EQ(length % kPieceBytes, 0);
    there = length / kPieceBytes;
    ASSERT_GE(there, answered);
    const std::string text = client.Run({"GET", "k"}).text;
    for (int64_t i = 0; i < there; ++i) {
      ASSERT_EQ(text.compare(static_cast<size_t>(i * kPieceBytes), kPieceBytes, piece(i)), 0) << i;
    }
  }
}

TEST_F(LongStringTest, UnderOtherNamesAndInOtherDatabases) {
  constexpr size_t kSize = 700'000;
  ASSERT_TRUE(Start({"--drain-interval", "5"}));
  RespClient client = Connect();
  const std::string value = ValueFor(1, kSize);
  for (const char* key : {"renamed", "copied", "moved", "short", "gone", "expiring"}) {
    EXPECT_EQ(client.Say({"SET", key, value}), "OK");
  }
  EXPECT_EQ(client.Say({"RENAME", "renamed", "{other}name"}), "OK");
  EXPECT_EQ(client.Say({"COPY", "copied", "copy"}), "1");
  EXPECT_EQ(client.Say({"SETRANGE", "copied", "300000", "changed"}), "700000");
  EXPECT_EQ(client.Say({"MOVE", "moved", "1"}), "1");
  EXPECT_EQ(client.Say({"SET", "short", "short"}), "OK");
  EXPECT_EQ(client.Say({"DEL", "gone"}), "1");
  EXPECT_EQ(client.Say({"EXPIREAT", "expiring", "4102444800"}), "1");
  client.Run({"MULTI"});
  client.Run({"SET", "in one turn", value});
  client.Run({"SET", "in one turn", "short"});
  client.Run({"APPEND", "in one turn", value});
  client.Run({"DEL", "in one turn"});
  client.Run({"KEYS", "*"});
  EXPECT_EQ(client.Run({"EXEC"}).elements.back().elements.size(), 5U);
  std::string changed = value;
  changed.replace(300'000, 7, "changed");
  const auto check = [&](const char* database, const char* other) {
    EXPECT_EQ(client.Say({"SELECT", database}), "OK");
    EXPECT_EQ(client.Say({"DBSIZE"}), "5");
    EXPECT_EQ(client.Say({"GET", "{other}name"}), value);
    EXPECT_EQ(client.Say({"GET", "copy"}), value);
    EXPECT_EQ(client.Say({"GET", "copied"}), changed);
    EXPECT_EQ(client.Say({"GET", "short"}), "short");
    EXPECT_EQ(client.Say({"GET", "expiring"}), value);
    EXPECT_EQ(client.Say({"EXPIRETIME", "expiring"}), "4102444800");
    EXPECT_EQ(client.Say({"SELECT", other}), "OK");
    EXPECT_EQ(client.Say({"GET", "moved"}), value);
  };
  check("0", "1");
  ASSERT_TRUE(Restart({"--shards", "3"}));
  client = Connect();
  check("0", "1");
  EXPECT_EQ(client.Say({"SWAPDB", "0", "1"}), "OK");
  ASSERT_TRUE(Restart());
  client = Connect();
  check("1", "0");
  EXPECT_EQ(client.Say({"SELECT", "1"}), "OK");
  EXPECT_EQ(client.Say({"FLUSHDB"}), "OK");
  EXPECT_EQ(client.Say({"SELECT", "0"}), "OK");
  EXPECT_EQ(client.Say({"GET", "moved"}), value);
  ASSERT_TRUE(RestartCleanly());
  client = Connect();
  EXPECT_EQ(client.Say({"GET", "moved"}), value);
  EXPECT_EQ(client.Say({"FLUSHALL"}), "OK");
  // What was dropped is given back while the server runs, or by the next that starts.
  EXPECT_TRUE(PollUntil(kPatience, [this] {
    if (server_.Terminate() != 0) return true;
    if (StoredChunks() == 0) return true;
    return server_.Start().has_value();
  }));
  EXPECT_EQ(StoredChunks(), 0);
}

}  // namespace
}  // namespace veddb::testing
