// SPDX-License-Identifier: BSD-3-Clause
#include "config/config_store.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/check.h"
#include "base/glob.h"
#include "config/conf_file.h"
#include "config/option_tables.h"
#include "config/split_args.h"

namespace veddb {
namespace {

constexpr int64_t kShardsMin = 2;

int64_t Cores() { return std::max<int64_t>(1, std::thread::hardware_concurrency()); }

bool IsGlob(Bytes pattern) { return pattern.find_first_of("*?[") != Bytes::npos; }

// The one of the option's two names that was meant, in the table's spelling.
Bytes NameGiven(const Option& option, Bytes given) {
  return EqualsIgnoreCase(option.name, given) ? option.name : option.alias;
}

Error SetError(Bytes name, Bytes reason) {
  return Err("CONFIG SET failed (possibly related to argument '" + std::string(name) + "') - " +
             std::string(reason));
}

bool IsAllowed(Permission permission, ConfigCaller caller) {
  return permission == Permission::kYes ||
         (permission == Permission::kLocal && caller == ConfigCaller::kLocal);
}

// The arguments of the server as the lines of a configuration: "--port" "7000" is "port 7000".
struct CommandLine {
  std::string file;
  bool from_stdin = false;
  std::string lines;
};

bool IsOptionName(const std::string& arg) { return arg.starts_with("--"); }

CommandLine ReadCommandLine(std::span<const std::string> args) {
  CommandLine out;
  size_t i = 0;
  if (!args.empty() && !args[0].starts_with('-')) out.file = args[i++];
  // What follows an option's name is its value, even if it looks like a name itself.
  bool value_comes = false;
  for (; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "-" && (i == 0 || i + 1 == args.size())) {
      out.from_stdin = true;
    } else if (IsOptionName(arg) && !value_comes) {
      if (!out.lines.empty()) out.lines += '\n';
      out.lines += arg.substr(2) + " ";
      const bool has_value = arg.find(' ') != std::string::npos;
      const bool next_is_name = i + 1 == args.size() || IsOptionName(args[i + 1]);
      const bool save_nothing = EqualsIgnoreCase(arg, "--save") && next_is_name;
      if (save_nothing) out.lines += "\"\"";
      value_comes = !has_value && !save_nothing;
    } else {
      out.lines += QuoteArg(arg) + " ";
      value_comes = false;
    }
  }
  return out;
}

Status CheckLoaded(const Config& config) {
  if (config.cluster_enabled) {
    return FatalConfigError("Redis Cluster is not supported: cluster-enabled must be no");
  }
  return Ok();
}

}  // namespace

int64_t Config::ShardCount() const { return shards != 0 ? shards : std::max(kShardsMin, Cores()); }
int64_t Config::QueryThreadCount() const { return query_threads != 0 ? query_threads : Cores(); }

ConfigStore::ConfigStore() : config_(DefaultConfig()) {}

Status ConfigStore::Load(std::span<const std::string> args) {
  const CommandLine command_line = ReadCommandLine(args);
  std::string file;
  std::string text;
  if (!command_line.file.empty()) {
    std::error_code error;
    file = std::filesystem::absolute(command_line.file, error).string();
    text = TRY(ReadConfigFile(file));
  }
  if (command_line.from_stdin) {
    if (!text.empty()) text += "\n";
    text += TRY(ReadStandardInput());
  }
  LoadedConfig loaded{.config = DefaultConfig()};
  if (Status status = LoadConfigText(text, 1, loaded); !status.ok()) return status;
  // Messages count on from the file, as if the options stood at its end.
  const auto lines = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  if (Status status = LoadConfigText(command_line.lines, lines + 2, loaded); !status.ok()) {
    return status;
  }
  if (Status status = CheckLoaded(loaded.config); !status.ok()) return status;
  config_ = std::move(loaded.config);
  included_ = std::move(loaded.included);
  file_ = std::move(file);
  return Ok();
}

Status ConfigStore::LoadText(Bytes text) {
  LoadedConfig loaded{.config = config_};
  if (Status status = LoadConfigText(text, 1, loaded); !status.ok()) return status;
  if (Status status = CheckLoaded(loaded.config); !status.ok()) return status;
  config_ = std::move(loaded.config);
  return Ok();
}

