// SPDX-License-Identifier: BSD-3-Clause
// Transform: a stage of a pipeline that makes one document of one: $set, $addFields, $unset,
// $project, $replaceRoot, $replaceWith. Immutable; shared by threads.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/query/projection.h"
#include "doc/value/document.h"

namespace veddb::doc {

class Transform {
 public:
  // Is it the name of such a stage?
  static bool IsName(Bytes name);

  // `{$name: specification}`, the element of that object. BADQUERY; names the stage. `scope`: what
  // expressions may name; it is not needed afterwards.
  static Result<Transform> Parse(const Element& stage, const expression::Scope& scope);

  // Appends what the document becomes; `run` begins anew with it. BADQUERY, MEMORYLIMIT: *out is in
  // an unknown state.
  Status Apply(DocView doc, expression::Evaluation& run, std::string* out) const;

  // Is everything that it gives made of what it reads? Else all that it is not about stays.
  bool replaces() const;
  expression::Dependencies Reads() const;
  // What lies at the path afterwards is, in every document, what lay there before.
  bool Leaves(Bytes path) const { return projection_ && projection_->Leaves(path); }

 private:
  Transform() = default;

  // One of the two.
  std::optional<Projection> projection_;
  std::optional<Expression> root_;  // $replaceRoot
};

}  // namespace veddb::doc
