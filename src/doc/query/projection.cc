// SPDX-License-Identifier: BSD-3-Clause
// Applying a projection: one walk over the document beside the tree of paths.
#include "doc/query/projection.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>

#include "doc/value/id.h"

namespace veddb::doc {
namespace {

struct Range {
  uint64_t begin;
  uint64_t end;
};

Range RangeOf(Slice slice, uint64_t size) {
  const auto count = static_cast<int64_t>(size);
  int64_t begin = slice.skip;
  int64_t length = slice.count;
  if (length < 0) {
    begin = length;
    length = count;
  }
  if (begin < 0) begin = std::max<int64_t>(0, count + begin);
  begin = std::min(begin, count);
  length = std::min(length, count - begin);
  return {static_cast<uint64_t>(begin), static_cast<uint64_t>(begin + length)};
}

void AppendSlice(DocView array, Range range, DocBuilder* out, Bytes name) {
  ArrayBuilder slice = out->Array(name);
  uint64_t index = 0;
  for (const Element& element : array) {
    if (index >= range.end) break;
    if (index >= range.begin) slice.Append(element.value);
    ++index;
  }
  slice.Finish();
}

}  // namespace

const ProjectionNode* ProjectionNode::Find(Bytes child) const {
  const auto it =
      std::lower_bound(children.begin(), children.end(), child,
                       [](const ProjectionNode& node, Bytes wanted) { return node.name < wanted; });
  return it != children.end() && it->name == child ? &*it : nullptr;
}

namespace {

// False: there is more to do than to include.
// As deep as documents may be.
constexpr uint32_t kDepthMax = 100;

Status CheckDepth(DocView doc) {
  if (!expression::NestsDeeperThan(doc.AsValue(BsonType::kObject), kDepthMax)) return Ok();
  return MakeError(ErrorCode::kTooLarge, "the projected document would nest deeper than " +
                                             std::to_string(kDepthMax) + " levels");
}

bool AddPlainPaths(const ProjectionNode& node, const std::string& prefix,
                   std::vector<std::string>* paths) {
  for (const ProjectionNode& child : node.children) {
    const std::string path = prefix + child.name;
    if (child.kind == ProjectionNode::Kind::kInclude) {
      paths->push_back(path);
    } else if (child.kind != ProjectionNode::Kind::kTree ||
               !AddPlainPaths(child, path + ".", paths)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> Projection::PlainPaths() const {
  std::vector<std::string> paths;
  if (mode_ != Mode::kInclusion || !AddPlainPaths(root_, "", &paths)) return std::nullopt;
  return paths;
}

namespace {

void AddReads(const ProjectionNode& node, const std::string& prefix, bool inclusive,
              expression::Dependencies* reads) {
  for (const ProjectionNode& child : node.children) {
    const std::string path = prefix + child.name;
    switch (child.kind) {
      case ProjectionNode::Kind::kTree:
        // Arrays and scalars on the way to what is computed shape what comes out.
        if (inclusive && !child.computed.empty()) reads->paths.insert(path);
        AddReads(child, path + ".", inclusive, reads);
        break;
      case ProjectionNode::Kind::kComputed:
        reads->Add(child.expression->dependencies());
        break;
      default:
        if (inclusive) reads->paths.insert(path);
    }
  }
}

}  // namespace

expression::Dependencies Projection::Reads() const {
  expression::Dependencies reads;
  const bool inclusive = mode_ == Mode::kInclusion;
  AddReads(root_, "", inclusive, &reads);
  if (inclusive && keeps_id_) reads.paths.emplace(kIdField);
  return reads;
}

bool Projection::Leaves(Bytes path) const {
  const Bytes first = path.substr(0, path.find('.'));
  const ProjectionNode* child = root_.Find(first);
  switch (mode_) {
    case Mode::kWhole:
      return true;
    case Mode::kInclusion:
      if (child != nullptr) return child->kind == ProjectionNode::Kind::kInclude;
      return first == kIdField && keeps_id_;
    case Mode::kExclusion:
      return child == nullptr && (first != kIdField || keeps_id_);
    case Mode::kAddition:
      return child == nullptr;
  }
  return false;
}

Status Projector::Apply(DocView doc, uint32_t array_index, std::string* out) {
  if (projection_->mode_ == Projection::Mode::kWhole) {
    out->append(doc.bytes());
    return Ok();
  }
  array_index_ = array_index;
  start_ = out->size();
  if (run_ == nullptr && projection_->has_expressions()) state_.expressions().Begin(doc);
  DocBuilder builder(out);
  Document(projection_->root_, doc, true, &builder);
  // In an inclusion, what $elemMatch finds stands behind the fields that are simply included.
  for (const std::string& name : projection_->elem_matches_) {
    const ValueView value = doc.Find(name);
    if (inclusive() && !value.missing()) {
      ElemMatch(*projection_->root_.Find(name), {name, value}, &builder);
    }
  }
  builder.Finish();
  if (state_.error) return *state_.error;
  if (projection_->has_expressions()) return CheckDepth(DocView(out->data() + start_));
  return Ok();
}

// Computed fields that are not written in the place of their old values follow at the end.
void Projector::Document(const ProjectionNode& node, DocView doc, bool top, DocBuilder* out) {
  absl::InlinedVector<Bytes, 4> written;
  for (const Element& element : doc) {
    const ProjectionNode* child = node.Find(element.name);
    if (child != nullptr) {
      if (Field(*child, element, out) && !node.computed.empty()) written.push_back(element.name);
    } else if (top && element.name == kIdField ? projection_->keeps_id_ : !inclusive()) {
      out->Append(element.name, element.value);
    }
  }
  for (const std::string& name : node.computed) {
    if (std::find(written.begin(), written.end(), name) == written.end()) {
      Computed(*node.Find(name), name, out);
    }
  }
}

// What is not there yet: a value, or a document of values.
void Projector::Computed(const ProjectionNode& node, Bytes name, DocBuilder* out) {
  if (node.kind == ProjectionNode::Kind::kTree) {
    DocBuilder inner = out->Object(name);
    Document(node, DocView(), false, &inner);
    return inner.Finish();
  }
  if (state_.error) return;
  Result<ValueView> value =
      node.expression->Evaluate(run_ == nullptr ? state_.expressions() : *run_);
  if (!value.ok()) {
    state_.error = std::move(value.error());
  } else if (out->out()->size() - start_ + value->size() > expression::kMemoryMax) {
    state_.error =
        MakeError(ErrorCode::kMemoryLimit, "the projected document would have more than " +
                                               std::to_string(expression::kMemoryMax) + " bytes");
  } else if (!value->missing()) {
    out->Append(name, *value);
  }
}

// False: the field has yet to be computed.
bool Projector::Field(const ProjectionNode& node, const Element& element, DocBuilder* out) {
  switch (node.kind) {
    case ProjectionNode::Kind::kInclude:
      out->Append(element.name, element.value);
      return true;
    case ProjectionNode::Kind::kExclude:
      return true;
    case ProjectionNode::Kind::kComputed:
      if (inclusive()) return false;
      Computed(node, element.name, out);
      return true;
    case ProjectionNode::Kind::kTree:
      return Tree(node, element, out);
    case ProjectionNode::Kind::kElemMatch:
      if (!inclusive()) ElemMatch(node, element, out);
      return true;
    case ProjectionNode::Kind::kPositional:
      Positional(node, element, out);
      return true;
    case ProjectionNode::Kind::kSlice:
      if (element.value.type == BsonType::kArray) {
        const DocView array = element.value.Document();
        AppendSlice(array, RangeOf(node.slice, array.Count()), out, element.name);
      } else {
        out->Append(element.name, element.value);
      }
      return true;
  }
  return true;
}

bool Projector::Tree(const ProjectionNode& node, const Element& element, DocBuilder* out) {
  switch (element.value.type) {
    case BsonType::kObject: {
      DocBuilder inner = out->Object(element.name);
      Document(node, element.value.Document(), false, &inner);
      inner.Finish();
      return true;
    }
    case BsonType::kArray:
      if (node.leads_to_positional && !place_taken_) {
        Positional(node, element, out);
        return true;
      }
      out->Name(BsonType::kArray, element.name);
      Array(node, element.value.Document(), out->out());
      return true;
    default:
      if (inclusive()) return false;
      if (!node.computed.empty()) {
        Computed(node, element.name, out);  // in the place of a plain value
      } else {
        out->Append(element.name, element.value);
      }
      return true;
  }
}

// Objects in the array are projected each; plain values in it stay in an exclusion only, and give
// way to computed fields.
void Projector::Array(const ProjectionNode& node, DocView array, std::string* out) {
  ArrayBuilder builder(out);
  for (const Element& element : array) {
    if (element.value.type == BsonType::kObject) {
      DocBuilder inner = builder.Object();
      Document(node, element.value.Document(), false, &inner);
      inner.Finish();
    } else if (element.value.type == BsonType::kArray) {
      builder.Next(BsonType::kArray);
      Array(node, element.value.Document(), out);
    } else if (!inclusive() && !node.computed.empty()) {
      DocBuilder inner = builder.Object();
      Document(node, DocView(), false, &inner);
      inner.Finish();
    } else if (!inclusive()) {
      builder.Append(element.value);
    }
  }
  builder.Finish();
}

void Projector::ElemMatch(const ProjectionNode& node, const Element& element, DocBuilder* out) {
  if (element.value.type != BsonType::kArray) return;
  // The filter is `{name: {$elemMatch: …}}`; the place where it matches is the element to show.
  state_.array_index = kNoArrayIndex;
  std::string wrapped;
  DocBuilder wrapper(&wrapped);
  wrapper.Append(element.name, element.value);
  wrapper.Finish();
  if (!node.element->root().MatchDocument(DocView(wrapped), state_)) return;
  const uint64_t index = state_.array_index;
  AppendSlice(element.value.Document(), {index, index + 1}, out, element.name);
}

// The outermost array on the path shrinks to the element that the filter matched.
void Projector::Positional(const ProjectionNode& node, const Element& element, DocBuilder* out) {
  const bool leaf = node.kind == ProjectionNode::Kind::kPositional;
  if (element.value.type != BsonType::kArray || place_taken_) {
    if (leaf) out->Append(element.name, element.value);
    return;
  }
  const uint64_t index = array_index_;
  if (array_index_ == kNoArrayIndex || index >= element.value.Document().Count()) {
    state_.error =
        MakeError(ErrorCode::kBadQuery, "projection '" + std::string(element.name) +
                                            ".$': the filter matched no element of the array");
    return;
  }
  if (leaf) return AppendSlice(element.value.Document(), {index, index + 1}, out, element.name);
  std::string one;
  DocBuilder wrapper(&one);
  AppendSlice(element.value.Document(), {index, index + 1}, &wrapper, element.name);
  wrapper.Finish();
  place_taken_ = true;
  out->Name(BsonType::kArray, element.name);
  Array(node, DocView(one).Find(element.name).Document(), out->out());
  place_taken_ = false;
}

}  // namespace veddb::doc
