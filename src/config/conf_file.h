// SPDX-License-Identifier: BSD-3-Clause
// The text form of a configuration: reading it line by line into a Config, and writing a changed
// Config back into an existing text. Private to src/config.
//
// TextValue in, text out, except for `include`, which reads the file it names.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "config/config.h"
#include "config/options.h"

namespace veddb {

struct LoadedConfig {
  Config config;
  // Options that an included file said: their values can't be told by the main file's lines.
  std::set<const Option*> included;
  // WordsValue::lines_add: what the lines up to now said.
  std::map<const Option*, std::vector<std::string>> added_words;
};

// Applies the lines of `text`, whose first has the number `first_line` in messages. An error is the
// whole message for the operator; `loaded` is then to be thrown away.
Status LoadConfigText(Bytes text, int first_line, LoadedConfig& loaded);

// `text` with the lines that `config` says differently replaced and what is missing appended.
// `all`: also options at their default.
std::string RewriteConfigText(Bytes text, const LoadedConfig& loaded, bool all);

Result<std::string> ReadConfigFile(const std::string& path);
Result<std::string> ReadStandardInput();
// The new content is on disk, under a temporary name, before it takes the place of the old.
Status ReplaceConfigFile(const std::string& path, Bytes text);

// A configuration error in the form of Redis's, ready to be printed.
Error FatalConfigError(Bytes text);

}  // namespace veddb
