// SPDX-License-Identifier: BSD-3-Clause
// The options of document commands: words in any order behind the positional arguments, each at
// most once. One table says how each is read; a command says which it takes.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "doc/collection/collection_options.h"
#include "doc/expression/expression.h"
#include "doc/index/index_spec.h"
#include "doc/query/projection.h"
#include "doc/query/sort.h"
#include "doc/value/extjson.h"

namespace veddb {

enum class DocOption : uint32_t {
  kProject = 1 << 0,
  kSort = 1 << 1,
  kSkip = 1 << 2,
  kLimit = 1 << 3,
  kHint = 1 << 4,
  kLet = 1 << 5,
  kWithVersion = 1 << 6,
  kBatch = 1 << 7,
  kTimeout = 1 << 8,
  kEjson = 1 << 9,
  kNx = 1 << 10,
  kXx = 1 << 11,
  kIfVersion = 1 << 12,
  kSchema = 1 << 13,
  kValidation = 1 << 14,
  kMatch = 1 << 15,
  kUpsert = 1 << 16,
  kArrayFilters = 1 << 17,
  kReturn = 1 << 18,
  kUnordered = 1 << 19,
  kName = 1 << 20,
  kUnique = 1 << 21,
  kSparse = 1 << 22,
  kPartial = 1 << 23,
  kTtl = 1 << 24,
  kMemory = 1 << 25,
};
constexpr DocOption operator|(DocOption a, DocOption b) {
  return static_cast<DocOption>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr bool Has(DocOption set, DocOption one) {
  return (static_cast<uint32_t>(set) & static_cast<uint32_t>(one)) != 0;
}

// An index by its name or its key pattern.
struct IndexHint {
  std::string text;                     // for messages
  std::vector<doc::IndexField> fields;  // empty: `text` is the name, or a pattern of none

  bool Names(const doc::IndexSpec& spec) const;
};

struct DocOptions {
  doc::Projection projection;  // the whole document unless PROJECT says otherwise
  doc::SortSpec sort;          // empty: in order of _id
  uint64_t skip = 0;
  uint64_t limit = 0;        // 0: none
  uint64_t batch = 0;        // 0: the whole answer at once
  int64_t timeout_ms = 0;    // 0: none
  int64_t memory_bytes = 0;  // MEMORY: what a stage may keep; 0: as doc-memory-limit says
  doc::JsonMode json = doc::JsonMode::kRelaxed;
  bool with_version = false;
  bool only_if_absent = false;   // NX
  bool only_if_present = false;  // XX
  std::optional<uint64_t> if_version;
  std::optional<std::string> match;
  std::optional<std::string> schema;  // JSON text, or NONE
  std::optional<doc::Validation> validation;
  bool upsert = false;
  std::optional<std::string> array_filters;  // JSON text
  bool return_new = false;                   // RETURN NEW
  bool unordered = false;
  doc::IndexSpec index;  // NAME, UNIQUE, SPARSE, PARTIAL, TTL; without keys
  // What expressions may name: LET's variables and $$NOW, one time for the whole command.
  doc::expression::Variables variables;
  std::optional<IndexHint> hint;
};

// Whatever holds expressions is parsed after the options, in this scope.
inline doc::expression::Scope ScopeOf(const DocOptions& options) {
  return {.variables = &options.variables, .free = {}};
}

Result<DocOptions> ParseDocOptions(std::span<const Bytes> arguments, DocOption allowed);

// HINT as a value: an index's name, or its key pattern.
Status ReadHintValue(doc::ValueView hint, DocOptions& options);

// Does the order differ from that of `_id`, in which documents lie?
bool NeedsSorting(const doc::SortSpec& sort);

// A version as an argument.
Result<uint64_t> ParseVersion(Bytes argument);

}  // namespace veddb
