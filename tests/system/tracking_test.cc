// SPDX-License-Identifier: BSD-3-Clause
// CLIENT TRACKING where several connections and threads take part: nothing stale stays cached, and
// those who are told do not fill the server's memory.
#include <map>
#include <optional>

#include "tests/support/raw_socket.h"
#include "tests/support/sanitizers.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using TrackingTest = ServerTest;

constexpr std::string_view kHello = "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n";

std::string Request(const Words& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words) {
    text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  return text;
}

// A client that caches what it reads and forgets what it is told to, as RESP3 libraries do.
class CachingClient {
  static constexpr Millis kGlance{10};

 public:
  explicit CachingClient(int port, const Words& options = {}) : socket_(port) {
    socket_.Send(kHello);
    socket_.ReadUntil("modules\r\n*0\r\n");
    Words words = {"CLIENT", "TRACKING", "ON"};
    words.insert(words.end(), options.begin(), options.end());
    socket_.Send(Request(words));
    EXPECT_EQ(socket_.ReadUntil("\r\n"), "+OK\r\n");
  }
  // Sends reads of keys; the replies are taken in by Take.
  void Ask(const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) {
      text += Request({"GET", key});
      asked_.push_back(key);
    }
    ASSERT_TRUE(socket_.Send(text));
  }
  // Takes in what arrives until all that was asked is answered and `more` holds no longer.
  bool TakeWhile(const std::function<bool()>& more) {
    return PollUntil(kPatience, [&] {
      input_ += socket_.ReadUntil("\n", kGlance);
      while (TakeOne()) {
      }
      return asked_.empty() && !more();
    });
  }
  bool Take() {
    return TakeWhile([] { return false; });
  }
  std::optional<std::string> Cached(const std::string& key) const {
    const auto found = cache_.find(key);
    return found == cache_.end() ? std::nullopt : std::optional(found->second);
  }
  int64_t forgotten() const { return forgotten_; }

 private:
  std::optional<std::string> Line(size_t& at) const {
    const size_t end = input_.find("\r\n", at);
    if (end == std::string::npos) return std::nullopt;
    std::string line = input_.substr(at, end - at);
    at = end + 2;
    return line;
  }
  std::optional<std::string> Bulk(size_t& at) const {
    const std::optional<std::string> head = Line(at);
    if (!head) return std::nullopt;
    if (*head == "_") return "";
    const size_t size = std::stoul(head->substr(1));
    if (input_.size() < at + size + 2) return std::nullopt;
    std::string bulk = input_.substr(at, size);
    at += size + 2;
    return bulk;
  }
  bool TakeOne() {
    size_t at = 0;
    if (input_.empty()) return false;
    if (input_[0] != '>') {
      const std::optional<std::string> value = Bulk(at);
      if (!value) return false;
      cache_[asked_.front()] = *value;
      asked_.erase(asked_.begin());
      input_.erase(0, at);
      return true;
    }
    Line(at);
    Bulk(at);
    const std::optional<std::string> list = Line(at);
    if (!list) return false;
    std::vector<std::string> keys;
    for (size_t left = *list == "_" ? 0 : std::stoul(list->substr(1)); left > 0; --left) {
      const std::optional<std::string> key = Bulk(at);
      if (!key) return false;
      keys.push_back(*key);
    }
    if (*list == "_") cache_.clear();
    for (const std::string& key : keys) cache_.erase(key);
    ++forgotten_;
    input_.erase(0, at);
    return true;
  }

  RawSocket socket_;
  std::string input_;
  std::vector<std::string> asked_;
  std::map<std::string, std::string> cache_;
  int64_t forgotten_ = 0;
};

TEST_F(TrackingTest, NothingStaleStaysCached) {
  constexpr int kKeys = 40;
  constexpr int kRounds = 60;
  ASSERT_TRUE(Start({"--shards", "4", "--enable-debug-command", "yes"}));
  RespClient writer = Connect();
  std::vector<std::string> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back("key" + std::to_string(i));
  CachingClient reader(server_.port());
  for (int round = 0; round < kRounds; ++round) {
    // Now and then the keys are on disk only: then shard threads read and write them.
    if (round % 3 == 0) {
      ASSERT_EQ(writer.Say({"DEBUG", "RELOAD"}), "OK");
    }
    const std::string value = std::to_string(round);
    reader.Ask(keys);
    for (const std::string& key : keys) writer.Add({"SET", key, value});
    ASSERT_TRUE(writer.Flush());
    reader.Ask(keys);
    for (int i = 0; i < kKeys; ++i) ASSERT_EQ(writer.Next().Print(), "OK");
    // Every write is answered: what is cached by now is the value, or it is forgotten soon.
    ASSERT_TRUE(reader.TakeWhile([&] {
      for (const std::string& key : keys) {
        if (reader.Cached(key).value_or(value) != value) return true;
      }
      return false;
    })) << "a stale value stays cached in round "
        << round;
  }
  EXPECT_GT(reader.forgotten(), 0);
  // The same for keys that come due, and for a flush.
  writer.Say({"PEXPIRE", "key0", "20"});
  reader.Ask(keys);
  EXPECT_TRUE(reader.TakeWhile([&] { return reader.Cached("key0").value_or("") != ""; }));
  EXPECT_EQ(writer.Say({"FLUSHALL"}), "OK");
  EXPECT_TRUE(reader.TakeWhile([&] { return reader.Cached("key1").has_value(); }));
}

TEST_F(TrackingTest, TheTableKeepsToItsLimitAndGoesWithItsClients) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back("key" + std::to_string(i));
  {
    CachingClient reader(server_.port());
    reader.Ask(keys);
    ASSERT_TRUE(reader.Take());
    EXPECT_EQ(InfoNumber(client, "tracking_clients"), 1);
    EXPECT_EQ(InfoNumber(client, "tracking_total_keys"), 3000);
    EXPECT_EQ(InfoNumber(client, "tracking_total_items"), 3000);
    ASSERT_EQ(client.Say({"CONFIG", "SET", "tracking-table-max-keys", "10"}), "OK");
    // Each of the others is told of: the reader must not keep what nobody would tell it of.
    EXPECT_TRUE(reader.TakeWhile([&] { return reader.forgotten() < 2990; }));
    EXPECT_EQ(InfoNumber(client, "tracking_total_keys"), 10);
    EXPECT_EQ(reader.forgotten(), 2990);
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "tracking_clients") == 0; }));
  EXPECT_EQ(InfoNumber(client, "tracking_total_keys"), 0);
  EXPECT_EQ(InfoNumber(client, "tracking_total_items"), 0);
  EXPECT_EQ(client.Say({"SET", "key1", "x"}), "OK");
}

TEST_F(TrackingTest, WhoDoesNotReadWhatItIsToldIsClosed) {
  constexpr int64_t kMegabyte = 1 << 20;
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  const int64_t resident_before = server_.ResidentBytes();
  CachingClient deaf(server_.port(), {"BCAST"});
  const std::string key(100'000, 'k');
  for (int i = 0; i < 2500 && InfoNumber(client, "tracking_clients") == 1; ++i) {
    ASSERT_EQ(client.Run({"INCR", key}).kind, RespReply::Kind::kInteger);
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "tracking_clients") == 0; }));
  EXPECT_EQ(InfoNumber(client, "tracking_total_prefixes"), 0);
  if (ResidentMemoryIsTelling()) {
    EXPECT_LT(server_.ResidentBytes() - resident_before, 400 * kMegabyte);
  }
  EXPECT_EQ(client.Say({"PING"}), "PONG");
}

}  // namespace
}  // namespace veddb::testing