std::vector<ConfigStore::NameValue> ConfigStore::Get(std::span<const Bytes> patterns) const {
  std::vector<NameValue> found;
  const auto add = [&](Bytes name, const Option& option) {
    for (const NameValue& entry : found) {
      if (EqualsIgnoreCase(entry.first, name)) return;
    }
    found.emplace_back(name, PrintOption(option, config_));
  };
  for (const Bytes pattern : patterns) {
    if (!IsGlob(pattern)) {
      if (const Option* option = FindOption(pattern)) add(pattern, *option);
      continue;
    }
    for (const OptionSection& section : OptionSections()) {
      for (const Option& option : section.options) {
        if (option.hidden) continue;
        for (const Bytes name : {option.name, option.alias}) {
          const bool named = !name.empty();
          if (named && GlobMatch(pattern, name, GlobCase::kInsensitive)) add(name, option);
        }
      }
    }
  }
  return found;
}

Result<std::vector<ConfigStore::Resolved>> ConfigStore::Resolve(std::span<const NameValue> changes,
                                                                ConfigCaller caller) const {
  std::vector<Resolved> resolved;
  for (const NameValue& change : changes) {
    const Option* option = FindOption(change.first);
    if (option == nullptr) {
      return Err("Unknown option or number of arguments for CONFIG SET - '" + change.first + "'");
    }
    if (option->change == Mutability::kStart) {
      return SetError(change.first, "can't set immutable config");
    }
    if (option->change == Mutability::kProtected &&
        !IsAllowed(config_.enable_protected_configs, caller)) {
      return SetError(change.first, "can't set protected config");
    }
    for (const Resolved& other : resolved) {
      if (EqualsIgnoreCase(other.given->first, change.first)) {
        return SetError(change.first, "duplicate parameter");
      }
    }
    resolved.push_back({option, &change});
  }
  return resolved;
}

Status ConfigStore::Set(std::span<const NameValue> changes, ConfigCaller caller) {
  const std::vector<Resolved> resolved = TRY(Resolve(changes, caller));
  Config next = config_;
  std::vector<Changed> changed;
  for (const auto& [option, given] : resolved) {
    const Bytes name = NameGiven(*option, given->first);
    const std::string before = PrintOption(*option, next);
    const Status status = ParseOption(*option, SplitValue(*option, given->second), next);
    if (!status.ok()) return SetError(name, status.error().message);
    const Status available = CheckAvailable(*option, next);
    if (!available.ok()) return SetError(name, available.error().message);
    if (PrintOption(*option, next) != before) changed.push_back({option, name});
  }
  const Config before = config_;
  config_ = std::move(next);
  if (Status status = RunHooks(changed, before); !status.ok()) return status;
  for (const Changed& change : changed) WarnIfWithoutEffect(*change.option);
  return Ok();
}

void ConfigStore::OnWarning(Warner warner) {
  warner_ = std::move(warner);
  for (const OptionSection& section : OptionSections()) {
    for (const Option& option : section.options) WarnIfWithoutEffect(option);
  }
}

void ConfigStore::WarnIfWithoutEffect(const Option& option) {
  if (warner_ == nullptr || option.effect != OptionEffect::kLater) return;
  if (!DiffersFromDefault(option, config_) || !warned_.insert(&option).second) return;
  warner_("The option '" + std::string(option.name) +
          "' has no effect in this version: " + std::string(option.later) + ".");
}

Status ConfigStore::RunHooks(const std::vector<Changed>& changed, const Config& before) {
  std::vector<const Registration*> ran;
  for (const Registration& hook : hooks_) {
    const auto concerned = std::find_if(changed.begin(), changed.end(), [&](const Changed& change) {
      return std::find(hook.options.begin(), hook.options.end(), change.option) !=
             hook.options.end();
    });
    if (concerned == changed.end()) continue;
    ran.push_back(&hook);
    Status status = hook.run(config_);
    if (status.ok()) continue;
    config_ = before;
    // The refusing hook too: it may have got half way. It accepted these values once already, so
    // that a refusal now has nobody left to be told to.
    for (const Registration* undone : ran) (void)undone->run(config_);
    return SetError(concerned->name, status.error().message);
  }
  return Ok();
}

void ConfigStore::OnChange(std::initializer_list<Bytes> names, Hook hook) {
  Registration registration;
  for (const Bytes name : names) {
    const Option* option = FindOption(name);
    CHECK(option != nullptr);
    registration.options.push_back(option);
  }
  registration.run = std::move(hook);
  hooks_.push_back(std::move(registration));
}

Status ConfigStore::Rewrite(RewriteScope scope) {
  if (file_.empty()) return Err("The server is running without a config file");
  // A file that is gone is written anew.
  auto old = ReadConfigFile(file_);
  const std::string text = old.ok() ? std::move(*old) : std::string();
  const LoadedConfig loaded{.config = config_, .included = included_};
  return ReplaceConfigFile(file_,
                           RewriteConfigText(text, loaded, scope == RewriteScope::kEverything));
}

}  // namespace veddb
