// SPDX-License-Identifier: BSD-3-Clause
// Filter: a parsed filter, immutable, shared by the threads that run it; owns the BSON it came
// from. Matcher: one thread's run of it over documents.
//
//   Filter filter = TRY(Filter::ParseJson(text));
//   Matcher matcher(&filter, random_seed);
//   for (DocView doc : documents) if (matcher.Matches(doc)) …
//   if (matcher.error()) return *matcher.error();
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/match/node.h"
#include "doc/value/extjson.h"

namespace veddb::doc {

class Filter {
 public:
  // BADJSON, TOOLARGE, BADQUERY; the last names operator and path. `scope`: what $expr may name,
  // null where there may be none; it is not needed afterwards.
  static Result<Filter> ParseJson(Bytes json, const expression::Scope* scope = nullptr,
                                  const ParseLimits& limits = {});
  static Result<Filter> Parse(DocView bson, const expression::Scope* scope = nullptr);

  // Matches everything.
  Filter() : Filter(Parse(DocView()).TakeValue()) {}
  Filter(Filter&&) = default;
  Filter& operator=(Filter&&) = default;

  const MatchNode& root() const { return *root_; }
  DocView document() const { return DocView(bson_.get()); }
  // True for `{}` and what comes to the same.
  bool MatchesAll() const;

 private:
  Filter(std::unique_ptr<char[]> bson, NodePtr root)
      : bson_(std::move(bson)), root_(std::move(root)) {}

  std::unique_ptr<char[]> bson_;  // the nodes' values point here
  NodePtr root_;
};

// The value that `_id` must equal for the filter to match, if it says so: such a filter needs no
// scan, only that document and the whole filter on it.
std::optional<ValueView> IdEquality(const Filter& filter);

// Which fields of a document decide whether it matches.
expression::Dependencies ReadsOf(const Filter& filter);

// Owned by: one thread.
class Matcher {
 public:
  // REQUIRES: the filter outlives the matcher. The seed drives $sampleRate and $rand. `variables`:
  // the values of those of the filter's scope that are free; they outlive the matcher.
  explicit Matcher(const Filter* filter, uint64_t random_seed = 1,
                   std::span<const ValueView> variables = {})
      : root_(&filter->root()), state_(random_seed) {
    SetVariables(variables, &state_);
  }

  bool Matches(DocView doc) {
    state_.array_index = kNoArrayIndex;
    return root_->MatchDocument(doc, state_) && !state_.error;
  }
  // Set when a regular expression took too much work or an $expr failed; the run must end with it.
  const std::optional<Error>& error() const { return state_.error; }
  // After a match: the place in the array where it lay, for the positional `$`; else kNoArrayIndex.
  uint32_t array_index() const { return state_.array_index; }

 private:
  const MatchNode* root_;
  MatchState state_;
};

}  // namespace veddb::doc
