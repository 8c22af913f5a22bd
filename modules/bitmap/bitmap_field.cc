// SPDX-License-Identifier: BSD-3-Clause
// Numbers of any width in a string: BITFIELD and BITFIELD_RO.
#include <algorithm>
#include <array>
#include <vector>

#include "base/glob.h"
#include "modules/bitmap/bitmap_shared.h"
#include "types/bitmap.h"
#include "types/string.h"

namespace veddb {
namespace {

// A field begins anywhere in a byte.
constexpr size_t kFieldBytesMax = kFieldBitsMax / 8 + 1;

const Error kBadType =
    Err("Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 "
        "is.");
const Error kBadOverflow = Err("Invalid OVERFLOW type specified");
const Error kOnlyGet = Err("BITFIELD_RO only supports the GET subcommand");

enum class FieldAction : uint8_t { kGet, kSet, kIncrement };

struct FieldStep {
  FieldAction action = FieldAction::kGet;
  FieldOverflow overflow = FieldOverflow::kWrap;
  FieldType type;
  uint64_t offset = 0;
  int64_t operand = 0;  // the value or the increment

  uint64_t last_bit() const { return offset + type.bits - 1; }
};

Result<FieldType> ParseType(Bytes text) {
  const bool is_signed = text.starts_with('i');
  if (!is_signed && !text.starts_with('u')) return kBadType;
  const std::optional<int64_t> bits = ParseInt64(text.substr(1));
  const int64_t max = is_signed ? kFieldBitsMax : kFieldBitsMax - 1;
  if (!bits || *bits < 1 || *bits > max) return kBadType;
  return FieldType{is_signed, static_cast<uint8_t>(*bits)};
}

Result<FieldOverflow> ParseOverflow(Bytes word) {
  if (EqualsIgnoreCase(word, "WRAP")) return FieldOverflow::kWrap;
  if (EqualsIgnoreCase(word, "SAT")) return FieldOverflow::kSaturate;
  if (EqualsIgnoreCase(word, "FAIL")) return FieldOverflow::kFail;
  return kBadOverflow;
}

Result<std::vector<FieldStep>> ParseSteps(std::span<const Bytes> argv) {
  std::vector<FieldStep> steps;
  FieldOverflow overflow = FieldOverflow::kWrap;
  for (size_t i = 2; i < argv.size();) {
    const Bytes word = argv[i];
    const size_t left = argv.size() - i - 1;
    FieldStep step;
    if (EqualsIgnoreCase(word, "GET") && left >= 2) {
      step.action = FieldAction::kGet;
    } else if (EqualsIgnoreCase(word, "SET") && left >= 3) {
      step.action = FieldAction::kSet;
    } else if (EqualsIgnoreCase(word, "INCRBY") && left >= 3) {
      step.action = FieldAction::kIncrement;
    } else if (EqualsIgnoreCase(word, "OVERFLOW") && left >= 1) {
      overflow = TRY(ParseOverflow(argv[i + 1]));
      i += 2;
      continue;
    } else {
      return kSyntaxError;
    }
    step.overflow = overflow;
    step.type = TRY(ParseType(argv[i + 1]));
    step.offset = TRY(ParseBitOffset(argv[i + 2], step.type.bits));
    i += 3;
    if (step.action != FieldAction::kGet) {
      const std::optional<int64_t> operand = ParseInt64(argv[i++]);
      if (!operand) return kNotInteger;
      step.operand = *operand;
    }
    steps.push_back(step);
  }
  return steps;
}

void ReplyGet(Reply& reply, const Entry* entry, const FieldStep& step) {
  const StringBytes bytes(entry);
  reply.Integer(step.type.NumberOf(ReadField(bytes.get(), step.offset, step.type.bits)));
}

// REQUIRES: the field lies within the string.
void Change(Reply& reply, Keyspace& keyspace, Entry* entry, const FieldStep& step) {
  const FieldType type = step.type;
  const size_t begin = step.offset / 8;
  const size_t size = step.last_bit() / 8 - begin + 1;
  const uint64_t shift = step.offset % 8;
  std::array<char, kFieldBytesMax> bytes;
  StringBytes(entry).get().copy(bytes.data(), size, begin);
  const uint64_t before = ReadField({bytes.data(), size}, shift, type.bits);
  const bool sets = step.action == FieldAction::kSet;
  const std::optional<uint64_t> after =
      type.Add(sets ? step.operand : type.NumberOf(before), sets ? 0 : step.operand, step.overflow);
  if (!after) return reply.Null();
  reply.Integer(type.NumberOf(sets ? before : *after));
  if (*after == before) return;
  WriteField(bytes.data(), shift, type.bits, *after);
  OverwriteString(keyspace, entry, begin, {bytes.data(), size});
}

void ReadFields(Call& call, std::span<const FieldStep> steps) {
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  call.reply.Array(steps.size());
  for (const FieldStep& step : steps) ReplyGet(call.reply, entry, step);
}

void ChangeFields(Call& call, std::span<const FieldStep> steps) {
  KeyRef& key = call.keys[0];
  if (!call.CheckType(call.Lookup(key), ObjectType::kString)) return;
  size_t size = 0;
  for (const FieldStep& step : steps) {
    if (step.action != FieldAction::kGet) size = std::max<size_t>(size, step.last_bit() / 8 + 1);
  }
  Entry* entry = call.LookupOrInsert(key, size);
  // The string reaches the last field before any is looked at, even if that then fails.
  if (!entry->present() || StringLength(*entry) < size) {
    OverwriteString(*key.keyspace, entry, size, {});
  }
  call.reply.Array(steps.size());
  for (const FieldStep& step : steps) {
    if (step.action == FieldAction::kGet) {
      ReplyGet(call.reply, entry, step);
    } else {
      Change(call.reply, *key.keyspace, entry, step);
    }
  }
}

void BitField(Call& call) {
  const Result<std::vector<FieldStep>> steps = ParseSteps(call.argv);
  if (!steps.ok()) return call.reply.Error(steps.error());
  const bool reads = std::all_of(steps->begin(), steps->end(), [](const FieldStep& step) {
    return step.action == FieldAction::kGet;
  });
  if (reads) return ReadFields(call, *steps);
  if (Has(call.spec.flags, Flag::kReadonly)) return call.reply.Error(kOnlyGet);
  ChangeFields(call, *steps);
}

// Of BITFIELD: with GET alone it only reads. What is wrong counts as a change.
Access FieldAccess(std::span<const Bytes> argv) {
  for (size_t i = 2; i < argv.size();) {
    const size_t left = argv.size() - i - 1;
    if (EqualsIgnoreCase(argv[i], "GET") && left >= 2) {
      i += 3;
    } else if (EqualsIgnoreCase(argv[i], "OVERFLOW") && left >= 1) {
      i += 2;
    } else {
      return Access::kRW | Access::kAccess | Access::kUpdate;
    }
  }
  return Access::kRO | Access::kAccess;
}

constexpr std::array kTable = {
    CommandSpec{
        .name = "bitfield",
        .summary = "Read, set and increment numbers of any width in a string.",
        .since = "3.2.0",
        .group = "bitmap",
        .complexity = "O(1) for each subcommand specified",
        .syntax = "key [GET encoding offset | [OVERFLOW WRAP|SAT|FAIL] SET encoding offset "
                  "value | INCRBY encoding offset increment ...]",
        .arity = -2,
        .flags = Flag::kWrite | Flag::kDenyOom,
        .categories = Category::kBitmap,
        .keys = {{1, 1, 1,
                  Access::kRW | Access::kAccess | Access::kUpdate | Access::kVariableFlags}},
        .route = Route::kKeys,
        .handler = BitField,
        .access_of = FieldAccess},
    CommandSpec{.name = "bitfield_ro",
                .summary = "Read numbers of any width in a string.",
                .since = "6.0.0",
                .group = "bitmap",
                .complexity = "O(1) for each subcommand specified",
                .syntax = "key [GET encoding offset [GET encoding offset ...]]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kBitmap,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = BitField},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> BitmapFieldCommands() { return kTable; }

}  // namespace veddb
