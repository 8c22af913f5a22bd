// SPDX-License-Identifier: BSD-3-Clause
// Projections: which fields of a document are shown. An inclusion names what stays, an exclusion
// what goes; `_id` stays unless it is excluded by name; arrays on a path are entered element by
// element.
// `$slice`, `$elemMatch` and the positional `path.$` shape arrays; any other value is an
// expression, whose field stands behind what is included. Projection is immutable and may be used
// by any thread; a Projector belongs to one.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/match/filter.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/path.h"

namespace veddb::doc {

struct Slice {
  int64_t skip = 0;   // below 0: from the end
  int64_t count = 0;  // without skip, below 0: that many at the end
};

// A field in the tree of projected paths. Either it is decided here or it has children.
struct ProjectionNode {
  enum class Kind : uint8_t {
    kTree,
    kInclude,
    kExclude,
    kSlice,
    kElemMatch,
    kPositional,
    kComputed
  };

  Kind kind = Kind::kTree;
  std::string name;
  std::vector<ProjectionNode> children;  // of a kTree, in order of name
  Slice slice;
  std::unique_ptr<Filter> element;         // of a kElemMatch
  bool leads_to_positional = false;        // of a kTree
  std::unique_ptr<Expression> expression;  // of a kComputed
  // Of a kTree: the names of its children that are computed or lead to such, in the order given.
  std::vector<std::string> computed;

  const ProjectionNode* Find(Bytes child) const;
};

// Where a projection stands, and so what it may say.
enum class ProjectionUse : uint8_t {
  kFind,       // PROJECT: with $slice, $elemMatch, `path.$`
  kStage,      // $project
  kAddFields,  // $addFields, $set: all is kept, and every value is an expression
};

class Projection {
 public:
  enum class Mode : uint8_t { kWhole, kInclusion, kExclusion, kAddition };

  // `scope`: what expressions may name; it is not needed afterwards.
  static Result<Projection> ParseJson(Bytes json, const expression::Scope& scope = {},
                                      const ParseLimits& limits = {});
  static Result<Projection> Parse(DocView spec, ProjectionUse use,
                                  const expression::Scope& scope = {});

  Mode mode() const { return mode_; }
  // Does it need the place in the array where the filter matched (Matcher::array_index)?
  bool has_positional() const { return has_positional_; }
  // Of an inclusion that names paths and shapes nothing: the paths but `_id`; else nothing.
  std::optional<std::vector<std::string>> PlainPaths() const;
  bool keeps_id() const { return keeps_id_; }
  // The fields that an inclusion's documents are made of, or that the computed ones need.
  expression::Dependencies Reads() const;
  // What lies at the path afterwards is, in every document, what lay there before.
  bool Leaves(Bytes path) const;
  bool has_expressions() const { return !root_.computed.empty(); }

 private:
  friend class ProjectionParser;
  friend class Projector;

  Mode mode_ = Mode::kWhole;
  bool keeps_id_ = true;
  bool has_positional_ = false;
  ProjectionNode root_;
  std::vector<std::string> elem_matches_;  // names of kElemMatch children, in the order given
};

class Projector {
 public:
  // REQUIRES: the projection outlives the projector. The seed drives $rand.
  explicit Projector(const Projection* projection, uint64_t random_seed = 1)
      : projection_(projection), state_(random_seed) {}
  // Expressions are evaluated by `run`, whose $$ROOT is the document.
  Projector(const Projection* projection, expression::Evaluation* run)
      : projection_(projection), run_(run), state_(1) {}

  // Appends the document as projected to *out. `array_index`: where the filter matched. BADQUERY if
  // the positional operator has no place, a pattern in $elemMatch took too much work, or an
  // expression fails.
  Status Apply(DocView doc, uint32_t array_index, std::string* out);

 private:
  void Document(const ProjectionNode& node, DocView doc, bool top, DocBuilder* out);
  bool Field(const ProjectionNode& node, const Element& element, DocBuilder* out);
  bool Tree(const ProjectionNode& node, const Element& element, DocBuilder* out);
  void Computed(const ProjectionNode& node, Bytes name, DocBuilder* out);
  void Array(const ProjectionNode& node, DocView array, std::string* out);
  void ElemMatch(const ProjectionNode& node, const Element& element, DocBuilder* out);
  void Positional(const ProjectionNode& node, const Element& element, DocBuilder* out);
  bool inclusive() const { return projection_->mode_ == Projection::Mode::kInclusion; }

  const Projection* projection_;
  expression::Evaluation* run_ = nullptr;  // null: the state's
  MatchState state_;
  uint32_t array_index_ = kNoArrayIndex;
  size_t start_ = 0;          // of the projected document in what is written
  bool place_taken_ = false;  // the positional place is used up in the outermost array
};

}  // namespace veddb::doc
