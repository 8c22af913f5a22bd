// SPDX-License-Identifier: BSD-3-Clause
#include "doc/index/index_keys.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "base/coding.h"
#include "doc/value/builder.h"
#include "doc/value/compare.h"
#include "doc/value/id.h"
#include "doc/value/multikey.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr int64_t kExactDouble = int64_t{1} << std::numeric_limits<double>::digits;

enum NumberMark : uint8_t {
  kNan = 0x20,
  kMinusInfinity = 0x21,
  kNegative = 0x22,
  kZero = 0x23,
  kPositive = 0x24,
  kPlusInfinity = 0x25,
};

// The value at the path if no array lies on the way.
std::optional<ValueView> PlainValue(DocView doc, const FieldPath& path) {
  for (size_t i = 0;; ++i) {
    const ValueView value = doc.Find(path.part(i));
    if (value.type == BsonType::kArray) return std::nullopt;
    if (i + 1 == path.size()) return value;
    if (value.type != BsonType::kObject) return ValueView();
    doc = value.Document();
  }
}

bool IsInt32(double v) {
  return v >= INT32_MIN && v <= INT32_MAX && v == std::floor(v) && !(v == 0 && std::signbit(v));
}

// The code of a value, and the one that its encoding stands for without a code.
struct TypeCode {
  uint8_t code;
  bool is_default;
};

TypeCode CodeOfDouble(double v) {
  constexpr auto kCode = static_cast<uint8_t>(BsonType::kDouble);
  if (v == 0 && std::signbit(v)) return {kTypeLost, false};
  return {kCode, !IsInt32(v)};
}

TypeCode CodeOf(ValueView value) {
  const auto code = static_cast<uint8_t>(value.type);
  switch (value.type) {
    case BsonType::kMissing:
      return {kTypeMissing, false};
    case BsonType::kInt32:
    case BsonType::kString:
    case BsonType::kObjectId:
    case BsonType::kBool:
    case BsonType::kDate:
    case BsonType::kNull:
    case BsonType::kTimestamp:
    case BsonType::kMinKey:
    case BsonType::kMaxKey:
    case BsonType::kBinary:
      return {code, true};
    case BsonType::kInt64: {
      const int64_t v = value.Int64();
      if (v < -kExactDouble || v > kExactDouble) return {kTypeLost, false};
      return {code, false};
    }
    case BsonType::kDouble:
      return CodeOfDouble(value.Double());
    default:
      return {kTypeLost, false};
  }
}

// The codes of an entry's values: nothing as long as all are defaults.
class TypeCodes {
 public:
  void Add(ValueView value) {
    const TypeCode type = CodeOf(value);
    codes_.push_back(static_cast<char>(type.code));
    all_default_ = all_default_ && type.is_default;
  }
  Bytes bytes() const { return all_default_ ? Bytes() : Bytes(codes_); }
  void Clear() {
    codes_.clear();
    all_default_ = true;
  }

 private:
  std::string codes_;
  bool all_default_ = true;
};

class EntryMaker {
 public:
  EntryMaker(const IndexSpec& spec, DocView doc, Bytes ordered_id, IndexEntries* out)
      : spec_(spec), id_(doc.Find(kIdField)), ordered_id_(ordered_id), out_(out) {}

  void Add(std::span<const ValueView> values) {
    const bool none = std::all_of(values.begin(), values.end(),
                                  [](const ValueView& value) { return value.missing(); });
    if (spec_.sparse && none) return;
    IndexEntry entry;
    types_.Clear();
    for (size_t i = 0; i < values.size(); ++i) AppendField(i, values[i], &entry.key);
    types_.Add(id_);
    if (spec_.unique) {
      PutSized(entry.value, ordered_id_);
    } else {
      entry.key.append(ordered_id_);
    }
    entry.value.append(types_.bytes());
    out_->entries.push_back(std::move(entry));
  }

 private:
  void AppendField(size_t i, ValueView value, std::string* key) {
    types_.Add(value);
    const size_t begin = key->size();
    AppendOrderedKey(value.missing() ? ValueView{BsonType::kNull, value.data} : value, key);
    if (spec_.fields[i].descending) InvertKey(key, begin);
  }

