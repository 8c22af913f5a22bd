// SPDX-License-Identifier: BSD-3-Clause
#include "config/conf_file.h"

#include <glob.h>

#include <utility>

#include "base/glob.h"
#include "base/number.h"
#include "config/option_tables.h"
#include "config/split_args.h"

namespace veddb {
namespace {

// A file that includes itself ends here.
constexpr int kIncludeDepthMax = 16;

constexpr Bytes kBlanks = " \t\r\n";

Bytes Trim(Bytes line) {
  const size_t begin = line.find_first_not_of(kBlanks);
  if (begin == Bytes::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

// Reads one text and what it includes.
class TextLoader {
 public:
  TextLoader(LoadedConfig& loaded, int depth) : loaded_(loaded), depth_(depth) {}

  Status Load(Bytes text, int first_line);

 private:
  using Directive = Status (TextLoader::*)(ConfigWords args);
  struct DirectiveRow {
    Bytes name;
    size_t args_min;
    size_t args_max;
    Directive run;
  };
  static const DirectiveRow kDirectives[];

  Status Line(Bytes line);
  Status SetWords(const Option& option, ConfigWords args);
  Status Include(ConfigWords args);
  Status RenameCommand(ConfigWords args);
  Status User(ConfigWords args);
  Status LoadModule(ConfigWords args);
  Status Sentinel(ConfigWords args);
  Status Ignore(ConfigWords) { return Ok(); }

  LoadedConfig& loaded_;
  int depth_;
  bool error_is_whole_ = false;  // it comes from an included file and needs no frame of ours
};

constexpr size_t kAnyArgs = SIZE_MAX;
const TextLoader::DirectiveRow TextLoader::kDirectives[] = {
    {"include", 1, 1, &TextLoader::Include},
    {"rename-command", 2, 2, &TextLoader::RenameCommand},
    {"user", 1, kAnyArgs, &TextLoader::User},
    {"loadmodule", 1, kAnyArgs, &TextLoader::LoadModule},
    {"sentinel", 0, kAnyArgs, &TextLoader::Sentinel},
    // Names of long ago that Redis, too, accepts in silence.
    {"list-max-ziplist-entries", 1, 1, &TextLoader::Ignore},
    {"list-max-ziplist-value", 1, 1, &TextLoader::Ignore},
};

Status TextLoader::Load(Bytes text, int first_line) {
  int number = first_line;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const Bytes line = Trim(text.substr(0, end));
    text.remove_prefix(end == Bytes::npos ? text.size() : end + 1);
    if (!line.empty() && line[0] != '#') {
      if (Status status = Line(line); !status.ok()) {
        if (error_is_whole_) return status;
        return FatalConfigError("Reading the configuration file, at line " + FormatInt64(number) +
                                "\n>>> '" + std::string(line) + "'\n" + status.error().message);
      }
    }
    ++number;
  }
  return Ok();
}

Status TextLoader::Line(Bytes line) {
  const auto words = SplitArgs(line);
  if (!words) return Err("Unbalanced quotes in configuration line");
  if (words->empty()) return Ok();
  const std::string& name = words->front();
  const ConfigWords args = ConfigWords(*words).subspan(1);
  if (const Option* option = FindOption(name)) return SetWords(*option, args);
  for (const DirectiveRow& row : kDirectives) {
    if (!EqualsIgnoreCase(row.name, name)) continue;
    if (args.size() < row.args_min || args.size() > row.args_max) break;
    return (this->*row.run)(args);
  }
  return Err("Bad directive or wrong number of arguments");
}

Status TextLoader::SetWords(const Option& option, ConfigWords args) {
  if (depth_ > 0) loaded_.included.insert(&option);
  std::vector<std::string> words(args.begin(), args.end());
  if (words.size() == 1 && !words[0].empty()) words = SplitValue(option, args[0]);
  const WordsValue* grammar = WordsOf(option);
  if (grammar == nullptr || !grammar->lines_add) {
    if (Status status = ParseOption(option, words, loaded_.config); !status.ok()) return status;
    return CheckAvailable(option, loaded_.config);
  }
  // Alone first: half a line must not be completed by the next one.
  Config scratch;
  if (Status status = ParseOption(option, words, scratch); !status.ok()) return status;
  std::vector<std::string>& all = loaded_.added_words[&option];
  if (words.size() == 1) {
    all.clear();  // the empty word: none of the lines so far
  } else {
    all.insert(all.end(), words.begin(), words.end());
  }
  return ParseOption(option, all, loaded_.config);
}

Status TextLoader::Include(ConfigWords args) {
  if (depth_ >= kIncludeDepthMax) return Err("Files include each other too deeply");
  std::vector<std::string> paths;
  if (args[0].find_first_of("*?[") == std::string::npos) {
    paths.push_back(args[0]);
  } else {
    glob_t found{};
    if (::glob(args[0].c_str(), 0, nullptr, &found) == 0) {
      paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
  }
  for (const std::string& path : paths) {
    auto text = ReadConfigFile(path);
    TextLoader loader(loaded_, depth_ + 1);
    Status status = text.ok() ? loader.Load(*text, 1) : Status(std::move(text.error()));
    if (!status.ok()) {
      error_is_whole_ = true;
      return status;
    }
  }
  return Ok();
}

Status TextLoader::RenameCommand(ConfigWords args) {
  loaded_.config.renamed_commands.emplace_back(args[0], args[1]);
  return Ok();
}

// A rule that nobody follows would let in whom it is to keep out.
Status TextLoader::User(ConfigWords) {
  return Err("not available in this version: " + std::string(kNoUsers));
}

Status TextLoader::LoadModule(ConfigWords) { return Err("Modules can't be loaded at run time"); }

Status TextLoader::Sentinel(ConfigWords) {
  return Err("sentinel directive while not in sentinel mode");
}

}  // namespace

Error FatalConfigError(Bytes text) {
  return Err("\n*** FATAL CONFIG FILE ERROR (VedDB) ***\n" + std::string(text) + "\n");
}

Status LoadConfigText(Bytes text, int first_line, LoadedConfig& loaded) {
  return TextLoader(loaded, 0).Load(text, first_line);
}

}  // namespace veddb
