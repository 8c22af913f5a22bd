// SPDX-License-Identifier: BSD-3-Clause
// The tables of expression operators: a row says how the arguments are written, who works the value
// out, and what it is. Parser, messages and the reference derive from it. Every family has a file
// with its functions and its table; AllOperators() lists them all.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "doc/expression/node.h"

namespace veddb::doc::expression {

class Parser;

using Arguments = std::span<const ValueView>;

// One evaluation of an operator.
class Call {
 public:
  Call(const CallNode::Parts& parts, Evaluation& evaluation) : run(evaluation), parts_(parts) {}

  Evaluation& run;

  size_t size() const { return parts_.arguments.size(); }
  // Is the (named) argument there at all?
  bool given(size_t i) const { return parts_.arguments[i] != nullptr; }
  // Its value; missing if it is not given.
  Result<ValueView> Argument(size_t i) const {
    if (!given(i)) return ValueView();
    return parts_.arguments[i]->Evaluate(run);
  }
  // The slot of a variable that the operator binds.
  uint32_t slot(size_t i) const { return parts_.slots[i]; }
  template <typename T>
  const T* compiled() const {
    return static_cast<const T*>(parts_.compiled.get());
  }

  // BADQUERY "$name: what".
  Error Bad(Bytes what) const;
  // BADQUERY "$name: `what` must be …, not of type …".
  Error BadType(Bytes what, Bytes wanted, ValueView value) const;

 private:
  const CallNode::Parts& parts_;
};

// With the arguments' values.
using Eager = Result<ValueView> (*)(const Call&, Arguments);
// Evaluates those of them that it needs.
using Lazy = Result<ValueView> (*)(const Call&);
// For a grammar of its own.
using ParseOperator = Result<NodePtr> (*)(Parser&, const Operator&, ValueView operand);

inline constexpr uint8_t kAny = 255;

// `{$name: [a, b]}`; a single argument needs no array.
struct List {
  uint8_t min = 0;
  uint8_t max = 0;
};

struct Operator {
  Bytes name;
  // How the arguments are written: as a list, by name, or either.
  std::optional<List> list;
  Bytes names;  // "input ?timezone": in the order in which the function sees them, '?' optional
  Eager eager = nullptr;
  Lazy lazy = nullptr;
  ParseOperator parse = nullptr;  // instead of list and names
  Bytes doc;
  bool by_chance = false;  // not the same value for the same arguments
};

std::vector<std::span<const Operator>> AllOperators();
const Operator* FindOperator(Bytes name);

// By file: ops_NAME.cc.
std::span<const Operator> AccumulatingOperators();
std::span<const Operator> ArithmeticOperators();
std::span<const Operator> ArrayMakingOperators();
std::span<const Operator> ArrayOperators();
std::span<const Operator> BindingOperators();
std::span<const Operator> CharacterOperators();
std::span<const Operator> DateMathOperators();
std::span<const Operator> DatePartOperators();
std::span<const Operator> DateTextOperators();
std::span<const Operator> LogicOperators();
std::span<const Operator> ObjectOperators();
std::span<const Operator> RegexOperators();
std::span<const Operator> RoundingOperators();
std::span<const Operator> SetOperators();
std::span<const Operator> TextOperators();
std::span<const Operator> TrigonometryOperators();
std::span<const Operator> TypeOperators();

// The type as messages name it.
std::string TypeText(ValueView value);

}  // namespace veddb::doc::expression
