// SPDX-License-Identifier: BSD-3-Clause
// Window functions: what $setWindowFields works out for a document from those around it in its
// partition: accumulators over a window, and functions of the order alone ($rank, $shift …).
//
// A WindowFunction is compiled and immutable. Its run is told of a partition's documents in order,
// ahead of those that it is asked about, as far as it needs:
//
//   run->Begin();
//   for each document: evaluation.Begin(doc); TRY(run->Enter(evaluation, sort_key));
//     while (run->Ready()) … TRY(run->Next(evaluation)) …       the first, then the second …
//   run->End();                                                 then all that are left are ready
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/query/sort.h"
#include "doc/value/document.h"

namespace veddb::doc {

// Owned by: one thread.
class WindowRun {
 public:
  virtual ~WindowRun() = default;

  // A new partition. REQUIRES: the last one is at its end, or there was none
  virtual Status Begin(expression::Evaluation& run) = 0;
  // The next document of the partition is that of `run`; `sort_key` is what it is sorted by.
  // BADQUERY, MEMORYLIMIT.
  virtual Status Enter(expression::Evaluation& run, Bytes sort_key) = 0;
  virtual void End() = 0;
  // Is enough known for the next answer?
  virtual bool Ready() const = 0;
  // The answer for the first document that has none yet; lives in `run`. REQUIRES: Ready()
  virtual Result<ValueView> Next(expression::Evaluation& run) = 0;
  virtual size_t memory_bytes() const = 0;
};

namespace window {

struct Row;

// What functions are parsed with; not needed afterwards.
struct WindowScope {
  const expression::Scope& expressions;
  const SortSpec* sort = nullptr;  // null: there is no order
};

// Of one output field; `window` is missing where none is written.
struct Written {
  const Row& row;
  ValueView operand;
  ValueView window;
};

}  // namespace window

class WindowFunction {
 public:
  // `{$name: operand, window: …}`. BADQUERY, naming the function.
  static Result<std::unique_ptr<const WindowFunction>> Parse(ValueView spec,
                                                             const window::WindowScope& scope);
  virtual ~WindowFunction() = default;

  // REQUIRES: the function outlives the run.
  virtual std::unique_ptr<WindowRun> Open() const = 0;
  const expression::Dependencies& dependencies() const { return dependencies_; }

 protected:
  // Of what it reads beside the sort's paths.
  void Reads(const expression::Dependencies& more) { dependencies_.Add(more); }

 private:
  expression::Dependencies dependencies_;
};

namespace window {

// A row of the tables of functions that are no accumulators.
struct Row {
  Bytes name;
  Result<std::unique_ptr<const WindowFunction>> (*parse)(const Written& written,
                                                         const WindowScope& scope);
  Bytes doc;
};

std::vector<std::span<const Row>> AllRows();
const Row* FindRow(Bytes name);

// By file.
std::span<const Row> CurveRows();
std::span<const Row> RankRows();
std::span<const Row> SequenceRows();

// BADQUERY "$name: what".
Error Bad(Bytes name, Bytes what);

// Of functions that need an order, and go without a window.
Status CheckOrderAlone(const Written& written, const WindowScope& scope);
// The value of the one field that is sorted by. BADQUERY if there are more, or none.
Result<Expression> SortValue(Bytes name, const WindowScope& scope);
// The same; BADQUERY if it descends.
Result<Expression> AscendingValue(Bytes name, const WindowScope& scope);

// An accumulator over a window.
Result<std::unique_ptr<const WindowFunction>> ParseAccumulated(const Element& call,
                                                               ValueView window,
                                                               const WindowScope& scope);

}  // namespace window
}  // namespace veddb::doc
