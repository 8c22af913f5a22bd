// SPDX-License-Identifier: BSD-3-Clause
// Value: a reply as a tree, for the side that reads replies (tests, tools, the link to a primary).
// Understands RESP2 and RESP3, and prints it as redis-cli does on a terminal.
// Owned by: its holder; plain data.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb {

// Nesting deeper than this is refused: the reader recurses.
inline constexpr int kReplyDepthMax = 128;

struct Value {
  enum class Kind : uint8_t {
    kSimple,
    kError,  // '-', and RESP3's bulk error '!'
    kInteger,
    kBulk,
    kNull,  // "$-1", "*-1" and "_"
    kArray,
    kMap,  // items are key, value, key, value …
    kSet,
    kPush,
    kDouble,
    kBool,
    kBigNumber,
    kVerbatim,  // text without its "txt:"
  };

  Kind kind = Kind::kNull;
  int64_t integer = 0;  // kInteger; kBool: 0 or 1
  double number = 0;    // kDouble; its text as sent is in `text`
  std::string text;
  std::vector<Value> items;
  std::vector<Value> attributes;  // key, value … sent in front of the value

  bool IsError() const { return kind == Kind::kError; }
  bool IsNull() const { return kind == Kind::kNull; }
};

struct ParsedReply {
  Value value;
  size_t consumed;
};

// Empty optional: the reply is not complete yet. An error: the bytes are no RESP. Parses from the
// start at each call.
Result<std::optional<ParsedReply>> ParseReply(Bytes buffer);

// As redis-cli prints it on a terminal, with the line end.
std::string PrintReply(const Value& value);
// As redis-cli prints it into a pipe: the texts alone, one a line.
std::string PrintReplyRaw(const Value& value);

// A request as a client sends it.
std::string EncodeRequest(const std::vector<std::string>& argv);

}  // namespace veddb
