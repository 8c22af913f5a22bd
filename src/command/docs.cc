// SPDX-License-Identifier: BSD-3-Clause
#include "command/docs.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/glob.h"
#include "command/call.h"
#include "command/server_api.h"
#include "command/syntax.h"

namespace veddb {
namespace {

// --- words, in the order in which they are shown ---

constexpr auto kFlagWords = std::to_array<std::pair<Flag, Bytes>>({
    {Flag::kWrite, "write"},
    {Flag::kReadonly, "readonly"},
    {Flag::kDenyOom, "denyoom"},
    {Flag::kAdmin, "admin"},
    {Flag::kPubsub, "pubsub"},
    {Flag::kNoScript, "noscript"},
    {Flag::kBlocking, "blocking"},
    {Flag::kLoading, "loading"},
    {Flag::kStale, "stale"},
    {Flag::kSkipMonitor, "skip_monitor"},
    {Flag::kSkipSlowlog, "skip_slowlog"},
    {Flag::kAsking, "asking"},
    {Flag::kFast, "fast"},
    {Flag::kNoAuth, "no_auth"},
    {Flag::kMayReplicate, "may_replicate"},
    {Flag::kNoAsyncLoading, "no_async_loading"},
    {Flag::kNoMulti, "no_multi"},
    {Flag::kMovableKeys, "movablekeys"},
    {Flag::kAllowBusy, "allow_busy"},
});

constexpr auto kCategoryWords = std::to_array<std::pair<Category, Bytes>>({
    {Category::kKeyspace, "@keyspace"},
    {Category::kRead, "@read"},
    {Category::kWrite, "@write"},
    {Category::kSet, "@set"},
    {Category::kSortedSet, "@sortedset"},
    {Category::kList, "@list"},
    {Category::kHash, "@hash"},
    {Category::kString, "@string"},
    {Category::kBitmap, "@bitmap"},
    {Category::kHyperLogLog, "@hyperloglog"},
    {Category::kGeo, "@geo"},
    {Category::kStream, "@stream"},
    {Category::kPubsub, "@pubsub"},
    {Category::kAdmin, "@admin"},
    {Category::kFast, "@fast"},
    {Category::kSlow, "@slow"},
    {Category::kBlocking, "@blocking"},
    {Category::kDangerous, "@dangerous"},
    {Category::kConnection, "@connection"},
    {Category::kTransaction, "@transaction"},
    {Category::kScripting, "@scripting"},
    {Category::kDoc, "@doc"},
});

constexpr auto kAccessWords = std::to_array<std::pair<Access, Bytes>>({
    {Access::kRO, "RO"},
    {Access::kRW, "RW"},
    {Access::kOW, "OW"},
    {Access::kRM, "RM"},
    {Access::kAccess, "access"},
    {Access::kUpdate, "update"},
    {Access::kInsert, "insert"},
    {Access::kDelete, "delete"},
    {Access::kNotKey, "not_key"},
    {Access::kIncomplete, "incomplete"},
    {Access::kVariableFlags, "variable_flags"},
});

template <typename E, size_t N>
void ReplyWords(Reply& reply, E set, const std::array<std::pair<E, Bytes>, N>& words) {
  const size_t mark = reply.Defer();
  size_t n = 0;
  for (const auto& [value, word] : words) {
    if (!Has(set, value)) continue;
    reply.Simple(word);
    ++n;
  }
  reply.EndSet(mark, n);
}

std::vector<Bytes> SplitTips(Bytes tips) {
  std::vector<Bytes> parts;
  while (!tips.empty()) {
    const size_t comma = tips.find(',');
    parts.push_back(tips.substr(0, comma));
    tips = comma == Bytes::npos ? Bytes() : tips.substr(comma + 1);
  }
  return parts;
}

// --- COMMAND INFO ---

std::vector<KeySpec> KeySpecsOf(const CommandSpec& spec) {
  std::vector<KeySpec> keys;
  for (const KeySpec& key : spec.keys) {
    if (key.first != 0) keys.push_back(key);
  }
  return keys;
}

// A search with one number or more, as key specifications nest them.
void ReplySearch(Reply& reply, Bytes name, Bytes type,
                 std::initializer_list<std::pair<Bytes, int64_t>> numbers) {
  reply.Bulk(name);
  reply.Map(2);
  reply.Bulk("type");
  reply.Bulk(type);
  reply.Bulk("spec");
  reply.Map(numbers.size());
  for (const auto& [word, number] : numbers) {
    reply.Bulk(word);
    reply.Integer(number);
  }
}

void ReplyKeySpec(Reply& reply, const KeySpec& key) {
  reply.Map(3);
  reply.Bulk("flags");
  ReplyAccess(reply, key.access);
  ReplySearch(reply, "begin_search", "index", {{"index", key.first}});
  // The last key counts from the first one here, from the end where negative.
  const int64_t last = key.last >= 0 ? key.last - key.first : key.last;
  ReplySearch(reply, "find_keys", "range",
              {{"lastkey", last}, {"keystep", key.step}, {"limit", 0}});
}

// First, last and step of the old form, which knows a single range.
KeySpec FirstRange(const std::vector<KeySpec>& keys) {
  KeySpec range{.step = 0};
  if (keys.empty()) return range;
  range = keys[0];
  for (const KeySpec& key : keys) {
    if (key.first != range.last + range.step || key.step != range.step) continue;
    range.last = key.last;
  }
  return range;
}

// --- COMMAND DOCS ---

void ReplyArguments(Reply& reply, const std::vector<Argument>& arguments);

void ReplyArgumentFlags(Reply& reply, const Argument& argument) {
  reply.Bulk("flags");
  const size_t mark = reply.Defer();
  size_t n = 0;
  for (const auto& [set, word] : {std::pair{argument.optional, Bytes("optional")},
                                  std::pair{argument.multiple, Bytes("multiple")},
                                  std::pair{argument.multiple_token, Bytes("multiple_token")}}) {
    if (!set) continue;
    reply.Simple(word);
    ++n;
  }
  reply.EndSet(mark, n);
}

void ReplyArgument(Reply& reply, const Argument& argument) {
  const size_t mark = reply.Defer();
  size_t n = 2;
  reply.Bulk("name");
  reply.Bulk(argument.name);
  reply.Bulk("type");
  reply.Bulk(ArgumentTypeName(argument.type));
  if (argument.key_spec >= 0) {
    ++n;
    reply.Bulk("key_spec_index");
    reply.Integer(argument.key_spec);
  }
  if (!argument.token.empty()) {
    ++n;
    reply.Bulk("token");
    reply.Bulk(argument.token);
  }
  if (argument.optional || argument.multiple || argument.multiple_token) {
    ++n;
    ReplyArgumentFlags(reply, argument);
  }
  if (!argument.arguments.empty()) {
    ++n;
    reply.Bulk("arguments");
    ReplyArguments(reply, argument.arguments);
  }
  reply.EndMap(mark, n);
}

void ReplyArguments(Reply& reply, const std::vector<Argument>& arguments) {
  reply.Array(arguments.size());
  for (const Argument& argument : arguments) ReplyArgument(reply, argument);
}

std::string Upper(Bytes text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

}  // namespace

void ReplyAccess(Reply& reply, Access access) { ReplyWords(reply, access, kAccessWords); }

void ReplyCommandInfo(Reply& reply, const Command& command) {
  const CommandSpec& spec = *command.spec;
  const std::vector<KeySpec> keys = KeySpecsOf(spec);
  const KeySpec range = FirstRange(keys);
  reply.Array(10);
  reply.Bulk(command.full_name);
  reply.Integer(spec.arity);
  ReplyWords(reply, spec.flags, kFlagWords);
  reply.Integer(range.first);
  reply.Integer(range.last);
  reply.Integer(range.step);
  ReplyWords(reply, command.categories, kCategoryWords);
  const std::vector<Bytes> tips = SplitTips(spec.tips);
  reply.Set(tips.size());
  for (const Bytes tip : tips) reply.Bulk(tip);
  reply.Set(keys.size());
  for (const KeySpec& key : keys) ReplyKeySpec(reply, key);
  reply.Set(command.subcommands.size());
  for (const Command* sub : command.subcommands) ReplyCommandInfo(reply, *sub);
}

void ReplyCommandDocs(Reply& reply, const Command& command) {
  const CommandSpec& spec = *command.spec;
  const size_t mark = reply.Defer();
  size_t n = 0;
  for (const auto& [word, text] :
       {std::pair{Bytes("summary"), spec.summary}, std::pair{Bytes("since"), spec.since},
        std::pair{Bytes("group"), spec.group}, std::pair{Bytes("complexity"), spec.complexity}}) {
    if (text.empty()) continue;
    ++n;
    reply.Bulk(word);
    reply.Bulk(text);
  }
  if (!spec.deprecated_since.empty()) {
    n += 3;
    reply.Bulk("doc_flags");
    reply.Set(1);
    reply.Simple("deprecated");
    reply.Bulk("deprecated_since");
    reply.Bulk(spec.deprecated_since);
    reply.Bulk("replaced_by");
    reply.Bulk(spec.replaced_by);
  }
  if (const std::vector<Argument> arguments = ParseSyntax(spec); !arguments.empty()) {
    ++n;
    reply.Bulk("arguments");
    ReplyArguments(reply, arguments);
  }
  if (!command.subcommands.empty()) {
    ++n;
    reply.Bulk("subcommands");
    reply.Map(command.subcommands.size());
    for (const Command* sub : command.subcommands) {
      reply.Bulk(sub->full_name);
      ReplyCommandDocs(reply, *sub);
    }
  }
  reply.EndMap(mark, n);
}

std::optional<Category> FindCategory(Bytes word) {
  for (const auto& [category, name] : kCategoryWords) {
    if (EqualsIgnoreCase(name.substr(1), word)) return category;
  }
  return std::nullopt;
}

void ReplyHelp(Reply& reply, Bytes command, std::span<const HelpEntry> entries) {
  reply.Array(1 + 2 * entries.size());
  reply.Simple(Upper(command) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  for (const HelpEntry& entry : entries) {
    std::string line = Upper(entry.name);
    if (!entry.syntax.empty()) line.append(" ").append(entry.syntax);
    reply.Simple(line);
    reply.Simple("    " + std::string(entry.summary));
  }
}

void HelpHandler(Call& call) {
  const Command* container = call.server->commands().FindByFullName(call.spec.parent);
  std::vector<HelpEntry> entries;
  if (container != nullptr) {
    for (const Command* sub : container->subcommands) {
      entries.push_back({sub->spec->name, sub->spec->syntax, sub->spec->summary});
    }
  }
  ReplyHelp(call.reply, call.spec.parent, entries);
}

void ReplySubcommandError(Call& call) {
  const Bytes container = call.spec.parent.empty() ? call.spec.name : call.spec.parent;
  call.reply.Error(Err("unknown subcommand or wrong number of arguments for '" +
                       std::string(ShownArgument(call.argv[1])) + "'. Try " + Upper(container) +
                       " HELP."));
}

Bytes ShownArgument(Bytes argument, size_t bytes_max) {
  argument = argument.substr(0, bytes_max);
  return argument.substr(0, argument.find('\0'));
}

}  // namespace veddb
