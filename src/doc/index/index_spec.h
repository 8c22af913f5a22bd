// SPDX-License-Identifier: BSD-3-Clause
// IndexSpec: what an index is over, as DOC.CREATEINDEX says it and as the catalog keeps it.
// Immutable; any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/match/filter.h"
#include "doc/value/builder.h"
#include "doc/value/path.h"

namespace veddb::doc {

inline constexpr size_t kIndexFieldsMax = 32;
inline constexpr size_t kIndexNameBytesMax = 255;
inline constexpr int64_t kIndexTtlSecondsMax = INT32_MAX;
inline constexpr Bytes kIdIndexName = "_id_";

struct IndexField {
  FieldPath path;
  bool descending = false;
};

struct IndexSpec {
  std::string name;
  std::vector<IndexField> fields;
  bool unique = false;
  bool sparse = false;
  std::optional<int64_t> ttl_seconds;
  std::shared_ptr<const Filter> partial;  // null: all documents

  std::vector<FieldPath> paths() const;
  // The same keys in the same directions.
  bool SameKeys(const IndexSpec& other) const;
  // And all else alike, the name included.
  bool SameAs(const IndexSpec& other) const;
};

// `{path: 1 | -1, …}`. BADJSON, BADQUERY.
Result<std::vector<IndexField>> ParseIndexKeys(Bytes json);
Result<std::vector<IndexField>> ParseIndexKeys(DocView keys);
// MongoDB's: "age_1_city_-1".
std::string DefaultIndexName(const std::vector<IndexField>& fields);
// BADQUERY for options that do not go together: TTL on several fields or on `_id`, SPARSE with
// PARTIAL, a partial filter with operators that no index can have.
Status CheckIndexSpec(const IndexSpec& spec);

// As BSON: {name, keys: {…}, unique, sparse, ttl, partial}; what is not set is not there. The same
// is what DOC.INDEXES shows (and adds to).
void AppendIndexSpec(const IndexSpec& spec, DocBuilder* out);
std::string EncodeIndexSpec(const IndexSpec& spec);
// IOERR if the bytes are none.
Result<IndexSpec> DecodeIndexSpec(DocView bson);

}  // namespace veddb::doc
