// SPDX-License-Identifier: BSD-3-Clause
// One bit: GETBIT and SETBIT.
#include <array>

#include "modules/bitmap/bitmap_shared.h"
#include "types/bitmap.h"
#include "types/string.h"

namespace veddb {
namespace {

const Error kBadBit = Err("bit is not an integer or out of range");

void GetBit(Call& call) {
  const Result<uint64_t> offset = ParseBitOffset(call.argv[2], 0);
  if (!offset.ok()) return call.reply.Error(offset.error());
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  call.reply.Integer(static_cast<int64_t>(ReadField(StringBytes(entry).get(), *offset, 1)));
}

void SetBit(Call& call) {
  const Result<uint64_t> offset = ParseBitOffset(call.argv[2], 0);
  if (!offset.ok()) return call.reply.Error(offset.error());
  const std::optional<int64_t> bit = ParseInt64(call.argv[3]);
  if (!bit || *bit < 0 || *bit > 1) return call.reply.Error(kBadBit);
  KeyRef& key = call.keys[0];
  const Entry* entry = call.Lookup(key);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  const uint64_t place = *offset / 8;
  char byte = 0;
  bool reaches = false;
  {
    const StringBytes bytes(entry);
    reaches = entry != nullptr && place < bytes.get().size();
    if (reaches) byte = bytes.get()[place];
  }
  const uint64_t before = ReadField({&byte, 1}, *offset % 8, 1);
  call.reply.Integer(static_cast<int64_t>(before));
  if (reaches && before == static_cast<uint64_t>(*bit)) return;
  WriteField(&byte, *offset % 8, 1, static_cast<uint64_t>(*bit));
  OverwriteString(*key.keyspace, call.LookupOrInsert(key, place + 1), place, {&byte, 1});
}

constexpr std::array kTable = {
    CommandSpec{.name = "getbit",
                .summary = "Get the bit at an offset of the string stored at a key.",
                .since = "2.2.0",
                .group = "bitmap",
                .complexity = "O(1)",
                .syntax = "key offset",
                .arity = 3,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kBitmap,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = GetBit},
    CommandSpec{.name = "setbit",
                .summary = "Set or clear the bit at an offset of the string stored at a key.",
                .since = "2.2.0",
                .group = "bitmap",
                .complexity = "O(1)",
                .syntax = "key offset value",
                .arity = 4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kBitmap,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = SetBit},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> BitmapBitCommands() { return kTable; }

}  // namespace veddb
