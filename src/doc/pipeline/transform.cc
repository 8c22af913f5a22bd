// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/transform.h"

#include <algorithm>
#include <array>

namespace veddb::doc {
namespace {

Error Bad(Bytes what) { return MakeError(ErrorCode::kBadQuery, std::string(what)); }

// An error from within, with the stage's name in front.
template <typename T>
Result<T> Within(Bytes name, Result<T> result) {
  if (!result.ok()) result.error().message.insert(0, std::string(name) + ": ");
  return result;
}

Result<DocView> FieldsOf(const Element& stage) {
  if (stage.value.type != BsonType::kObject || stage.value.Document().empty()) {
    return Bad("it takes an object of at least one field");
  }
  return stage.value.Document();
}

using Scope = expression::Scope;

Result<Projection> ParseAddFields(const Element& stage, const Scope& scope) {
  return Projection::Parse(TRY(FieldsOf(stage)), ProjectionUse::kAddFields, scope);
}

Result<Projection> ParseProject(const Element& stage, const Scope& scope) {
  return Projection::Parse(TRY(FieldsOf(stage)), ProjectionUse::kStage, scope);
}

// A path, or an array of them: a projection that excludes them.
Result<Projection> ParseUnset(const Element& stage, const Scope& scope) {
  std::vector<ValueView> paths;
  if (stage.value.type == BsonType::kArray) {
    for (const Element& element : stage.value.Document()) paths.push_back(element.value);
  } else {
    paths.push_back(stage.value);
  }
  if (paths.empty()) return Bad("it takes at least one path");
  std::string exclusion;
  DocBuilder builder(&exclusion);
  for (const ValueView path : paths) {
    if (path.type != BsonType::kString) return Bad("it takes a path or an array of them");
    if (path.String().find('\0') != Bytes::npos) return Bad("a path has no NUL");
    builder.Bool(path.String(), false);
  }
  builder.Finish();
  return Projection::Parse(DocView(exclusion), ProjectionUse::kStage, scope);
}

Result<Expression> ParseReplaceRoot(const Element& stage, const Scope& scope) {
  const DocView fields = TRY(FieldsOf(stage));
  if (fields.Count() != 1 || fields.begin()->name != "newRoot") {
    return Bad("it takes an object with the field newRoot");
  }
  return Expression::Parse(fields.begin()->value, scope);
}

Result<Expression> ParseReplaceWith(const Element& stage, const Scope& scope) {
  return Expression::Parse(stage.value, scope);
}

// A stage is a projection or an expression that gives the new root.
struct Row {
  Bytes name;
  Result<Projection> (*projection)(const Element&, const Scope&);
  Result<Expression> (*root)(const Element&, const Scope&);
};

constexpr std::array kRows = {
    Row{"$addFields", ParseAddFields, nullptr},     Row{"$project", ParseProject, nullptr},
    Row{"$replaceRoot", nullptr, ParseReplaceRoot}, Row{"$replaceWith", nullptr, ParseReplaceWith},
    Row{"$set", ParseAddFields, nullptr},           Row{"$unset", ParseUnset, nullptr},
};

const Row* FindRow(Bytes name) {
  const auto it =
      std::find_if(kRows.begin(), kRows.end(), [name](const Row& row) { return row.name == name; });
  return it == kRows.end() ? nullptr : &*it;
}

}  // namespace

bool Transform::IsName(Bytes name) { return FindRow(name) != nullptr; }

Result<Transform> Transform::Parse(const Element& stage, const Scope& scope) {
  const Row* row = FindRow(stage.name);
  CHECK(row != nullptr);
  Transform transform;
  if (row->projection != nullptr) {
    transform.projection_ = TRY(Within(stage.name, row->projection(stage, scope)));
  } else {
    transform.root_ = TRY(Within(stage.name, row->root(stage, scope)));
  }
  return transform;
}

bool Transform::replaces() const {
  return !projection_ || projection_->mode() == Projection::Mode::kInclusion;
}

expression::Dependencies Transform::Reads() const {
  return projection_ ? projection_->Reads() : root_->dependencies();
}

Status Transform::Apply(DocView doc, expression::Evaluation& run, std::string* out) const {
  run.Begin(doc);
  if (projection_) return Projector(&*projection_, &run).Apply(doc, kNoArrayIndex, out);
  const ValueView root = TRY(root_->Evaluate(run));
  if (root.type != BsonType::kObject) {
    return MakeError(ErrorCode::kBadQuery, "the new root must be an object, not of type " +
                                               std::string(TypeName(root.type)));
  }
  out->append(root.bytes());
  return Ok();
}

}  // namespace veddb::doc
