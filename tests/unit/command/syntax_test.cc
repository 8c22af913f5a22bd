// SPDX-License-Identifier: BSD-3-Clause
// The tree of arguments that is read from the text of a command's syntax.
#include "command/syntax.h"

#include <gtest/gtest.h>

#include <string>

namespace veddb {
namespace {

std::string Show(const std::vector<Argument>& arguments);

// name:type /token #key-spec ?(optional) *(multiple) +(token repeated) (parts)
std::string Show(const Argument& argument) {
  std::string text = argument.name + ":" + std::string(ArgumentTypeName(argument.type));
  if (!argument.token.empty()) text += "/" + argument.token;
  if (argument.key_spec >= 0) text += "#" + std::to_string(argument.key_spec);
  if (argument.optional) text += "?";
  if (argument.multiple) text += "*";
  if (argument.multiple_token) text += "+";
  if (!argument.arguments.empty()) text += "(" + Show(argument.arguments) + ")";
  return text;
}

std::string Show(const std::vector<Argument>& arguments) {
  std::string text;
  for (const Argument& argument : arguments) {
    if (!text.empty()) text += " ";
    text += Show(argument);
  }
  return text;
}

std::string Tree(Bytes syntax, const CommandSpec& spec = CommandSpec()) {
  CommandSpec with_syntax = spec;
  with_syntax.syntax = syntax;
  return Show(ParseSyntax(with_syntax));
}

TEST(SyntaxTest, NothingGivesNothing) { EXPECT_EQ(Tree(""), ""); }

TEST(SyntaxTest, ValuesFollowEachOther) {
  EXPECT_EQ(Tree("message"), "message:string");
  EXPECT_EQ(Tree("source offset value"), "source:string offset:integer value:string");
  EXPECT_EQ(Tree("unix-time-seconds pattern score"),
            "unix-time-seconds:unix-time pattern:pattern score:double");
}

TEST(SyntaxTest, BracketsAreOptional) {
  EXPECT_EQ(Tree("[username] password"), "username:string? password:string");
  EXPECT_EQ(Tree("[WITHSCORES]"), "withscores:pure-token/WITHSCORES?");
  EXPECT_EQ(Tree("[a b]"), "a_b:block?(a:string b:string)");
}

TEST(SyntaxTest, LiteralsBelongToTheValuesBehindThem) {
  EXPECT_EQ(Tree("value [COUNT count]"), "value:string count:integer/COUNT?");
  EXPECT_EQ(Tree("[LIMIT offset count]"),
            "offset_count:block/LIMIT?(offset:integer count:integer)");
  EXPECT_EQ(Tree("FILTER f SET g"), "f:string/FILTER g:string/SET");
}

TEST(SyntaxTest, BarsPartAlternatives) {
  EXPECT_EQ(Tree("ON|OFF"), "on_off:oneof(on:pure-token/ON off:pure-token/OFF)");
  EXPECT_EQ(Tree("key BEFORE|AFTER pivot"),
            "key:string before_after:oneof(before:pure-token/BEFORE after:pure-token/AFTER) "
            "pivot:string");
  EXPECT_EQ(Tree("from LEFT|RIGHT LEFT|RIGHT"),
            "from:string left_right:oneof(left:pure-token/LEFT right:pure-token/RIGHT) "
            "left_right:oneof(left:pure-token/LEFT right:pure-token/RIGHT)");
  EXPECT_EQ(Tree("[EX seconds|KEEPTTL|PX milliseconds]"),
            "seconds_keepttl_milliseconds:oneof?(seconds:integer/EX keepttl:pure-token/KEEPTTL "
            "milliseconds:integer/PX)");
  EXPECT_EQ(Tree("FROMMEMBER member|FROMLONLAT longitude latitude unit"),
            "member_longitude_latitude_unit:oneof(member:string/FROMMEMBER "
            "longitude_latitude_unit:block/FROMLONLAT(longitude:double latitude:double "
            "unit:string))");
}

TEST(SyntaxTest, LiteralBeforeAlternativesIntroducesThemAll) {
  EXPECT_EQ(Tree("[TYPE NORMAL|MASTER]"),
            "normal_master:oneof/TYPE?(normal:pure-token/NORMAL master:pure-token/MASTER)");
  EXPECT_EQ(Tree("ORDER ASC|DESC"),
            "asc_desc:oneof/ORDER(asc:pure-token/ASC desc:pure-token/DESC)");
  EXPECT_EQ(Tree("[FILTERBY MODULE name|ACLCAT category]"),
            "name_category:oneof/FILTERBY?(name:string/MODULE category:string/ACLCAT)");
}

TEST(SyntaxTest, GroupsAmongAlternativesStayPartsOfTheSequence) {
  EXPECT_EQ(Tree("[MAXLEN|MINID [=|~] threshold [LIMIT count]]"),
            "maxlen_minid_=_~_threshold_count:block?("
            "maxlen_minid:oneof(maxlen:pure-token/MAXLEN minid:pure-token/MINID) "
            "=_~:oneof?(=:pure-token/= ~:pure-token/~) threshold:string count:integer/LIMIT?)");
}

TEST(SyntaxTest, RepetitionMarksWhatStandsBefore) {
  EXPECT_EQ(Tree("key [key ...]"), "key:string*");
  EXPECT_EQ(Tree("a b [a b ...]"), "a_b:block*(a:string b:string)");
  EXPECT_EQ(Tree("x a b [a b ...]"), "x:string a_b:block*(a:string b:string)");
  EXPECT_EQ(Tree("[section [section ...]]"), "section:string?*");
  EXPECT_EQ(Tree("[ID client-id [client-id ...]]"), "client-id:integer/ID?*");
  EXPECT_EQ(Tree("[GET pattern [GET pattern ...]]"), "pattern:pattern/GET?*+");
}

TEST(SyntaxTest, RepetitionOfSomethingElseIsOptional) {
  EXPECT_EQ(Tree("command [arg ...]"), "command:string arg:string?*");
  EXPECT_EQ(Tree("[arg ...]"), "arg:string?*");
}

TEST(SyntaxTest, KeySpecsTellWhichValuesAreKeys) {
  const CommandSpec two = {.keys = {{.first = 1, .last = 1}, {.first = 2, .last = 2}}};
  EXPECT_EQ(Tree("source destination [REPLACE]", two),
            "source:key#0 destination:key#1 replace:pure-token/REPLACE?");
  const CommandSpec range = {.keys = {{.first = 1, .last = 2}}};
  EXPECT_EQ(Tree("key1 key2 x", range), "key1:key#0 key2:key#0 x:string");
  const CommandSpec pairs = {.keys = {{.first = 1, .last = -1, .step = 2}}};
  EXPECT_EQ(Tree("key value [key value ...]", pairs), "key_value:block*(key:key#0 value:string)");
  const CommandSpec behind = {.keys = {{.first = 2, .last = 2}}};
  EXPECT_EQ(Tree("op destkey", behind), "op:string destkey:key#0");
}

TEST(SyntaxTest, PositionsOfSubcommandsCountTheirOwnName) {
  const CommandSpec sub = {.parent = "memory", .keys = {{.first = 2, .last = 2}}};
  EXPECT_EQ(Tree("key [SAMPLES count]", sub), "key:key#0 count:integer/SAMPLES?");
}

TEST(SyntaxTest, PositionsEndBehindWhatMayBeLeftOut) {
  const CommandSpec spec = {.keys = {{.first = 2, .last = 2}}};
  EXPECT_EQ(Tree("[NX] key", spec), "nx:pure-token/NX? key:string");
}

TEST(SyntaxTest, CollectionsAreNoKeys) {
  const CommandSpec spec = {.keys = {{.first = 1, .last = 1, .collection = true}}};
  EXPECT_EQ(Tree("coll id", spec), "coll:string id:string");
}

// What comes out does not matter, only that something does.
TEST(SyntaxTest, AnyTextIsRead) {
  for (const Bytes text : {"[", "]", "|", "...", "[a", "a]", "a|", "|a", "[...]", "a [a b ...]",
                           "[[[[", "A|[B|", "[|]", "a||b", "A A A|", "[A ...] ..."}) {
    EXPECT_LE(Tree(text).size(), 100U) << text;
  }
  EXPECT_LE(Tree(std::string(1000, '[')).size(), 20000U);
}

}  // namespace
}  // namespace veddb
