// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/covering.h"

#include <algorithm>

#include "doc/plan/condition.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

// A document can be made of the fields: no path leads through another's end.
bool AreApart(const IndexSpec& spec) {
  for (const IndexField& a : spec.fields) {
    if (HasPlaces(a.path)) return false;
    for (const IndexField& b : spec.fields) {
      if (b.path.text().starts_with(a.path.text() + ".")) return false;
    }
  }
  return true;
}

bool HasField(const IndexSpec& spec, Bytes path) {
  if (path == kIdField) return true;
  return std::any_of(spec.fields.begin(), spec.fields.end(),
                     [path](const IndexField& field) { return field.path.text() == path; });
}

bool AsksFieldsOnly(const MatchNode& node, const IndexSpec& spec) {
  switch (node.kind()) {
    case MatchKind::kAnd:
    case MatchKind::kOr:
    case MatchKind::kNor: {
      const auto& children = static_cast<const ListNode&>(node).children();
      return std::all_of(children.begin(), children.end(),
                         [&spec](const NodePtr& child) { return AsksFieldsOnly(*child, spec); });
    }
    case MatchKind::kNot:
      return AsksFieldsOnly(static_cast<const NotNode&>(node).child(), spec);
    case MatchKind::kNothing:
    case MatchKind::kSampleRate:
      return true;
    default: {
      const auto* path_node = dynamic_cast<const PathNode*>(&node);
      return path_node != nullptr && HasField(spec, path_node->path().text());
    }
  }
}

// Can a document with several fields be made of a key? Where the object is whose end is missing a
// key does not tell.
bool MayBeMade(const PlanRequest& request, const std::vector<std::string>& paths) {
  return request.any_field_order &&
         std::none_of(paths.begin(), paths.end(),
                      [](const std::string& path) { return path.find('.') != std::string::npos; });
}

bool ShowsFieldsOnly(const PlanRequest& request, const IndexSpec& spec) {
  if (request.output != PlanOutput::kDocuments) return true;
  if (request.projection == nullptr || request.needs_version) return false;
  const std::optional<std::vector<std::string>> paths = request.projection->PlainPaths();
  if (!paths || (paths->size() > 1 && !MayBeMade(request, *paths))) return false;
  return std::all_of(paths->begin(), paths->end(),
                     [&spec](const std::string& path) { return HasField(spec, path); });
}

}  // namespace

bool IsCovered(const PlanRequest& request, const PlanIndex& index, const Plan& plan) {
  if (index.clustered || index.multikey != 0 || plan.sort != SortWork::kNone) return false;
  const IndexSpec& spec = *index.spec;
  if (!AreApart(spec) || !ShowsFieldsOnly(request, spec)) return false;
  return std::all_of(plan.residual.begin(), plan.residual.end(),
                     [&spec](const MatchNode* node) { return AsksFieldsOnly(*node, spec); });
}

}  // namespace veddb::doc
