// SPDX-License-Identifier: BSD-3-Clause
// $bitsAllSet, $bitsAllClear, $bitsAnySet, $bitsAnyClear: over whole numbers (two's complement, the
// sign goes on for ever) and binary data (bit 0 is the lowest of the first byte; zeros go on for
// ever).
#include <limits>

#include "doc/match/operators.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

// The positions asked for: as numbers, or as the set bits of binary data (which may be long).
struct Positions {
  std::vector<uint64_t> list;
  Bytes mask;

  // Whether test(position) gives `wanted` for any of them.
  template <typename Test>
  bool Any(bool wanted, const Test& test) const {
    for (const uint64_t position : list) {
      if (test(position) == wanted) return true;
    }
    for (size_t i = 0; i < mask.size(); ++i) {
      for (uint64_t bit = 0; bit < 8; ++bit) {
        if ((static_cast<uint8_t>(mask[i]) >> bit & 1) == 0) continue;
        if (test(uint64_t{i} * 8 + bit) == wanted) return true;
      }
    }
    return false;
  }
};

struct BitsRule {
  bool any;     // one position is enough
  bool wanted;  // the bit's value
};

class BitsNode final : public PathNode {
 public:
  BitsNode(FieldPath path, Positions positions, BitsRule rule)
      : PathNode(MatchKind::kBits, std::move(path), LeafArrays::kOpen),
        positions_(std::move(positions)),
        rule_(rule) {}

  bool MatchValue(ValueView value, MatchState&) const override {
    if (value.type == BsonType::kBinary) {
      const Bytes data = value.Binary().data;
      return Holds([data](uint64_t position) {
        const uint64_t byte = position / 8;
        return byte < data.size() && (static_cast<uint8_t>(data[byte]) >> position % 8 & 1) != 0;
      });
    }
    const std::optional<int64_t> number = WholeNumber(value);
    if (!number) return false;
    return Holds([v = *number](uint64_t position) {
      return (v >> (position < 63 ? position : 63) & 1) != 0;
    });
  }

 private:
  template <typename Test>
  bool Holds(const Test& test) const {
    return rule_.any ? positions_.Any(rule_.wanted, test) : !positions_.Any(!rule_.wanted, test);
  }

  const Positions positions_;
  const BitsRule rule_;
};

Result<Positions> ParsePositionList(const FieldOperand& operand) {
  Positions positions;
  for (const Element& element : operand.value.Document()) {
    const std::optional<int64_t> position = WholeNumber(element.value);
    if (!position || *position < 0 || *position > std::numeric_limits<int32_t>::max()) {
      return BadOperand(operand, "bit positions are whole numbers of 31 bits");
    }
    positions.list.push_back(static_cast<uint64_t>(*position));
  }
  return positions;
}

Result<Positions> ParsePositions(const FieldOperand& operand) {
  Positions positions;
  switch (operand.value.type) {
    case BsonType::kArray:
      return ParsePositionList(operand);
    case BsonType::kBinary:
      positions.mask = operand.value.Binary().data;
      return positions;
    default:
      break;
  }
  const std::optional<int64_t> mask = WholeNumber(operand.value);
  if (!mask || *mask < 0) {
    return BadOperand(operand, "needs a mask (a whole number or binary data) or bit positions");
  }
  for (uint64_t bit = 0; bit < 63; ++bit) {
    if ((*mask >> bit & 1) != 0) positions.list.push_back(bit);
  }
  return positions;
}

Result<NodePtr> ParseBits(const FieldOperand& operand, BitsRule rule) {
  Positions positions = TRY(ParsePositions(operand));
  return NodePtr(std::make_unique<BitsNode>(operand.path, std::move(positions), rule));
}

}  // namespace

Result<NodePtr> ParseBitsAllSet(const FieldOperand& operand) {
  return ParseBits(operand, {.any = false, .wanted = true});
}
Result<NodePtr> ParseBitsAllClear(const FieldOperand& operand) {
  return ParseBits(operand, {.any = false, .wanted = false});
}
Result<NodePtr> ParseBitsAnySet(const FieldOperand& operand) {
  return ParseBits(operand, {.any = true, .wanted = true});
}
Result<NodePtr> ParseBitsAnyClear(const FieldOperand& operand) {
  return ParseBits(operand, {.any = true, .wanted = false});
}

}  // namespace veddb::doc
