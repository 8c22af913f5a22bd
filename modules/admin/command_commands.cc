// SPDX-License-Identifier: BSD-3-Clause
// COMMAND: what commands there are, and what keys one of them would use.
#include <functional>
#include <string>
#include <vector>

#include "base/glob.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/registry.h"
#include "command/server_api.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

void ReplyAll(Call& call, void (*one)(Reply&, const Command&)) {
  const std::vector<Command*> all = call.server->commands().All();
  call.reply.Array(all.size());
  for (const Command* command : all) one(call.reply, *command);
}

void CommandAll(Call& call) { ReplyAll(call, ReplyCommandInfo); }

void Count(Call& call) {
  call.reply.Integer(static_cast<int64_t>(call.server->commands().All().size()));
}

void Info(Call& call) {
  const std::span<const Bytes> names = call.argv.subspan(2);
  if (names.empty()) return ReplyAll(call, ReplyCommandInfo);
  call.reply.Array(names.size());
  for (const Bytes name : names) {
    const Command* command = call.server->commands().FindByFullName(name);
    if (command == nullptr) {
      call.reply.Null();
    } else {
      ReplyCommandInfo(call.reply, *command);
    }
  }
}

// Names that are not known are left out.
void Docs(Call& call) {
  std::vector<Command*> chosen;
  if (call.argv.size() == 2) {
    chosen = call.server->commands().All();
  } else {
    for (const Bytes name : call.argv.subspan(2)) {
      Command* command = call.server->commands().FindByFullName(name);
      if (command != nullptr) chosen.push_back(command);
    }
  }
  call.reply.Map(chosen.size());
  for (const Command* command : chosen) {
    call.reply.Bulk(command->full_name);
    ReplyCommandDocs(call.reply, *command);
  }
}

// --- LIST ---

using CommandFilter = std::function<bool(const Command&)>;

Result<CommandFilter> ParseFilter(std::span<const Bytes> words) {
  if (words.size() != 3 || !EqualsIgnoreCase(words[0], "FILTERBY")) return kSyntaxError;
  if (EqualsIgnoreCase(words[1], "MODULE")) {
    // No command comes from a module that was loaded at run time.
    return CommandFilter([](const Command&) { return false; });
  }
  if (EqualsIgnoreCase(words[1], "ACLCAT")) {
    const Category category = FindCategory(words[2]).value_or(Category::kNone);
    return CommandFilter([category](const Command& c) { return Has(c.categories, category); });
  }
  if (EqualsIgnoreCase(words[1], "PATTERN")) {
    return CommandFilter([pattern = words[2]](const Command& c) {
      return GlobMatch(pattern, c.full_name, GlobCase::kInsensitive);
    });
  }
  return kSyntaxError;
}

void List(Call& call) {
  const std::vector<Command*> all = call.server->commands().All();
  Result<CommandFilter> filter = CommandFilter([](const Command&) { return true; });
  if (call.argv.size() > 2) filter = ParseFilter(call.argv.subspan(2));
  if (!filter.ok()) return call.reply.Error(filter.error());
  const size_t mark = call.reply.Defer();
  size_t n = 0;
  const auto add = [&](const Command& command) {
    if (!(*filter)(command)) return;
    call.reply.Bulk(command.full_name);
    ++n;
  };
  for (const Command* command : all) {
    add(*command);
    for (const Command* sub : command->subcommands) add(*sub);
  }
  call.reply.EndArray(mark, n);
}

// --- GETKEYS ---

struct FoundKey {
  Bytes name;
  Access access;
};

// The keys that the key specs tell. A command that finds more of them while it parses its arguments
// is answered with these alone.
Result<std::vector<FoundKey>> FindKeys(const CommandRegistry& registry,
                                       std::span<const Bytes> argv) {
  const Command* command = registry.Find(argv);
  if (command == nullptr || (command->spec->is_container && argv.size() > 1)) {
    return Err("Invalid command specified");
  }
  const CommandSpec& spec = *command->spec;
  if (spec.keys[0].first == 0) return Err("The command has no key arguments");
  if (!ArityFits(spec, argv.size())) {
    return Err("Invalid number of arguments specified for command");
  }
  std::vector<FoundKey> found;
  const auto count = static_cast<int>(argv.size());
  for (const KeySpec& keys : spec.keys) {
    if (keys.first == 0) continue;
    const int last = keys.last >= 0 ? keys.last : count + keys.last;
    if (keys.first >= count || last >= count || last < keys.first) {
      return Err("Invalid arguments specified for command");
    }
    for (int i = keys.first; i <= last; i += keys.step) {
      const Access access = spec.access_of != nullptr ? spec.access_of(argv) : keys.access;
      found.push_back({argv[static_cast<size_t>(i)], access});
    }
  }
  return found;
}

void GetKeys(Call& call) {
  const auto found = FindKeys(call.server->commands(), call.argv.subspan(2));
  if (!found.ok()) return call.reply.Error(found.error());
  call.reply.Array(found->size());
  for (const FoundKey& key : *found) call.reply.Bulk(key.name);
}

void GetKeysAndFlags(Call& call) {
  const auto found = FindKeys(call.server->commands(), call.argv.subspan(2));
  if (!found.ok()) return call.reply.Error(found.error());
  call.reply.Array(found->size());
  for (const FoundKey& key : *found) {
    call.reply.Array(2);
    call.reply.Bulk(key.name);
    ReplyAccess(call.reply, key.access);
  }
}

constexpr Flag kFlags = Flag::kLoading | Flag::kStale;

constexpr CommandSpec kTable[] = {
    {.name = "command",
     .summary = "Describes all commands.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(N) where N is the total number of commands",
     .arity = -1,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = CommandAll,
     .tips = "nondeterministic_output_order",
     .is_container = true},
    {.name = "count",
     .parent = "command",
     .summary = "Counts the commands.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = Count},
    {.name = "list",
     .parent = "command",
     .summary = "Lists the names of commands.",
     .since = "7.0.0",
     .group = "server",
     .complexity = "O(N) where N is the total number of commands",
     .syntax = "[FILTERBY MODULE module-name|ACLCAT category|PATTERN pattern]",
     .arity = -2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = List,
     .tips = "nondeterministic_output_order"},
    {.name = "info",
     .parent = "command",
     .summary = "Describes the named commands, or all.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(N) where N is the number of commands to look up",
     .syntax = "[command-name [command-name ...]]",
     .arity = -2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = Info,
     .tips = "nondeterministic_output_order"},
    {.name = "docs",
     .parent = "command",
     .summary = "Documents the named commands, or all.",
     .since = "7.0.0",
     .group = "server",
     .complexity = "O(N) where N is the number of commands to look up",
     .syntax = "[command-name [command-name ...]]",
     .arity = -2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = Docs,
     .tips = "nondeterministic_output_order"},
    {.name = "getkeys",
     .parent = "command",
     .summary = "Finds the keys in a whole command.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(N) where N is the number of arguments to the command",
     .syntax = "command [arg ...]",
     .arity = -4,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = GetKeys},
    {.name = "getkeysandflags",
     .parent = "command",
     .summary = "Finds the keys in a whole command, and what it would do with them.",
     .since = "7.0.0",
     .group = "server",
     .complexity = "O(N) where N is the number of arguments to the command",
     .syntax = "command [arg ...]",
     .arity = -4,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = GetKeysAndFlags},
    {.name = "help",
     .parent = "command",
     .summary = "Lists the subcommands.",
     .since = "5.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = HelpHandler},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> CommandCommands() { return kTable; }

}  // namespace veddb
