// SPDX-License-Identifier: BSD-3-Clause
// The grammar of projections: flags, nested objects, $slice, $elemMatch, `path.$`.
#include <algorithm>
#include <limits>

#include "doc/query/projection.h"
#include "doc/query/sort.h"
#include "doc/value/id.h"
#include "doc/value/whole.h"

namespace veddb::doc {

using Kind = ProjectionNode::Kind;

class ProjectionParser {
 public:
  ProjectionParser(ProjectionUse use, const expression::Scope& scope) : use_(use), scope_(scope) {}

  Result<Projection> Parse(DocView spec) {
    TRY(Fields(spec, ""));
    if (use_ == ProjectionUse::kAddFields) {
      projection_.mode_ = Projection::Mode::kAddition;
      return std::move(projection_);
    }
    TRY(ChooseMode());
    projection_.keeps_id_ = id_.value_or(true);
    return std::move(projection_);
  }

 private:
  static Error Bad(Bytes path, Bytes what) {
    return MakeError(ErrorCode::kBadQuery,
                     "projection '" + std::string(path) + "': " + std::string(what));
  }

  Status Fields(DocView spec, const std::string& prefix) {
    for (const Element& element : spec)
      TRY(Field(prefix + std::string(element.name), element.value));
    return Ok();
  }

  Status Field(const std::string& path, ValueView value) {
    const bool adds = use_ == ProjectionUse::kAddFields;
    if (!adds && (value.type == BsonType::kBool || value.IsNumber())) {
      return Flag(path, IsTrue(value));
    }
    if (value.type != BsonType::kObject) return ParseComputed(path, value);
    const DocView inner = value.Document();
    if (inner.empty() && adds) return ParseComputed(path, value);
    if (inner.empty()) return Bad(path, "an empty object is no projection");
    const Bytes first = inner.begin()->name;
    if (first.empty() || first[0] != '$') return Fields(inner, path + ".");
    if (inner.Count() != 1) return Bad(path, "one operator at a time");
    if (use_ == ProjectionUse::kFind) {
      if (first == "$slice" && IsPlainSlice(inner.begin()->value)) {
        return ParseSlice(path, inner.begin()->value);
      }
      if (first == "$elemMatch") return ParseElemMatch(path, value);
    }
    return ParseComputed(path, value);
  }

  // `$slice: [array, …]` is the expression of this name.
  static bool IsPlainSlice(ValueView value) {
    if (value.type != BsonType::kArray || value.Document().empty()) return true;
    return value.Document().Count() == 2 && value.Document().begin()->value.IsNumber();
  }

  Status ParseComputed(const std::string& path, ValueView value) {
    ProjectionNode node{.kind = Kind::kComputed};
    Result<Expression> expression = Expression::Parse(value, scope_);
    if (!expression.ok()) return expression.error();
    node.expression = std::make_unique<Expression>(expression.TakeValue());
    if (!computed_) computed_ = path;
    return Add(path, std::move(node));
  }

  Status Flag(const std::string& path, bool included) {
    if (path == kIdField) {
      if (id_) return Bad(path, "the path stands there twice");
      id_ = included;
      return Ok();
    }
    if (use_ == ProjectionUse::kFind && (path == "$" || path.ends_with(".$")))
      return ParsePositional(path, included);
    std::optional<std::string>& seen = included ? included_ : excluded_;
    if (!seen) seen = path;
    return Add(path, {.kind = included ? Kind::kInclude : Kind::kExclude});
  }

  Status ParsePositional(const std::string& path, bool included) {
    if (!included || path == "$") return Bad(path, "the positional operator only includes");
    if (projection_.has_positional_) return Bad(path, "only one positional operator is allowed");
    projection_.has_positional_ = true;
    if (!included_) included_ = path;
    return Add(path.substr(0, path.size() - 2), {.kind = Kind::kPositional});
  }

