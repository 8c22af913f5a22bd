// SPDX-License-Identifier: BSD-3-Clause
// The bounds of windows: how they are written, and which documents of a partition they take in for
// each one, as documents come in order.
#pragma once
#include <deque>
#include <optional>
#include <string>

#include "doc/accumulator/held_value.h"
#include "doc/expression/calendar.h"
#include "doc/value/arithmetic.h"
#include "doc/window/window_function.h"

namespace veddb::doc::window {

struct Bound {
  enum class Kind : uint8_t { kUnbounded, kCurrent, kOffset };
  Kind kind = Kind::kUnbounded;
  int64_t documents = 0;  // of windows of documents; 0: the current one
  Number offset;          // of ranges
};

// Immutable.
struct WindowBounds {
  bool is_range = false;
  Bound lower;
  Bound upper;
  std::optional<expression::DateUnit> unit;  // of ranges of dates
  // Of ranges: the value that is sorted by.
  std::optional<Expression> x;

  bool has_lower() const { return lower.kind != Bound::Kind::kUnbounded; }
  bool has_upper() const { return upper.kind != Bound::Kind::kUnbounded; }

  // Missing: the whole partition. BADQUERY, naming the function.
  static Result<WindowBounds> Parse(Bytes function, ValueView window, const WindowScope& scope);
};

// The window of one document after the other. Owned by: one thread.
class Frame {
 public:
  explicit Frame(const WindowBounds* bounds) : bounds_(*bounds) {}

  void Begin();
  // BADQUERY: a range needs a number or date.
  Status Enter(expression::Evaluation& run);
  void End() { ended_ = true; }
  // Is the window of the next document known?
  bool Ready() const;
  // To it. REQUIRES: Ready()
  void Step();

  // The documents in it, by their numbers in the partition. Neither ever goes back.
  uint64_t begin() const { return begin_; }
  uint64_t end() const { return end_; }
  size_t memory_bytes() const { return bytes_; }

 private:
  struct Value {
    accumulator::HeldValue x;
    accumulator::HeldValue lower;  // what a document must not be below, above
    accumulator::HeldValue upper;
  };
  static size_t BytesOf(const Value& value);
  Result<std::string> Shifted(ValueView x, const Bound& bound) const;
  const Value& ValueOf(uint64_t number) const { return values_[number - first_value_]; }

  const WindowBounds& bounds_;
  bool ended_ = false;
  uint64_t entered_ = 0;
  uint64_t next_ = 0;  // the document whose window comes next
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  // Of ranges: values of the documents from first_value_ on.
  std::deque<Value> values_;
  uint64_t first_value_ = 0;
  size_t bytes_ = 0;
};

}  // namespace veddb::doc::window
