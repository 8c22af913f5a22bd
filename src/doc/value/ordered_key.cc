// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/ordered_key.h"

#include <bit>
#include <cmath>

#include "doc/value/compare.h"
#include "doc/value/decimal.h"

namespace veddb::doc {
namespace {

// The marks of numbers, all within the rank of numbers.
enum NumberMark : uint8_t {
  kNan = 0x20,
  kMinusInfinity = 0x21,
  kNegative = 0x22,
  kZero = 0x23,
  kPositive = 0x24,
  kPlusInfinity = 0x25,
};
enum BoolMark : uint8_t { kFalse = 0x58, kTrue = 0x59 };

constexpr char kEnd = '\0';
// In text: a byte 0 or 1 is written as 1 and the byte plus 1, so that 0 can end it.
constexpr char kEscape = '\x01';
constexpr uint64_t kSignBit = uint64_t{1} << 63;
// Decimal exponents of magnitudes are shifted by this to be positive.
constexpr int32_t kExponentShift = 0x4000;
// Bytes of the tail that tells numbers between two neighbouring doubles apart.
constexpr size_t kTailBytes = 2 + 16;

void Mark(uint8_t mark, std::string* out) { out->push_back(static_cast<char>(mark)); }

void AppendText(Bytes text, std::string* out) {
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (static_cast<uint8_t>(text[i]) > 1) continue;
    out->append(text.substr(begin, i - begin));
    out->push_back(kEscape);
    out->push_back(static_cast<char>(text[i] + 1));
    begin = i + 1;
  }
  out->append(text.substr(begin));
  out->push_back(kEnd);
}

// The double's bits grow with its magnitude; they leave the lowest bit free after a shift, which
// says that the number lies above the double and a tail follows.
void AppendMagnitude(double magnitude, const Normal* tail, std::string* out) {
  PutBE64(*out, std::bit_cast<uint64_t>(magnitude) << 1 | (tail != nullptr ? 1 : 0));
  if (tail == nullptr) return;
  PutBE16(*out, static_cast<uint16_t>(tail->exponent + kExponentShift));
  PutBE64(*out, static_cast<uint64_t>(tail->digits >> 64));
  PutBE64(*out, static_cast<uint64_t>(tail->digits));
}

void AppendFinite(bool negative, double magnitude, const Normal* tail, std::string* out) {
  Mark(negative ? kNegative : kPositive, out);
  const size_t begin = out->size();
  AppendMagnitude(magnitude, tail, out);
  if (negative) InvertKey(out, begin);
}

void AppendNormal(const Normal& value, std::string* out) {
  if (value.digits == 0) return Mark(kZero, out);
  const double below = TruncateToDouble(value);
  const bool exact = CompareMagnitude(below, value) == 0;
  AppendFinite(value.negative, below, exact ? nullptr : &value, out);
}

void AppendDouble(double v, std::string* out) {
  if (std::isnan(v)) return Mark(kNan, out);
  if (std::isinf(v)) return Mark(v < 0 ? kMinusInfinity : kPlusInfinity, out);
  if (v == 0) return Mark(kZero, out);
  AppendFinite(v < 0, std::fabs(v), nullptr, out);
}

void AppendInteger(int64_t v, std::string* out) {
  constexpr int64_t kExact = int64_t{1} << std::numeric_limits<double>::digits;
  if (v >= -kExact && v <= kExact) return AppendDouble(static_cast<double>(v), out);
  AppendNormal(NormalOf(v), out);
}

void AppendNumber(ValueView value, std::string* out) {
  switch (value.type) {
    case BsonType::kDouble:
      return AppendDouble(value.Double(), out);
    case BsonType::kDecimal128: {
      const Normal normal = NormalOf(LoadDecimal(value.data));
      if (normal.kind == Normal::Kind::kNan) return Mark(kNan, out);
      if (normal.kind == Normal::Kind::kFinite) return AppendNormal(normal, out);
      return Mark(normal.negative ? kMinusInfinity : kPlusInfinity, out);
    }
    default:
      return AppendInteger(value.Integer(), out);
  }
}

void AppendSized(Bytes bytes, std::string* out) {
  PutBE32(*out, static_cast<uint32_t>(bytes.size()));
  out->append(bytes);
}

void AppendObject(DocView doc, std::string* out) {
  for (const Element& element : doc) {
    Mark(static_cast<uint8_t>(RankOf(element.value.type)), out);
    AppendText(element.name, out);
    AppendOrderedKey(element.value, out);
  }
  out->push_back(kEnd);
}

void AppendArray(DocView doc, std::string* out) {
  for (const Element& element : doc) AppendOrderedKey(element.value, out);
  out->push_back(kEnd);
}

void AppendBinary(BinaryView binary, std::string* out) {
  PutBE32(*out, static_cast<uint32_t>(binary.data.size()));
  out->push_back(static_cast<char>(binary.subtype));
  out->append(binary.data);
}

void AppendRest(TypeRank rank, ValueView value, std::string* out) {
  switch (rank) {
    case TypeRank::kText:
    case TypeRank::kCode:
      return AppendText(value.String(), out);
    case TypeRank::kObject:
      return AppendObject(value.Document(), out);
    case TypeRank::kArray:
      return AppendArray(value.Document(), out);
    case TypeRank::kBinary:
      return AppendBinary(value.Binary(), out);
    case TypeRank::kObjectId:
      out->append(value.ObjectId());
      return;
    case TypeRank::kDate:
      return PutBE64(*out, static_cast<uint64_t>(value.Date()) ^ kSignBit);
    case TypeRank::kTimestamp:
      return PutBE64(*out, LoadLE64(value.data));
    case TypeRank::kRegex:
      AppendText(value.Regex().pattern, out);
      return AppendText(value.Regex().options, out);
    case TypeRank::kDbPointer:
      AppendSized(value.DbPointer().ns, out);
      out->append(value.DbPointer().oid);
      return;
    case TypeRank::kCodeWithScope:
      AppendText(value.ScopedCode(), out);
      return AppendObject(value.Scope(), out);
    default:
      return;
  }
}

// Takes encodings off the front of `rest`; false when it ends too early.
class Skipper {
 public:
  Skipper(Bytes rest, bool inverted) : rest_(rest), flip_(inverted ? '\xff' : '\0') {}
  size_t left() const { return rest_.size(); }

