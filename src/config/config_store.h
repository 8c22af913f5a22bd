// SPDX-License-Identifier: BSD-3-Clause
// ConfigStore: holds the Config, reads it from file and command line, changes it on CONFIG SET (all
// of a command's options or none) and writes it back on CONFIG REWRITE.
//
// Owned by: the loop thread. Touches the file system only in Load and Rewrite.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "config/config.h"
#include "config/options.h"

namespace veddb {

// Where a CONFIG SET comes from; decides about protected options.
enum class ConfigCaller : uint8_t { kRemote, kLocal };

// kEverything: options at their default are written too (DEBUG CONFIG-REWRITE-FORCE-ALL).
enum class RewriteScope : uint8_t { kChanged, kEverything };

class ConfigStore {
 public:
  using NameValue = std::pair<std::string, std::string>;
  // Makes a change real (binds another port, …). It sees the new values in config(); an error
  // refuses the whole CONFIG SET, after which hooks that ran are run again with the old values.
  using Hook = std::function<Status(const Config&)>;

  ConfigStore();
  ConfigStore(const ConfigStore&) = delete;
  ConfigStore& operator=(const ConfigStore&) = delete;

  const Config& config() const { return config_; }

  // The arguments of the server, without its own name: [file] [--option value …] [-]; "-", first or
  // last, reads a configuration from standard input. An error is a text of several lines, ready to
  // be printed before the server exits. No hook runs.
  Status Load(std::span<const std::string> args);
  // One configuration text, as if it were a file.
  Status LoadText(Bytes text);

  // The options whose names match any of the globs, each once.
  std::vector<NameValue> Get(std::span<const Bytes> patterns) const;
  // CONFIG SET. The errors are Redis's.
  Status Set(std::span<const NameValue> changes, ConfigCaller caller);
  // A value that the server itself changes (REPLICAOF): no check of mutability, no hook.
  void Update(const std::function<void(Config&)>& change) { change(config_); }

  // Who is told, once for each, of options at another value than their default that have no effect
  // in this version: those there are already, at once, and those that CONFIG SET makes.
  using Warner = std::function<void(const std::string& text)>;
  void OnWarning(Warner warner);

  // CONFIG REWRITE: the file keeps its comments and order, lines that say something else now are
  // replaced, options that differ from the default and have no line are appended. The new file is
  // on disk before it takes the old one's place. `users` has to be brought up to date before it.
  Status Rewrite(RewriteScope scope = RewriteScope::kChanged);
  // Absolute path of the file given to Load, empty if none.
  const std::string& file() const { return file_; }

  // Runs `hook` once per Set that changes any of the options.
  // REQUIRES: the names are options.
  void OnChange(std::initializer_list<Bytes> names, Hook hook);

 private:
  struct Registration {
    std::vector<const Option*> options;
    Hook run;
  };
  struct Resolved {
    const Option* option;
    const NameValue* given;
  };
  struct Changed {
    const Option* option;
    Bytes name;  // as the client called it
  };

  Result<std::vector<Resolved>> Resolve(std::span<const NameValue> changes,
                                        ConfigCaller caller) const;
  void WarnIfWithoutEffect(const Option& option);
  Status RunHooks(const std::vector<Changed>& changed, const Config& before);

  Config config_;
  std::string file_;
  std::set<const Option*> included_;
  std::vector<Registration> hooks_;
  Warner warner_;
  std::set<const Option*> warned_;
};

// conf/veddb.conf: every option with its documentation and default.
std::string PrintConf();

}  // namespace veddb
