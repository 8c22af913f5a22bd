// SPDX-License-Identifier: BSD-3-Clause
#include "server/execution.h"

#include <algorithm>

#include "base/ticks.h"

namespace veddb {

OwnedArguments::OwnedArguments(std::span<const Bytes> argv) {
  size_t total = 0;
  for (const Bytes argument : argv) total += argument.size();
  bytes_.reserve(total);
  views_.reserve(argv.size());
  for (const Bytes argument : argv) {
    views_.emplace_back(bytes_.data() + bytes_.size(), argument.size());
    bytes_.append(argument);
  }
}

OwnedArguments::OwnedArguments(const std::vector<std::string>& argv)
    : OwnedArguments(std::vector<Bytes>(argv.begin(), argv.end())) {}

void AddSpecKeys(const CommandSpec& spec, std::span<const Bytes> argv, PrepareCall& prepare) {
  for (const KeySpec& keys : spec.keys) {
    if (keys.first == 0 || keys.collection) continue;
    const auto count = static_cast<int>(argv.size());
    const int last = keys.last >= 0 ? keys.last : count + keys.last;
    for (int i = keys.first; i <= last && i < count; i += keys.step) {
      prepare.AddKey(argv[static_cast<size_t>(i)]);
    }
  }
}

Status MakePlan(const CommandSpec& spec, std::span<const Bytes> argv, uint32_t database,
                const Databases& databases, CallPlan& plan) {
  plan.route = spec.route;
  PrepareCall prepare(argv, database, databases, plan);
  if (spec.prepare != nullptr) return spec.prepare(prepare);
  if (spec.route == Route::kKeys) AddSpecKeys(spec, argv, prepare);
  return Ok();
}

bool NamesDocuments(const CallPlan& plan) {
  return std::any_of(plan.keys.begin(), plan.keys.end(),
                     [](const KeyRef& key) { return key.kind != KeyspaceKind::kKeys; });
}

Outcome RunHandler(Call& call, uint64_t begun) {
  Outcome outcome;
  const uint32_t errors = call.reply.errors();
  call.spec.handler(call);
  outcome.nanos = NanosSince(begun);
  if (call.reply.errors() != errors) {
    outcome.failed = true;
    outcome.error = std::string(call.reply.first_error());
  }
  return outcome;
}

}  // namespace veddb