  bool Value() {
    if (rest_.empty()) return false;
    const auto mark = static_cast<uint8_t>(rest_[0] ^ flip_);
    rest_.remove_prefix(1);
    if (mark == kNegative || mark == kPositive) return Magnitude(mark == kNegative);
    switch (static_cast<TypeRank>(mark)) {
      case TypeRank::kText:
      case TypeRank::kCode:
        return Text();
      case TypeRank::kObject:
        return Object();
      case TypeRank::kArray:
        return Array();
      case TypeRank::kBinary:
        return Sized(1);
      case TypeRank::kObjectId:
        return Fixed(kObjectIdBytes);
      case TypeRank::kDate:
      case TypeRank::kTimestamp:
        return Fixed(8);
      case TypeRank::kRegex:
        return Text() && Text();
      case TypeRank::kDbPointer:
        return Sized(kObjectIdBytes);
      case TypeRank::kCodeWithScope:
        return Text() && Object();
      default:
        return true;
    }
  }

 private:
  bool Fixed(size_t count) {
    Bytes taken;
    return GetBytes(&rest_, count, &taken);
  }
  bool Sized(size_t more) {
    uint32_t size = 0;
    if (!GetBE32(&rest_, &size)) return false;
    if (flip_ != 0) size = ~size;
    return Fixed(size_t{size} + more);
  }
  bool Text() {
    const size_t end = rest_.find(static_cast<char>(kEnd ^ flip_));
    return end != Bytes::npos && Fixed(end + 1);
  }
  bool Magnitude(bool negative) {
    uint64_t bits = 0;
    if (!GetBE64(&rest_, &bits)) return false;
    if (negative != (flip_ != 0)) bits = ~bits;
    return (bits & 1) == 0 || Fixed(kTailBytes);
  }
  bool AtEnd() { return !rest_.empty() && (rest_[0] ^ flip_) == kEnd && Fixed(1); }
  bool Object() {
    while (!AtEnd()) {
      if (!Fixed(1) || !Text() || !Value()) return false;
    }
    return true;
  }
  bool Array() {
    while (!AtEnd()) {
      if (!Value()) return false;
    }
    return true;
  }

  Bytes rest_;
  const char flip_;
};

}  // namespace

void AppendOrderedKey(ValueView value, std::string* out) {
  const TypeRank rank = RankOf(value.type);
  if (rank == TypeRank::kNumber) return AppendNumber(value, out);
  if (rank == TypeRank::kBool) return Mark(value.Bool() ? kTrue : kFalse, out);
  Mark(static_cast<uint8_t>(rank), out);
  AppendRest(rank, value, out);
}

std::string OrderedKey(ValueView value) {
  std::string out;
  AppendOrderedKey(value, &out);
  return out;
}

void InvertKey(std::string* key, size_t from) {
  for (size_t i = from; i < key->size(); ++i) (*key)[i] = static_cast<char>(~(*key)[i]);
}

size_t OrderedKeyLength(Bytes key, bool inverted) {
  Skipper skipper(key, inverted);
  return skipper.Value() ? key.size() - skipper.left() : 0;
}

}  // namespace veddb::doc
