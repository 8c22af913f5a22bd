// SPDX-License-Identifier: BSD-3-Clause
// Bytes that are no good requests, or good ones in bad pieces: each gets the error that is written
// for it or a clean close, and the data are what they were.
#include <random>

#include "tests/support/raw_socket.h"
#include "tests/system/dump.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

// A set that no malformed request may carry out.
constexpr std::string_view kPoison = "*3\r\n$3\r\nSET\r\n$6\r\npoison\r\n$1\r\nx\r\n";
constexpr size_t kInlineMax = 64 * 1024;

class ProtocolTest : public ServerTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Start());
    RespClient client = Connect();
    ASSERT_EQ(Fill(client, "k", 200, 50), 200);
    before_ = Dump(client);
  }
  void ExpectUnchanged() {
    RespClient client = Connect();
    EXPECT_EQ(Dump(client), before_);
  }
  // What comes back when only these bytes are sent.
  std::string Answer(std::string_view bytes) {
    RawSocket socket(server_.port());
    EXPECT_TRUE(socket.ok());
    socket.Send(bytes);  // it may close before it has taken all
    socket.FinishSending();
    std::string answer = socket.ReadToEnd();
    EXPECT_TRUE(socket.closed()) << "it stays open";
    return answer;
  }

  std::string before_;
};

struct Malformed {
  std::string bytes;
  std::string answer;  // the beginning of the only answer; empty: none, only a close
};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}
  Malformed Next() {
    switch (Below(9)) {
      case 0:
        return BadCount();
      case 1:
        return BadLength();
      case 2:
        return NoDollar();
      case 3:
        return Half();
      case 4:
        return {"SET poison \"x\r\n", "-ERR Protocol error: unbalanced quotes"};
      case 5:
        return {"SET poison 'x'y\r\n", "-ERR Protocol error: unbalanced quotes"};
      case 6:
        return {std::string(kInlineMax + 1 + Below(100'000), Letter()),
                "-ERR Protocol error: too big inline request"};
      case 7:
        return {"*1" + std::string(kInlineMax + 1, '1'),
                "-ERR Protocol error: too big mbulk count string"};
      default:
        return {"*3\r\n$" + std::string(kInlineMax + 1, '1'),
                "-ERR Protocol error: too big bulk count string"};
    }
  }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  char Letter() { return static_cast<char>('a' + Below(26)); }
  std::string OneOf(std::initializer_list<const char*> words) {
    return words.begin()[Below(words.size())];
  }
  std::string Junk() {
    std::string junk;
    for (uint64_t i = Below(200); i > 0; --i) junk += static_cast<char>(Below(256));
    return junk;
  }
  std::string Tail() { return std::string(kPoison.substr(4)) + Junk(); }
  Malformed BadCount() {
    const std::string count = OneOf({"2147483648", "9223372036854775807", "99999999999999999999",
                                     "x", "3x", " 3", "+3", "0x3", "3 "});
    return {"*" + count + "\r\n" + Tail(), "-ERR Protocol error: invalid multibulk length"};
  }
  Malformed BadLength() {
    const std::string length = OneOf({"-1", "-2", "536870913", "9223372036854775807", "x", "3x",
                                      " 3", "+3", "99999999999999999999", ""});
    return {"*3\r\n$3\r\nSET\r\n$6\r\npoison\r\n$" + length + "\r\nx\r\n" + Junk(),
            "-ERR Protocol error: invalid bulk length"};
  }
  Malformed NoDollar() {
    char instead = static_cast<char>(Below(256));
    if (instead == '$') instead = '%';
    std::string bytes(kPoison);
    bytes[std::string("*3\r\n$3\r\nSET\r\n").size()] = instead;
    return {bytes + Junk(), "-ERR Protocol error: expected '$', got '"};
  }
  Malformed Half() { return {std::string(kPoison.substr(0, 1 + Below(kPoison.size() - 1))), ""}; }

  std::mt19937_64 random_;
};

TEST_F(ProtocolTest, AThousandMalformedRequestsGetTheirErrorAndChangeNothing) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Generator generator(seed);
  for (int i = 0; i < 1000; ++i) {
    const Malformed malformed = generator.Next();
    const std::string answer = Answer(malformed.bytes);
    const std::string shown = ::testing::PrintToString(malformed.bytes.substr(0, 100));
    if (malformed.answer.empty()) {
      ASSERT_EQ(answer, "") << shown;
    } else {
      ASSERT_EQ(answer.substr(0, malformed.answer.size()), malformed.answer) << shown;
      ASSERT_EQ(answer.find("\r\n"), answer.size() - 2) << "more than one answer to " << shown;
    }
  }
  ExpectUnchanged();
  EXPECT_TRUE(server_.Running());
}

