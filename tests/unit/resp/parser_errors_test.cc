// SPDX-License-Identifier: BSD-3-Clause
// Requests that are no requests: every error of the protocol, in Redis's words.
#include <gtest/gtest.h>

#include "parser_testing.h"

namespace veddb {
namespace {

struct Case {
  std::string stream;
  std::string error;  // after "Protocol error: "; empty: more bytes are needed
};

void ExpectErrors(const std::vector<Case>& cases, ParserLimits limits = {}) {
  for (const Case& c : cases) {
    const std::string expected = c.error.empty() ? "" : "Protocol error: " + c.error;
    EXPECT_EQ(ParseAll(c.stream, limits).error, expected) << c.stream.substr(0, 80);
    // The feeder copies all there is for each piece: long streams come in longer ones.
    const size_t piece = c.stream.size() < 1000 ? 1 : 997;
    EXPECT_EQ(ParseInPieces(c.stream, piece, limits).error, expected) << c.stream.substr(0, 80);
  }
}

TEST(RequestParserErrors, AreThoseOfRedis) {
  ExpectErrors({
      {"*\r\n", "invalid multibulk length"},
      {"*x\r\n", "invalid multibulk length"},
      {"*01\r\n", "invalid multibulk length"},
      {"*+1\r\n", "invalid multibulk length"},
      {"* 1\r\n", "invalid multibulk length"},
      {"*-\r\n", "invalid multibulk length"},
      {"*20000000000\r\n", "invalid multibulk length"},
      {"*2147483648\r\n", "invalid multibulk length"},
      {"*99999999999999999999\r\n", "invalid multibulk length"},
      {"*1\n$1\r\na\r\n", "invalid multibulk length"},
      {"*1\r\n$-1\r\n", "invalid bulk length"},
      {"*1\r\n$-10\r\n", "invalid bulk length"},
      {"*1\r\n$blabla\r\n", "invalid bulk length"},
      {"*1\r\n$\r\n", "invalid bulk length"},
      {"*1\r\n$01\r\n", "invalid bulk length"},
      {"*1\r\n$2000000000\r\n", "invalid bulk length"},
      {"*1\r\n$536870913\r\n", "invalid bulk length"},
      {"*1\r\n$99999999999999999999\r\n", "invalid bulk length"},
      {"*1\r\nfoo\r\n", "expected '$', got 'f'"},
      {"*1\r\n\r\n", "expected '$', got '\r'"},
      {"*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", "expected '$', got 'f'"},
      {"*2\r\n*1\r\n", "expected '$', got '*'"},
      {"set \"a\r\n", "unbalanced quotes in request"},
      {"set 'a'b\r\n", "unbalanced quotes in request"},
      {"set \"\"\"test-key\"\"\" x\r\n", "unbalanced quotes in request"},
  });
}

TEST(RequestParserErrors, IncompleteRequestsAreNone) {
  ExpectErrors({
      {"*", ""},
      {"*1", ""},
      {"*1\r", ""},
      {"*2147483647\r\n", ""},
      {"*1\r\n$", ""},
      {"*1\r\nf", ""},
      {"*1\r\n$536870912\r\n", ""},
      {"*1\r\n$3\r\nabc", ""},
      {"*1\r\n$3\r\nabc\r", ""},
      {"set \"a\r", ""},
  });
}

TEST(RequestParserErrors, LinesWithoutAnEndAreLimited) {
  constexpr size_t kMax = 64 * 1024;
  const std::string digits(kMax + 1, '1');
  ExpectErrors({
      {std::string(kMax, 'a'), ""},
      {std::string(kMax + 1, 'a'), "too big inline request"},
      {"*" + digits, "too big mbulk count string"},
      {"*1\r\n$" + digits, "too big bulk count string"},
      {"*1\r\n" + std::string(kMax, 'a'), ""},
      {std::string(1, '\0') + std::string(kMax, 'p'), "too big inline request"},
  });
}

TEST(RequestParserErrors, BeforeAuthenticationTheLimitsAreSmall) {
  ParserLimits limits;
  limits.authenticated = false;
  ExpectErrors(
      {
          {"*11\r\n", "unauthenticated multibulk length"},
          {"*10\r\n", ""},
          {"*1\r\n$16385\r\n", "unauthenticated bulk length"},
          {"*1\r\n$16384\r\n", ""},
          {"*2147483648\r\n", "invalid multibulk length"},
          {"*1\r\n$2000000000\r\n", "invalid bulk length"},
      },
      limits);
}

TEST(RequestParserErrors, TheBulkLimitIsTheOptions) {
  ParserLimits limits;
  limits.bulk_bytes_max = 10;
  ExpectErrors({{"*1\r\n$11\r\n", "invalid bulk length"}, {"*1\r\n$10\r\n", ""}}, limits);
  limits.bulk_bytes_max = std::numeric_limits<uint64_t>::max();
  ExpectErrors({{"*1\r\n$9223372036854775807\r\nabc", ""}}, limits);
}

TEST(RequestParserErrors, WhatCameBeforeTheErrorIsStillTaken) {
  const Parsed parsed = ParseAll("PING\r\n*1\r\n$1\r\na\r\n*x\r\n");
  EXPECT_EQ(parsed.requests.size(), 2u);
  EXPECT_EQ(parsed.error, "Protocol error: invalid multibulk length");
}

}  // namespace
}  // namespace veddb
