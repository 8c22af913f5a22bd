// SPDX-License-Identifier: BSD-3-Clause
// BITOP: an operation over all bits of several strings.
#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <vector>

#include "base/glob.h"
#include "modules/bitmap/bitmap_shared.h"
#include "types/bitmap.h"
#include "types/string.h"

namespace veddb {
namespace {

const Error kOneSource = Err("BITOP NOT must be called with a single source key.");

std::optional<BitOperation> ParseOperation(Bytes word) {
  if (EqualsIgnoreCase(word, "AND")) return BitOperation::kAnd;
  if (EqualsIgnoreCase(word, "OR")) return BitOperation::kOr;
  if (EqualsIgnoreCase(word, "XOR")) return BitOperation::kXor;
  if (EqualsIgnoreCase(word, "NOT")) return BitOperation::kNot;
  return std::nullopt;
}

void BitOp(Call& call) {
  const std::optional<BitOperation> operation = ParseOperation(call.argv[1]);
  if (!operation) return call.reply.Error(kSyntaxError);
  KeyRef& target = call.keys[0];
  const std::span<KeyRef> names = call.keys.subspan(1);
  if (*operation == BitOperation::kNot && names.size() != 1) return call.reply.Error(kOneSource);
  std::deque<StringBytes> strings;  // keeps the digits of integers
  std::vector<Bytes> sources;
  size_t size = 0;
  for (KeyRef& name : names) {
    const Entry* entry = call.LookupRead(name);
    if (!call.CheckType(entry, ObjectType::kString)) return;
    sources.push_back(strings.emplace_back(entry).get());
    size = std::max(size, sources.back().size());
  }
  call.reply.Integer(static_cast<int64_t>(size));
  if (size == 0) {
    if (Entry* old = call.Lookup(target)) target.keyspace->Delete(old);
    return;
  }
  std::string combined(size, '\0');
  CombineBits(*operation, sources, combined.data(), size);
  Entry* entry = call.LookupOrInsert(target, size);
  target.keyspace->SetBytes(entry, ObjectType::kString, Encoding::kRaw, combined);
  target.keyspace->SetExpiry(entry, 0);
}

constexpr std::array kTable = {
    CommandSpec{.name = "bitop",
                .summary = "Combine the bits of strings and store the result.",
                .since = "2.6.0",
                .group = "bitmap",
                .complexity = "O(N)",
                .syntax = "operation destkey key [key ...]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kBitmap,
                .keys = {{2, 2, 1, Access::kOW | Access::kUpdate},
                         {3, -1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = BitOp},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> BitmapOperationCommands() { return kTable; }

}  // namespace veddb
