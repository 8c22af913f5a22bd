// SPDX-License-Identifier: BSD-3-Clause
// BSON to JSON text. FIND of many documents is bounded by this, so text goes by a pointer into room
// that was made ahead.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/number.h"
#include "doc/value/base64.h"
#include "doc/value/decimal.h"
#include "doc/value/extjson.h"
#include "doc/value/time_text.h"

namespace veddb::doc {
namespace {

constexpr char kHex[] = "0123456789abcdef";
// Longer than any double as the shortest text in fixed notation below kFixedMax.
constexpr size_t kDoubleChars = 40;
// Within these bounds a double is written without an exponent, as JavaScript does.
constexpr double kFixedMin = 1e-7;
constexpr double kFixedMax = 1e21;

// 0: as it is; 'u': \u00XX; else the letter after the backslash.
constexpr std::array<char, 256> MakeEscapes() {
  std::array<char, 256> table{};
  for (size_t i = 0; i < 0x20; ++i) table[i] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}
constexpr auto kEscapes = MakeEscapes();

// Text at the end of a string, which it makes longer than needed meanwhile and fits when it goes.
class Text {
 public:
  Text(std::string* out, size_t expected) : out_(*out), begin_(out->size()), used_(begin_) {
    out->resize(used_ + expected);
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text() { out_.resize(used_); }

  // Room for so many bytes; what is written there counts from Advance on.
  char* Room(size_t bytes) {
    if (out_.size() - used_ < bytes) Grow(bytes);
    return out_.data() + used_;
  }
  void Advance(size_t bytes) { used_ += bytes; }
  void Put(char c) {
    *Room(1) = c;
    ++used_;
  }
  void Put(Bytes text) {
    std::memcpy(Room(text.size()), text.data(), text.size());
    used_ += text.size();
  }
  void PutInteger(int64_t v) { used_ += FormatInt64(v, Room(kInt64Chars)); }
  void PutHex(Bytes data) {
    for (const char c : data) {
      Put(kHex[static_cast<uint8_t>(c) >> 4]);
      Put(kHex[static_cast<uint8_t>(c) & 15]);
    }
  }
  void PutDouble(double v);
  void PutQuoted(Bytes text);

 private:
  void Grow(size_t bytes) {
    constexpr size_t kBytesMin = 256;
    out_.resize(used_ + std::max(bytes, (used_ - begin_) / 2 + kBytesMin));
  }

  std::string& out_;
  const size_t begin_;
  size_t used_;
};

// Which of eight characters have to be escaped: the high bit of each that does. Bits above the
// lowest one that is set may be wrong.
uint64_t EscapesIn(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  const auto zeros = [](uint64_t v) { return (v - kOnes) & ~v & kHighs; };
  const uint64_t controls = (eight - kOnes * 0x20) & ~eight & kHighs;
  return controls | zeros(eight ^ (kOnes * '"')) | zeros(eight ^ (kOnes * '\\'));
}

// How many characters at the begin of the text stand as they are.
size_t PlainLength(Bytes text) {
  size_t i = 0;
  for (uint64_t eight = 0; i + sizeof eight <= text.size(); i += sizeof eight) {
    std::memcpy(&eight, text.data() + i, sizeof eight);
    if (EscapesIn(eight) != 0) break;
  }
  while (i < text.size() && kEscapes[static_cast<uint8_t>(text[i])] == 0) ++i;
  return i;
}

void Text::PutQuoted(Bytes text) {
  Put('"');
  for (;;) {
    const size_t plain = PlainLength(text);
    Put(text.substr(0, plain));
    if (plain == text.size()) break;
    const char escape = kEscapes[static_cast<uint8_t>(text[plain])];
    Put('\\');
    Put(escape);
    if (escape == 'u') {
      Put("00");
      PutHex(text.substr(plain, 1));
    }
    text.remove_prefix(plain + 1);
  }
  Put('"');
}

void Text::PutDouble(double v) {
  char* const text = Room(kDoubleChars);
  const double magnitude = std::fabs(v);
  const bool fixed = magnitude == 0 || (magnitude >= kFixedMin && magnitude < kFixedMax);
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  const char* const end = std::to_chars(text, text + kDoubleChars, v, format).ptr;
  const Bytes written(text, static_cast<size_t>(end - text));
  const bool whole = fixed && written.find('.') == Bytes::npos;
  Advance(written.size());
  if (whole) Put(".0");
}

class Writer {
 public:
  Writer(JsonMode mode, Text& out) : canonical_(mode == JsonMode::kCanonical), out_(out) {}

  void Object(DocView doc) {
    char before = '{';
    for (const Element& element : doc) {
      out_.Put(before);
      out_.PutQuoted(element.name);
      out_.Put(':');
      Value(element.value);
      before = ',';
    }
    if (before == '{') out_.Put('{');
    out_.Put('}');
  }

  void Value(ValueView v) {
    switch (v.type) {
      case BsonType::kString:
        return out_.PutQuoted(v.String());
      case BsonType::kInt32:
        return canonical_ ? NumberText("$numberInt", v.Int32()) : out_.PutInteger(v.Int32());
      case BsonType::kInt64:
        return canonical_ ? NumberText("$numberLong", v.Int64()) : out_.PutInteger(v.Int64());
      case BsonType::kDouble:
        return Double(v.Double());
      case BsonType::kObject:
        return Object(v.Document());
      case BsonType::kArray:
        return Array(v.Document());
      case BsonType::kBool:
        out_.Put(v.Bool() ? "true" : "false");
        return;
      case BsonType::kMissing:
      case BsonType::kNull:
        out_.Put("null");
        return;
      case BsonType::kDate:
        return Date(v.Date());
      default:
        return RareValue(v);
    }
  }

