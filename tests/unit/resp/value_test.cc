// SPDX-License-Identifier: BSD-3-Clause
// Reading replies, and printing them as redis-cli 7.0 did for the same bytes.
#include "resp/value.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace veddb {
namespace {

Value Read(const std::string& bytes) {
  auto parsed = ParseReply(bytes);
  EXPECT_TRUE(parsed.ok() && parsed->has_value()) << bytes;
  if (!parsed.ok() || !parsed->has_value()) return {};
  EXPECT_EQ((*parsed)->consumed, bytes.size());
  return (*parsed)->value;
}

TEST(ParseReply, IncompleteRepliesWaitForMore) {
  const std::string reply =
      "%2\r\n+a\r\n*2\r\n$3\r\nfoo\r\n:-7\r\n,1.5\r\n|1\r\n+k\r\n#t\r\n=5\r\ntxt:x\r\n";
  for (size_t size = 0; size < reply.size(); ++size) {
    const auto parsed = ParseReply(Bytes(reply).substr(0, size));
    ASSERT_TRUE(parsed.ok()) << size;
    EXPECT_FALSE(parsed->has_value()) << size;
  }
  const Value value = Read(reply);
  ASSERT_EQ(value.items.size(), 4u);
  EXPECT_EQ(value.items[1].items[1].integer, -7);
  EXPECT_EQ(value.items[2].number, 1.5);
  EXPECT_EQ(value.items[3].text, "x");
  ASSERT_EQ(value.items[3].attributes.size(), 2u);
  EXPECT_EQ(value.items[3].attributes[1].kind, Value::Kind::kBool);
}

TEST(ParseReply, NullsOfAllProtocols) {
  for (const char* bytes : {"$-1\r\n", "*-1\r\n", "_\r\n"}) EXPECT_TRUE(Read(bytes).IsNull());
}

TEST(ParseReply, ErrorsShortAndLong) {
  EXPECT_EQ(Read("-ERR x\r\n").text, "ERR x");
  EXPECT_TRUE(Read("!5\r\nERR y\r\n").IsError());
}

TEST(ParseReply, WhatIsNoRespIsAnError) {
  for (const char* bytes : {"?\r\n", ":x\r\n", ":\r\n", "$-2\r\n", "$x\r\n", "$1\r\nabc", "#x\r\n",
                            ",x\r\n", "=3\r\ntxt\r\n", "*1\r\n?\r\n", "GET a\r\n"}) {
    EXPECT_FALSE(ParseReply(bytes).ok()) << bytes;
  }
}

TEST(ParseReply, NestingIsLimited) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "*1\r\n";
  EXPECT_FALSE(ParseReply(deep).ok());
}

TEST(ParseReply, RandomBytesNeverHurt) {
  std::mt19937 random(11);
  constexpr Bytes kLikely = "*$+-:_#,(=!%~>|\r\n01239tf";
  for (int i = 0; i < 20000; ++i) {
    const std::string seed(random() % 40, '\0');
    const auto block = std::make_unique<char[]>(seed.size());
    for (size_t k = 0; k < seed.size(); ++k) block[k] = kLikely[random() % kLikely.size()];
    const auto parsed = ParseReply({block.get(), seed.size()});
    if (parsed.ok() && parsed->has_value()) {
      EXPECT_LE((*parsed)->consumed, seed.size());
    }
  }
}

TEST(PrintReply, LooksAsRedisCliOnATerminal) {
  struct Case {
    std::string bytes;
    std::string printed;
  };
  const Case kCases[] = {
      {"$11\r\nHello World\r\n", "\"Hello World\"\n"},
      {"+OK\r\n", "OK\n"},
      {":12345\r\n", "(integer) 12345\n"},
      {",3.141\r\n", "(double) 3.141\n"},
      {"_\r\n", "(nil)\n"},
      {"#t\r\n", "(true)\n"},
      {"#f\r\n", "(false)\n"},
      {"-ERR bad\r\n", "(error) ERR bad\n"},
      {"=29\r\ntxt:This is a verbatim\nstring\r\n", "This is a verbatim\nstring\n"},
      {"*0\r\n", "(empty array)\n"},
      {"%0\r\n", "(empty hash)\n"},
      {"~0\r\n", "(empty set)\n"},
      {"~2\r\n:0\r\n:1\r\n", "1~ (integer) 0\n2~ (integer) 1\n"},
      {">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n", "1) \"server-cpu-usage\"\n2) (integer) 42\n"},
      {"%2\r\n:0\r\n#f\r\n:1\r\n#t\r\n", "1# (integer) 0 => (false)\n2# (integer) 1 => (true)\n"},
      {"*4\r\n:1\r\n*3\r\n:2\r\n*0\r\n$4\r\na\\n\"\r\n+x\r\n-MY err\r\n",
       "1) (integer) 1\n2) 1) (integer) 2\n   2) (empty array)\n   3) \"a\\\\n\\\"\"\n3) x\n4) "
       "(error) "
       "MY err\n"},
      {"%2\r\n$1\r\na\r\n*0\r\n$1\r\nb\r\n%1\r\n$1\r\nx\r\n*2\r\n:1\r\n:2\r\n",
       "1# \"a\" => (empty array)\n2# \"b\" => \n   1# \"x\" => \n      1) (integer) 1\n      2) "
       "(integer) 2\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(PrintReply(Read(c.bytes)), c.printed);
  std::string ten = "*1\r\n*10\r\n";
  for (int i = 0; i < 10; ++i) ten += ":7\r\n";
  const std::string printed = PrintReply(Read(ten));
  EXPECT_TRUE(printed.starts_with("1)  1) (integer) 7\n    2) (integer) 7\n")) << printed;
  EXPECT_TRUE(printed.ends_with("\n   10) (integer) 7\n")) << printed;
}

TEST(PrintReply, LooksAsRedisCliInAPipe) {
  EXPECT_EQ(PrintReplyRaw(Read("*3\r\n$1\r\na\r\n:2\r\n_\r\n")), "a\n2\n\n");
  EXPECT_EQ(PrintReplyRaw(Read("%2\r\n:0\r\n#f\r\n:1\r\n#t\r\n")), "0 (false)\n1 (true)\n");
  EXPECT_EQ(PrintReplyRaw(Read("-ERR x\r\n")), "ERR x\n\n");
}

}  // namespace
}  // namespace veddb
