// SPDX-License-Identifier: BSD-3-Clause
#include "doc/update/update.h"

#include <algorithm>
#include <cstring>

#include "doc/update/apply.h"
#include "doc/value/builder.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

std::unique_ptr<char[]> CopyOf(DocView doc) {
  auto copy = std::make_unique_for_overwrite<char[]>(doc.size());
  std::memcpy(copy.get(), doc.data(), doc.size());
  return copy;
}

// More would be no update that somebody wrote.
constexpr size_t kStagesMax = 1000;

Status CheckSize(DocView after, const ParseLimits& limits) {
  if (after.size() > limits.size_max) {
    return MakeError(ErrorCode::kTooLarge, "the update would make a document of " +
                                               std::to_string(after.size()) +
                                               " bytes (doc-max-size)");
  }
  if (expression::NestsDeeperThan(after.AsValue(BsonType::kObject), limits.depth_max)) {
    return MakeError(ErrorCode::kTooLarge, "the update would nest a document deeper than " +
                                               std::to_string(limits.depth_max) + " levels");
  }
  return Ok();
}

// Appends the document with `_id` in front: where a pipeline dropped it, that of the document it
// came from.
DocView WithId(DocView doc, DocView from, std::string* out) {
  const size_t start = out->size();
  const ValueView own = doc.Find(kIdField);
  const ValueView id = own.missing() ? from.Find(kIdField) : own;
  DocBuilder builder(out);
  if (!id.missing()) builder.Append(kIdField, id);
  for (const Element& element : doc) {
    if (element.name != kIdField) builder.Append(element.name, element.value);
  }
  builder.Finish();
  return DocView(out->data() + start);
}

Status CheckId(DocView before, DocView after) {
  const ValueView old_id = before.Find(kIdField);
  if (old_id.missing()) return Ok();
  const ValueView new_id = after.Find(kIdField);
  if (new_id.type == old_id.type && new_id.bytes() == old_id.bytes()) return Ok();
  return MakeError(ErrorCode::kBadQuery, "the update would change the field '_id', which may not");
}

}  // namespace

Result<Update> Update::ParseJson(Bytes update, std::optional<Bytes> array_filters,
                                 const expression::Scope& scope, const ParseLimits& limits) {
  const size_t first = update.find_first_not_of(" \t\r\n");
  if (first != Bytes::npos && update[first] == '[') {
    if (array_filters) {
      return MakeError(ErrorCode::kBadQuery, "array filters are for updates of operators");
    }
    const std::string stages = TRY(ParseArray(update, limits));
    return ParsePipeline(DocView(stages), scope);
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

Result<Update> Update::ParsePipeline(DocView stages, const expression::Scope& scope) {
  Update out;
  for (const Element& element : stages) {
    const ValueView stage = element.value;
    if (stage.type != BsonType::kObject || stage.Document().Count() != 1) {
      return MakeError(ErrorCode::kBadQuery, "a stage is an object with one operator");
    }
    const Element named = *stage.Document().begin();
    if (!Transform::IsName(named.name)) {
      return MakeError(ErrorCode::kBadQuery,
                       "'" + std::string(named.name) + "' is no stage of an update");
    }
    if (out.pipeline_.size() == kStagesMax) {
      return MakeError(ErrorCode::kBadQuery,
                       "a pipeline has at most " + std::to_string(kStagesMax) + " stages");
    }
    out.pipeline_.push_back(TRY(Transform::Parse(named, scope)));
  }
  if (out.pipeline_.empty()) {
    return MakeError(ErrorCode::kBadQuery, "the pipeline has no stages");
  }
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
  if (!pipeline_.empty()) return ApplyPipeline(context, limits, out);
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
  const DocView after(out->data() + start);
  TRY(CheckSize(after, limits));
  return CheckId(context.document, after);
}

Status Update::ApplyPipeline(const ModifyContext& context, const ParseLimits& limits,
                             std::string* out) const {
  expression::Evaluation run(context.random);
  std::string before;
  std::string after;
  DocView doc = context.document;
  for (const Transform& stage : pipeline_) {
    after.clear();
    TRY(stage.Apply(doc, run, &after));
    TRY(CheckSize(DocView(after), limits));
    std::swap(before, after);
    doc = DocView(before);
  }
  TRY(CheckId(context.document, WithId(doc, context.document, out)));
  return Ok();
}

}  // namespace veddb::doc
