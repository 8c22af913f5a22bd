// SPDX-License-Identifier: BSD-3-Clause
// Every command that Redis 7.0.15 has too says of itself in COMMAND INFO what Redis's says
// (redis70_commands.tsv: facts, one command a line), and COMMAND DOCS agrees on group and age.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "command/docs.h"
#include "command/registry.h"
#include "modules/modules.h"
#include "resp/value.h"
#include "server/server.h"

namespace veddb {
namespace {

// Commands that Redis 7.0 does not have: ours, and those of later versions.
bool IsOwn(Bytes name) {
  constexpr std::array<Bytes, 1> kLater = {"waitaof"};
  return name.starts_with("doc.") || std::find(kLater.begin(), kLater.end(), name) != kLater.end();
}

using Words = std::set<std::string>;
// Column name -> value.
using Facts = std::map<std::string, std::string>;

std::vector<std::string> SplitAt(const std::string& text, const std::string& mark) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= text.size() && !text.empty()) {
    const size_t end = std::min(text.find(mark, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + mark.size();
  }
  return parts;
}

Words WordsOf(const std::string& text, const std::string& mark) {
  const std::vector<std::string> parts = SplitAt(text, mark);
  return {parts.begin(), parts.end()};
}

std::map<std::string, Facts> ReadFacts() {
  std::ifstream file(COMMAND_FACTS);
  EXPECT_TRUE(file.is_open()) << COMMAND_FACTS;
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> columns = SplitAt(line, "\t");
  std::map<std::string, Facts> all;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = SplitAt(line, "\t");
    Facts facts;
    for (size_t i = 0; i < columns.size(); ++i)
      facts[columns[i]] = i < cells.size() ? cells[i] : "";
    all[facts["command"]] = facts;
  }
  return all;
}

Words TextsOf(const Value& set) {
  Words words;
  for (const Value& item : set.items) words.insert(item.text);
  return words;
}

const Value& At(const Value& map, const std::string& key) {
  for (size_t i = 0; i + 1 < map.items.size(); i += 2) {
    if (map.items[i].text == key) return map.items[i + 1];
  }
  static const Value none;
  return none;
}

std::string Joined(const Words& words, const std::string& mark) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : mark) + word;
  return text;
}

// "index(index=1)": a search and its numbers in order of name.
std::string SearchOf(const Value& search) {
  const Value& numbers = At(search, "spec");
  Words words;
  for (size_t i = 0; i + 1 < numbers.items.size(); i += 2) {
    words.insert(numbers.items[i].text + "=" + std::to_string(numbers.items[i + 1].integer));
  }
  return At(search, "type").text + "(" + Joined(words, ",") + ")";
}

std::string KeySpecOf(const Value& spec) {
  return Joined(TextsOf(At(spec, "flags")), "+") + "@" + SearchOf(At(spec, "begin_search")) + "/" +
         SearchOf(At(spec, "find_keys"));
}

Value Parse(const std::string& reply) {
  const auto parsed = ParseReply(reply);
  EXPECT_TRUE(parsed.ok() && parsed->has_value());
  if (!parsed.ok() || !parsed->has_value()) return {};
  EXPECT_EQ((*parsed)->consumed, reply.size());
  return (*parsed)->value;
}

Value InfoOf(const Command& command) {
  std::string out;
  Reply reply(out, Protocol::kResp3);
  ReplyCommandInfo(reply, command);
  return Parse(out);
}

// One line a difference; empty: none.
std::string Differences(const Command& command, const Facts& facts) {
  const Value info = InfoOf(command);
  if (info.items.size() != 10) return "COMMAND INFO has not ten elements";
  std::ostringstream out;
  const auto compare = [&](const std::string& column, const auto& ours, const auto& theirs,
                           const auto& show) {
    if (ours != theirs) out << column << ": " << show(ours) << ", Redis: " << show(theirs) << "\n";
  };
  const auto plain = [](const std::string& text) { return text; };
  const auto words = [](const Words& set) { return Joined(set, " "); };
  const auto number = [&](size_t i) { return std::to_string(info.items[i].integer); };
  compare("arity", number(1), facts.at("arity"), plain);
  compare("flags", TextsOf(info.items[2]), WordsOf(facts.at("flags"), ","), words);
  compare("first", number(3), facts.at("first"), plain);
  compare("last", number(4), facts.at("last"), plain);
  compare("step", number(5), facts.at("step"), plain);
  compare("acl", TextsOf(info.items[6]), WordsOf(facts.at("acl"), ","), words);
  compare("tips", TextsOf(info.items[7]), WordsOf(facts.at("tips"), ","), words);
  Words keys;
  for (const Value& spec : info.items[8].items) keys.insert(KeySpecOf(spec));
  compare("keyspecs", keys, WordsOf(facts.at("keyspecs"), " ; "), words);
  compare("group", std::string(command.spec->group), facts.at("group"), plain);
  compare("since", std::string(command.spec->since), facts.at("since"), plain);
  return out.str();
}

std::vector<const Command*> WithSubcommands(const CommandRegistry& registry) {
  std::vector<const Command*> all;
  for (const Command* command : registry.All()) {
    all.push_back(command);
    all.insert(all.end(), command->subcommands.begin(), command->subcommands.end());
  }
  return all;
}

class CommandTableTest : public testing::Test {
 protected:
  CommandTableTest() : facts_(ReadFacts()) { EXPECT_TRUE(AddModules(server_).ok()); }

  Server server_;
  const std::map<std::string, Facts> facts_;
};

TEST_F(CommandTableTest, FactsAreAllThere) {
  EXPECT_EQ(facts_.size(), 366U);
  EXPECT_EQ(facts_.at("get").at("arity"), "2");
  EXPECT_EQ(facts_.at("memory|usage").at("tips"), "");
}

TEST_F(CommandTableTest, CommandsAreDeclaredAsRedisDeclaresThem) {
  const std::vector<const Command*> all = WithSubcommands(server_.commands());
  EXPECT_FALSE(all.empty());
  for (const Command* command : all) {
    if (IsOwn(command->full_name)) continue;
    const auto found = facts_.find(command->full_name);
    if (found == facts_.end()) {
      ADD_FAILURE() << command->full_name << ": Redis has no such command";
      continue;
    }
    EXPECT_EQ(Differences(*command, found->second), "") << command->full_name;
  }
}

TEST_F(CommandTableTest, EveryCommandIsDocumented) {
  for (const Command* command : WithSubcommands(server_.commands())) {
    std::string out;
    Reply reply(out, Protocol::kResp3);
    ReplyCommandDocs(reply, *command);
    const Value docs = Parse(out);
    EXPECT_EQ(docs.kind, Value::Kind::kMap) << command->full_name;
    for (const Bytes word : {"summary", "since", "group"}) {
      EXPECT_NE(At(docs, std::string(word)).text, "") << command->full_name << " " << word;
    }
  }
}

// What the comparison would miss, if it were blind.
TEST_F(CommandTableTest, EachKindOfDifferenceIsFound) {
  const Command& real = *server_.commands().FindByFullName("memory|usage");
  const Facts& facts = facts_.at("memory|usage");
  ASSERT_EQ(Differences(real, facts), "");
  for (const std::string column :
       {"arity", "flags", "first", "last", "step", "acl", "tips", "keyspecs", "group", "since"}) {
    Facts wrong = facts;
    wrong[column] += "9";
    EXPECT_TRUE(Bytes(Differences(real, wrong)).starts_with(column + ":")) << column;
  }
}

}  // namespace
}  // namespace veddb
