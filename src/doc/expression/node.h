// SPDX-License-Identifier: BSD-3-Clause
// The compiled expression as a tree. Nodes are immutable once parsed and shared by threads; all
// that changes while evaluating is in Evaluation.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/expression/evaluation.h"
#include "doc/value/document.h"
#include "doc/value/path.h"

namespace veddb::doc::expression {

struct Operator;

inline constexpr uint32_t kNoSlot = UINT32_MAX;

// What a node's value depends on; with neither it is a constant.
struct Needs {
  bool varies = false;             // the document, or chance
  uint32_t lowest_slot = kNoSlot;  // of the variables that it reads

  bool nothing() const { return !varies && lowest_slot == kNoSlot; }
  void Add(const Needs& other) {
    varies |= other.varies;
    lowest_slot = std::min(lowest_slot, other.lowest_slot);
  }
  // Without the variables from this slot on, which are bound where the node stands.
  Needs Without(uint32_t first_bound) const {
    return {varies, lowest_slot >= first_bound ? kNoSlot : lowest_slot};
  }
};

class Node {
 public:
  virtual ~Node() = default;
  virtual Result<ValueView> Evaluate(Evaluation& run) const = 0;
  // The value, if it is one that never changes.
  virtual std::optional<ValueView> constant() const { return std::nullopt; }
  const Needs& needs() const { return needs_; }

 protected:
  explicit Node(Needs needs) : needs_(needs) {}

 private:
  const Needs needs_;
};

using NodePtr = std::unique_ptr<const Node>;

class ConstantNode final : public Node {
 public:
  // Keeps a copy.
  explicit ConstantNode(ValueView value) : Node({}), tagged_(Tagged(value)) {}
  Result<ValueView> Evaluate(Evaluation&) const override { return TaggedView(tagged_); }
  std::optional<ValueView> constant() const override { return TaggedView(tagged_); }

 private:
  const std::string tagged_;
};

// `$a.b`, `$$name.a.b`. Arrays on the way are entered: the value is then the array of what is
// found in the objects in them.
class PathNode final : public Node {
 public:
  // `slot`: where the variable lies; kNoSlot: it is the document. No path: the variable itself.
  PathNode(uint32_t slot, std::optional<FieldPath> path)
      : Node({.varies = slot == kNoSlot, .lowest_slot = slot}),
        slot_(slot),
        path_(std::move(path)) {}
  Result<ValueView> Evaluate(Evaluation& run) const override;

 private:
  const uint32_t slot_;
  const std::optional<FieldPath> path_;
};

// The value at component `part` and beyond of a path from an object.
Result<ValueView> ValueAtPath(DocView doc, const FieldPath& path, size_t part, Evaluation& run);

// `{a: expression, …}`: a field without a value is left out.
class ObjectNode final : public Node {
 public:
  struct Field {
    std::string name;
    NodePtr value;
  };
  ObjectNode(std::vector<Field> fields, Needs needs) : Node(needs), fields_(std::move(fields)) {}
  Result<ValueView> Evaluate(Evaluation& run) const override;

 private:
  const std::vector<Field> fields_;
};

// `[expression, …]`: an element without a value is null.
class ArrayNode final : public Node {
 public:
  ArrayNode(std::vector<NodePtr> elements, Needs needs)
      : Node(needs), elements_(std::move(elements)) {}
  Result<ValueView> Evaluate(Evaluation& run) const override;

 private:
  const std::vector<NodePtr> elements_;
};

// What an operator made of its constant arguments when it was parsed.
struct Compiled {
  virtual ~Compiled() = default;
};

// An operator with its arguments.
class CallNode final : public Node {
 public:
  struct Parts {
    const Operator* row = nullptr;
    std::vector<NodePtr> arguments;  // null: a named argument that is not given
    std::vector<uint32_t> slots;     // of the variables that it binds
    std::unique_ptr<const Compiled> compiled;
  };
  CallNode(Parts parts, Needs needs) : Node(needs), parts_(std::move(parts)) {}
  Result<ValueView> Evaluate(Evaluation& run) const override;
  const Parts& parts() const { return parts_; }

 private:
  const Parts parts_;
};

}  // namespace veddb::doc::expression