  const IndexSpec& spec_;
  const ValueView id_;
  const Bytes ordered_id_;
  TypeCodes types_;
  IndexEntries* out_;
};

bool AddPlain(const IndexSpec& spec, DocView doc, EntryMaker* maker) {
  std::array<ValueView, kIndexFieldsMax> values;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const std::optional<ValueView> value = PlainValue(doc, spec.fields[i].path);
    if (!value) return false;
    values[i] = *value;
  }
  maker->Add({values.data(), spec.fields.size()});
  return true;
}

// In order, each key once: of values that are equal but of different types the first in the array
// stays, but what stands for it can't be read back.
void Settle(IndexEntries* out) {
  auto& entries = out->entries;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const IndexEntry& a, const IndexEntry& b) { return a.key < b.key; });
  entries.erase(
      std::unique(entries.begin(), entries.end(),
                  [](const IndexEntry& a, const IndexEntry& b) { return a.key == b.key; }),
      entries.end());
}

void PutTagged(BsonType type, std::string* tagged) { tagged->assign(1, static_cast<char>(type)); }

bool DecodeText(Bytes text, BsonType type, std::string* tagged) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') {
      PutTagged(type, tagged);
      PutBsonString(*tagged, plain);
      return i + 1 == text.size();
    }
    if (text[i] != '\x01') {
      plain.push_back(text[i]);
    } else if (++i < text.size()) {
      plain.push_back(static_cast<char>(text[i] - 1));
    }
  }
  return false;
}

std::optional<double> DecodeNumber(Bytes encoding) {
  const auto mark = static_cast<uint8_t>(encoding[0]);
  encoding.remove_prefix(1);
  switch (mark) {
    case kNan:
      return std::numeric_limits<double>::quiet_NaN();
    case kMinusInfinity:
      return -std::numeric_limits<double>::infinity();
    case kPlusInfinity:
      return std::numeric_limits<double>::infinity();
    case kZero:
      return 0.0;
    case kNegative:
    case kPositive: {
      uint64_t bits = 0;
      if (!GetBE64(&encoding, &bits)) return std::nullopt;
      if (mark == kNegative) bits = ~bits;
      if ((bits & 1) != 0) return std::nullopt;  // it has a tail
      const double magnitude = std::bit_cast<double>(bits >> 1);
      return mark == kNegative ? -magnitude : magnitude;
    }
    default:
      return std::nullopt;
  }
}

bool DecodeNumber(Bytes encoding, std::optional<uint8_t> code, std::string* tagged) {
  const std::optional<double> number = DecodeNumber(encoding);
  if (!number) return false;
  const BsonType type = code ? static_cast<BsonType>(*code)
                             : (IsInt32(*number) ? BsonType::kInt32 : BsonType::kDouble);
  PutTagged(type, tagged);
  switch (type) {
    case BsonType::kInt32:
      PutLE32(*tagged, static_cast<uint32_t>(static_cast<int32_t>(*number)));
      return true;
    case BsonType::kInt64:
      PutLE64(*tagged, static_cast<uint64_t>(static_cast<int64_t>(*number)));
      return true;
    case BsonType::kDouble:
      PutLE64(*tagged, std::bit_cast<uint64_t>(*number));
      return true;
    default:
      return false;
  }
}

