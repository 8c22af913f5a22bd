// SPDX-License-Identifier: BSD-3-Clause
// The parts of veddb-differential that could hide a difference: how replies are cut out of the
// stream, what counts as equal, how a sequence is cut down, what the generator draws.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "tests/differential/deviations.h"
#include "tests/differential/grammar.h"
#include "tests/differential/link.h"
#include "tests/differential/minimise.h"
#include "tests/support/temp_dir.h"

namespace veddb::differential {
namespace {

TEST(Reply, EndsWhereItSays) {
  const char* kReplies[] = {"+OK\r\n",           "-ERR x\r\n",   ":12\r\n",
                            "$-1\r\n",           "$0\r\n\r\n",   "$4\r\na\r\nb\r\n",
                            "*-1\r\n",           "*0\r\n",       "*2\r\n:1\r\n*1\r\n$1\r\na\r\n",
                            "%1\r\n+a\r\n_\r\n", "~1\r\n#t\r\n", "|1\r\n+k\r\n:1\r\n+OK\r\n",
                            "=7\r\ntxt:abc\r\n", ",1.5\r\n",     "(123\r\n",
                            "!5\r\nERR x\r\n"};
  for (const std::string reply : kReplies) {
    EXPECT_EQ(ReplySize(reply), reply.size()) << reply;
    EXPECT_EQ(ReplySize(reply + "+more\r\n"), reply.size()) << reply;
    for (size_t cut = 0; cut < reply.size(); ++cut) {
      EXPECT_EQ(ReplySize(reply.substr(0, cut)), 0U) << reply << " cut at " << cut;
    }
  }
}

TEST(Reply, Elements) {
  const auto elements = ElementsOf("*3\r\n:1\r\n*1\r\n+x\r\n$1\r\na\r\n");
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[1], "*1\r\n+x\r\n");
  EXPECT_EQ(ElementsOf("%1\r\n+a\r\n:1\r\n").size(), 2U);
  EXPECT_TRUE(ElementsOf("$3\r\n*1\r\r\n").empty());
}

std::optional<Deviations> Read(const std::string& text) {
  const testing::TempDir dir("deviations");
  std::ofstream(dir / "list") << text;
  return Deviations::Read(dir / "list");
}

TEST(Deviations, EveryLineHasAReason) {
  EXPECT_TRUE(Read("# a note\n\nskip wait | it waits\ndiffer a | +x | +y | so it is\n"));
  EXPECT_FALSE(Read("skip wait\n"));
  EXPECT_FALSE(Read("skip wait | \n"));
  EXPECT_FALSE(Read("differ a | +x | +y\n"));
  EXPECT_FALSE(Read("ignore a | b\n"));
}

TEST(Deviations, OnlyWhatIsListedMayDiffer) {
  const auto list = Read("skip wait | it waits\ndiffer object | :1 | :2 | references\n");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->Skips("wait"));
  EXPECT_FALSE(list->Skips("get"));
  EXPECT_TRUE(list->Allows("object", ":1\r\n", ":2\r\n"));
  EXPECT_FALSE(list->Allows("object", ":2\r\n", ":1\r\n"));
  EXPECT_FALSE(list->Allows("object", ":1\r\n", ":3\r\n"));
  EXPECT_FALSE(list->Allows("get", ":1\r\n", ":2\r\n"));
}

TEST(Deviations, TimesMayBeAMomentApart) {
  const auto list = Read("");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->Allows("pttl", ":100000\r\n", ":100900\r\n"));
  EXPECT_FALSE(list->Allows("pttl", ":100000\r\n", ":104000\r\n"));
  EXPECT_FALSE(list->Allows("pttl", ":100000\r\n", "-ERR\r\n"));
  EXPECT_FALSE(list->Allows("pexpiretime", ":100000\r\n", ":100001\r\n"));
}

TEST(Deviations, SetsMayHaveAnyOrder) {
  const auto list = Read("");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->Allows("keys", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$1\r\nb\r\n$1\r\na\r\n"));
  EXPECT_FALSE(
      list->Allows("keys", "*2\r\n$1\r\na\r\n$1\r\na\r\n", "*2\r\n$1\r\nb\r\n$1\r\na\r\n"));
  EXPECT_FALSE(
      list->Allows("mget", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$1\r\nb\r\n$1\r\na\r\n"));
  EXPECT_FALSE(list->Allows("scan", "-ERR a\r\n", "-ERR b\r\n"));
}

TEST(Minimise, LeavesWhatIsNeeded) {
  std::vector<Step> steps;
  for (int i = 0; i < 1000; ++i) steps.push_back({0, {std::to_string(i)}});
  const auto needs_three = [](const std::vector<Step>& some) {
    std::set<std::string> there;
    for (const Step& step : some) there.insert(step.arguments[0]);
    return there.contains("17") && there.contains("500") && there.contains("999");
  };
  const std::vector<Step> left = Minimise(steps, needs_three);
  ASSERT_EQ(left.size(), 3U);
  EXPECT_EQ(left[0].arguments[0], "17");
  EXPECT_EQ(left[1].arguments[0], "500");
  EXPECT_EQ(left[2].arguments[0], "999");
}

TEST(Generator, TheSameSeedDrawsTheSame) {
  Generator generator({{"get", 2, 1}, {"set", -3, 1}, {"newcomer", -3, 1}});
  const auto draw = [&](uint64_t seed) {
    std::vector<Arguments> all;
    generator.Seed(seed);
    for (int i = 0; i < 1000; ++i) all.push_back(generator.Next());
    return all;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Generator, CommandsWithoutARowTakePart) {
  Generator generator({{"newcomer", -3, 1}});
  generator.Seed(1);
  size_t with_key = 0;
  for (int i = 0; i < 1000; ++i) {
    const Arguments arguments = generator.Next();
    if (arguments.size() >= 3 && arguments[1].starts_with("key")) ++with_key;
  }
  EXPECT_GT(with_key, 800U);
}

}  // namespace
}  // namespace veddb::differential
