// SPDX-License-Identifier: BSD-3-Clause
// Update: a parsed update, of operators or a pipeline; immutable, shared by threads; owns the BSON
// that it came from.
//
//   Update update = TRY(Update::ParseJson(text, array_filters_text));
//   std::string after;
//   TRY(update.Apply({.document = before, .now_ms = now}, array_index, limits, &after));
//   if (after == before.bytes()) …  // nothing changed
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/match/filter.h"
#include "doc/pipeline/transform.h"
#include "doc/update/array_filters.h"
#include "doc/update/modifier.h"
#include "doc/update/operators.h"
#include "doc/update/update_tree.h"
#include "doc/value/extjson.h"

namespace veddb::doc {

class Update {
 public:
  // `{$operator: {path: operand, …}, …}`, or a pipeline: `[{$set: {…}}, …]`. BADJSON, TOOLARGE;
  // BADQUERY for an unknown operator, an operand or path that is not valid, paths that exclude one
  // another, an array filter that is not used; names operator and path. `scope`: what a pipeline's
  // expressions may name; it is not needed afterwards.
  static Result<Update> ParseJson(Bytes update, std::optional<Bytes> array_filters = {},
                                  const expression::Scope& scope = {},
                                  const ParseLimits& limits = {});
  static Result<Update> Parse(DocView update, DocView array_filters = {});
  static Result<Update> ParsePipeline(DocView stages, const expression::Scope& scope = {});

  Update(Update&&) = default;
  Update& operator=(Update&&) = default;

  // Appends what context.document becomes. `array_index`: where the filter matched
  // (Matcher::array_index). BADQUERY if an operator can't work on the document or `_id` would
  // change; TOOLARGE. On an error *out is in an unknown state. Any thread.
  Status Apply(const ModifyContext& context, uint32_t array_index, const ParseLimits& limits,
               std::string* out) const;

 private:
  struct Leaf {
    PathParts parts;
    ModifierPtr modifier;
  };

  Update() = default;
  Status ParseOperators(DocView update);
  Status AddLeaves(PlacedModifier placed);
  Status BuildTree(UpdateNode& root, const std::string& positional) const;
  Status CheckFiltersUsed() const;
  Status ApplyPipeline(const ModifyContext& context, const ParseLimits& limits,
                       std::string* out) const;

  std::unique_ptr<char[]> bson_;  // the modifiers' operands point here
  std::unique_ptr<char[]> filters_bson_;
  ArrayFilters filters_;
  std::vector<Leaf> leaves_;
  bool positional_ = false;           // some path holds `$`
  std::unique_ptr<UpdateNode> tree_;  // unless it depends on what `$` stands for
  std::vector<Transform> pipeline_;   // instead of all that
};

// Is this an update of operators, or a document to replace one?
inline bool IsOperatorUpdate(DocView update) {
  return !update.empty() && update.begin()->name.starts_with('$');
}

// What an upsert begins with: the fields that the filter says are equal to a value. BADQUERY if it
// says so twice of one path, or of one within another.
Result<std::string> DocumentOfFilter(const Filter& filter);

}  // namespace veddb::doc
