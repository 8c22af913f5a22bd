// SPDX-License-Identifier: BSD-3-Clause
// What a command line asks for. One table in options.cc declares every option once: how it is
// written, for which command, what it does; the parser and --help come from it. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "doc/value/extjson.h"

namespace veddb::tool {

// The process's exit codes (docs/veddb-tool.md).
enum class ExitCode : int {
  kDone = 0,        // everything that was asked for
  kRejected = 1,    // done, but some documents were rejected
  kIncomplete = 2,  // not done: a wrong command line, the server, the file, the first rejection
};

enum class Command : uint8_t { kImport = 1, kExport = 2 };
enum class Format : uint8_t { kNdjson, kJsonArray, kBson, kCsv };
enum class ImportMode : uint8_t {
  kInsert,       // a document whose _id is there already is rejected
  kUpsert,       // it takes the place of the one that is there
  kReplaceById,  // the same, and one whose _id is not there is rejected
};

// Where a password comes from; never the command line itself, which every user can read.
struct PasswordSource {
  enum class Kind : uint8_t { kNone, kEnvironment, kFile, kAsk };
  Kind kind = Kind::kNone;
  std::string name;  // of the variable or file
};

struct ServerAddress {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string user;
  PasswordSource password;
  int64_t database = 0;
};

struct Options {
  Command command = Command::kImport;
  ServerAddress server;
  std::string collection;
  std::optional<Format> format;
  std::string file = "-";  // "-": standard input or output

  // import
  ImportMode mode = ImportMode::kInsert;
  uint32_t batch = 500;  // documents of one command
  bool drop = false;
  bool ignore_errors = false;
  bool columns_have_types = false;
  bool ignore_blanks = false;
  uint32_t shown_rejects = 10;
  std::string rejects_file;  // empty: none
  std::string resume_file;   // empty: none

  // export
  std::string filter = "{}";
  std::string projection;  // empty: whole documents
  std::string sort;        // empty: in order of _id
  doc::JsonMode json = doc::JsonMode::kRelaxed;
  std::vector<std::string> fields;  // the columns of csv
};

inline constexpr uint32_t kBatchMax = 100'000;

Bytes FormatName(Format format);
Bytes ModeName(ImportMode mode);

// `words`: the command, then options and the file in any order; "--name value" and "--name=value"
// are the same, and after "--" everything is a file. ERR says what is wrong.
Result<Options> ParseOptions(std::span<const Bytes> words);
// Of one command, or an overview.
std::string HelpText(std::optional<Command> command);

}  // namespace veddb::tool
