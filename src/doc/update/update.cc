// SPDX-License-Identifier: BSD-3-Clause
#include "doc/update/update.h"

#include <algorithm>
#include <cstring>

#include "doc/update/apply.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

std::unique_ptr<char[]> CopyOf(DocView doc) {
  auto copy = std::make_unique_for_overwrite<char[]>(doc.size());
  std::memcpy(copy.get(), doc.data(), doc.size());
  return copy;
}

bool DeeperThan(DocView doc, uint32_t levels) {
  if (levels == 0) return true;
  for (const Element& element : doc) {
    if (element.value.IsContainer() && DeeperThan(element.value.Document(), levels - 1)) {
      return true;
    }
  }
  return false;
}

Status CheckResult(DocView before, DocView after, const ParseLimits& limits) {
  if (after.size() > limits.size_max) {
    return MakeError(ErrorCode::kTooLarge, "the update would make a document of " +
                                               std::to_string(after.size()) +
                                               " bytes (doc-max-size)");
  }
  if (DeeperThan(after, limits.depth_max)) {
    return MakeError(ErrorCode::kTooLarge, "the update would nest a document deeper than " +
                                               std::to_string(limits.depth_max) + " levels");
  }
  const ValueView old_id = before.Find(kIdField);
  if (old_id.missing()) return Ok();
  const ValueView new_id = after.Find(kIdField);
  if (new_id.type == old_id.type && new_id.bytes() == old_id.bytes()) return Ok();
  return MakeError(ErrorCode::kBadQuery, "the update would change the field '_id', which may not");
}

}  // namespace

Result<Update> Update::ParseJson(Bytes update, std::optional<Bytes> array_filters,
                                 const ParseLimits& limits) {
  const size_t first = update.find_first_not_of(" \t\r\n");
  if (first != Bytes::npos && update[first] == '[') {
    return MakeError(ErrorCode::kBadQuery, "updates as pipelines are not available yet");
  }
  const std::string bson = TRY(ParseDocument(update, limits));
  std::string filters;
  if (array_filters) filters = TRY(ParseArray(*array_filters, limits));
  return Parse(DocView(bson), array_filters ? DocView(filters) : DocView());
}

Result<Update> Update::Parse(DocView update, DocView array_filters) {
  Update out;
  out.bson_ = CopyOf(update);
  out.filters_bson_ = CopyOf(array_filters);
  out.filters_ = TRY(ParseArrayFilters(DocView(out.filters_bson_.get())));
  TRY(out.ParseOperators(DocView(out.bson_.get())));
  TRY(out.CheckFiltersUsed());
  out.tree_ = std::make_unique<UpdateNode>();
  // With some place for `$`: paths that exclude one another wherever it stands are found now.
  TRY(out.BuildTree(*out.tree_, "$"));
  if (out.positional_) out.tree_.reset();
  return out;
}

Status Update::ParseOperators(DocView update) {
  for (const Element& element : update) {
    const UpdateOperator* row = FindUpdateOperator(element.name);
    if (row == nullptr) {
      return MakeError(ErrorCode::kBadQuery,
                       "unknown update operator '" + std::string(element.name) + "'");
    }
    if (element.value.type != BsonType::kObject) {
      return MakeError(ErrorCode::kBadQuery, std::string(element.name) +
                                                 ": it takes an object of paths, not " +
                                                 OfType(element.value));
    }
    for (const Element& field : element.value.Document()) {
      std::vector<PlacedModifier> placed;
      TRY(row->parse({element.name, field.name, field.value}, &placed));
      for (PlacedModifier& one : placed) TRY(AddLeaves(std::move(one)));
    }
  }
  return Ok();
}

Status Update::AddLeaves(PlacedModifier placed) {
  const Modifier& modifier = *placed.modifier;
  const std::string what = modifier.name() + " of '" + placed.path + "'";
  PathParts parts = TRY(ParseUpdatePath(placed.path, filters_, what));
  positional_ |= std::any_of(parts.begin(), parts.end(), [](const PathPart& part) {
    return part.kind == PathPart::Kind::kPositional;
  });
  leaves_.push_back({std::move(parts), std::move(placed.modifier)});
  return Ok();
}

Status Update::BuildTree(UpdateNode& root, const std::string& positional) const {
  for (const Leaf& leaf : leaves_) TRY(AddLeaf(root, leaf.parts, *leaf.modifier, positional));
  return Ok();
}

Status Update::CheckFiltersUsed() const {
  for (const auto& filter : filters_) {
    const bool used = std::any_of(leaves_.begin(), leaves_.end(), [&filter](const Leaf& leaf) {
      return std::any_of(leaf.parts.begin(), leaf.parts.end(),
                         [&filter](const PathPart& part) { return part.filter == filter.get(); });
    });
    if (!used) {
      return MakeError(ErrorCode::kBadQuery,
                       "array filters: no path names '" + filter->name() + "'");
    }
  }
  return Ok();
}

Status Update::Apply(const ModifyContext& context, uint32_t array_index, const ParseLimits& limits,
                     std::string* out) const {
  const size_t start = out->size();
  UpdateNode own;
  if (positional_) {
    if (array_index == kNoArrayIndex) {
      return MakeError(ErrorCode::kBadQuery,
                       "the filter did not match in an array, so '$' stands for nothing");
    }
    TRY(BuildTree(own, std::to_string(array_index)));
  }
  TRY(UpdateWalk(context).Run(positional_ ? own : *tree_, out));
  return CheckResult(context.document, DocView(out->data() + start), limits);
}

}  // namespace veddb::doc