bool DecodeFixed(TypeRank rank, Bytes rest, std::string* tagged) {
  switch (rank) {
    case TypeRank::kObjectId:
      if (rest.size() != kObjectIdBytes) return false;
      PutTagged(BsonType::kObjectId, tagged);
      tagged->append(rest);
      return true;
    case TypeRank::kDate:
    case TypeRank::kTimestamp: {
      uint64_t bits = 0;
      if (!GetBE64(&rest, &bits)) return false;
      const bool date = rank == TypeRank::kDate;
      PutTagged(date ? BsonType::kDate : BsonType::kTimestamp, tagged);
      PutLE64(*tagged, date ? bits ^ kSignBit : bits);
      return true;
    }
    case TypeRank::kBinary: {
      uint32_t size = 0;
      if (!GetBE32(&rest, &size) || rest.size() != size_t{size} + 1) return false;
      PutTagged(BsonType::kBinary, tagged);
      PutLE32(*tagged, size);
      tagged->append(rest);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

bool IsIndexed(const IndexSpec& spec, DocView doc) {
  if (spec.partial == nullptr) return true;
  return Matcher(spec.partial.get()).Matches(doc);
}

Status MakeIndexEntries(const IndexSpec& spec, DocView doc, Bytes ordered_id, IndexEntries* out) {
  out->entries.clear();
  out->multikey = 0;
  if (!IsIndexed(spec, doc)) return Ok();
  EntryMaker maker(spec, doc, ordered_id, out);
  if (AddPlain(spec, doc, &maker)) return Ok();
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    if (!PlainValue(doc, spec.fields[i].path)) out->multikey |= uint32_t{1} << i;
  }
  TRY(ForEachKey(doc, spec.paths(), [&](std::span<const ValueView> values) { maker.Add(values); }));
  Settle(out);
  return Ok();
}

Result<IndexEntryView> ParseIndexEntry(const IndexSpec& spec, Bytes key, Bytes value) {
  const auto damaged = [] { return MakeError(ErrorCode::kIoErr, "an index entry is not valid"); };
  IndexEntryView entry;
  if (spec.unique) {
    entry.fields = key;
    if (!GetSized(&value, &entry.ordered_id)) return damaged();
    entry.types = value;
    return entry;
  }
  size_t at = 0;
  for (const IndexField& field : spec.fields) {
    const size_t length = OrderedKeyLength(key.substr(at), field.descending);
    if (length == 0) return damaged();
    at += length;
  }
  entry.fields = key.substr(0, at);
  entry.ordered_id = key.substr(at);
  entry.types = value;
  return entry;
}

bool DecodeIndexValue(Bytes encoding, bool descending, std::optional<uint8_t> code,
                      std::string* tagged) {
  if (encoding.empty() || code == kTypeLost) return false;
  if (code == kTypeMissing) {
    PutTagged(BsonType::kMissing, tagged);
    return true;
  }
  std::string inverted;
  if (descending) {
    inverted = std::string(encoding);
    InvertKey(&inverted, 0);
    encoding = inverted;
  }
  const auto mark = static_cast<uint8_t>(encoding[0]);
  if (mark >= kNan && mark <= kPlusInfinity) return DecodeNumber(encoding, code, tagged);
  const auto rank = static_cast<TypeRank>(mark & 0xf8);
  switch (rank) {
    case TypeRank::kMinKey:
      return PutTagged(BsonType::kMinKey, tagged), true;
    case TypeRank::kNull:
      return PutTagged(BsonType::kNull, tagged), true;
    case TypeRank::kMaxKey:
      return PutTagged(BsonType::kMaxKey, tagged), true;
    case TypeRank::kBool:
      PutTagged(BsonType::kBool, tagged);
      tagged->push_back(static_cast<char>(mark & 1));
      return true;
    case TypeRank::kText:
      return DecodeText(encoding.substr(1), BsonType::kString, tagged);
    default:
      return DecodeFixed(rank, encoding.substr(1), tagged);
  }
}

bool DecodeIndexEntry(const IndexSpec& spec, const IndexEntryView& entry,
                      std::vector<std::string>* tagged) {
  const size_t count = spec.fields.size() + 1;
  if (!entry.types.empty() && entry.types.size() != count) return false;
  tagged->resize(count);
  const auto code = [&](size_t i) -> std::optional<uint8_t> {
    if (entry.types.empty()) return std::nullopt;
    return static_cast<uint8_t>(entry.types[i]);
  };
  size_t at = 0;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const bool descending = spec.fields[i].descending;
    const size_t length = OrderedKeyLength(entry.fields.substr(at), descending);
    if (length == 0) return false;
    if (!DecodeIndexValue(entry.fields.substr(at, length), descending, code(i), &(*tagged)[i])) {
      return false;
    }
    at += length;
  }
  return DecodeIndexValue(entry.ordered_id, false, code(count - 1), &(*tagged)[count - 1]);
}

}  // namespace veddb::doc
