// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.h"
#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "doc/value/id.h"
#include "doc/value/whole.h"

namespace veddb {
namespace {

struct OptionRow {
  Bytes word;
  DocOption option;
  bool has_value;
  Status (*read)(Bytes value, DocOptions& options);
};

Result<int64_t> ParseNatural(Bytes word, Bytes value) {
  const std::optional<int64_t> number = ParseInt64(value);
  if (!number) return kNotInteger;
  if (*number < 0) return Err(std::string(word) + " must not be negative");
  return *number;
}

Status ReadProject(Bytes value, DocOptions& options) {
  options.projection = TRY(doc::Projection::ParseJson(value, ScopeOf(options)));
  return Ok();
}

Status ReadSort(Bytes value, DocOptions& options) {
  options.sort = TRY(doc::SortSpec::ParseJson(value));
  return Ok();
}

Status ReadSkip(Bytes value, DocOptions& options) {
  options.skip = static_cast<uint64_t>(TRY(ParseNatural("SKIP", value)));
  return Ok();
}

Status ReadLimit(Bytes value, DocOptions& options) {
  options.limit = static_cast<uint64_t>(TRY(ParseNatural("LIMIT", value)));
  return Ok();
}

Status ReadBatch(Bytes value, DocOptions& options) {
  options.batch = static_cast<uint64_t>(TRY(ParseNatural("BATCH", value)));
  if (options.batch == 0) return Err("BATCH must not be 0");
  return Ok();
}

Status ReadMemory(Bytes value, DocOptions& options) {
  options.memory_bytes = TRY(ParseNatural("MEMORY", value));
  if (options.memory_bytes == 0) return Err("MEMORY must not be 0");
  return Ok();
}

Status ReadTimeout(Bytes value, DocOptions& options) {
  options.timeout_ms = TRY(ParseNatural("TIMEOUT", value));
  return Ok();
}

// A pattern that no index can have names none.
void ReadPattern(doc::DocView pattern, IndexHint& hint) {
  Result<std::vector<doc::IndexField>> fields = doc::ParseIndexKeys(pattern);
  if (fields.ok()) hint.fields = fields.TakeValue();
}

Status ReadHint(Bytes value, DocOptions& options) {
  IndexHint hint{.text = std::string(value)};
  if (value.starts_with('{')) {
    const std::string pattern = TRY(doc::ParseDocument(value));
    ReadPattern(doc::DocView(pattern), hint);
  }
  options.hint = std::move(hint);
  return Ok();
}

Status ReadEjson(Bytes value, DocOptions& options) {
  if (EqualsIgnoreCase(value, "CANONICAL")) {
    options.json = doc::JsonMode::kCanonical;
  } else if (!EqualsIgnoreCase(value, "RELAXED")) {
    return Err("EJSON must be CANONICAL or RELAXED");
  }
  return Ok();
}

Status ReadIfVersion(Bytes value, DocOptions& options) {
  options.if_version = TRY(ParseVersion(value));
  return Ok();
}

Status ReadWithVersion(Bytes /*value*/, DocOptions& options) {
  options.with_version = true;
  return Ok();
}

Status ReadNx(Bytes /*value*/, DocOptions& options) {
  options.only_if_absent = true;
  return Ok();
}

Status ReadXx(Bytes /*value*/, DocOptions& options) {
  options.only_if_present = true;
  return Ok();
}

Status ReadMatch(Bytes value, DocOptions& options) {
  options.match = std::string(value);
  return Ok();
}

Status ReadUpsert(Bytes /*value*/, DocOptions& options) {
  options.upsert = true;
  return Ok();
}

Status ReadArrayFilters(Bytes value, DocOptions& options) {
  options.array_filters = std::string(value);
  return Ok();
}

Status ReadReturn(Bytes value, DocOptions& options) {
  options.return_new = EqualsIgnoreCase(value, "NEW");
  if (options.return_new || EqualsIgnoreCase(value, "OLD")) return Ok();
  return Err("RETURN must be OLD or NEW");
}

Status ReadUnordered(Bytes /*value*/, DocOptions& options) {
  options.unordered = true;
  return Ok();
}

Status ReadName(Bytes value, DocOptions& options) {
  if (value.empty()) return Err("NAME must not be empty");
  options.index.name = std::string(value);
  return Ok();
}

Status ReadUnique(Bytes /*value*/, DocOptions& options) {
  options.index.unique = true;
  return Ok();
}

Status ReadSparse(Bytes /*value*/, DocOptions& options) {
  options.index.sparse = true;
  return Ok();
}

Status ReadPartial(Bytes value, DocOptions& options) {
  options.index.partial = std::make_shared<const doc::Filter>(TRY(doc::Filter::ParseJson(value)));
  return Ok();
}

Status ReadTtl(Bytes value, DocOptions& options) {
  const int64_t seconds = TRY(ParseNatural("TTL", value));
  if (seconds > doc::kIndexTtlSecondsMax) return Err("TTL is out of range");
  options.index.ttl_seconds = seconds;
  return Ok();
}

Status ReadLet(Bytes value, DocOptions& options) {
  const std::string let = TRY(doc::ParseDocument(value));
  return options.variables.Let(doc::DocView(let));
}

Status ReadSchema(Bytes value, DocOptions& options) {
  options.schema = std::string(value);
  return Ok();
}

Status ReadValidation(Bytes value, DocOptions& options) {
  options.validation = doc::ParseValidation(value);
  if (options.validation) return Ok();
  return Err("VALIDATION must be ERROR, WARN or OFF");
}

constexpr std::array kRows = {
    // The first: its variables stand in what follows.
    OptionRow{"LET", DocOption::kLet, true, ReadLet},
    OptionRow{"PROJECT", DocOption::kProject, true, ReadProject},
    OptionRow{"SORT", DocOption::kSort, true, ReadSort},
    OptionRow{"SKIP", DocOption::kSkip, true, ReadSkip},
    OptionRow{"LIMIT", DocOption::kLimit, true, ReadLimit},
    OptionRow{"HINT", DocOption::kHint, true, ReadHint},
    OptionRow{"WITHVERSION", DocOption::kWithVersion, false, ReadWithVersion},
    OptionRow{"BATCH", DocOption::kBatch, true, ReadBatch},
    OptionRow{"MEMORY", DocOption::kMemory, true, ReadMemory},
    OptionRow{"TIMEOUT", DocOption::kTimeout, true, ReadTimeout},
    OptionRow{"EJSON", DocOption::kEjson, true, ReadEjson},
    OptionRow{"NX", DocOption::kNx, false, ReadNx},
    OptionRow{"XX", DocOption::kXx, false, ReadXx},
    OptionRow{"IFVERSION", DocOption::kIfVersion, true, ReadIfVersion},
    OptionRow{"SCHEMA", DocOption::kSchema, true, ReadSchema},
    OptionRow{"VALIDATION", DocOption::kValidation, true, ReadValidation},
    OptionRow{"MATCH", DocOption::kMatch, true, ReadMatch},
    OptionRow{"UPSERT", DocOption::kUpsert, false, ReadUpsert},
    OptionRow{"ARRAYFILTERS", DocOption::kArrayFilters, true, ReadArrayFilters},
    OptionRow{"RETURN", DocOption::kReturn, true, ReadReturn},
    OptionRow{"UNORDERED", DocOption::kUnordered, false, ReadUnordered},
    OptionRow{"NAME", DocOption::kName, true, ReadName},
    OptionRow{"UNIQUE", DocOption::kUnique, false, ReadUnique},
    OptionRow{"SPARSE", DocOption::kSparse, false, ReadSparse},
    OptionRow{"PARTIAL", DocOption::kPartial, true, ReadPartial},
    OptionRow{"TTL", DocOption::kTtl, true, ReadTtl},
};

const OptionRow* FindRow(Bytes word, DocOption allowed) {
  for (const OptionRow& row : kRows) {
    if (Has(allowed, row.option) && EqualsIgnoreCase(word, row.word)) return &row;
  }
  return nullptr;
}

constexpr size_t kShownBytes = 128;

}  // namespace

Result<DocOptions> ParseDocOptions(std::span<const Bytes> arguments, DocOption allowed) {
  DocOptions options;
  options.variables = doc::expression::Variables(WallMillis());
  auto seen = static_cast<DocOption>(0);
  std::array<Bytes, kRows.size()> values;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const OptionRow* row = FindRow(arguments[i], allowed);
    if (row == nullptr) {
      return Err("unknown option '" + std::string(arguments[i].substr(0, kShownBytes)) + "'");
    }
    const std::string word(row->word);
    if (Has(seen, row->option)) return Err("option " + word + " is given twice");
    seen = seen | row->option;
    if (row->has_value && i + 1 == arguments.size()) return Err("option " + word + " has no value");
    if (row->has_value) values[static_cast<size_t>(row - kRows.data())] = arguments[++i];
  }
  for (const OptionRow& row : kRows) {
    if (!Has(seen, row.option)) continue;
    TRY(row.read(values[static_cast<size_t>(&row - kRows.data())], options));
  }
  if (options.only_if_absent && options.only_if_present) return Err("NX and XX exclude each other");
  return options;
}

