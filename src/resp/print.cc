// SPDX-License-Identifier: BSD-3-Clause
// Replies for people: the two looks of redis-cli.
#include "base/number.h"
#include "config/split_args.h"
#include "resp/value.h"

namespace veddb {
namespace {

bool IsAggregate(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kArray:
    case Value::Kind::kMap:
    case Value::Kind::kSet:
    case Value::Kind::kPush:
      return true;
    default:
      return false;
  }
}

Bytes EmptyText(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kMap:
      return "(empty hash)";
    case Value::Kind::kSet:
      return "(empty set)";
    case Value::Kind::kPush:
      return "(empty push)";
    default:
      return "(empty array)";
  }
}

char NumberMark(Value::Kind kind) {
  if (kind == Value::Kind::kMap) return '#';
  return kind == Value::Kind::kSet ? '~' : ')';
}

std::string ScalarText(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kError:
      return "(error) " + value.text;
    case Value::Kind::kInteger:
      return "(integer) " + FormatInt64(value.integer);
    case Value::Kind::kBulk:
      return QuoteArg(value.text);
    case Value::Kind::kNull:
      return "(nil)";
    case Value::Kind::kDouble:
      return "(double) " + value.text;
    case Value::Kind::kBool:
      return value.integer != 0 ? "(true)" : "(false)";
    case Value::Kind::kBigNumber:
      return "(big number) " + value.text;
    default:
      return value.text;
  }
}

// Without the line end of the last line. `indent` stands in front of each further line.
void Print(const Value& value, const std::string& indent, std::string& out) {
  if (!IsAggregate(value)) {
    out += ScalarText(value);
    return;
  }
  if (value.items.empty()) {
    out += EmptyText(value.kind);
    return;
  }
  const bool map = value.kind == Value::Kind::kMap;
  const size_t step = map ? 2 : 1;
  const size_t count = value.items.size() / step;
  const size_t width = FormatInt64(static_cast<int64_t>(count)).size();
  const std::string inner = indent + std::string(width + 2, ' ');
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += "\n" + indent;
    const std::string number = FormatInt64(static_cast<int64_t>(i + 1));
    out += std::string(width - number.size(), ' ') + number + NumberMark(value.kind) + ' ';
    Print(value.items[i * step], inner, out);
    if (!map) continue;
    out += " => ";
    const Value& mapped = value.items[i * step + 1];
    if (IsAggregate(mapped) && !mapped.items.empty()) out += "\n" + inner;
    Print(mapped, inner, out);
  }
}

void PrintRaw(const Value& value, std::string& out) {
  switch (value.kind) {
    case Value::Kind::kNull:
      return;
    case Value::Kind::kInteger:
      out += FormatInt64(value.integer);
      return;
    case Value::Kind::kBool:
      out += value.integer != 0 ? "(true)" : "(false)";
      return;
    case Value::Kind::kError:
      out += value.text + "\n";
      return;
    default:
      break;
  }
  if (!IsAggregate(value)) {
    out += value.text;
    return;
  }
  const bool map = value.kind == Value::Kind::kMap;
  for (size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += map && i % 2 == 1 ? ' ' : '\n';
    PrintRaw(value.items[i], out);
  }
}

}  // namespace

std::string PrintReply(const Value& value) {
  std::string out;
  Print(value, "", out);
  out += '\n';
  return out;
}

std::string PrintReplyRaw(const Value& value) {
  std::string out;
  PrintRaw(value, out);
  out += '\n';
  return out;
}

}  // namespace veddb
