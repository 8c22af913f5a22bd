// SPDX-License-Identifier: BSD-3-Clause
#include "doc/update/apply.h"

#include "doc/update/operators.h"
#include "doc/value/path.h"

namespace veddb::doc {
namespace {

// The name of a place in an array.
class PlaceName {
 public:
  explicit PlaceName(int64_t index) : size_(FormatInt64(index, text_)) {}
  Bytes text() const { return {text_, size_}; }

 private:
  char text_[kInt64Chars];
  size_t size_;
};

const Modifier& FirstModifier(const UpdateNode& node) {
  if (node.modifier != nullptr) return *node.modifier;
  if (!node.fields.empty()) return FirstModifier(*node.fields.begin()->second);
  return FirstModifier(*node.elements.front().node);
}

}  // namespace

std::string UpdateWalk::Place::Text() const {
  std::string text = parent == nullptr ? std::string() : parent->Text() + ".";
  text += name;
  return text;
}

Status UpdateWalk::Run(const UpdateNode& root, std::string* out) {
  DocBuilder builder(out);
  bool written = false;
  TRY(WriteFields(root, context_.document, nullptr, builder, &written));
  builder.Finish();
  return Ok();
}

Result<Outcome> UpdateWalk::Apply(const UpdateNode& node, ValueView before, const Place& place,
                                  BsonType* type, std::string* out) {
  if (node.modifier != nullptr) return node.modifier->Modify(context_, before, type, out);
  if (!node.elements.empty()) return WriteElements(node, before, place, type, out);
  if (before.missing() || before.type == BsonType::kObject) {
    return WriteObject(node, before, place, type, out);
  }
  if (before.type == BsonType::kArray) {
    return WritePlaces(node, before.Document(), place, type, out);
  }
  for (const auto& [name, child] : node.fields) {
    TRY(DeadEnd(*child, before, {&place, name}));
  }
  return Outcome::kKept;
}

// A modifier in the subtree to which a dead end is an error.
const Modifier* UpdateWalk::Insistent(const UpdateNode& node) const {
  if (node.modifier != nullptr) {
    return node.modifier->IgnoresDeadEnds(context_) ? nullptr : node.modifier;
  }
  for (const auto& [name, child] : node.fields) {
    if (const Modifier* found = Insistent(*child)) return found;
  }
  for (const UpdateNode::Elements& elements : node.elements) {
    if (const Modifier* found = Insistent(*elements.node)) return found;
  }
  return nullptr;
}

// `place` would lie in `before`, which can't hold it.
Status UpdateWalk::DeadEnd(const UpdateNode& node, ValueView before, const Place& place) const {
  const Modifier* modifier = Insistent(node);
  if (modifier == nullptr) return Ok();
  return modifier->Bad("can't create the field '" + std::string(place.name) + "' in '" +
                       place.parent->Text() + "', which is " + OfType(before));
}

Status UpdateWalk::WriteField(DocBuilder& builder, const UpdateNode& node, ValueView before,
                              const Place& place, bool* written) {
  const size_t mark = builder.mark();
  builder.Name(BsonType::kNull, place.name);  // the type is known afterwards
  BsonType type = BsonType::kNull;
  const Outcome outcome = TRY(Apply(node, before, place, &type, builder.out()));
  if (outcome == Outcome::kWritten) {
    (*builder.out())[mark] = static_cast<char>(type);
    *written = true;
    return Ok();
  }
  builder.Rewind(mark);
  if (outcome == Outcome::kKept && !before.missing()) builder.Append(place.name, before);
  return Ok();
}

Status UpdateWalk::WriteFields(const UpdateNode& node, DocView before, const Place* parent,
                               DocBuilder& builder, bool* written) {
  for (const Element& element : before) {
    const auto child = node.fields.find(std::string(element.name));
    if (child == node.fields.end()) {
      builder.Append(element.name, element.value);
    } else {
      TRY(WriteField(builder, *child->second, element.value, {parent, element.name}, written));
    }
  }
  for (const auto& [name, child] : node.fields) {
    if (!before.Find(name).missing()) continue;
    TRY(WriteField(builder, *child, {}, {parent, name}, written));
  }
  return Ok();
}

Result<Outcome> UpdateWalk::WriteObject(const UpdateNode& node, ValueView before,
                                        const Place& place, BsonType* type, std::string* out) {
  const size_t start = out->size();
  DocBuilder builder(out);
  bool written = false;
  TRY(WriteFields(node, before.missing() ? DocView() : before.Document(), &place, builder,
                  &written));
  if (before.missing() && !written) {
    out->resize(start);
    return Outcome::kKept;
  }
  builder.Finish();
  *type = BsonType::kObject;
  return Outcome::kWritten;
}

// An element that goes leaves a null, so that the others keep their places.
Status UpdateWalk::WriteElement(const UpdateNode& node, ValueView before, const Place& place,
                                DocBuilder& builder) {
  const size_t mark = builder.mark();
  builder.Name(BsonType::kNull, place.name);
  BsonType type = BsonType::kNull;
  const bool was_in_array = std::exchange(context_.in_array, true);
  const Outcome outcome = TRY(Apply(node, before, place, &type, builder.out()));
  context_.in_array = was_in_array;
  if (outcome == Outcome::kWritten) {
    (*builder.out())[mark] = static_cast<char>(type);
    return Ok();
  }
  builder.Rewind(mark);
  if (before.missing()) return Ok();
  if (outcome == Outcome::kRemoved) {
    builder.Null(place.name);
  } else {
    builder.Append(place.name, before);
  }
  return Ok();
}

Result<Outcome> UpdateWalk::WritePlaces(const UpdateNode& node, DocView array, const Place& place,
                                        BsonType* type, std::string* out) {
  for (const auto& [name, child] : node.fields) {
    if (ArrayIndexOf(name) == FieldPath::kNotNumeric) {
      TRY(DeadEnd(*child, array.AsValue(BsonType::kArray), {&place, name}));
    }
  }
  DocBuilder builder(out);
  int64_t count = 0;
  for (const Element& element : array) {
    const auto child = node.fields.find(std::string(element.name));
    if (child == node.fields.end()) {
      builder.Append(element.name, element.value);
    } else {
      TRY(WriteElement(*child->second, element.value, {&place, element.name}, builder));
    }
    ++count;
  }
  TRY(WriteBehindEnd(node, count, place, builder));
  builder.Finish();
  *type = BsonType::kArray;
  return Outcome::kWritten;
}

// Places at or behind the array's end, in their order; nulls fill what lies between.
Status UpdateWalk::WriteBehindEnd(const UpdateNode& node, int64_t count, const Place& place,
                                  DocBuilder& builder) {
  for (const auto& [name, child] : node.fields) {
    const int64_t index = ArrayIndexOf(name);
    if (index == FieldPath::kNotNumeric || index < count) continue;
    const size_t mark = builder.mark();
    if (index - count > kArrayGapMax) {
      const Modifier* modifier = Insistent(*child);
      if (modifier == nullptr) continue;
      return modifier->Bad("the place lies more than " + std::to_string(kArrayGapMax) +
                           " behind the end of '" + place.Text() + "'");
    }
    for (int64_t i = count; i < index; ++i) builder.Null(PlaceName(i).text());
    const size_t begin = builder.mark();
    TRY(WriteElement(*child, {}, {&place, name}, builder));
    if (builder.mark() == begin) {
      builder.Rewind(mark);
    } else {
      count = index + 1;
    }
  }
  return Ok();
}

Result<Outcome> UpdateWalk::WriteElements(const UpdateNode& node, ValueView before,
                                          const Place& place, BsonType* type, std::string* out) {
  if (before.missing()) {
    return FirstModifier(node).Bad("'" + place.Text() +
                                   "' has to be there for a path through its elements");
  }
  if (before.type != BsonType::kArray) {
    return FirstModifier(node).Bad("'" + place.Text() + "' is no array but " + OfType(before));
  }
  DocBuilder builder(out);
  for (const Element& element : before.Document()) {
    std::vector<const UpdateNode*> matching;
    for (const UpdateNode::Elements& elements : node.elements) {
      if (elements.filter == nullptr || elements.filter->Matches(element.value, match_)) {
        matching.push_back(elements.node.get());
      }
      if (match_.error) return *match_.error;
    }
    const Place here{&place, element.name};
    if (matching.empty()) {
      builder.Append(element.name, element.value);
    } else if (matching.size() == 1) {
      TRY(WriteElement(*matching.front(), element.value, here, builder));
    } else {
      UpdateNode merged;
      for (const UpdateNode* one : matching) TRY(MergeNode(merged, *one));
      TRY(WriteElement(merged, element.value, here, builder));
    }
  }
  builder.Finish();
  *type = BsonType::kArray;
  return Outcome::kWritten;
}

}  // namespace veddb::doc