 private:
  void RareValue(ValueView v) {
    switch (v.type) {
      case BsonType::kObjectId:
        out_.Put(R"({"$oid":")");
        out_.PutHex(v.ObjectId());
        out_.Put("\"}");
        return;
      case BsonType::kBinary:
        return Binary(v.Binary());
      case BsonType::kDecimal128:
        out_.Put(R"({"$numberDecimal":")" + FormatDecimal(LoadDecimal(v.data)) + "\"}");
        return;
      case BsonType::kRegex:
        return Regex(v.Regex());
      case BsonType::kTimestamp:
        return Timestamp(v.Timestamp());
      case BsonType::kDbPointer:
        return DbPointer(v.DbPointer());
      case BsonType::kCode:
        return Wrapped("$code", v.String());
      case BsonType::kSymbol:
        return Wrapped("$symbol", v.String());
      case BsonType::kCodeWithScope:
        return ScopedCode(v);
      case BsonType::kUndefined:
        out_.Put(R"({"$undefined":true})");
        return;
      case BsonType::kMinKey:
        out_.Put(R"({"$minKey":1})");
        return;
      default:
        out_.Put(R"({"$maxKey":1})");
        return;
    }
  }

  void Array(DocView doc) {
    char before = '[';
    for (const Element& element : doc) {
      out_.Put(before);
      Value(element.value);
      before = ',';
    }
    if (before == '[') out_.Put('[');
    out_.Put(']');
  }

  // {"key":"text"}
  void Wrapped(Bytes key, Bytes text) {
    OpenWrapper(key);
    out_.PutQuoted(text);
    out_.Put('}');
  }
  void OpenWrapper(Bytes key) {
    out_.Put("{\"");
    out_.Put(key);
    out_.Put("\":");
  }
  void NumberText(Bytes key, int64_t v) {
    OpenWrapper(key);
    out_.Put('"');
    out_.PutInteger(v);
    out_.Put("\"}");
  }

  void Double(double v) {
    const bool finite = std::isfinite(v);
    if (finite && !canonical_) return out_.PutDouble(v);
    OpenWrapper("$numberDouble");
    out_.Put('"');
    if (finite) {
      out_.PutDouble(v);
    } else {
      out_.Put(std::isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity");
    }
    out_.Put("\"}");
  }

  void Date(int64_t unix_ms) {
    OpenWrapper("$date");
    if (!canonical_ && unix_ms >= 0 && unix_ms < kIsoMsEnd) {
      out_.Put('"');
      out_.Advance(FormatIsoDate(unix_ms, out_.Room(kIsoDateChars)));
      out_.Put("\"}");
      return;
    }
    NumberText("$numberLong", unix_ms);
    out_.Put('}');
  }

  void Binary(BinaryView binary) {
    Bytes data = binary.data;
    // The deprecated subtype carries its length twice; the text shows the payload alone.
    if (binary.subtype == 2 && data.size() >= 4) data.remove_prefix(4);
    out_.Put(R"({"$binary":{"base64":")");
    std::string base64;
    AppendBase64(data, &base64);
    out_.Put(base64);
    out_.Put(R"(","subType":")");
    const char tag = static_cast<char>(binary.subtype);
    out_.PutHex(Bytes(&tag, 1));
    out_.Put("\"}}");
  }

  void Regex(RegexView regex) {
    out_.Put(R"({"$regularExpression":{"pattern":)");
    out_.PutQuoted(regex.pattern);
    out_.Put(R"(,"options":)");
    out_.PutQuoted(regex.options);
    out_.Put("}}");
  }

  void Timestamp(TimestampView timestamp) {
    out_.Put(R"({"$timestamp":{"t":)");
    out_.PutInteger(timestamp.seconds);
    out_.Put(R"(,"i":)");
    out_.PutInteger(timestamp.increment);
    out_.Put("}}");
  }

  void DbPointer(DbPointerView pointer) {
    out_.Put(R"({"$dbPointer":{"$ref":)");
    out_.PutQuoted(pointer.ns);
    out_.Put(R"(,"$id":{"$oid":")");
    out_.PutHex(pointer.oid);
    out_.Put("\"}}}");
  }

  void ScopedCode(ValueView v) {
    OpenWrapper("$code");
    out_.PutQuoted(v.ScopedCode());
    out_.Put(",\"$scope\":");
    Object(v.Scope());
    out_.Put('}');
  }

  const bool canonical_;
  Text& out_;
};

// JSON is longer than BSON in most places, seldom by much.
size_t ExpectedBytes(size_t bson_bytes) { return bson_bytes + bson_bytes / 4 + 64; }

}  // namespace

void AppendJsonString(Bytes text, std::string* out) { Text(out, text.size() + 2).PutQuoted(text); }

void AppendJsonDouble(double v, std::string* out) { Text(out, kDoubleChars).PutDouble(v); }

void WriteJson(DocView doc, JsonMode mode, std::string* out) {
  Text text(out, ExpectedBytes(doc.size()));
  Writer(mode, text).Object(doc);
}

void WriteJsonValue(ValueView value, JsonMode mode, std::string* out) {
  Text text(out, ExpectedBytes(value.size()));
  Writer(mode, text).Value(value);
}

std::string JsonText(ValueView value) {
  std::string out;
  WriteJsonValue(value, JsonMode::kRelaxed, &out);
  return out;
}

std::string JsonText(DocView doc) {
  std::string out;
  WriteJson(doc, JsonMode::kRelaxed, &out);
  return out;
}

}  // namespace veddb::doc
