// SPDX-License-Identifier: BSD-3-Clause
// How COMMAND INFO, COMMAND DOCS and HELP show a command.
#include "command/docs.h"

#include <gtest/gtest.h>

#include <string>

#include "command/call.h"
#include "resp/value.h"

namespace veddb {
namespace {

void Nothing(Call& /*call*/) {}

constexpr CommandSpec kSpecs[] = {
    {.name = "copy",
     .summary = "Copies.",
     .since = "6.2.0",
     .group = "generic",
     .complexity = "O(N)",
     .syntax = "source destination [REPLACE]",
     .arity = -3,
     .flags = Flag::kWrite | Flag::kDenyOom | Flag::kProtected | Flag::kTransaction,
     .categories = Category::kKeyspace,
     .keys = {{.first = 1, .last = 1, .access = Access::kRO | Access::kAccess},
              {.first = 2, .last = 2, .access = Access::kOW | Access::kUpdate}},
     .handler = Nothing,
     .tips = "one,two"},
    {.name = "box",
     .summary = "Holds others.",
     .since = "1.0.0",
     .group = "server",
     .arity = -2,
     .is_container = true},
    {.name = "open",
     .parent = "box",
     .summary = "Opens it.",
     .since = "1.0.0",
     .group = "server",
     .syntax = "[WIDE]",
     .arity = -2,
     .handler = Nothing},
};

class DocsTest : public testing::Test {
 protected:
  DocsTest() { EXPECT_TRUE(registry_.Add(kSpecs).ok()); }

  std::string Info(Bytes name, Protocol protocol) {
    std::string out;
    Reply reply(out, protocol);
    ReplyCommandInfo(reply, *registry_.FindByFullName(name));
    return out;
  }
  std::string Docs(Bytes name, Protocol protocol) {
    std::string out;
    Reply reply(out, protocol);
    ReplyCommandDocs(reply, *registry_.FindByFullName(name));
    return out;
  }

  CommandRegistry registry_;
};

TEST_F(DocsTest, InfoHasTenElementsAndSetsInResp3) {
  EXPECT_EQ(Info("copy", Protocol::kResp3),
            "*10\r\n$4\r\ncopy\r\n:-3\r\n~2\r\n+write\r\n+denyoom\r\n:1\r\n:2\r\n:1\r\n"
            "~3\r\n+@keyspace\r\n+@write\r\n+@slow\r\n~2\r\n$3\r\none\r\n$3\r\ntwo\r\n~2\r\n"
            "%3\r\n$5\r\nflags\r\n~2\r\n+RO\r\n+access\r\n"
            "$12\r\nbegin_search\r\n%2\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n"
            "%1\r\n$5\r\nindex\r\n:1\r\n"
            "$9\r\nfind_keys\r\n%2\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n"
            "%3\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n"
            "%3\r\n$5\r\nflags\r\n~2\r\n+OW\r\n+update\r\n"
            "$12\r\nbegin_search\r\n%2\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n"
            "%1\r\n$5\r\nindex\r\n:2\r\n"
            "$9\r\nfind_keys\r\n%2\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n"
            "%3\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n~0\r\n");
}

TEST_F(DocsTest, InfoOfAContainerHoldsItsSubcommands) {
  EXPECT_EQ(Info("box", Protocol::kResp2),
            "*10\r\n$3\r\nbox\r\n:-2\r\n*0\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@slow\r\n*0\r\n*0\r\n*1\r\n"
            "*10\r\n$8\r\nbox|open\r\n:-2\r\n*0\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@slow\r\n*0\r\n*0\r\n"
            "*0\r\n");
}

TEST_F(DocsTest, DocsAreAMapWithTheTreeOfArguments) {
  EXPECT_EQ(Docs("copy", Protocol::kResp3),
            "%5\r\n$7\r\nsummary\r\n$7\r\nCopies.\r\n$5\r\nsince\r\n$5\r\n6.2.0\r\n"
            "$5\r\ngroup\r\n$7\r\ngeneric\r\n$10\r\ncomplexity\r\n$4\r\nO(N)\r\n"
            "$9\r\narguments\r\n*3\r\n"
            "%3\r\n$4\r\nname\r\n$6\r\nsource\r\n$4\r\ntype\r\n$3\r\nkey\r\n"
            "$14\r\nkey_spec_index\r\n:0\r\n"
            "%3\r\n$4\r\nname\r\n$11\r\ndestination\r\n$4\r\ntype\r\n$3\r\nkey\r\n"
            "$14\r\nkey_spec_index\r\n:1\r\n"
            "%4\r\n$4\r\nname\r\n$7\r\nreplace\r\n$4\r\ntype\r\n$10\r\npure-token\r\n"
            "$5\r\ntoken\r\n$7\r\nREPLACE\r\n$5\r\nflags\r\n~1\r\n+optional\r\n");
}

TEST_F(DocsTest, DocsOfAContainerAreKeyedByFullName) {
  EXPECT_EQ(Docs("box", Protocol::kResp2),
            "*8\r\n$7\r\nsummary\r\n$13\r\nHolds others.\r\n$5\r\nsince\r\n$5\r\n1.0.0\r\n"
            "$5\r\ngroup\r\n$6\r\nserver\r\n$11\r\nsubcommands\r\n*2\r\n$8\r\nbox|open\r\n"
            "*8\r\n$7\r\nsummary\r\n$9\r\nOpens it.\r\n$5\r\nsince\r\n$5\r\n1.0.0\r\n"
            "$5\r\ngroup\r\n$6\r\nserver\r\n$9\r\narguments\r\n*1\r\n"
            "*8\r\n$4\r\nname\r\n$4\r\nwide\r\n$4\r\ntype\r\n$10\r\npure-token\r\n"
            "$5\r\ntoken\r\n$4\r\nWIDE\r\n$5\r\nflags\r\n*1\r\n+optional\r\n");
}

TEST_F(DocsTest, HelpHasTwoLinesAnEntry) {
  std::string out;
  Reply reply(out, Protocol::kResp2);
  const HelpEntry entries[] = {{"open", "[WIDE]", "Opens it."}, {"shut", "", "Shuts it."}};
  ReplyHelp(reply, "box", entries);
  EXPECT_EQ(out,
            "*5\r\n+BOX <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n"
            "+OPEN [WIDE]\r\n+    Opens it.\r\n+SHUT\r\n+    Shuts it.\r\n");
}

TEST_F(DocsTest, CategoriesAreFoundByTheirWord) {
  EXPECT_EQ(FindCategory("keyspace"), Category::kKeyspace);
  EXPECT_EQ(FindCategory("SortedSet"), Category::kSortedSet);
  EXPECT_EQ(FindCategory("@keyspace"), std::nullopt);
  EXPECT_EQ(FindCategory("none"), std::nullopt);
}

}  // namespace
}  // namespace veddb
