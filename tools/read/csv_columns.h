// SPDX-License-Identifier: BSD-3-Clause
// The columns of a CSV file: where each value goes in a document (dotted names nest) and what type
// it is made. Immutable once parsed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "doc/value/builder.h"
#include "tools/read/csv_date.h"

namespace veddb::tool {

struct ColumnType;

// How the values of one column are read.
struct ColumnReader {
  const ColumnType* type = nullptr;
  std::optional<DateLayout> layout;  // of dates
  bool hexadecimal = false;          // of binary: else base64
};

// One type that a column may have. `append` adds the field, or says that the text is none.
struct ColumnType {
  Bytes name;
  bool (*append)(const ColumnReader& reader, Bytes text, Bytes name, doc::DocBuilder& to);
};

// "name.type(argument)" as its parts; ERR. The type is one of auto, binary, boolean, date, date_go,
// date_ms, date_oracle, decimal, double, int32, int64, string.
struct TypedName {
  std::string name;
  ColumnReader reader;
};
Result<TypedName> ParseTypedName(Bytes header);

class CsvColumns {
 public:
  enum class Blanks : uint8_t { kEmptyStrings, kNoFields };

  // ERR: a name is empty, stands twice, or is a part of another.
  static Result<CsvColumns> Parse(const std::vector<std::string>& header, bool have_types,
                                  Blanks blanks);
  size_t count() const { return columns_.size(); }
  // The document of one row. ERR: a value is not of its column's type. REQUIRES: count() fields.
  Result<std::string> Document(const std::vector<std::string>& fields) const;

 private:
  struct Column {
    std::string name;  // in full, for messages
    ColumnReader reader;
  };
  // A field of a document: of a column, or with fields inside.
  struct Node {
    std::string name;
    std::optional<size_t> column;
    std::vector<Node> inside;
  };

  Status Place(Bytes name, size_t column);
  Status Append(const std::vector<Node>& nodes, const std::vector<std::string>& fields,
                doc::DocBuilder& to) const;
  bool IsBlank(const Node& node, const std::vector<std::string>& fields) const;

  std::vector<Column> columns_;
  std::vector<Node> fields_;
  Blanks blanks_ = Blanks::kEmptyStrings;
};

}  // namespace veddb::tool
