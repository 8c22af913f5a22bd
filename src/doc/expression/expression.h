// SPDX-License-Identifier: BSD-3-Clause
// Expression: MongoDB's aggregation expressions ("$price", {$add: ["$a", 1]}), compiled: constants
// are worked out, variables are places in a list. Immutable; shared by the threads that run it.
//
//   Expression expression = TRY(Expression::Parse(value, {.variables = &variables}));
//   Evaluation run(random_seed);
//   run.Begin(doc);
//   ValueView result = TRY(expression.Evaluate(run));   // missing is a value
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/result.h"
#include "doc/expression/evaluation.h"
#include "doc/expression/node.h"
#include "doc/value/document.h"

namespace veddb::doc {

namespace expression {

// May a variable of $let, $lookup … have this name?
bool MayBeUserVariable(Bytes name);

// Nesting of expressions; the JSON they come from has the same limit.
inline constexpr uint32_t kDepthMax = 100;

// Variables whose values are known before anything is parsed: LET's and $$NOW.
class Variables {
 public:
  Variables() = default;
  explicit Variables(int64_t now_ms) : now_ms_(now_ms) {}

  // `let`: names and expressions that read no document. BADQUERY.
  Status Let(DocView let);

  // Missing: there is none of this name. Borrows from here.
  ValueView Find(Bytes name) const;

 private:
  std::optional<int64_t> now_ms_;
  std::map<std::string, std::string, std::less<>> tagged_;
};

// What an expression may name.
struct Scope {
  const Variables* variables = nullptr;
  // Variables that get values by Evaluation::SetVariable: the first has slot 0, and so on.
  std::span<const std::string> free;
};

// Which of the document's fields an expression reads.
struct Dependencies {
  bool whole_document = false;
  std::set<std::string> paths;  // as they are written: "a.b"
  bool chance = false;          // it holds $rand

  void Add(const Dependencies& other);
};

}  // namespace expression

class Expression {
 public:
  // BADQUERY, naming the operator.
  static Result<Expression> Parse(ValueView value, const expression::Scope& scope = {});

  // BADQUERY where an operator can't work on what it gets; MEMORYLIMIT. What it returns lives until
  // the next run.Begin, and in the document, and in the expression.
  Result<ValueView> Evaluate(expression::Evaluation& run) const {
    run.ReserveVariables(slots_);
    return root_->Evaluate(run);
  }
  // The value, if it is always the same.
  std::optional<ValueView> constant() const { return root_->constant(); }
  const expression::Dependencies& dependencies() const { return dependencies_; }

 private:
  Expression(expression::NodePtr root, expression::Dependencies dependencies, uint32_t slots)
      : root_(std::move(root)), dependencies_(std::move(dependencies)), slots_(slots) {}

  expression::NodePtr root_;
  expression::Dependencies dependencies_;
  uint32_t slots_;
};

}  // namespace veddb::doc
