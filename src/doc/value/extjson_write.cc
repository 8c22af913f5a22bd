// SPDX-License-Identifier: BSD-3-Clause
// BSON to JSON text. FIND of many documents is bounded by this, so the common values (strings,
// integers, nesting) append straight to the output.
#include <array>
#include <charconv>
#include <cmath>

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

void AppendInteger(int64_t v, std::string* out) {
  char text[kInt64Chars];
  out->append(text, FormatInt64(v, text));
}

void AppendHex(Bytes data, std::string* out) {
  for (const char c : data) {
    out->push_back(kHex[static_cast<uint8_t>(c) >> 4]);
    out->push_back(kHex[static_cast<uint8_t>(c) & 15]);
  }
}

class Writer {
 public:
  Writer(JsonMode mode, std::string* out) : canonical_(mode == JsonMode::kCanonical), out_(out) {}

  void Object(DocView doc) {
    char before = '{';
    for (const Element& element : doc) {
      out_->push_back(before);
      AppendJsonString(element.name, out_);
      out_->push_back(':');
      Value(element.value);
      before = ',';
    }
    if (before == '{') out_->push_back('{');
    out_->push_back('}');
  }

  void Value(ValueView v) {
    switch (v.type) {
      case BsonType::kString:
        return AppendJsonString(v.String(), out_);
      case BsonType::kInt32:
        return canonical_ ? NumberText("$numberInt", v.Int32()) : AppendInteger(v.Int32(), out_);
      case BsonType::kInt64:
        return canonical_ ? NumberText("$numberLong", v.Int64()) : AppendInteger(v.Int64(), out_);
      case BsonType::kDouble:
        return Double(v.Double());
      case BsonType::kObject:
        return Object(v.Document());
      case BsonType::kArray:
        return Array(v.Document());
      case BsonType::kBool:
        out_->append(v.Bool() ? "true" : "false");
        return;
      case BsonType::kMissing:
      case BsonType::kNull:
        out_->append("null");
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
        out_->append(R"({"$oid":")");
        AppendHex(v.ObjectId(), out_);
        out_->append("\"}");
        return;
      case BsonType::kBinary:
        return Binary(v.Binary());
      case BsonType::kDecimal128:
        out_->append(R"({"$numberDecimal":")" + FormatDecimal(LoadDecimal(v.data)) + "\"}");
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
        out_->append(R"({"$undefined":true})");
        return;
      case BsonType::kMinKey:
        out_->append(R"({"$minKey":1})");
        return;
      default:
        out_->append(R"({"$maxKey":1})");
        return;
    }
  }

  void Array(DocView doc) {
    char before = '[';
    for (const Element& element : doc) {
      out_->push_back(before);
      Value(element.value);
      before = ',';
    }
    if (before == '[') out_->push_back('[');
    out_->push_back(']');
  }

  // {"key":"text"}
  void Wrapped(Bytes key, Bytes text) {
    OpenWrapper(key);
    AppendJsonString(text, out_);
    out_->push_back('}');
  }
  void OpenWrapper(Bytes key) {
    out_->append("{\"");
    out_->append(key);
    out_->append("\":");
  }
  void NumberText(Bytes key, int64_t v) {
    OpenWrapper(key);
    out_->push_back('"');
    AppendInteger(v, out_);
    out_->append("\"}");
  }

  void Double(double v) {
    const bool finite = std::isfinite(v);
    if (finite && !canonical_) return AppendJsonDouble(v, out_);
    OpenWrapper("$numberDouble");
    out_->push_back('"');
    if (finite) {
      AppendJsonDouble(v, out_);
    } else {
      out_->append(std::isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity");
    }
    out_->append("\"}");
  }

  void Date(int64_t unix_ms) {
    OpenWrapper("$date");
    if (!canonical_ && unix_ms >= 0 && unix_ms < kIsoMsEnd) {
      out_->push_back('"');
      AppendIsoDate(unix_ms, out_);
      out_->append("\"}");
      return;
    }
    NumberText("$numberLong", unix_ms);
    out_->push_back('}');
  }

  void Binary(BinaryView binary) {
    Bytes data = binary.data;
    // The deprecated subtype carries its length twice; the text shows the payload alone.
    if (binary.subtype == 2 && data.size() >= 4) data.remove_prefix(4);
    out_->append(R"({"$binary":{"base64":")");
    AppendBase64(data, out_);
    out_->append(R"(","subType":")");
    const char tag = static_cast<char>(binary.subtype);
    AppendHex(Bytes(&tag, 1), out_);
    out_->append("\"}}");
  }

  void Regex(RegexView regex) {
    out_->append(R"({"$regularExpression":{"pattern":)");
    AppendJsonString(regex.pattern, out_);
    out_->append(R"(,"options":)");
    AppendJsonString(regex.options, out_);
    out_->append("}}");
  }

  void Timestamp(TimestampView timestamp) {
    out_->append(R"({"$timestamp":{"t":)");
    AppendInteger(timestamp.seconds, out_);
    out_->append(R"(,"i":)");
    AppendInteger(timestamp.increment, out_);
    out_->append("}}");
  }

  void DbPointer(DbPointerView pointer) {
    out_->append(R"({"$dbPointer":{"$ref":)");
    AppendJsonString(pointer.ns, out_);
    out_->append(R"(,"$id":{"$oid":")");
    AppendHex(pointer.oid, out_);
    out_->append("\"}}}");
  }

  void ScopedCode(ValueView v) {
    OpenWrapper("$code");
    AppendJsonString(v.ScopedCode(), out_);
    out_->append(",\"$scope\":");
    Object(v.Scope());
    out_->push_back('}');
  }

  const bool canonical_;
  std::string* out_;
};

}  // namespace

void AppendJsonString(Bytes text, std::string* out) {
  out->push_back('"');
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char escape = kEscapes[static_cast<uint8_t>(text[i])];
    if (__builtin_expect(escape == 0, 1)) continue;
    out->append(text.substr(begin, i - begin));
    begin = i + 1;
    out->push_back('\\');
    out->push_back(escape);
    if (escape == 'u') {
      out->append("00");
      AppendHex(text.substr(i, 1), out);
    }
  }
  out->append(text.substr(begin));
  out->push_back('"');
}

void AppendJsonDouble(double v, std::string* out) {
  char text[kDoubleChars];
  const double magnitude = std::fabs(v);
  const bool fixed = magnitude == 0 || (magnitude >= kFixedMin && magnitude < kFixedMax);
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  const char* end = std::to_chars(text, text + sizeof text, v, format).ptr;
  const Bytes written(text, static_cast<size_t>(end - text));
  out->append(written);
  if (fixed && written.find('.') == Bytes::npos) out->append(".0");
}

void WriteJson(DocView doc, JsonMode mode, std::string* out) { Writer(mode, out).Object(doc); }

void WriteJsonValue(ValueView value, JsonMode mode, std::string* out) {
  Writer(mode, out).Value(value);
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
