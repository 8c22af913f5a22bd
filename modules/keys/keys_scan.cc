// SPDX-License-Identifier: BSD-3-Clause
// All keys of a database: SCAN and KEYS, on a snapshot that no writer waits for.
//
// SCAN's cursor is the place of the next key in storage order: its slot and the 48 bits of its hash
// as one number (0, which only a first key could have, is begin and end). So the server remembers
// nothing, and a key that stays is told at least once whatever else comes and goes. Keys that share
// a place are told by the same call. MATCH and TYPE hide keys and never move the cursor.
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/glob.h"
#include "base/mutation.h"
#include "base/number.h"
#include "command/snapshot.h"
#include "modules/keys/keys_shared.h"
#include "storage/key_codec.h"

namespace veddb {
namespace {

constexpr int64_t kScanCountDefault = 10;
constexpr Bytes kAnyPattern = "*";

struct ScanOptions final : Prepared {
  uint32_t space = 0;
  uint64_t cursor = 0;
  int64_t count = kScanCountDefault;
  std::optional<std::string> pattern;
  std::optional<std::string> type;
};

uint64_t PlaceOf(const StorageKeyView& key) { return uint64_t{key.slot} << 48 | key.hash >> 16; }

// Unlike other numbers, a cursor may have a sign, zeros before it, or no digits at all.
Result<uint64_t> ParseCursor(Bytes argument) {
  const std::string text(argument);
  char* end = nullptr;
  errno = 0;
  const uint64_t cursor = std::strtoull(text.c_str(), &end, 10);
  const bool space = std::isspace(static_cast<unsigned char>(text.c_str()[0])) != 0;
  if (space || *end != '\0' || errno == ERANGE) return Err("invalid cursor");
  return cursor;
}

Status PrepareScan(PrepareCall& call) {
  auto options = std::make_unique<ScanOptions>();
  options->space = call.databases.SpaceOf(call.database);
  options->cursor = TRY(ParseCursor(call.argv[1]));
  // What was there when the iteration began is in the store since its first call. To drain for each
  // of the others would make an iteration under writers crawl.
  call.plan.may_lag = options->cursor != 0;
  for (size_t i = 2; i < call.argv.size(); i += 2) {
    if (i + 1 == call.argv.size()) return kSyntaxError;
    const Bytes value = call.argv[i + 1];
    if (EqualsIgnoreCase(call.argv[i], "COUNT")) {
      const std::optional<int64_t> count = ParseInt64(value);
      if (!count) return kNotInteger;
      if (*count < 1) return kSyntaxError;
      options->count = *count;
    } else if (EqualsIgnoreCase(call.argv[i], "MATCH")) {
      options->pattern.reset();
      if (value != kAnyPattern) options->pattern = value;
    } else if (EqualsIgnoreCase(call.argv[i], "TYPE")) {
      options->type = value;
    } else {
      return kSyntaxError;
    }
  }
  call.plan.prepared = std::move(options);
  return Ok();
}

// Whether a stored value is of a key that is to be told.
bool IsShown(const ScanOptions& options, Bytes key, Bytes value, int64_t now_ms) {
  KeyHeader header;
  if (!GetKeyHeader(&value, &header)) return false;
  if (header.expiry_ms != 0 && header.expiry_ms <= now_ms) return false;
  if (options.type &&
      !EqualsIgnoreCase(*options.type, TypeName(static_cast<ObjectType>(header.type)))) {
    return false;
  }
  return !options.pattern || GlobMatch(*options.pattern, key);
}

void ReplyKeys(Reply& reply, const std::vector<std::string>& keys) {
  reply.Array(keys.size());
  for (const std::string& key : keys) reply.Bulk(key);
}

void Scan(Call& call) {
  const auto& options = call.prepared_as<ScanOptions>();
  std::string begin = SpaceBegin(options.space);
  PutBE64(begin, options.cursor);
  std::vector<std::string> shown;
  int64_t looked_at = 0;
  uint64_t place = 0;
  uint64_t next = 0;
  const Status status = call.snapshot->Scan(
      KeyspaceKind::kKeys, options.space, begin, {}, [&](Bytes storage_key, Bytes value) {
        const std::optional<StorageKeyView> key = ParseStorageKey(storage_key);
        if (!key) return true;
        if (looked_at >= options.count && PlaceOf(*key) != place) {
          next = PlaceOf(*key) + (Mutated("scan-skips-key") ? 1 : 0);
          return false;
        }
        ++looked_at;
        place = PlaceOf(*key);
        if (IsShown(options, key->key, value, call.now_ms)) shown.emplace_back(key->key);
        return true;
      });
  if (!status.ok()) return call.reply.Error(status.error());
  call.reply.Array(2);
  call.reply.BulkInteger(static_cast<int64_t>(next));
  ReplyKeys(call.reply, shown);
}

Status PrepareKeys(PrepareCall& call) {
  auto options = std::make_unique<ScanOptions>();
  options->space = call.databases.SpaceOf(call.database);
  if (call.argv[1] != kAnyPattern) options->pattern = call.argv[1];
  call.plan.prepared = std::move(options);
  return Ok();
}

void Keys(Call& call) {
  const auto& options = call.prepared_as<ScanOptions>();
  const size_t parts = call.snapshot->Parts(KeyspaceKind::kKeys, options.space);
  std::vector<std::vector<std::string>> shown(parts);
  const Status status = call.snapshot->ScanParallel(
      KeyspaceKind::kKeys, options.space, parts, [&](size_t part, Bytes storage_key, Bytes value) {
        const std::optional<StorageKeyView> key = ParseStorageKey(storage_key);
        if (key && IsShown(options, key->key, value, call.now_ms)) {
          shown[part].emplace_back(key->key);
        }
        return true;
      });
  if (!status.ok()) return call.reply.Error(status.error());
  size_t total = 0;
  for (const auto& part : shown) total += part.size();
  call.reply.Array(total);
  for (const auto& part : shown) {
    for (const std::string& key : part) call.reply.Bulk(key);
  }
}

constexpr std::array kTable = {
    CommandSpec{.name = "scan",
                .summary = "Incrementally iterate the keys space.",
                .since = "2.8.0",
                .group = "generic",
                .complexity =
                    "O(1) for every call. O(N) for a complete iteration, including enough "
                    "command calls for the cursor to return back to 0. N is the number of "
                    "elements inside the collection.",
                .syntax = "cursor [MATCH pattern] [COUNT count] [TYPE type]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kKeyspace,
                .route = Route::kSnapshot,
                .handler = Scan,
                .prepare = PrepareScan,
                .tips = "nondeterministic_output,request_policy:special"},
    CommandSpec{.name = "keys",
                .summary = "Find all keys matching the given pattern.",
                .since = "1.0.0",
                .group = "generic",
                .complexity =
                    "O(N) with N being the number of keys in the database, under the assumption "
                    "that the key names in the database and the given pattern have limited "
                    "length.",
                .syntax = "pattern",
                .arity = 2,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kKeyspace | Category::kDangerous,
                .route = Route::kSnapshot,
                .handler = Keys,
                .prepare = PrepareKeys,
                .tips = "request_policy:all_shards,nondeterministic_output_order"},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysScanCommands() { return kTable; }

}  // namespace veddb
