// SPDX-License-Identifier: BSD-3-Clause
// OBJECT: how a value is kept. Looking is no use of the key, so that idle times go on.
#include <algorithm>
#include <array>
#include <limits>

#include "modules/keys/keys_shared.h"
#include "object/access.h"
#include "types/string.h"

namespace veddb {
namespace {

// Small integers are answered as shared by all, which clients' tests know them by; but not where
// each key's use decides over its eviction.
constexpr int64_t kSharedIntegers = 10000;
constexpr int64_t kSharedReferences = std::numeric_limits<int32_t>::max();

const Error kFrequencyNotTracked =
    Err("An LFU maxmemory policy is not selected, access frequency not tracked. Please note that "
        "when switching between policies at runtime LRU and LFU data will take some time to "
        "adjust.");
const Error kIdleTimeNotTracked =
    Err("An LFU maxmemory policy is selected, idle time not tracked. Please note that when "
        "switching between policies at runtime LRU and LFU data will take some time to adjust.");

void ObjectEncoding(Call& call) {
  const Entry* entry = PeekRead(call, call.keys[0]);
  if (entry == nullptr) return call.reply.Null();
  call.reply.Bulk(EncodingName(entry->encoding));
}

void ObjectRefCount(Call& call) {
  const Entry* entry = PeekRead(call, call.keys[0]);
  if (entry == nullptr) return call.reply.Null();
  const bool shared = KeysModuleSharesIntegers() && entry->type == ObjectType::kString &&
                      entry->encoding == Encoding::kInt && entry->value.integer >= 0 &&
                      entry->value.integer < kSharedIntegers;
  call.reply.Integer(shared ? kSharedReferences : 1);
}

void ObjectIdleTime(Call& call) {
  KeyRef& key = call.keys[0];
  const Entry* entry = PeekRead(call, key);
  if (entry == nullptr) return call.reply.Null();
  if (KeysModuleAccessMeasure() == AccessMeasure::kFrequency) {
    return call.reply.Error(kIdleTimeNotTracked);
  }
  const int64_t idle_s = int64_t{key.keyspace->context().now_s} - entry->accessed_s;
  call.reply.Integer(std::max<int64_t>(0, idle_s));
}

void ObjectFreq(Call& call) {
  KeyRef& key = call.keys[0];
  const Entry* entry = PeekRead(call, key);
  if (entry == nullptr) return call.reply.Null();
  if (KeysModuleAccessMeasure() == AccessMeasure::kIdleTime) {
    return call.reply.Error(kFrequencyNotTracked);
  }
  call.reply.Integer(FrequencyNow(*entry, key.keyspace->context()));
}

constexpr std::array<Bytes, 15> kHelp = {
    "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "ENCODING <key>",
    "    Return the kind of internal representation used in order to store the value",
    "    associated with a <key>.",
    "FREQ <key>",
    "    Return the access frequency index of the <key>. The returned integer is",
    "    proportional to the logarithm of the recent access frequency of the key.",
    "IDLETIME <key>",
    "    Return the idle time of the <key>, that is the approximated number of",
    "    seconds elapsed since the last access to the key.",
    "REFCOUNT <key>",
    "    Return the number of references of the value associated with the specified",
    "    <key>.",
    "HELP",
    "    Prints this help.",
};

void ObjectHelp(Call& call) {
  call.reply.Array(kHelp.size());
  for (const Bytes line : kHelp) call.reply.Simple(line);
}

constexpr CommandSpec Inspector(Bytes name, Bytes summary, Bytes since, void (*handler)(Call&)) {
  return {.name = name,
          .parent = "object",
          .summary = summary,
          .since = since,
          .group = "generic",
          .complexity = "O(1)",
          .syntax = "key",
          .arity = 3,
          .flags = Flag::kReadonly,
          .categories = Category::kKeyspace,
          .keys = {{2, 2, 1, Access::kRO}},
          .route = Route::kKeys,
          .handler = handler,
          .tips = "nondeterministic_output"};
}

constexpr std::array kTable = {
    CommandSpec{.name = "object",
                .summary = "A container for object introspection commands.",
                .since = "2.2.3",
                .group = "generic",
                .complexity = "Depends on subcommand.",
                .arity = -2,
                .is_container = true},
    Inspector("encoding", "Inspect the internal encoding of an object.", "2.2.3", ObjectEncoding),
    Inspector("freq", "Get the logarithmic access frequency counter of an object.", "4.0.0",
              ObjectFreq),
    Inspector("idletime", "Get the time since an object was last accessed.", "2.2.3",
              ObjectIdleTime),
    Inspector("refcount", "Get the number of references to the value of the key.", "2.2.3",
              ObjectRefCount),
    CommandSpec{.name = "help",
                .parent = "object",
                .summary = "Show helpful text about the different subcommands.",
                .since = "6.2.0",
                .group = "generic",
                .complexity = "O(1)",
                .arity = 2,
                .flags = Flag::kLoading | Flag::kStale,
                .categories = Category::kKeyspace,
                .route = Route::kLoop,
                .handler = ObjectHelp},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysObjectCommands() { return kTable; }

}  // namespace veddb