  Status ParseSlice(const std::string& path, ValueView value) {
    const auto number = [](ValueView v) -> std::optional<int64_t> {
      if (!v.IsNumber()) return std::nullopt;
      constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
      const std::optional<int64_t> whole = TruncatedNumber(v);
      return whole ? std::optional(std::clamp(*whole, -kMax, kMax)) : std::nullopt;
    };
    ProjectionNode node{.kind = Kind::kSlice};
    if (const auto count = number(value)) {
      node.slice.count = *count;
      return Add(path, std::move(node));
    }
    if (value.type != BsonType::kArray) return Bad(path, "$slice needs a number or two");
    if (value.Document().Count() != 2) return Bad(path, "$slice needs a number or two");
    auto it = value.Document().begin();
    const auto skip = number(it->value);
    ++it;
    const auto count = number(it->value);
    if (!skip || !count) return Bad(path, "$slice needs two numbers");
    if (*count <= 0) return Bad(path, "the second number of $slice must be positive");
    node.slice = {.skip = *skip, .count = *count};
    return Add(path, std::move(node));
  }

  Status ParseElemMatch(const std::string& path, ValueView value) {
    if (path.find('.') != std::string::npos)
      return Bad(path, "$elemMatch needs a path without dots");
    std::string wrapped;
    DocBuilder builder(&wrapped);
    builder.Append(path, value);
    builder.Finish();
    ProjectionNode node{.kind = Kind::kElemMatch};
    node.element = std::make_unique<Filter>(TRY(Filter::Parse(DocView(wrapped))));
    projection_.elem_matches_.push_back(path);
    return Add(path, std::move(node));
  }

  // Puts the node into the tree at the path's place.
  Status Add(const std::string& text, ProjectionNode node) {
    const FieldPath path(text);
    TRY(CheckQueryPath(path, "projection"));
    const bool positional = node.kind == Kind::kPositional;
    const bool computed = node.kind == Kind::kComputed;
    ProjectionNode* at = &projection_.root_;
    for (size_t i = 0; i < path.size(); ++i) {
      const bool last = i + 1 == path.size();
      auto place = std::lower_bound(
          at->children.begin(), at->children.end(), path.part(i),
          [](const ProjectionNode& child, Bytes wanted) { return child.name < wanted; });
      const bool found = place != at->children.end() && place->name == path.part(i);
      if (found && (last || place->kind != Kind::kTree)) {
        return Bad(text, "the path collides with another");
      }
      if (!found) {
        ProjectionNode fresh = last ? std::move(node) : ProjectionNode{};
        fresh.name = std::string(path.part(i));
        place = at->children.insert(place, std::move(fresh));
      }
      if (computed &&
          std::find(at->computed.begin(), at->computed.end(), path.part(i)) == at->computed.end()) {
        at->computed.emplace_back(path.part(i));
      }
      at = &*place;
      if (positional && !last) at->leads_to_positional = true;
    }
    return Ok();
  }

  // Flags other than _id's decide; without any, $elemMatch includes and $slice alone keeps the
  // rest.
  Status ChooseMode() {
    using Mode = Projection::Mode;
    if (included_ && excluded_) {
      return Bad(*excluded_, "an inclusion can't exclude anything but _id");
    }
    if (computed_ && excluded_) {
      return Bad(*computed_, "an exclusion can't compute anything");
    }
    const bool no_flags = !included_ && !excluded_;
    if (included_ || computed_ ||
        (no_flags && (!projection_.elem_matches_.empty() || id_ == true))) {
      projection_.mode_ = Mode::kInclusion;
    } else if (excluded_ || id_ == false || !projection_.root_.children.empty()) {
      projection_.mode_ = Mode::kExclusion;
    }
    return Ok();
  }

  const ProjectionUse use_;
  const expression::Scope& scope_;
  Projection projection_;
  std::optional<bool> id_;
  std::optional<std::string> included_;
  std::optional<std::string> excluded_;
  std::optional<std::string> computed_;
};

Result<Projection> Projection::ParseJson(Bytes json, const expression::Scope& scope,
                                         const ParseLimits& limits) {
  const std::string bson = TRY(ParseDocument(json, limits));
  return Parse(DocView(bson), ProjectionUse::kFind, scope);
}

Result<Projection> Projection::Parse(DocView spec, ProjectionUse use,
                                     const expression::Scope& scope) {
  return ProjectionParser(use, scope).Parse(spec);
}

}  // namespace veddb::doc
