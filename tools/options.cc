// SPDX-License-Identifier: BSD-3-Clause
#include "tools/options.h"

#include <algorithm>
#include <array>

#include "base/number.h"

namespace veddb::tool {
namespace {

template <typename T>
struct Word {
  Bytes name;
  T value;
};

constexpr std::array kFormats = {
    Word<Format>{"ndjson", Format::kNdjson}, Word<Format>{"json-array", Format::kJsonArray},
    Word<Format>{"bson", Format::kBson}, Word<Format>{"csv", Format::kCsv}};
constexpr std::array kModes = {Word<ImportMode>{"insert", ImportMode::kInsert},
                               Word<ImportMode>{"upsert", ImportMode::kUpsert},
                               Word<ImportMode>{"replace-by-id", ImportMode::kReplaceById}};
constexpr std::array kJsonModes = {Word<doc::JsonMode>{"canonical", doc::JsonMode::kCanonical},
                                   Word<doc::JsonMode>{"relaxed", doc::JsonMode::kRelaxed}};

template <typename T, size_t N>
Result<T> OneOf(const std::array<Word<T>, N>& words, Bytes text) {
  std::string all;
  for (const auto& word : words) {
    if (word.name == text) return word.value;
    all += (all.empty() ? "" : ", ") + std::string(word.name);
  }
  return Err("'" + std::string(text) + "' is none of " + all);
}

template <typename T, size_t N>
Bytes NameOf(const std::array<Word<T>, N>& words, T value) {
  return std::find_if(words.begin(), words.end(), [&](auto& w) { return w.value == value; })->name;
}

Result<int64_t> NumberBetween(Bytes text, int64_t low, int64_t high) {
  const std::optional<int64_t> number = ParseInt64(text);
  if (number && *number >= low && *number <= high) return *number;
  return Err("'" + std::string(text) + "' is no number from " + std::to_string(low) + " to " +
             std::to_string(high));
}

Result<PasswordSource> ReadPasswordSource(Bytes text) {
  using Kind = PasswordSource::Kind;
  if (text == "ask") return PasswordSource{Kind::kAsk, {}};
  if (text == "env") return PasswordSource{Kind::kEnvironment, "VEDDB_PASSWORD"};
  if (text.starts_with("env:"))
    return PasswordSource{Kind::kEnvironment, std::string(text.substr(4))};
  if (text.starts_with("file:")) return PasswordSource{Kind::kFile, std::string(text.substr(5))};
  return Err(
      "takes env, env:NAME, file:PATH or ask: a password itself would be seen by every user");
}

std::vector<std::string> SplitFields(Bytes text) {
  std::vector<std::string> fields;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    fields.emplace_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return fields;
}

struct OptionRow {
  Bytes name;
  Bytes value;  // what its value is called in the help; empty: it has none
  uint8_t commands;
  Bytes help;
  Status (*read)(Bytes value, Options& options);
};

constexpr uint8_t kImport = static_cast<uint8_t>(Command::kImport);
constexpr uint8_t kExport = static_cast<uint8_t>(Command::kExport);
constexpr uint8_t kBoth = kImport | kExport;

// Assigns what an expression of `value` yields to a member.
#define VEDDB_READ(member, expression)          \
  [](Bytes value, Options& options) -> Status { \
    static_cast<void>(value);                   \
    options.member = (expression);              \
    return Ok();                                \
  }

constexpr OptionRow kRows[] = {
    {"--host", "NAME", kBoth, "the server (127.0.0.1)",
     VEDDB_READ(server.host, std::string(value))},
    {"--port", "NUMBER", kBoth, "its port (6379)",
     VEDDB_READ(server.port, static_cast<int>(TRY(NumberBetween(value, 1, 65535))))},
    {"--user", "NAME", kBoth, "the user to log in as (the default user)",
     VEDDB_READ(server.user, std::string(value))},
    {"--password", "SOURCE", kBoth,
     "env (of VEDDB_PASSWORD), env:NAME, file:PATH (its first line), or ask",
     VEDDB_READ(server.password, TRY(ReadPasswordSource(value)))},
    {"--db", "NUMBER", kBoth, "the database (0)",
     VEDDB_READ(server.database, TRY(NumberBetween(value, 0, INT32_MAX)))},
    {"--collection", "NAME", kBoth, "the collection; has to be given",
     VEDDB_READ(collection, std::string(value))},
    {"--format", "FORMAT", kBoth,
     "ndjson, json-array, bson or csv; import: otherwise by the file's name (.bson, .csv) or its "
     "first byte; export: otherwise ndjson",
     VEDDB_READ(format, TRY(OneOf(kFormats, value)))},
    {"--mode", "MODE", kImport,
     "insert: a document whose _id is there is rejected (the default); upsert: it "
     "replaces the one that is there; replace-by-id: the same, and one whose _id is not there is "
     "rejected",
     VEDDB_READ(mode, TRY(OneOf(kModes, value)))},
    {"--batch", "NUMBER", kImport, "documents of one command (500)",
     VEDDB_READ(batch, static_cast<uint32_t>(TRY(NumberBetween(value, 1, kBatchMax))))},
    {"--drop", "", kImport, "drop the collection first", VEDDB_READ(drop, true)},
    {"--ignore-errors", "", kImport,
     "go on after a rejected document; without it the first one ends the import",
     VEDDB_READ(ignore_errors, true)},
    {"--rejects", "FILE", kImport,
     "write rejected documents to FILE, as they stood in the input, and the reasons to "
     "FILE.reasons",
     VEDDB_READ(rejects_file, std::string(value))},
    {"--show-rejects", "NUMBER", kImport, "show the reasons of the first so many (10)",
     VEDDB_READ(shown_rejects, static_cast<uint32_t>(TRY(NumberBetween(value, 0, INT32_MAX))))},
    {"--resume", "STATE", kImport,
     "keep in the file STATE how far the import came, and go on there if it exists",
     VEDDB_READ(resume_file, std::string(value))},
    {"--columns-have-types", "", kImport, "csv: the header says types, as in age.int32()",
     VEDDB_READ(columns_have_types, true)},
    {"--ignore-blanks", "", kImport, "csv: an empty value is no field",
     VEDDB_READ(ignore_blanks, true)},
    {"--filter", "JSON", kExport, "only documents that it matches",
     VEDDB_READ(filter, std::string(value))},
    {"--project", "JSON", kExport, "what to export of each",
     VEDDB_READ(projection, std::string(value))},
    {"--sort", "JSON", kExport, "in this order (that of _id)",
     VEDDB_READ(sort, std::string(value))},
    {"--ejson", "FORM", kExport,
     "canonical (keeps every type) or relaxed (the default): how ndjson and json-array write types",
     VEDDB_READ(json, TRY(OneOf(kJsonModes, value)))},
    {"--fields", "A,B", kExport, "csv: the columns, as dotted paths; has to be given",
     VEDDB_READ(fields, SplitFields(value))},
    {"--output", "FILE", kExport, "or -o: write to FILE, which is there only once it is complete",
     VEDDB_READ(file, std::string(value))},
};
#undef VEDDB_READ

const OptionRow* FindRow(Bytes name, Command command) {
  if (name == "-o") name = "--output";
  for (const OptionRow& row : kRows) {
    if (row.name == name && (row.commands & static_cast<uint8_t>(command)) != 0) return &row;
  }
  return nullptr;
}

// Reads the option at words[*at] and moves *at to its last word.
Status ReadOption(std::span<const Bytes> words, size_t* at, Options& options) {
  const Bytes word = words[*at];
  const size_t equals = word.starts_with("--") ? word.find('=') : Bytes::npos;
  const std::string name(word.substr(0, equals));
  const OptionRow* row = FindRow(name, options.command);
  if (row == nullptr) return Err("unknown option " + name);
  Bytes value;
  if (row->value.empty()) {
    if (equals != Bytes::npos) return Err(name + " takes no value");
  } else if (equals != Bytes::npos) {
    value = word.substr(equals + 1);
  } else if (*at + 1 < words.size()) {
    value = words[++*at];
  } else {
    return Err(name + " has no value");
  }
  const Status read = row->read(value, options);
  return read.ok() ? Ok() : Status(Err(name + ": " + Status(read).error().message));
}

Status CheckImport(const Options& options, size_t files) {
  if (files == 0) return Err("name the file to import, or - for standard input");
  if (!options.resume_file.empty() && options.file == "-") {
    return Err("--resume needs a file: standard input can't be read from the middle");
  }
  const bool csv = options.format.value_or(Format::kCsv) == Format::kCsv;
  if (!csv && (options.columns_have_types || options.ignore_blanks)) {
    return Err("--columns-have-types and --ignore-blanks are for csv");
  }
  return Ok();
}

Status CheckExport(const Options& options, size_t files) {
  if (files != 0) return Err("export writes to standard output, or to the file that -o names");
  const bool csv = options.format == Format::kCsv;
  if (csv == options.fields.empty()) {
    return Err(csv ? "csv needs --fields, the columns" : "--fields is for csv; see --project");
  }
  for (const std::string& field : options.fields) {
    if (field.empty()) return Err("--fields: a column has no name");
  }
  return Ok();
}

Status Check(const Options& options, size_t files) {
  if (options.collection.empty()) return Err("name the --collection");
  if (!options.server.user.empty() && options.server.password.kind == PasswordSource::Kind::kNone) {
    return Err("--user needs --password");
  }
  if (files > 1) return Err("more than one file is named");
  return options.command == Command::kImport ? CheckImport(options, files)
                                             : CheckExport(options, files);
}

std::optional<Command> CommandOf(Bytes word) {
  if (word == "import") return Command::kImport;
  if (word == "export") return Command::kExport;
  return std::nullopt;
}

// The help of an option beside its name, broken at words.
void AppendRow(const OptionRow& row, std::string* out) {
  constexpr size_t kColumn = 24;
  constexpr size_t kWidth = 80;
  std::string line =
      "  " + std::string(row.name) + (row.value.empty() ? "" : " ") + std::string(row.value) + " ";
  if (line.size() < kColumn) line.resize(kColumn, ' ');
  for (Bytes rest = row.help; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (line.size() + end > kWidth) {
      *out += line + "\n";
      line.assign(kColumn, ' ');
    }
    line += std::string(rest.substr(0, end)) + " ";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  *out += line.substr(0, line.size() - 1) + "\n";
}

}  // namespace

Bytes FormatName(Format format) { return NameOf(kFormats, format); }
Bytes ModeName(ImportMode mode) { return NameOf(kModes, mode); }

Result<Options> ParseOptions(std::span<const Bytes> words) {
  const std::optional<Command> command = words.empty() ? std::nullopt : CommandOf(words[0]);
  if (!command) return Err("the first word has to be import or export");
  Options options;
  options.command = *command;
  size_t files = 0;
  bool only_files = false;
  for (size_t at = 1; at < words.size(); ++at) {
    const Bytes word = words[at];
    if (!only_files && word == "--") {
      only_files = true;
    } else if (!only_files && word.size() > 1 && word.starts_with('-')) {
      TRY(ReadOption(words, &at, options));
    } else {
      options.file = std::string(word);
      ++files;
    }
  }
  TRY(Check(options, files));
  return options;
}

std::string HelpText(std::optional<Command> command) {
  if (!command) {
    return "veddb-tool import --collection NAME [options] FILE|-\n"
           "veddb-tool export --collection NAME [options] [-o FILE]\n"
           "veddb-tool import --help, export --help, --version\n\n"
           "Loads documents from NDJSON, JSON arrays, BSON dumps and CSV into a server, and "
           "writes\n"
           "them out. Exit code: 0 done, 1 done but documents were rejected, 2 not done.\n";
  }
  const bool import = *command == Command::kImport;
  std::string out = import ? "veddb-tool import --collection NAME [options] FILE|-\n\n"
                           : "veddb-tool export --collection NAME [options] [-o FILE]\n\n";
  for (const OptionRow& row : kRows) {
    if ((row.commands & static_cast<uint8_t>(*command)) != 0) AppendRow(row, &out);
  }
  return out;
}

}  // namespace veddb::tool
