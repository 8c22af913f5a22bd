// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/extjson_types.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/number.h"
#include "doc/value/base64.h"
#include "doc/value/builder.h"
#include "doc/value/decimal.h"
#include "doc/value/time_text.h"

namespace veddb::doc {
namespace {

constexpr uint8_t kOldBinarySubtype = 2;
constexpr uint8_t kUuidSubtype = 4;
constexpr size_t kUuidChars = 36;

using Converted = std::optional<BsonType>;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool AppendHex(Bytes text, std::string* out) {
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out->push_back(static_cast<char>(high * 16 + low));
  }
  return true;
}

void AppendBinary(uint8_t subtype, Bytes data, std::string* out) {
  const bool old = subtype == kOldBinarySubtype;
  PutLE32(*out, static_cast<uint32_t>(data.size() + (old ? 4 : 0)));
  out->push_back(static_cast<char>(subtype));
  if (old) PutLE32(*out, static_cast<uint32_t>(data.size()));
  out->append(data);
}

std::optional<Bytes> StringOf(ValueView value) {
  if (value.type != BsonType::kString) return std::nullopt;
  return value.String();
}

// The two named fields of a document that has just those, in any order.
struct Pair {
  ValueView first;
  ValueView second;
};
std::optional<Pair> PairOf(ValueView value, Bytes first, Bytes second) {
  if (value.type != BsonType::kObject || value.Document().Count() != 2) return std::nullopt;
  const Pair pair{value.Document().Find(first), value.Document().Find(second)};
  if (pair.first.missing() || pair.second.missing()) return std::nullopt;
  return pair;
}

Converted ConvertOid(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  if (!text || text->size() != 2 * kObjectIdBytes || !AppendHex(*text, out)) return std::nullopt;
  return BsonType::kObjectId;
}

Converted ConvertBinary(ValueView value, std::string* out) {
  const auto pair = PairOf(value, "base64", "subType");
  if (!pair) return std::nullopt;
  const auto text = StringOf(pair->first);
  const auto subtype = StringOf(pair->second);
  if (!text || !subtype || subtype->empty() || subtype->size() > 2) return std::nullopt;
  std::string tag;
  const std::string padded =
      subtype->size() == 1 ? "0" + std::string(*subtype) : std::string(*subtype);
  const auto data = DecodeBase64(*text);
  if (!data || !AppendHex(padded, &tag)) return std::nullopt;
  AppendBinary(static_cast<uint8_t>(tag[0]), *data, out);
  return BsonType::kBinary;
}

Converted ConvertUuid(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  if (!text || text->size() != kUuidChars) return std::nullopt;
  std::string digits;
  for (size_t i = 0; i < kUuidChars; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != ((*text)[i] == '-')) return std::nullopt;
    if (!dash) digits.push_back((*text)[i]);
  }
  std::string data;
  if (!AppendHex(digits, &data)) return std::nullopt;
  AppendBinary(kUuidSubtype, data, out);
  return BsonType::kBinary;
}

Converted ConvertDate(ValueView value, bool long_inside, std::string* out) {
  std::optional<int64_t> ms;
  if (value.type == BsonType::kInt64 && long_inside) ms = value.Int64();
  if (const auto text = StringOf(value)) ms = ParseIsoDate(*text);
  if (!ms) return std::nullopt;
  PutLE64(*out, static_cast<uint64_t>(*ms));
  return BsonType::kDate;
}

// Like ParseInt64, but zeros and a minus may lead, as other writers of this format have them.
std::optional<int64_t> IntegerText(Bytes text) {
  int64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return v;
}

