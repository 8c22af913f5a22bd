// SPDX-License-Identifier: BSD-3-Clause
// Well-formed requests, whole and in pieces.
#include <gtest/gtest.h>

#include "parser_testing.h"
#include "resp/value.h"

namespace veddb {
namespace {

using Argv = std::vector<std::string>;
using Requests = std::vector<Argv>;

TEST(RequestParser, TakesAMultibulkRequest) {
  EXPECT_EQ(ParseAll("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n").requests,
            (Requests{{"SET", "k", ""}}));
}

TEST(RequestParser, ArgumentsAreViewsOfTheBuffer) {
  const std::string buffer = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\nrest";
  RequestParser parser;
  ASSERT_EQ(parser.Parse(buffer, {}), RequestParser::Outcome::kRequest);
  ASSERT_EQ(parser.argv().size(), 2u);
  EXPECT_EQ(parser.argv()[0].data(), buffer.data() + 8);
  EXPECT_EQ(parser.argv()[1].data(), buffer.data() + 17);
  EXPECT_EQ(parser.consumed(), buffer.size() - 4);
}

TEST(RequestParser, TakesAPipelineOfAllKinds) {
  const std::string stream =
      "PING\r\n*1\r\n$4\r\nPING\r\n\r\n*0\r\n*-1\r\n  SET  a 'b c' "
      "\n*2\r\n$1\r\na\r\n$2\r\n\r\n\r\n";
  const Requests expected = {{"PING"}, {"PING"}, {}, {}, {}, {"SET", "a", "b c"}, {"a", "\r\n"}};
  EXPECT_EQ(ParseAll(stream).requests, expected);
  for (size_t piece = 1; piece < stream.size(); ++piece) {
    EXPECT_EQ(ParseInPieces(stream, piece).requests, expected) << piece;
  }
}

TEST(RequestParser, InlineWordsFollowTheQuotingOfRedis) {
  EXPECT_EQ(ParseAll("a\tb  c\r\n").requests, (Requests{{"a", "b", "c"}}));
  EXPECT_EQ(ParseAll("set \"a\\x00\\n\" 'it\\'s'\n").requests,
            (Requests{{"set", std::string("a\0\n", 3), "it's"}}));
  EXPECT_EQ(ParseAll(" \t \r\n").requests, (Requests{{}}));
  EXPECT_EQ(ParseAll("a\rb\n").requests, (Requests{{"a", "b"}}));
}

TEST(RequestParser, BytesBehindABulkAreNotLookedAt) {
  // As in Redis: the two bytes behind a bulk are skipped, whatever they are.
  EXPECT_EQ(ParseAll("*1\r\n$1\r\naXX*1\r\n$1\r\nb\r\n").requests, (Requests{{"a"}, {"b"}}));
}

TEST(RequestParser, AnArgumentMayHoldAnyBytes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const Argv argv = {all, "", all + all};
  const std::string stream = EncodeRequest(argv);
  EXPECT_EQ(ParseAll(stream).requests, Requests{argv});
  EXPECT_EQ(ParseInPieces(stream, 7).requests, Requests{argv});
}

TEST(RequestParser, SaysHowManyBytesABulkStillNeeds) {
  const Parsed parsed = ParseAll("*1\r\n$1000\r\nabc");
  EXPECT_TRUE(parsed.requests.empty());
  EXPECT_EQ(parsed.wanted, 1000u + 2 - 3);
  EXPECT_EQ(ParseAll("*1\r\n$10").wanted, 1u);
  EXPECT_EQ(ParseAll("").wanted, 1u);
}

TEST(RequestParser, ManyArgumentsInPiecesAndThenAgain) {
  Argv argv(5000, "x");
  argv[0] = "MSET";
  argv[4999] = "last";
  const std::string stream =
      EncodeRequest(argv) + EncodeRequest({"GET", "a"}) + EncodeRequest(argv);
  const Requests expected = {argv, {"GET", "a"}, argv};
  EXPECT_EQ(ParseAll(stream).requests, expected);
  EXPECT_EQ(ParseInPieces(stream, 1009).requests, expected);
}

// A rescan of what was seen would make these quadratic: minutes, not a moment.
TEST(RequestParser, ABigRequestInSmallPiecesIsLinear) {
  constexpr size_t kBulkBytes = 64 << 20;
  constexpr size_t kPiece = 1 << 10;
  std::string stream = "*2\r\n$3\r\nSET\r\n$" + std::to_string(kBulkBytes) + "\r\n";
  stream += std::string(kBulkBytes, '\r') + "\r\n";
  RequestParser parser;
  size_t there = 0;
  auto outcome = RequestParser::Outcome::kNeedMore;
  while (outcome == RequestParser::Outcome::kNeedMore && there < stream.size()) {
    there = std::min(there + kPiece, stream.size());
    outcome = parser.Parse(Bytes(stream).substr(0, there), {});
  }
  ASSERT_EQ(outcome, RequestParser::Outcome::kRequest);
  EXPECT_EQ(parser.argv()[1].size(), kBulkBytes);
}

TEST(RequestParser, ManyArgumentsInSmallPiecesAreLinear) {
  const std::string stream = EncodeRequest(Argv(300000, "ab"));
  RequestParser parser;
  auto outcome = RequestParser::Outcome::kNeedMore;
  for (size_t there = 1; outcome == RequestParser::Outcome::kNeedMore; there += 5) {
    outcome = parser.Parse(Bytes(stream).substr(0, std::min(there, stream.size())), {});
  }
  ASSERT_EQ(outcome, RequestParser::Outcome::kRequest);
  EXPECT_EQ(parser.argv().size(), 300000u);
  EXPECT_EQ(parser.argv()[299999], "ab");
}

}  // namespace
}  // namespace veddb
