// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/hash_index.h"

#include "base/hash.h"
#include "doc/value/compare.h"
#include "doc/value/decimal.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

constexpr uint64_t kNanHash = 0x9e3779b97f4a7c15;

uint64_t Mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product =
      static_cast<unsigned __int128>(a ^ 0xa0761d6478bd642f) * (b ^ 0xe7037ed1a0b428db);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t HashNumber(ValueView value) {
  if (const std::optional<int64_t> whole = WholeNumber(value)) {
    return Mix(static_cast<uint64_t>(*whole), 1);
  }
  if (IsNan(value)) return kNanHash;
  return Mix(std::bit_cast<uint64_t>(ToDouble(value)), 2);
}

uint64_t HashElements(DocView doc, bool with_names) {
  uint64_t hash = with_names ? 3 : 4;
  for (const Element& element : doc) {
    if (with_names) hash = Mix(hash, Hash64(element.name));
    hash = Mix(hash, HashValue(element.value));
  }
  return hash;
}

}  // namespace

uint64_t HashValue(ValueView value) {
  const TypeRank rank = RankOf(value.type);
  const auto with_rank = [rank](Bytes bytes) {
    return Mix(Hash64(bytes), static_cast<uint64_t>(rank));
  };
  switch (rank) {
    case TypeRank::kNumber:
      return HashNumber(value);
    case TypeRank::kText:
    case TypeRank::kCode:
      return with_rank(value.String());
    case TypeRank::kObject:
    case TypeRank::kArray:
      return HashElements(value.Document(), rank == TypeRank::kObject);
    case TypeRank::kCodeWithScope:
      return Mix(with_rank(value.ScopedCode()), HashElements(value.Scope(), true));
    case TypeRank::kMinKey:
    case TypeRank::kUndefined:
    case TypeRank::kNull:
    case TypeRank::kMaxKey:
      return with_rank({});
    default:
      return with_rank(value.bytes());
  }
}

}  // namespace veddb::doc
