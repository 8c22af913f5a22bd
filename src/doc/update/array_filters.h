// SPDX-License-Identifier: BSD-3-Clause
// Array filters: `$[name]` in an update's path stands for the elements that the filter of this name
// matches. `[{"name.b": {$gt: 1}}, …]`. Immutable; any thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/match/node.h"
#include "doc/value/document.h"

namespace veddb::doc {

class ArrayFilter {
 public:
  ArrayFilter(std::string name, NodePtr condition)
      : name_(std::move(name)), condition_(std::move(condition)) {}

  const std::string& name() const { return name_; }
  bool Matches(ValueView element, MatchState& state) const;

 private:
  const std::string name_;
  const NodePtr condition_;
};

using ArrayFilters = std::vector<std::unique_ptr<ArrayFilter>>;

// `array`: BSON that outlives the filters. BADQUERY if one is not an object, names no element or
// several, a name no path can hold, or one that another has.
Result<ArrayFilters> ParseArrayFilters(DocView array);

}  // namespace veddb::doc