Converted ConvertInt(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  const auto v = text ? IntegerText(*text) : std::nullopt;
  if (!v || *v < std::numeric_limits<int32_t>::min() || *v > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  PutLE32(*out, static_cast<uint32_t>(*v));
  return BsonType::kInt32;
}

Converted ConvertLong(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  const auto v = text ? IntegerText(*text) : std::nullopt;
  if (!v) return std::nullopt;
  PutLE64(*out, static_cast<uint64_t>(*v));
  return BsonType::kInt64;
}

std::optional<double> DoubleText(Bytes text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  // Words such as "inf" and hexadecimal are not numbers here.
  if (text.find_first_not_of("0123456789+-.eE") != Bytes::npos) return std::nullopt;
  const auto v = ParseDouble(text);
  return v && std::isfinite(*v) ? v : std::nullopt;
}

Converted ConvertDouble(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  const auto v = text ? DoubleText(*text) : std::nullopt;
  if (!v) return std::nullopt;
  PutLE64(*out, std::bit_cast<uint64_t>(*v));
  return BsonType::kDouble;
}

Converted ConvertDecimal(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  const auto bits = text ? ParseDecimal(*text) : std::nullopt;
  if (!bits) return std::nullopt;
  PutLE64(*out, bits->low);
  PutLE64(*out, bits->high);
  return BsonType::kDecimal128;
}

std::optional<uint32_t> Uint32Of(ValueView value) {
  if (value.type != BsonType::kInt32 && value.type != BsonType::kInt64) return std::nullopt;
  const int64_t v = value.Integer();
  if (v < 0 || v > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(v);
}

Converted ConvertTimestamp(ValueView value, std::string* out) {
  const auto pair = PairOf(value, "t", "i");
  if (!pair) return std::nullopt;
  const auto seconds = Uint32Of(pair->first);
  const auto increment = Uint32Of(pair->second);
  if (!seconds || !increment) return std::nullopt;
  PutLE32(*out, *increment);
  PutLE32(*out, *seconds);
  return BsonType::kTimestamp;
}

// Options in order, character by character: one may have several bytes.
std::string SortedOptions(Bytes options) {
  std::vector<Bytes> characters;
  for (size_t begin = 0; begin < options.size();) {
    size_t end = begin + 1;
    while (end < options.size() && (options[end] & 0xc0) == 0x80) ++end;
    characters.push_back(options.substr(begin, end - begin));
    begin = end;
  }
  std::sort(characters.begin(), characters.end());
  std::string sorted;
  for (const Bytes character : characters) sorted.append(character);
  return sorted;
}

Converted ConvertRegex(ValueView value, std::string* out) {
  const auto pair = PairOf(value, "pattern", "options");
  if (!pair) return std::nullopt;
  const auto pattern = StringOf(pair->first);
  const auto options = StringOf(pair->second);
  if (!pattern || !options) return std::nullopt;
  if (pattern->find('\0') != Bytes::npos || options->find('\0') != Bytes::npos) return std::nullopt;
  out->append(*pattern);
  out->push_back('\0');
  out->append(SortedOptions(*options));
  out->push_back('\0');
  return BsonType::kRegex;
}

Converted ConvertDbPointer(ValueView value, std::string* out) {
  const auto pair = PairOf(value, "$ref", "$id");
  if (!pair) return std::nullopt;
  const auto ns = StringOf(pair->first);
  if (!ns || pair->second.type != BsonType::kObjectId) return std::nullopt;
  PutBsonString(*out, *ns);
  out->append(pair->second.ObjectId());
  return BsonType::kDbPointer;
}

Converted ConvertCode(DocView wrapper, std::string* out) {
  const auto code = StringOf(wrapper.Find("$code"));
  if (!code) return std::nullopt;
  if (wrapper.Count() == 1) {
    PutBsonString(*out, *code);
    return BsonType::kCode;
  }
  const auto pair = PairOf(wrapper.AsValue(BsonType::kObject), "$code", "$scope");
  if (!pair || pair->second.type != BsonType::kObject) return std::nullopt;
  const Bytes scope = pair->second.bytes();
  PutLE32(*out, static_cast<uint32_t>(4 + 4 + code->size() + 1 + scope.size()));
  PutBsonString(*out, *code);
  out->append(scope);
  return BsonType::kCodeWithScope;
}

Converted ConvertSymbol(ValueView value, std::string* out) {
  const auto text = StringOf(value);
  if (!text) return std::nullopt;
  PutBsonString(*out, *text);
  return BsonType::kSymbol;
}

Converted ConvertKeyMark(ValueView value, BsonType type) {
  if (value.type != BsonType::kInt32 || value.Int32() != 1) return std::nullopt;
  return type;
}

Converted ConvertUndefined(ValueView value) {
  if (value.type != BsonType::kBool || !value.Bool()) return std::nullopt;
  return BsonType::kUndefined;
}

struct Row {
  Bytes key;
  ExtendedType type;
};
constexpr std::array kRows = {
    Row{"$binary", ExtendedType::kBinary},
    Row{"$code", ExtendedType::kCode},
    Row{"$scope", ExtendedType::kScope},
    Row{"$date", ExtendedType::kDate},
    Row{"$dbPointer", ExtendedType::kDbPointer},
    Row{"$maxKey", ExtendedType::kMaxKey},
    Row{"$minKey", ExtendedType::kMinKey},
    Row{"$numberDecimal", ExtendedType::kNumberDecimal},
    Row{"$numberDouble", ExtendedType::kNumberDouble},
    Row{"$numberInt", ExtendedType::kNumberInt},
    Row{"$numberLong", ExtendedType::kNumberLong},
    Row{"$oid", ExtendedType::kOid},
    Row{"$regularExpression", ExtendedType::kRegularExpression},
    Row{"$symbol", ExtendedType::kSymbol},
    Row{"$timestamp", ExtendedType::kTimestamp},
    Row{"$undefined", ExtendedType::kUndefined},
    Row{"$uuid", ExtendedType::kUuid},
};

constexpr bool RowsFollowTheEnum() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].type != static_cast<ExtendedType>(i)) return false;
  }
  return true;
}
static_assert(RowsFollowTheEnum());

}  // namespace

