// SPDX-License-Identifier: BSD-3-Clause
// Ranges of bits: BITCOUNT and BITPOS.
#include <algorithm>
#include <array>

#include "base/glob.h"
#include "modules/bitmap/bitmap_shared.h"
#include "types/bitmap.h"
#include "types/string.h"

namespace veddb {
namespace {

const Error kBadBit = Err("The bit argument must be 1 or 0.");

// [start [end [BYTE|BIT]]], as written.
struct BitRange {
  int64_t start = 0;
  int64_t end = -1;
  bool of_bits = false;
  bool has_end = false;
};

Status ParseUnit(Bytes word, BitRange& range) {
  range.of_bits = EqualsIgnoreCase(word, "BIT");
  if (!range.of_bits && !EqualsIgnoreCase(word, "BYTE")) return kSyntaxError;
  return Ok();
}

Result<BitRange> ParseRange(std::span<const Bytes> arguments) {
  BitRange range;
  if (!arguments.empty()) {
    const std::optional<int64_t> start = ParseInt64(arguments[0]);
    if (!start) return kNotInteger;
    range.start = *start;
  }
  if (arguments.size() > 2) TRY(ParseUnit(arguments[2], range));
  if (arguments.size() > 1) {
    const std::optional<int64_t> end = ParseInt64(arguments[1]);
    if (!end) return kNotInteger;
    range.end = *end;
    range.has_end = true;
  }
  return range;
}

struct BitSpan {
  uint64_t first = 0;
  uint64_t last = 0;
};

// The bits that a range means in a string of this size; nullopt: none.
std::optional<BitSpan> SpanOf(const BitRange& range, size_t size) {
  const int64_t unit_bits = range.of_bits ? 1 : 8;
  const int64_t units = static_cast<int64_t>(size) * 8 / unit_bits;
  const auto place = [units](int64_t at) { return std::max<int64_t>(0, at < 0 ? at + units : at); };
  const int64_t first = place(range.start);
  const int64_t last = std::min(place(range.end), units - 1);
  if (first > last) return std::nullopt;
  return BitSpan{static_cast<uint64_t>(first * unit_bits),
                 static_cast<uint64_t>((last + 1) * unit_bits - 1)};
}

void BitCount(Call& call) {
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (entry == nullptr) return call.reply.Integer(0);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  if (call.argv.size() == 3 || call.argv.size() > 5) return call.reply.Error(kSyntaxError);
  const bool has_unit = call.argv.size() == 5;
  Result<BitRange> range = ParseRange(call.argv.subspan(2, call.argv.size() == 2 ? 0 : 2));
  if (!range.ok()) return call.reply.Error(range.error());
  // Here the unit is looked at last.
  if (range->start < 0 && range->end < 0 && range->start > range->end) {
    return call.reply.Integer(0);
  }
  if (has_unit) {
    if (const Status unit = ParseUnit(call.argv[4], *range); !unit.ok()) {
      return call.reply.Error(unit.error());
    }
  }
  const StringBytes bytes(entry);
  const std::optional<BitSpan> span = SpanOf(*range, bytes.get().size());
  call.reply.Integer(span ? static_cast<int64_t>(CountBits(bytes.get(), span->first, span->last))
                          : 0);
}

void BitPos(Call& call) {
  const std::optional<int64_t> bit = ParseInt64(call.argv[2]);
  if (!bit) return call.reply.Error(kNotInteger);
  if (*bit < 0 || *bit > 1) return call.reply.Error(kBadBit);
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (entry == nullptr) return call.reply.Integer(*bit == 1 ? -1 : 0);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  if (call.argv.size() > 6) return call.reply.Error(kSyntaxError);
  const Result<BitRange> range = ParseRange(call.argv.subspan(3));
  if (!range.ok()) return call.reply.Error(range.error());
  const StringBytes bytes(entry);
  const std::optional<BitSpan> span = SpanOf(*range, bytes.get().size());
  if (!span) return call.reply.Integer(-1);
  const std::optional<uint64_t> found = FindBit(bytes.get(), *bit == 1, span->first, span->last);
  if (found) return call.reply.Integer(static_cast<int64_t>(*found));
  // Without an end a string is as if zeros followed it for ever.
  const bool zero_behind = *bit == 0 && !range->has_end;
  call.reply.Integer(zero_behind ? static_cast<int64_t>(8 * bytes.get().size()) : -1);
}

constexpr std::array kTable = {
    CommandSpec{.name = "bitcount",
                .summary = "Count the set bits in a string.",
                .since = "2.6.0",
                .group = "bitmap",
                .complexity = "O(N)",
                .syntax = "key [start end [BYTE|BIT]]",
                .arity = -2,
                .flags = Flag::kReadonly,
                .categories = Category::kBitmap,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = BitCount},
    CommandSpec{.name = "bitpos",
                .summary = "Find the first bit set or clear in a string.",
                .since = "2.8.7",
                .group = "bitmap",
                .complexity = "O(N)",
                .syntax = "key bit [start [end [BYTE|BIT]]]",
                .arity = -3,
                .flags = Flag::kReadonly,
                .categories = Category::kBitmap,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = BitPos},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> BitmapRangeCommands() { return kTable; }

}  // namespace veddb
