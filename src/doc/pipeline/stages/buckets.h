// SPDX-License-Identifier: BSD-3-Clause
// Buckets: values by the boundaries between which they lie ($bucket). Immutable.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/value/document.h"

namespace veddb::doc {

class Buckets {
 public:
  // `boundaries`: an array of at least two constants of one type, ascending. `otherwise`: the id of
  // what lies outside of them (missing: that is an error). BADQUERY.
  static Result<Buckets> Parse(ValueView boundaries, ValueView otherwise,
                               const expression::Scope& scope);

  // The lower boundary of the value's bucket. Borrowed from here. BADQUERY.
  Result<ValueView> Find(ValueView value) const;

 private:
  std::vector<std::string> tagged_;  // the boundaries
  std::optional<std::string> otherwise_;
};

}  // namespace veddb::doc