std::optional<ExtendedType> ExtendedTypeOf(Bytes key) {
  if (key.size() < 4 || key[0] != '$') return std::nullopt;
  for (const Row& row : kRows) {
    if (row.key == key) return row.type;
  }
  return std::nullopt;
}

Bytes ExtendedKey(ExtendedType type) { return kRows[static_cast<size_t>(type)].key; }

std::optional<BsonType> ConvertExtended(ExtendedType type, DocView wrapper, bool long_inside,
                                        std::string* out) {
  if (type == ExtendedType::kCode || type == ExtendedType::kScope) return ConvertCode(wrapper, out);
  if (wrapper.Count() != 1) return std::nullopt;
  const ValueView value = wrapper.begin()->value;
  switch (type) {
    case ExtendedType::kBinary:
      return ConvertBinary(value, out);
    case ExtendedType::kDate:
      return ConvertDate(value, long_inside, out);
    case ExtendedType::kDbPointer:
      return ConvertDbPointer(value, out);
    case ExtendedType::kMaxKey:
      return ConvertKeyMark(value, BsonType::kMaxKey);
    case ExtendedType::kMinKey:
      return ConvertKeyMark(value, BsonType::kMinKey);
    case ExtendedType::kNumberDecimal:
      return ConvertDecimal(value, out);
    case ExtendedType::kNumberDouble:
      return ConvertDouble(value, out);
    case ExtendedType::kNumberInt:
      return ConvertInt(value, out);
    case ExtendedType::kNumberLong:
      return ConvertLong(value, out);
    case ExtendedType::kOid:
      return ConvertOid(value, out);
    case ExtendedType::kRegularExpression:
      return ConvertRegex(value, out);
    case ExtendedType::kSymbol:
      return ConvertSymbol(value, out);
    case ExtendedType::kTimestamp:
      return ConvertTimestamp(value, out);
    case ExtendedType::kUndefined:
      return ConvertUndefined(value);
    case ExtendedType::kUuid:
      return ConvertUuid(value, out);
    case ExtendedType::kCode:
    case ExtendedType::kScope:
      break;
  }
  return std::nullopt;
}

}  // namespace veddb::doc
