// SPDX-License-Identifier: BSD-3-Clause
// The arguments of a command as a tree, read from the syntax text of its spec, so that COMMAND DOCS
// needs no second description that could drift from the first.
//
// The text is written as people read it: UPPER CASE words are literal, lower case ones are values,
// [...] is optional, | separates alternatives, "x [x ...]" is one or more x. It does not say
// everything that Redis's own tables do (types of values, names of groups): types are guessed from
// the names of values, and a group is named after its parts. Keys are told by the key specs.
//
// Any text gives a tree; what is not well formed gives a poor one. Pure functions.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "command/spec.h"

namespace veddb {

enum class ArgumentType : uint8_t {
  kString,
  kInteger,
  kDouble,
  kKey,
  kPattern,
  kUnixTime,
  kPureToken,  // the literal word alone
  kOneOf,
  kBlock,  // several that come together
};

// As COMMAND DOCS shows it.
Bytes ArgumentTypeName(ArgumentType type);

struct Argument {
  std::string name;
  ArgumentType type = ArgumentType::kString;
  std::string token;  // the literal word before it
  int key_spec = -1;  // index into the spec's keys
  bool optional = false;
  bool multiple = false;
  bool multiple_token = false;      // the word is repeated with the value
  std::vector<Argument> arguments;  // of kOneOf and kBlock
};

std::vector<Argument> ParseSyntax(const CommandSpec& spec);

}  // namespace veddb