TEST_F(ProtocolTest, GoodRequestsBeforeAMalformedOneAreAnswered) {
  EXPECT_EQ(Answer("*2\r\n$3\r\nGET\r\n$6\r\npoison\r\nPING\r\n*1\r\n$x\r\n"),
            "$-1\r\n+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
}

TEST_F(ProtocolTest, RequestsOneByteAtATimeAreRequests) {
  RawSocket socket(server_.port());
  const std::string request = "*3\r\n$3\r\nSET\r\n$5\r\nslow\n\r\n$3\r\n\r\nx\r\nPING hello\r\n";
  for (const char byte : request) ASSERT_TRUE(socket.Send(std::string_view(&byte, 1)));
  EXPECT_EQ(socket.ReadUntil("hello\r\n"), "+OK\r\n$5\r\nhello\r\n");
  EXPECT_EQ(Connect().Say({"GET", "slow\n"}), "\r\nx");
}

TEST_F(ProtocolTest, AHalfRequestHoldsUpNobody) {
  RawSocket half(server_.port());
  ASSERT_TRUE(half.Send("*3\r\n$3\r\nSET\r\n$6\r\npoison\r\n$100000000\r\nabc"));
  EXPECT_EQ(Connect().Say({"PING"}), "PONG");
  ExpectUnchanged();
}

TEST_F(ProtocolTest, EmptyRequestsAreNoRequests) {
  EXPECT_EQ(Answer("\r\n*0\r\n*-1\r\n  \r\nPING\r\n"), "+PONG\r\n");
}

TEST_F(ProtocolTest, LargeArgumentsComeThroughWhole) {
  RespClient client = Connect();
  const std::string large = ValueFor(3, 40'000'000);
  ASSERT_EQ(client.Say({"SET", "large", large}), "OK");
  EXPECT_EQ(client.Say({"STRLEN", "large"}), "40000000");
  EXPECT_TRUE(client.Run({"GET", "large"}).text == large);
  ASSERT_EQ(client.Say({"CONFIG", "SET", "proto-max-bulk-len", "1mb"}), "OK");
  // Refused by its header: with the value under way, the reset that answers it could outrun the
  // error.
  EXPECT_EQ(Answer("*3\r\n$3\r\nSET\r\n$6\r\nlarger\r\n$2000000\r\n"),
            "-ERR Protocol error: invalid bulk length\r\n");
}

TEST_F(ProtocolTest, AStrangerIsHeldToSmallRequests) {
  ASSERT_TRUE(Restart({"--requirepass", "secret"}));
  EXPECT_EQ(Answer("*100\r\n$4\r\nAUTH\r\n"),
            "-ERR Protocol error: unauthenticated multibulk length\r\n");
  EXPECT_EQ(Answer("*2\r\n$4\r\nAUTH\r\n$100000\r\n"),
            "-ERR Protocol error: unauthenticated bulk length\r\n");
}

TEST_F(ProtocolTest, AnUnknownCommandIsAnErrorAndTheConnectionGoesOn) {
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"NOSUCH", "a", "b"}),
            "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' ");
  EXPECT_TRUE(client.Run({std::string("\0\r\n", 3), ""}).is_error());
  EXPECT_EQ(client.Say({"PING"}), "PONG");
}

}  // namespace
}  // namespace veddb::testing
