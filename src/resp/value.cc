// SPDX-License-Identifier: BSD-3-Clause
#include "resp/value.h"

#include <utility>

#include "base/number.h"

namespace veddb {
namespace {

// One pass over a reply. The readers return false when the bytes end too early (`error_` empty) or
// are no RESP (`error_` set).
class ReplyReader {
 public:
  explicit ReplyReader(Bytes in) : in_(in) {}

  bool Read(Value& value, int depth);
  size_t at() const { return at_; }
  const std::string& error() const { return error_; }

 private:
  bool Fail(std::string text) {
    error_ = std::move(text);
    return false;
  }
  bool Line(Bytes& line);
  bool Length(Bytes line, int64_t& n);
  bool Body(Bytes line, Value& value, Value::Kind kind);
  bool Items(Bytes line, std::vector<Value>& items, int64_t each, int depth, bool& null);
  bool Scalar(char type, Bytes line, Value& value);

  Bytes in_;
  size_t at_ = 0;
  std::string error_;
};

bool ReplyReader::Line(Bytes& line) {
  const size_t end = in_.find("\r\n", at_);
  if (end == Bytes::npos) return false;
  line = in_.substr(at_, end - at_);
  at_ = end + 2;
  return true;
}

bool ReplyReader::Length(Bytes line, int64_t& n) {
  const auto parsed = ParseInt64(line);
  if (!parsed || *parsed < -1) return Fail("invalid length in a reply");
  n = *parsed;
  return true;
}

bool ReplyReader::Body(Bytes line, Value& value, Value::Kind kind) {
  int64_t n = 0;
  if (!Length(line, n)) return false;
  if (n < 0) {
    value.kind = Value::Kind::kNull;
    return true;
  }
  const auto size = static_cast<size_t>(n);
  if (in_.size() - at_ < 2 || in_.size() - at_ - 2 < size) return false;
  Bytes text = in_.substr(at_, size);
  if (in_.substr(at_ + size, 2) != "\r\n") return Fail("no line end after a bulk in a reply");
  at_ += size + 2;
  if (kind == Value::Kind::kVerbatim) {
    if (text.size() < 4 || text[3] != ':') return Fail("verbatim text without a format");
    text.remove_prefix(4);
  }
  value.kind = kind;
  value.text = text;
  return true;
}

bool ReplyReader::Items(Bytes line, std::vector<Value>& items, int64_t each, int depth,
                        bool& null) {
  int64_t n = 0;
  if (!Length(line, n)) return false;
  null = n < 0;
  // Not reserved from the header: the items have to come before memory is spent on them.
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < each; ++k) {
      items.emplace_back();
      if (!Read(items.back(), depth + 1)) return false;
    }
  }
  return true;
}

bool ReplyReader::Scalar(char type, Bytes line, Value& value) {
  value.text = line;
  switch (type) {
    case '+':
      value.kind = Value::Kind::kSimple;
      return true;
    case '-':
      value.kind = Value::Kind::kError;
      return true;
    case '(':
      value.kind = Value::Kind::kBigNumber;
      return true;
    case '_':
      value.kind = Value::Kind::kNull;
      return true;
    case ':': {
      const auto n = ParseInt64(line);
      if (!n) return Fail("invalid integer in a reply");
      value.kind = Value::Kind::kInteger;
      value.integer = *n;
      return true;
    }
    case '#':
      if (line != "t" && line != "f") return Fail("invalid boolean in a reply");
      value.kind = Value::Kind::kBool;
      value.integer = line == "t" ? 1 : 0;
      return true;
    case ',': {
      const auto d = line == "nan" ? std::optional<double>(__builtin_nan("")) : ParseDouble(line);
      if (!d) return Fail("invalid double in a reply");
      value.kind = Value::Kind::kDouble;
      value.number = *d;
      return true;
    }
    default:
      return Fail("unknown type in a reply");
  }
}

bool ReplyReader::Read(Value& value, int depth) {
  if (depth > kReplyDepthMax) return Fail("a reply is nested too deeply");
  if (at_ == in_.size()) return false;
  const char type = in_[at_++];
  Bytes line;
  if (!Line(line)) return false;
  bool null = false;
  switch (type) {
    case '$':
      return Body(line, value, Value::Kind::kBulk);
    case '!':
      return Body(line, value, Value::Kind::kError);
    case '=':
      return Body(line, value, Value::Kind::kVerbatim);
    case '|':
      if (!Items(line, value.attributes, 2, depth, null)) return false;
      return Read(value, depth + 1);
    case '*':
      value.kind = Value::Kind::kArray;
      break;
    case '~':
      value.kind = Value::Kind::kSet;
      break;
    case '>':
      value.kind = Value::Kind::kPush;
      break;
    case '%':
      value.kind = Value::Kind::kMap;
      break;
    default:
      return Scalar(type, line, value);
  }
  if (!Items(line, value.items, type == '%' ? 2 : 1, depth, null)) return false;
  if (null) value.kind = Value::Kind::kNull;
  return true;
}

}  // namespace

Result<std::optional<ParsedReply>> ParseReply(Bytes buffer) {
  ReplyReader reader(buffer);
  ParsedReply reply;
  if (reader.Read(reply.value, 0)) {
    reply.consumed = reader.at();
    return std::optional<ParsedReply>(std::move(reply));
  }
  if (!reader.error().empty()) return Err("Protocol error: " + reader.error());
  return std::optional<ParsedReply>();
}

std::string EncodeRequest(const std::vector<std::string>& argv) {
  std::string out = "*" + FormatInt64(static_cast<int64_t>(argv.size())) + "\r\n";
  for (const std::string& arg : argv) {
    out += "$" + FormatInt64(static_cast<int64_t>(arg.size())) + "\r\n";
    out += arg;
    out += "\r\n";
  }
  return out;
}

}  // namespace veddb
