// SPDX-License-Identifier: BSD-3-Clause
// The compiled filter as a tree. A node says whether a document matches, and (inside $elemMatch
// over plain values) whether a single value does. Nodes are immutable once parsed and shared by
// threads; all that changes while matching is in MatchState, which belongs to one thread. Values in
// nodes point into the filter's own BSON.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "doc/expression/evaluation.h"
#include "doc/value/document.h"
#include "doc/value/path.h"
#include "doc/value/regex.h"

namespace veddb::doc {

namespace expression {
struct Dependencies;
}

enum class MatchKind : uint8_t {
  kAnd,
  kOr,
  kNor,
  kNot,
  kNothing,
  kSampleRate,
  kExpr,
  kCompare,
  kIn,
  kExists,
  kType,
  kRegex,
  kMod,
  kSize,
  kElemMatchObject,
  kElemMatchValue,
  kBits,
  kSchema,
};

// What one thread's run over documents carries along. The first error sticks; from then on nothing
// matches and the run is worthless.
struct MatchState {
  explicit MatchState(uint64_t random_seed) : random(random_seed | 1) {}

  // Uniform in [0, 1).
  double NextRandom() {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return static_cast<double>(random >> 11) * 0x1p-53;
  }
  RegexScratch& regex() {
    if (!regex_scratch) regex_scratch.emplace();
    return *regex_scratch;
  }

  // What $expr runs with; made when it is first needed.
  expression::Evaluation& expressions() {
    if (!evaluation) evaluation = std::make_unique<expression::Evaluation>(random);
    return *evaluation;
  }

  std::optional<Error> error;
  // Where in the (outermost) array the last match lay: what the positional `$` stands for.
  uint32_t array_index = kNoArrayIndex;
  uint64_t random;
  std::optional<RegexScratch> regex_scratch;
  std::unique_ptr<expression::Evaluation> evaluation;
};

// Gives the free variables of $expr their values.
void SetVariables(std::span<const ValueView> variables, MatchState* state);

// What a node was parsed from, so that it can be shown: `{path: {name: value}}`, or `{name: value}`
// where there is no path.
struct NodeSource {
  std::string path;
  std::string name;
  ValueView value;  // in the filter's BSON
};

class MatchNode {
 public:
  virtual ~MatchNode() = default;
  MatchKind kind() const { return kind_; }
  // Nothing for a list of conditions that all must hold and that nobody wrote as one.
  const NodeSource* source() const { return source_.get(); }
  void set_source(NodeSource source) { source_ = std::make_unique<NodeSource>(std::move(source)); }

  virtual bool MatchDocument(DocView doc, MatchState& state) const = 0;
  virtual bool MatchValue(ValueView value, MatchState& state) const = 0;
  // Which of the document's fields it looks at.
  virtual void AddReads(expression::Dependencies* reads) const;

 protected:
  explicit MatchNode(MatchKind kind) : kind_(kind) {}

 private:
  const MatchKind kind_;
  std::unique_ptr<const NodeSource> source_;
};

using NodePtr = std::unique_ptr<MatchNode>;

// A condition on the values that a path leads to: the document matches if any of them does.
class PathNode : public MatchNode {
 public:
  const FieldPath& path() const { return path_; }
  // Is it asked about the elements of an array at the path's end too, or only about the array?
  bool opens_arrays() const { return leaf_ == LeafArrays::kOpen; }
  void AddReads(expression::Dependencies* reads) const final;

  bool MatchDocument(DocView doc, MatchState& state) const final {
    return VisitPath(doc, path_, leaf_, [&](ValueView value, uint32_t index) {
      if (!MatchValue(value, state)) return false;
      if (index != kNoArrayIndex) state.array_index = index;
      return true;
    });
  }

 protected:
  PathNode(MatchKind kind, FieldPath path, LeafArrays leaf)
      : MatchNode(kind), path_(std::move(path)), leaf_(leaf) {}

 private:
  const FieldPath path_;
  const LeafArrays leaf_;
};

// $and, $or, $nor.
class ListNode final : public MatchNode {
 public:
  ListNode(MatchKind kind, std::vector<NodePtr> children)
      : MatchNode(kind), children_(std::move(children)) {}
  const std::vector<NodePtr>& children() const { return children_; }

  bool MatchDocument(DocView doc, MatchState& state) const override;
  bool MatchValue(ValueView value, MatchState& state) const override;
  void AddReads(expression::Dependencies* reads) const override;

 private:
  template <typename Test>
  bool Match(MatchState& state, const Test& test) const;

  const std::vector<NodePtr> children_;
};

class NotNode final : public MatchNode {
 public:
  explicit NotNode(NodePtr child) : MatchNode(MatchKind::kNot), child_(std::move(child)) {}
  const MatchNode& child() const { return *child_; }

  bool MatchDocument(DocView doc, MatchState& state) const override;
  bool MatchValue(ValueView value, MatchState& state) const override;
  void AddReads(expression::Dependencies* reads) const override;

 private:
  const NodePtr child_;
};

// What can match nothing: `$all: []`.
class NothingNode final : public MatchNode {
 public:
  NothingNode() : MatchNode(MatchKind::kNothing) {}
  bool MatchDocument(DocView, MatchState&) const override { return false; }
  bool MatchValue(ValueView, MatchState&) const override { return false; }
  void AddReads(expression::Dependencies*) const override {}
};

class SampleRateNode final : public MatchNode {
 public:
  explicit SampleRateNode(double rate) : MatchNode(MatchKind::kSampleRate), rate_(rate) {}
  bool MatchDocument(DocView, MatchState& state) const override {
    return state.NextRandom() < rate_;
  }
  bool MatchValue(ValueView, MatchState& state) const override {
    return state.NextRandom() < rate_;
  }
  void AddReads(expression::Dependencies* reads) const override;

 private:
  const double rate_;
};

// One child stands for itself; none matches everything.
NodePtr AndOf(std::vector<NodePtr> children);

}  // namespace veddb::doc
