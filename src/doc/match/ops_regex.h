// SPDX-License-Identifier: BSD-3-Clause
// $regex as a node, and the rule by which a pattern meets a value.
#pragma once
#include "doc/match/node.h"

namespace veddb::doc {

// A pattern matches strings and symbols in which it occurs, and regular expressions that are it.
// When the work exceeds its limit, state.error is set.
struct PatternTest {
  const Regex& regex;
  Bytes pattern;
  Bytes options;
  const FieldPath& path;
};
bool MatchPattern(const PatternTest& test, ValueView value, MatchState& state);

class RegexNode final : public PathNode {
 public:
  RegexNode(FieldPath path, Regex regex, std::string pattern, std::string options)
      : PathNode(MatchKind::kRegex, std::move(path), LeafArrays::kOpen),
        regex_(std::move(regex)),
        pattern_(std::move(pattern)),
        options_(std::move(options)) {}
  // A planner finds prefixes here.
  const std::string& pattern() const { return pattern_; }
  const std::string& options() const { return options_; }

  bool MatchValue(ValueView value, MatchState& state) const override {
    return MatchPattern({regex_, pattern_, options_, path()}, value, state);
  }

 private:
  const Regex regex_;
  const std::string pattern_;
  const std::string options_;
};

}  // namespace veddb::doc
