// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/support/random_value.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "doc/value/decimal.h"

namespace veddb::doc {
namespace {

std::string DropTag(const std::string& doc) {
  const ValueView value = DocView(doc).Find("v");
  return Tagged(value);
}

}  // namespace

uint64_t TestSeed() {
  const char* set = std::getenv("VEDDB_TEST_SEED");
  const uint64_t seed = set ? std::strtoull(set, nullptr, 10) : std::random_device{}();
  std::printf("seed %llu (VEDDB_TEST_SEED replays it)\n", static_cast<unsigned long long>(seed));
  return seed;
}

std::string RandomValues::Text() {
  static const char* const kParts[] = {"a", "b", "ab", "",   "\x01", "\x02", "ä",
                                       "€", "𝄞", "\"", "\\", "$",    "z",    "\n"};
  std::string text;
  for (uint64_t i = Below(4); i > 0; --i) {
    if (Below(8) == 0) text.push_back('\0');
    text += kParts[Below(std::size(kParts))];
  }
  return text;
}

int64_t RandomValues::Integer() {
  static const int64_t kEdges[] = {0,
                                   1,
                                   -1,
                                   1 << 30,
                                   INT32_MAX,
                                   INT32_MIN,
                                   INT64_MAX,
                                   INT64_MIN,
                                   int64_t{1} << 53,
                                   -(int64_t{1} << 53),
                                   int64_t{1} << 62};
  const int64_t edge = kEdges[Below(std::size(kEdges))];
  const auto near = static_cast<int64_t>(static_cast<uint64_t>(edge) + Below(5) - 2);
  return Below(4) == 0 ? static_cast<int64_t>(dice_()) : near;
}

double RandomValues::Double() {
  using Limits = std::numeric_limits<double>;
  static const double kEdges[] = {0.0,
                                  -0.0,
                                  0.1,
                                  0.5,
                                  1.5,
                                  -2.5,
                                  1e300,
                                  -1e-300,
                                  1e22,
                                  Limits::max(),
                                  Limits::min(),
                                  Limits::denorm_min(),
                                  Limits::infinity(),
                                  -Limits::infinity(),
                                  Limits::quiet_NaN(),
                                  9223372036854775808.0};
  switch (Below(4)) {
    case 0:
      return kEdges[Below(std::size(kEdges))];
    case 1:
      return static_cast<double>(Integer());
    case 2:
      return std::nextafter(static_cast<double>(Integer()), Below(2) ? 1e300 : -1e300);
    default: {
      const double v = std::bit_cast<double>(dice_());
      return std::isnan(v) ? 1.25 : v;  // text keeps one NaN only
    }
  }
}

void RandomValues::AppendNumber(DocBuilder* doc, Bytes name) {
  switch (Below(4)) {
    case 0:
      return doc->Int32(name, static_cast<int32_t>(Integer()));
    case 1:
      return doc->Int64(name, Integer());
    case 2:
      return doc->Double(name, Double());
    default:
      break;
  }
  std::string text = FormatInt64(Integer());
  if (Below(3) == 0) text += "." + std::to_string(Below(1000));
  if (Below(3) == 0) text += "E" + FormatInt64(static_cast<int64_t>(Below(700)) - 350);
  static const char* const kEdges[] = {"NaN",
                                       "Infinity",
                                       "-Infinity",
                                       "0.1",
                                       "0.10",
                                       "0E+3",
                                       "-0",
                                       "1E+6144",
                                       "1E-6176",
                                       "9.999999999999999999999999999999999E+6144",
                                       "9007199254740993",
                                       "0.5",
                                       "1.5",
                                       "1E+300"};
  if (Below(3) == 0) text = kEdges[Below(std::size(kEdges))];
  const auto bits = ParseDecimal(text);
  doc->Name(BsonType::kDecimal128, name);
  PutLE64(*doc->out(), bits ? bits->low : 0);
  PutLE64(*doc->out(), bits ? bits->high : uint64_t{6176} << 49);
}

void RandomValues::AppendContainer(DocBuilder* doc, Bytes name, int depth) {
  if (Below(2)) {
    DocBuilder inner = doc->Object(name);
    static const char* const kNames[] = {"a", "b", "ab", "", "ä", "x.y", "z"};
    uint64_t from = Below(std::size(kNames));
    for (uint64_t i = Below(4); i > 0 && from < std::size(kNames); --i)
      AppendValue(&inner, kNames[from++], depth - 1);
    return inner.Finish();
  }
  doc->Name(BsonType::kArray, name);
  DocBuilder inner(doc->out());
  const uint64_t count = Below(4);
  for (uint64_t i = 0; i < count; ++i) AppendValue(&inner, std::to_string(i), depth - 1);
  inner.Finish();
}

void RandomValues::AppendScalar(DocBuilder* doc, Bytes name) {
  static constexpr BsonType kTypes[] = {
      BsonType::kString,    BsonType::kString, BsonType::kBinary,    BsonType::kUndefined,
      BsonType::kObjectId,  BsonType::kBool,   BsonType::kDate,      BsonType::kNull,
      BsonType::kRegex,     BsonType::kCode,   BsonType::kDbPointer, BsonType::kSymbol,
      BsonType::kTimestamp, BsonType::kMaxKey, BsonType::kMinKey,    BsonType::kCodeWithScope};
  const BsonType type = kTypes[Below(std::size(kTypes))];
  std::string& out = *doc->out();
  doc->Name(type, name);
  switch (type) {
    case BsonType::kString:
    case BsonType::kSymbol:
    case BsonType::kCode:
      return PutBsonString(out, Text());
    case BsonType::kBinary: {
      const std::string data = Text();
      PutLE32(out, static_cast<uint32_t>(data.size()));
      out.push_back(static_cast<char>(Below(2) ? 0 : 5));
      out += data;
      return;
    }
    case BsonType::kDbPointer:
      PutBsonString(out, Text());
      [[fallthrough]];
    case BsonType::kObjectId:
      PutLE64(out, Below(3));
      return PutLE32(out, static_cast<uint32_t>(Below(3)));
    case BsonType::kBool:
      return out.push_back(static_cast<char>(Below(2)));
    case BsonType::kDate:
      return PutLE64(out, Below(2) ? Below(4'000'000'000'000) : static_cast<uint64_t>(Integer()));
    case BsonType::kTimestamp:
      return PutLE64(out, Below(2) ? Below(5) : static_cast<uint64_t>(Integer()));
    case BsonType::kRegex:
      out += "a\x01";
      out.push_back('\0');
      if (Below(2)) out += "im";
      return out.push_back('\0');
    case BsonType::kCodeWithScope: {
      const std::string code = Text();
      const std::string scope = Document(1);
      PutLE32(out, static_cast<uint32_t>(9 + code.size() + scope.size()));
      PutBsonString(out, code);
      out += scope;
      return;
    }
    default:
      return;
  }
}

void RandomValues::AppendValue(DocBuilder* doc, Bytes name, int depth) {
  if (depth > 0 && Below(3) == 0) return AppendContainer(doc, name, depth);
  if (Below(2)) return AppendNumber(doc, name);
  AppendScalar(doc, name);
}

std::string RandomValues::Document(int depth) {
  std::string out;
  DocBuilder doc(&out);
  static const char* const kNames[] = {"a", "b", "c", "d", "e"};
  for (uint64_t i = Below(5); i > 0; --i) AppendValue(&doc, kNames[i - 1], depth - 1);
  doc.Finish();
  return out;
}

std::string RandomValues::Value(int depth) {
  std::string out;
  DocBuilder doc(&out);
  AppendValue(&doc, "v", depth);
  doc.Finish();
  return DropTag(out);
}

std::string RandomValues::Number() {
  std::string out;
  DocBuilder doc(&out);
  AppendNumber(&doc, "v");
  doc.Finish();
  return DropTag(out);
}

}  // namespace veddb::doc
