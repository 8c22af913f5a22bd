// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/grammar.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/glob.h"
#include "base/number.h"

namespace veddb::differential {
namespace {

constexpr CommandRow kRows[] = {
    {"append", "k v"},
    {"bitcount", "k [n n [<BYTE|BIT>]]"},
    {"bitfield", "k {<GET w o|SET w o n|INCRBY w o n|OVERFLOW <WRAP|SAT|FAIL>>}"},
    {"bitfield_ro", "k {GET w o}"},
    {"bitop", "<AND|OR|XOR|NOT> k {k}"},
    {"bitpos", "k b [i [i [<BYTE|BIT>]]]"},
    {"copy", "k k [DB d] [REPLACE]"},
    {"dbsize", ""},
    {"decr", "k"},
    {"decrby", "k n"},
    {"del", "{k}"},
    {"discard", "", 4},
    {"echo", "v", 2},
    {"exec", "", 20},
    {"exists", "{k}"},
    {"expire", "k x [<NX|XX|GT|LT>]"},
    {"expireat", "k t [<NX|XX|GT|LT>]"},
    {"expiretime", "k"},
    {"flushall", "[<SYNC|ASYNC>]", 1},
    {"flushdb", "[<SYNC|ASYNC>]", 1},
    {"get", "k", 20},
    {"getbit", "k o"},
    {"getdel", "k", 3},
    {"getex", "k [<PERSIST|EXAT t|PXAT T|EX x|PX x>]"},
    {"getrange", "k i i"},
    {"getset", "k v"},
    {"hello", "<4|x|2 a|3 SETNAME|3 AUTH v>", 1},
    {"incr", "k"},
    {"incrby", "k n"},
    {"incrbyfloat", "k r"},
    {"keys", "p", 4},
    {"lcs", "k k [<LEN|IDX>] [MINMATCHLEN n] [WITHMATCHLEN]", 3},
    {"mget", "{k}"},
    {"move", "k d"},
    {"mset", "{k v}"},
    {"msetnx", "{k v}"},
    {"multi", "", 12},
    {"object", "<ENCODING|REFCOUNT|FREQ|HELP> k", 8},
    {"persist", "k"},
    {"pexpire", "k x [<NX|XX|GT|LT>]"},
    {"pexpireat", "k T [<NX|XX|GT|LT>]"},
    {"pexpiretime", "k"},
    {"ping", "[v]", 2},
    {"psetex", "k x v"},
    {"pttl", "k"},
    {"randomkey", "", 2},
    {"rename", "k k"},
    {"renamenx", "k k"},
    {"reset", "", 1},
    {"scan", "c [MATCH p] [COUNT n] [TYPE <string|list|none>]", 4},
    {"select", "d", 6},
    {"set", "k v [<NX|XX>] [GET] [<KEEPTTL|EXAT t|PXAT T|EX x|PX x>]", 60},
    {"setbit", "k o b"},
    {"setex", "k x v"},
    {"setnx", "k v"},
    {"setrange", "k s v"},
    {"strlen", "k"},
    {"substr", "k i i", 3},
    {"swapdb", "d d", 2},
    {"touch", "{k}"},
    {"ttl", "k"},
    {"type", "k"},
    {"unlink", "{k}"},
    {"unwatch", "", 3},
    {"watch", "{k}", 6},
};

constexpr uint64_t kKeys = 24;
constexpr uint64_t kDatabases = 3;
constexpr uint64_t kDamagedOneIn = 15;
constexpr size_t kAnyArgumentsMax = 4;

// Numbers at the edges of what a machine can hold, and texts that are nearly numbers. None lies
// where a bit or byte offset would be accepted and make a string of megabytes.
constexpr auto kEdges = std::to_array<const char*>({"-1",
                                                    "0",
                                                    "1",
                                                    "4294967296",
                                                    "4294967297",
                                                    "9223372036854775807",
                                                    "-9223372036854775808",
                                                    "9223372036854775808",
                                                    "-9223372036854775809",
                                                    "18446744073709551615",
                                                    "18446744073709551616",
                                                    "99999999999999999999999999",
                                                    "nan",
                                                    "NaN",
                                                    "inf",
                                                    "-inf",
                                                    "+inf",
                                                    "1e400",
                                                    "",
                                                    " 1",
                                                    "1 ",
                                                    "1.0",
                                                    "1e3",
                                                    "0x10",
                                                    "+1",
                                                    "-0",
                                                    "01",
                                                    "1\n",
                                                    "9223372036854775807.5",
                                                    "1a",
                                                    "--1",
                                                    "."});
// The others: for arguments that are no offsets.
constexpr auto kMiddles = std::to_array<const char*>(
    {"2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "1000000007"});
constexpr auto kNumbers = std::to_array<const char*>(
    {"0.1", "-0.1", "3.0e3", "1.5", "5.0e-5", "1e17", "-1e-17", "123456789.123456789", "1e308",
     "-1e308", "17179869184.5", "0.30000000000000004", "1e20", "100", "-7"});
constexpr auto kTypes =
    std::to_array<const char*>({"u1", "u8", "i8", "u16", "i16", "u32", "i32", "u63", "i64", "u64",
                                "i65", "u0", "x8", "i", "8"});

bool IsLetterOfKind(char c) { return std::islower(static_cast<unsigned char>(c)) != 0 || c == 'T'; }

}  // namespace

Generator::Generator(const std::vector<KnownCommand>& commands) {
  std::map<std::string, const CommandRow*> table;
  for (const CommandRow& row : kRows) table[row.name] = &row;
  for (const KnownCommand& command : commands) {
    const auto row = table.find(command.name);
    if (row != table.end()) {
      AddRow(command.name, row->second->arguments, row->second->weight);
      continue;
    }
    const auto least = static_cast<size_t>(std::max<int64_t>(0, std::abs(command.arity) - 1));
    std::string arguments;
    for (size_t i = 0; i < least; ++i) {
      arguments += command.first_key == static_cast<int64_t>(i) + 1 ? "k " : "a ";
    }
    for (size_t i = 0; command.arity < 0 && i < kAnyArgumentsMax; ++i) arguments += "[a] ";
    AddRow(command.name, arguments, 10);
  }
}

void Generator::AddRow(const std::string& name, const std::string& arguments, int weight) {
  size_t at = 0;
  rows_.push_back({name, Parse(arguments, at, "")});
  drawn_.insert(drawn_.end(), static_cast<size_t>(weight), rows_.size() - 1);
}

// Reads up to one of the closing marks (which it leaves), or to the end.
Generator::Node Generator::Parse(const std::string& text, size_t& at, const std::string& closing) {
  Node sequence;
  while (at < text.size() && closing.find(text[at]) == std::string::npos) {
    const char c = text[at];
    if (c == ' ') {
      ++at;
    } else if (c == '[' || c == '{') {
      Node inner = Parse(text, ++at, c == '[' ? "]" : "}");
      ++at;
      sequence.children.push_back(
          {c == '[' ? Node::Kind::kOptional : Node::Kind::kRepeat, "", {std::move(inner)}});
    } else if (c == '<') {
      Node choice{Node::Kind::kChoice, "", {}};
      do {
        choice.children.push_back(Parse(text, ++at, "|>"));
      } while (at < text.size() && text[at] == '|');
      ++at;
      sequence.children.push_back(std::move(choice));
    } else {
      const size_t end = std::min(text.find_first_of(" ]}|>", at), text.size());
      const bool letter = end - at == 1 && IsLetterOfKind(c);
      sequence.children.push_back(
          {letter ? Node::Kind::kValue : Node::Kind::kWord, text.substr(at, end - at), {}});
      at = end;
    }
  }
  return sequence;
}

void Generator::Expand(const Node& node, Arguments& out) {
  switch (node.kind) {
    case Node::Kind::kSequence:
      for (const Node& child : node.children) Expand(child, out);
      return;
    case Node::Kind::kWord:
      out.push_back(RandomCase(node.text));
      return;
    case Node::Kind::kValue:
      out.push_back(Value(node.text[0]));
      return;
    case Node::Kind::kOptional:
      if (OneIn(2)) Expand(node.children[0], out);
      return;
    case Node::Kind::kChoice:
      Expand(node.children[Below(node.children.size())], out);
      return;
    case Node::Kind::kRepeat:
      for (uint64_t i = 0; i <= Below(3); ++i) Expand(node.children[0], out);
      return;
  }
}

Arguments Generator::Next() {
  const Row& row = rows_[drawn_[Below(drawn_.size())]];
  Arguments arguments = {RandomCase(row.name)};
  Expand(row.arguments, arguments);
  if (OneIn(kDamagedOneIn)) Damage(arguments);
  KeepFromRelativeTimes(row.name, arguments);
  if (row.name == "set") KeepOutOfThePast(arguments);
  return arguments;
}

// A time by the clock of the moment gives two servers two times: what is not over at once nor too
// large is replaced.
void Generator::KeepFromRelativeTimes(const std::string& name, Arguments& arguments) {
  const bool third = name == "setex" || name == "psetex" || name == "expire" || name == "pexpire";
  const bool option = name == "set" || name == "getex";
  for (size_t i = 2; i < arguments.size(); ++i) {
    const std::string& before = arguments[i - 1];
    const bool relative =
        (third && i == 2) ||
        (option && (EqualsIgnoreCase(before, "EX") || EqualsIgnoreCase(before, "PX")));
    const std::optional<int64_t> time = ParseInt64(arguments[i]);
    if (relative && time && *time > 0 && *time < INT64_MAX) arguments[i] = "-1";
  }
}

// redis-server counts a key that was set in the past until it looks at it, up to 100 ms later; we
// never have it. DBSIZE in between would tell.
void Generator::KeepOutOfThePast(Arguments& arguments) {
  constexpr int64_t kSecondsMin = 2'000'000'000;
  constexpr int64_t kMillisMin = 1000 * kSecondsMin;
  for (size_t i = 3; i + 1 < arguments.size(); ++i) {
    const bool millis = EqualsIgnoreCase(arguments[i], "PXAT");
    if (!millis && !EqualsIgnoreCase(arguments[i], "EXAT")) continue;
    const std::optional<int64_t> time = ParseInt64(arguments[i + 1]);
    if (time && *time > 0 && *time < (millis ? kMillisMin : kSecondsMin)) arguments[i + 1] = "0";
  }
}

// Too few or too many arguments, words in wrong places, and edges.
void Generator::Damage(Arguments& arguments) {
  const size_t at = 1 + Below(arguments.size());
  const auto place = arguments.begin() + static_cast<int64_t>(at);
  switch (Below(4)) {
    case 0:
      if (place != arguments.end()) arguments.erase(place);
      return;
    case 1:
      arguments.insert(place, Boundary());
      return;
    case 2:
      if (place != arguments.end()) arguments.insert(place, *place);
      return;
    default:
      if (place != arguments.end()) *place = Boundary();
      return;
  }
}

std::string Generator::RandomCase(const std::string& word) {
  if (!OneIn(8)) return word;
  std::string out = word;
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(OneIn(2) ? std::tolower(byte) : std::toupper(byte));
  }
  return out;
}

std::string Generator::Boundary() { return kEdges[Below(kEdges.size())]; }

std::string Generator::Integer() {
  switch (Below(8)) {
    case 0:
      return Boundary();
    case 1:
      return kMiddles[Below(kMiddles.size())];
    case 2:
      return std::to_string(static_cast<int64_t>(random_()));
    default:
      return std::to_string(static_cast<int64_t>(Below(40)) - 20);
  }
}

std::string Generator::Number() {
  switch (Below(8)) {
    case 0:
      return Boundary();
    case 1:
    case 2:
    case 3:
      return kNumbers[Below(kNumbers.size())];
    default:
      return std::to_string(static_cast<int64_t>(Below(100000)) - 50000) + "." +
             std::to_string(Below(1000));
  }
}

// Short and long texts, also at the border between the encodings, and any bytes.
std::string Generator::Text() {
  constexpr uint64_t kEmbedded = 44;
  uint64_t size = Below(12);
  if (OneIn(8)) size = kEmbedded - 2 + Below(5);
  if (OneIn(20)) size = Below(300);
  if (OneIn(2000)) size = Below(3000);
  std::string text(size, '\0');
  const bool binary = OneIn(4);
  for (char& c : text) {
    c = static_cast<char>(binary ? random_() : 'a' + Below(6));
  }
  return text;
}

std::string Generator::Value(char kind) {
  constexpr int64_t kFuture = 4'000'000'000;
  const std::string far = std::to_string(kFuture + static_cast<int64_t>(Below(1000)));
  switch (kind) {
    case 'k':
      return OneIn(200) ? Text() : "key" + std::to_string(Below(kKeys));
    case 'v':
      return OneIn(3) ? Integer() : OneIn(6) ? Number() : Text();
    case 'n':
      return Integer();
    case 'r':
      return Number();
    case 'i':
      return OneIn(4) ? Integer() : std::to_string(static_cast<int64_t>(Below(60)) - 30);
    case 'd':
      return OneIn(20) ? Boundary() : std::to_string(Below(kDatabases));
    case 't':
      return OneIn(6) ? Integer() : far;
    case 'T':
      return OneIn(6) ? Integer() : far + "123";
    case 'x':
      return OneIn(2) ? "-" + std::to_string(Below(100)) : Boundary() == "1" ? "0" : "-5";
    case 'o':
      return OneIn(10) ? Boundary() : (OneIn(8) ? "#" : "") + std::to_string(Below(300));
    case 's':
      return OneIn(10) ? Boundary() : std::to_string(Below(100));
    case 'w':
      return kTypes[Below(kTypes.size())];
    case 'b':
      return OneIn(10) ? Integer() : std::to_string(Below(2));
    case 'p':
      return OneIn(2) ? "*" : OneIn(2) ? "key?" : "k[a-f]y*" + std::to_string(Below(10));
    case 'c':
      return OneIn(3) ? Boundary() : "0";
    default: {
      constexpr char kKinds[] = "kvnripdtTxosb";
      return Value(kKinds[Below(sizeof kKinds - 1)]);
    }
  }
}

}  // namespace veddb::differential
