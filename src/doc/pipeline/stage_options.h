// SPDX-License-Identifier: BSD-3-Clause
// The options of a stage that takes an object: each is read once, what is left over is unknown.
// Owned by: a parse function.
//
//   StageOptions options(stage.value.Document());
//   const ValueView path = TRY(options.Need("path"));
//   const ValueView keep = options.Take("preserveNullAndEmptyArrays");   // missing: not given
//   TRY(options.Finish());
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/value/document.h"

namespace veddb::doc {

class StageOptions {
 public:
  explicit StageOptions(DocView options) : options_(options) {}

  ValueView Take(Bytes name);
  // BADQUERY: it is not given.
  Result<ValueView> Need(Bytes name);
  // BADQUERY: it is given and of another type.
  Result<ValueView> TakeTyped(Bytes name, BsonType type);
  // False unless it is given.
  Result<bool> TakeBool(Bytes name);
  // BADQUERY: there is an option that nobody took.
  Status Finish() const;

 private:
  const DocView options_;
  std::vector<Bytes> taken_;
};

}  // namespace veddb::doc
