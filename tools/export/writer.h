// SPDX-License-Identifier: BSD-3-Clause
// Writer: documents, as JSON off the wire, in the format of a file.
//
// Owned by: one thread.
#pragma once
#include <memory>

#include "base/result.h"
#include "tools/export/output.h"
#include "tools/options.h"

namespace veddb::tool {

class Writer {
 public:
  virtual ~Writer() = default;
  virtual Status Begin() { return Ok(); }
  // `json`: in the mode that WireModeOf says.
  virtual Status Write(Bytes json) = 0;
  virtual Status End() { return Ok(); }
};

// `output` outlives the writer.
std::unique_ptr<Writer> MakeWriter(Output* output, const Options& options);

// One record of CSV, with its line end (CR LF, as RFC 4180 has it).
std::string CsvRecord(const std::vector<std::string>& fields);
// What a document has at a dotted path, as text of a CSV field: strings as they are, numbers and
// truth values as JSON, dates in ISO form, ObjectIds in hexadecimal, all else as relaxed JSON;
// nothing there, or null: empty.
std::string CsvField(doc::DocView document, Bytes path);

}  // namespace veddb::tool
