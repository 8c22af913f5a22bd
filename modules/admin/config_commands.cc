// SPDX-License-Identifier: BSD-3-Clause
// CONFIG: options read and changed while the server runs. The texts of errors are the store's.
#include <string>
#include <vector>

#include "command/call.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "config/options.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

void Get(Call& call) {
  const auto found = call.server->config().Get(call.argv.subspan(2));
  call.reply.Map(found.size());
  for (const auto& [name, value] : found) {
    call.reply.Bulk(name);
    call.reply.Bulk(value);
  }
}

void Set(Call& call) {
  const std::span<const Bytes> words = call.argv.subspan(2);
  if (words.size() % 2 != 0) return call.reply.Error(kSyntaxError);
  std::vector<ConfigStore::NameValue> changes;
  for (size_t i = 0; i < words.size(); i += 2) changes.emplace_back(words[i], words[i + 1]);
  const bool local = call.server->IsLocal(*call.session);
  call.reply.Status(
      call.server->config().Set(changes, local ? ConfigCaller::kLocal : ConfigCaller::kRemote));
}

// The value of an option that is one (requirepass …).
bool IsSecretValue(std::span<const Bytes> argv, size_t at) {
  constexpr size_t kFirstValue = 3;
  if (at < kFirstValue || at % 2 == 0) return false;
  const Option* option = FindOption(argv[at - 1]);
  return option != nullptr && option->sensitive;
}

void ResetStat(Call& call) {
  call.server->ResetStats();
  call.reply.Ok();
}

void Rewrite(Call& call) { call.reply.Status(call.server->config().Rewrite()); }

constexpr Flag kHelpFlags = Flag::kLoading | Flag::kStale;
constexpr Flag kFlags = kHelpFlags | Flag::kAdmin | Flag::kNoScript;

constexpr CommandSpec kTable[] = {
    {.name = "config",
     .summary = "Commands about the server's options.",
     .since = "2.0.0",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .is_container = true},
    {.name = "get",
     .parent = "config",
     .summary = "Answers the options whose names match a pattern, with their values.",
     .since = "2.0.0",
     .group = "server",
     .complexity = "O(N) when N is the number of configuration parameters provided",
     .syntax = "parameter [parameter ...]",
     .arity = -3,
     .flags = kFlags,
     .handler = Get},
    {.name = "set",
     .parent = "config",
     .summary = "Changes options, all of those given or none.",
     .since = "2.0.0",
     .group = "server",
     .complexity = "O(N) when N is the number of configuration parameters provided",
     .syntax = "parameter value [parameter value ...]",
     .arity = -4,
     .flags = kFlags,
     .handler = Set,
     .tips = "request_policy:all_nodes,response_policy:all_succeeded",
     .is_secret = IsSecretValue},
    {.name = "resetstat",
     .parent = "config",
     .summary = "Sets the statistics of INFO back to zero.",
     .since = "2.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .handler = ResetStat},
    {.name = "rewrite",
     .parent = "config",
     .summary = "Writes the present options into the configuration file.",
     .since = "2.8.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .handler = Rewrite},
    {.name = "help",
     .parent = "config",
     .summary = "Lists the subcommands.",
     .since = "5.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kHelpFlags,
     .handler = HelpHandler},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> ConfigCommands() { return kTable; }

}  // namespace veddb
