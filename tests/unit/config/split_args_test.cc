// SPDX-License-Identifier: BSD-3-Clause
#include "config/split_args.h"

#include <gtest/gtest.h>

#include <random>

namespace veddb {
namespace {

using Words = std::vector<std::string>;

TEST(SplitArgs, SplitsByTheRulesOfRedis) {
  struct Case {
    std::string line;
    Words words;
  };
  const Case kCases[] = {
      {"", {}},
      {" \t ", {}},
      {"a  b\tc\r", {"a", "b", "c"}},
      {"\"\" ''", {"", ""}},
      {"\"a b\" 'c d'", {"a b", "c d"}},
      {"\"\\x41\\n\\r\\t\\b\\a\\q\\\"\\\\\"", {"A\n\r\t\b\aq\"\\"}},
      {"'\\n\\''", {"\\n'"}},
      {"\"\\xzz\"", {"xzz"}},
      {"\"\\x4\"", {"x4"}},
      {"a\"b c\"", {"ab c"}},
      {"a\\ b", {"a\\", "b"}},
      {"a\vb \vc", {"a\vb", "c"}},
  };
  for (const Case& good : kCases) {
    const auto words = SplitArgs(good.line);
    ASSERT_TRUE(words.has_value()) << good.line;
    EXPECT_EQ(*words, good.words) << good.line;
  }
}

TEST(SplitArgs, UnbalancedQuotesAreRefused) {
  for (const char* line :
       {"\"", "'", "\"a", "'a\\'", "\"a\"b", "'a'b", "a\"b\"c", "\"a\\\"", "\"\"\"\"", "x '"}) {
    EXPECT_FALSE(SplitArgs(line).has_value()) << line;
  }
}

TEST(QuoteArg, AnyBytesComeBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    const auto words = SplitArgs(QuoteArg(text));
    ASSERT_TRUE(words.has_value());
    EXPECT_EQ(*words, Words{text});
  }
}

TEST(QuoteArg, LooksAsRedisWritesIt) {
  EXPECT_EQ(QuoteArg("a\"b\\\n\r\t\a\b\x01\xff~"), "\"a\\\"b\\\\\\n\\r\\t\\a\\b\\x01\\xff~\"");
}

}  // namespace
}  // namespace veddb
