// SPDX-License-Identifier: BSD-3-Clause
// The grammar of random commands: one row a command, in a small language of argument kinds. What a
// server has and no row describes still takes part, with arguments of any kind.
//
//   WORD       itself, in random case          k  key            v  value
//   [ … ]      or nothing                      n  integer        r  number with a fraction
//   < … | … >  one of these                    i  index          d  number of a database
//   { … }      one to three times              t  time, seconds  T  time, milliseconds
//                                              o  bit offset     w  bitfield type
//   p  pattern   b  bit   s  offset in bytes   x  relative time that is at once over, or invalid
//   c  cursor    a  any of the above
//
// Times are absolute and far away: two servers that run a command a moment apart must agree.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace veddb::differential {

using Arguments = std::vector<std::string>;

struct CommandRow {
  const char* name;
  const char* arguments;
  int weight = 10;
};

// A command as COMMAND tells of it.
struct KnownCommand {
  std::string name;
  int64_t arity = 0;
  int64_t first_key = 0;
};

// Draws random commands. Owned by: one thread. The same seed draws the same.
class Generator {
 public:
  // Of the table's rows those that are known; the known that have no row get one.
  explicit Generator(const std::vector<KnownCommand>& commands);

  void Seed(uint64_t seed) { random_.seed(seed); }
  Arguments Next();
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  struct Node {
    enum class Kind : uint8_t { kSequence, kWord, kValue, kOptional, kChoice, kRepeat };
    Kind kind = Kind::kSequence;
    std::string text;  // kWord; kValue: the letter
    std::vector<Node> children;
  };
  struct Row {
    std::string name;
    Node arguments;
  };

  static Node Parse(const std::string& text, size_t& at, const std::string& closing);
  void AddRow(const std::string& name, const std::string& arguments, int weight);
  void Expand(const Node& node, Arguments& out);
  void Damage(Arguments& arguments);
  static void KeepFromRelativeTimes(const std::string& name, Arguments& arguments);
  static void KeepOutOfThePast(Arguments& arguments);
  std::string Value(char kind);
  std::string Integer();
  std::string Number();
  std::string Text();
  std::string Boundary();
  std::string RandomCase(const std::string& word);

  std::vector<Row> rows_;
  std::vector<size_t> drawn_;  // indexes of rows, each as often as it weighs
  std::mt19937_64 random_;
};

}  // namespace veddb::differential