Status ReadHintValue(doc::ValueView hint, DocOptions& options) {
  IndexHint read;
  if (hint.type == doc::BsonType::kString) {
    read.text = std::string(hint.String());
  } else if (hint.type == doc::BsonType::kObject) {
    read.text = doc::JsonText(hint);
    ReadPattern(hint.Document(), read);
  } else {
    return MakeError(ErrorCode::kBadQuery, "a hint has to be an index's name or its key pattern");
  }
  options.hint = std::move(read);
  return Ok();
}

bool IndexHint::Names(const doc::IndexSpec& spec) const {
  if (fields.empty()) return spec.name == text;
  return std::equal(fields.begin(), fields.end(), spec.fields.begin(), spec.fields.end(),
                    [](const doc::IndexField& a, const doc::IndexField& b) {
                      return a.path.text() == b.path.text() && a.descending == b.descending;
                    });
}

bool NeedsSorting(const doc::SortSpec& sort) {
  // Ids are unique: what comes behind `_id` in a sort decides nothing.
  return !sort.empty() && (sort.paths()[0].text() != doc::kIdField || sort.descending(0));
}

Result<uint64_t> ParseVersion(Bytes argument) {
  const std::optional<uint64_t> version = ParseUint64(argument);
  if (version) return *version;
  if (const std::optional<int64_t> number = ParseInt64(argument); number && *number < 0) {
    return Err("IFVERSION must not be negative");
  }
  return kNotInteger;
}

}  // namespace veddb
