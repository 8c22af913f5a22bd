// SPDX-License-Identifier: BSD-3-Clause
// CommandSpec: everything the server knows of a command, declared once beside its handler. COMMAND,
// COMMAND DOCS, HELP, gates, routing, ACL categories and statistics all derive from it.
//
// A module's table is a constexpr array; `static_assert(SpecsAreValid(table))` checks it when the
// server is built.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb {

class Call;
class PrepareCall;

// Flags: the words that COMMAND INFO shows, in its order.
enum class Flag : uint32_t {
  kNone = 0,
  kWrite = 1 << 0,
  kReadonly = 1 << 1,
  kDenyOom = 1 << 2,
  kAdmin = 1 << 3,
  kPubsub = 1 << 4,
  kNoScript = 1 << 5,
  kBlocking = 1 << 6,
  kLoading = 1 << 7,
  kStale = 1 << 8,
  kSkipMonitor = 1 << 9,
  kSkipSlowlog = 1 << 10,
  kAsking = 1 << 11,
  kFast = 1 << 12,
  kNoAuth = 1 << 13,
  kMayReplicate = 1 << 14,
  kProtected = 1 << 15,  // not shown
  kNoAsyncLoading = 1 << 16,
  kNoMulti = 1 << 17,
  kMovableKeys = 1 << 18,
  kAllowBusy = 1 << 19,
  kTransaction = 1 << 20,  // runs at once even inside MULTI (EXEC, DISCARD …); not shown
  kSnapshot = 1 << 21,     // a long read: runs on a snapshot in the query pool; not shown
};
constexpr Flag operator|(Flag a, Flag b) {
  return static_cast<Flag>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr bool Has(Flag flags, Flag one) {
  return (static_cast<uint32_t>(flags) & static_cast<uint32_t>(one)) != 0;
}

// ACL categories; the implied ones (@write, @read, @slow, @fast, @admin, @dangerous, @blocking,
// @pubsub) are derived from the flags by CategoriesOf.
enum class Category : uint32_t {
  kNone = 0,
  kKeyspace = 1 << 0,
  kRead = 1 << 1,
  kWrite = 1 << 2,
  kSet = 1 << 3,
  kSortedSet = 1 << 4,
  kList = 1 << 5,
  kHash = 1 << 6,
  kString = 1 << 7,
  kBitmap = 1 << 8,
  kHyperLogLog = 1 << 9,
  kGeo = 1 << 10,
  kStream = 1 << 11,
  kPubsub = 1 << 12,
  kAdmin = 1 << 13,
  kFast = 1 << 14,
  kSlow = 1 << 15,
  kBlocking = 1 << 16,
  kDangerous = 1 << 17,
  kConnection = 1 << 18,
  kTransaction = 1 << 19,
  kScripting = 1 << 20,
  kDoc = 1 << 21,
};
constexpr Category operator|(Category a, Category b) {
  return static_cast<Category>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr bool Has(Category set, Category one) {
  return (static_cast<uint32_t>(set) & static_cast<uint32_t>(one)) != 0;
}

// What a command does with a key; the words of COMMAND INFO's key specifications.
enum class Access : uint16_t {
  kNone = 0,
  kRO = 1 << 0,
  kRW = 1 << 1,
  kOW = 1 << 2,
  kRM = 1 << 3,
  kAccess = 1 << 4,
  kUpdate = 1 << 5,
  kInsert = 1 << 6,
  kDelete = 1 << 7,
  kNotKey = 1 << 8,
  kIncomplete = 1 << 9,
  kVariableFlags = 1 << 10,
};
constexpr Access operator|(Access a, Access b) {
  return static_cast<Access>(static_cast<uint16_t>(a) | static_cast<uint16_t>(b));
}
constexpr bool Has(Access set, Access one) {
  return (static_cast<uint16_t>(set) & static_cast<uint16_t>(one)) != 0;
}

// Keys stand at argv[first], every `step`, up to `last` (from the end where negative).
struct KeySpec {
  int16_t first = 0;  // 0: none
  int16_t last = 0;
  int16_t step = 1;
  Access access = Access::kNone;
  bool collection = false;  // names a collection, not a key
};

enum class Route : uint8_t {
  kLoop,       // needs no data: answered on the loop
  kKeys,       // runs where its keys (or documents) are, loaded before
  kAllShards,  // runs on the loop while every shard is held
  kSnapshot,   // a read on a snapshot, in the query pool
};

// The positive arity counts exactly, the negative at least; the name is counted, as in Redis.
struct CommandSpec {
  Bytes name;    // lower case, as COMMAND shows it; of a subcommand only its own word
  Bytes parent;  // of a subcommand: the container's name
  Bytes summary;
  Bytes since;
  Bytes group;
  Bytes complexity;
  Bytes syntax;  // the arguments after the name, as HELP shows them; COMMAND DOCS parses it
  int16_t arity = 0;
  Flag flags = Flag::kNone;
  Category categories = Category::kNone;
  KeySpec keys[2] = {};
  Route route = Route::kLoop;
  void (*handler)(Call&) = nullptr;
  // Parses arguments, finds keys that no KeySpec tells, may change the route: runs on the loop (or
  // where parsing is long, in the query pool) before any shard is held.
  Status (*prepare)(PrepareCall&) = nullptr;
  // What it does with its keys when called like this; nullptr: what the key specs say.
  Access (*access_of)(std::span<const Bytes> argv) = nullptr;
  Bytes tips;  // command tips, separated by commas
  // Whether argv[at] is a secret, which MONITOR and SLOWLOG don't show. nullptr: none is.
  bool (*is_secret)(std::span<const Bytes> argv, size_t at) = nullptr;
  // Both or none: better not used since this version, and what instead.
  Bytes deprecated_since;
  Bytes replaced_by;
  // Has subcommands; a handler of its own serves the name alone (COMMAND).
  bool is_container = false;
};

constexpr bool HasHandler(const CommandSpec& spec) {
  // With its undefined-behaviour sanitizer g++ 12 can't tell of each function that it is not at 0.
  if (std::is_constant_evaluated() && !__builtin_constant_p(spec.handler == nullptr)) return true;
  return spec.handler != nullptr;
}

constexpr bool SpecIsValid(const CommandSpec& spec) {
  for (const char c : spec.name) {
    if (c >= 'A' && c <= 'Z') return false;
  }
  if (spec.name.empty() || spec.summary.empty() || spec.summary.back() != '.') return false;
  if (spec.arity == 0 || spec.since.empty() || spec.group.empty()) return false;
  if (!spec.is_container && !HasHandler(spec)) return false;
  if (spec.deprecated_since.empty() != spec.replaced_by.empty()) return false;
  if (Has(spec.flags, Flag::kWrite) && Has(spec.flags, Flag::kReadonly)) return false;
  for (const KeySpec& key : spec.keys) {
    if (key.first == 0) continue;
    if (key.step < 1 || key.access == Access::kNone) return false;
    const bool changes = Has(key.access, Access::kRW) || Has(key.access, Access::kOW) ||
                         Has(key.access, Access::kRM);
    if (changes && !Has(spec.flags, Flag::kWrite)) return false;
  }
  return true;
}
constexpr bool SpecsAreValid(std::span<const CommandSpec> specs) {
  for (const CommandSpec& spec : specs) {
    if (!SpecIsValid(spec)) return false;
  }
  return true;
}

// Explicit and implied categories: write ⇒ @write, readonly ⇒ @read (but for scripting's), admin ⇒
// @admin @dangerous, pubsub ⇒ @pubsub, blocking ⇒ @blocking, fast ⇒ @fast, else @slow.
Category CategoriesOf(const CommandSpec& spec);

}  // namespace veddb
