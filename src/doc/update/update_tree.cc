// SPDX-License-Identifier: BSD-3-Clause
#include "doc/update/update_tree.h"

#include <algorithm>

#include "doc/query/sort.h"
#include "doc/value/path.h"

namespace veddb::doc {
namespace {

Error BadPath(Bytes what, Bytes why) {
  return MakeError(ErrorCode::kBadQuery, std::string(what) + ": " + std::string(why));
}

Error Conflict(const Modifier& modifier, Bytes at) {
  return modifier.Bad("the path would create a conflict at '" + std::string(at) + "'");
}

// `$[name]` without what surrounds the name.
Result<PathPart> ParseArrayPart(Bytes part, const ArrayFilters& filters, Bytes what) {
  const Bytes name = part.substr(2, part.size() - 3);
  if (name.empty()) return PathPart{.kind = PathPart::Kind::kAll};
  for (const auto& filter : filters) {
    if (filter->name() == name) {
      return PathPart{.kind = PathPart::Kind::kFiltered, .filter = filter.get()};
    }
  }
  return BadPath(what, "there is no array filter '" + std::string(name) + "'");
}

Result<PathPart> ParsePart(Bytes part, const ArrayFilters& filters, Bytes what) {
  if (part.empty()) return BadPath(what, "a field's name in the path is empty");
  if (part[0] != '$') return PathPart{.name = std::string(part)};
  if (part == "$") return PathPart{.kind = PathPart::Kind::kPositional};
  if (part.size() >= 3 && part[1] == '[' && part.back() == ']') {
    return ParseArrayPart(part, filters, what);
  }
  return BadPath(what, "the name '" + std::string(part) + "' in the path begins with '$'");
}

// The child that a part leads to, made if it is not there; null where it and what is there exclude
// one another.
UpdateNode* Descend(UpdateNode& node, const PathPart& part, const std::string& positional) {
  if (node.modifier != nullptr) return nullptr;
  const bool names =
      part.kind == PathPart::Kind::kField || part.kind == PathPart::Kind::kPositional;
  if (names) {
    if (!node.elements.empty()) return nullptr;
    auto& child = node.fields[part.kind == PathPart::Kind::kField ? part.name : positional];
    if (child == nullptr) child = std::make_unique<UpdateNode>();
    return child.get();
  }
  if (!node.fields.empty()) return nullptr;
  for (auto& elements : node.elements) {
    if (elements.filter == part.filter) return elements.node.get();
  }
  node.elements.push_back({part.filter, std::make_unique<UpdateNode>()});
  return node.elements.back().node.get();
}

const Modifier& AnyModifier(const UpdateNode& node) {
  if (node.modifier != nullptr) return *node.modifier;
  if (!node.fields.empty()) return AnyModifier(*node.fields.begin()->second);
  return AnyModifier(*node.elements.front().node);
}

std::string PrefixOf(Bytes path, size_t parts) {
  size_t end = 0;
  for (size_t i = 0; i < parts && end != Bytes::npos; ++i) {
    end = path.find('.', i == 0 ? 0 : end + 1);
  }
  return std::string(path.substr(0, end));
}

}  // namespace

bool FieldOrder::operator()(const std::string& a, const std::string& b) const {
  const int64_t left = ArrayIndexOf(a);
  const int64_t right = ArrayIndexOf(b);
  if (left != FieldPath::kNotNumeric && right != FieldPath::kNotNumeric) return left < right;
  if (left != FieldPath::kNotNumeric || right != FieldPath::kNotNumeric) {
    return left != FieldPath::kNotNumeric;
  }
  return a < b;
}

Result<PathParts> ParseUpdatePath(Bytes path, const ArrayFilters& filters, Bytes what) {
  const FieldPath split(path);
  if (split.size() > kPathPartsMax) {
    return BadPath(what, "the path has more than " + std::to_string(kPathPartsMax) + " parts");
  }
  PathParts parts;
  bool positional = false;
  for (size_t i = 0; i < split.size(); ++i) {
    parts.push_back(TRY(ParsePart(split.part(i), filters, what)));
    if (parts.back().kind == PathPart::Kind::kField) continue;
    if (i == 0) return BadPath(what, "a path may not begin with a positional part");
    if (parts.back().kind != PathPart::Kind::kPositional) continue;
    if (positional) return BadPath(what, "a path may hold '$' only once");
    positional = true;
  }
  return parts;
}

Status AddLeaf(UpdateNode& root, const PathParts& parts, const Modifier& modifier,
               const std::string& positional) {
  UpdateNode* node = &root;
  for (size_t i = 0; i < parts.size(); ++i) {
    UpdateNode* child = Descend(*node, parts[i], positional);
    if (child == nullptr) return Conflict(modifier, PrefixOf(modifier.path(), i));
    node = child;
  }
  if (!node->empty()) return Conflict(modifier, modifier.path());
  node->modifier = &modifier;
  return Ok();
}

Status MergeNode(UpdateNode& target, const UpdateNode& source) {
  if (source.empty()) return Ok();
  const bool same_kind =
      target.empty() || (target.modifier == nullptr && source.modifier == nullptr &&
                         target.fields.empty() == source.fields.empty());
  if (!same_kind) return Conflict(AnyModifier(source), AnyModifier(target).path());
  target.modifier = source.modifier;
  for (const auto& [name, child] : source.fields) {
    auto& merged = target.fields[name];
    if (merged == nullptr) merged = std::make_unique<UpdateNode>();
    TRY(MergeNode(*merged, *child));
  }
  for (const UpdateNode::Elements& elements : source.elements) {
    const auto found =
        std::find_if(target.elements.begin(), target.elements.end(),
                     [&elements](const auto& other) { return other.filter == elements.filter; });
    if (found == target.elements.end()) {
      target.elements.push_back({elements.filter, std::make_unique<UpdateNode>()});
      TRY(MergeNode(*target.elements.back().node, *elements.node));
    } else {
      TRY(MergeNode(*found->node, *elements.node));
    }
  }
  return Ok();
}

}  // namespace veddb::doc
