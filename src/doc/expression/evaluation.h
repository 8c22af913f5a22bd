// SPDX-License-Identifier: BSD-3-Clause
// Evaluation: what one thread's run of expressions over documents carries along: the document, the
// values of variables, the bytes of values that are made on the way, and what was compiled for it.
//
//   Evaluation run(random_seed);
//   for (DocView doc : documents) {
//     run.Begin(doc);
//     ValueView value = TRY(expression.Evaluate(run));  // valid until the next Begin
//   }
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/expression/arena.h"
#include "doc/value/arithmetic.h"
#include "doc/value/document.h"
#include "doc/value/regex.h"

namespace veddb::doc::expression {

// What the values made for one document may take in all.
inline constexpr size_t kMemoryMax = 64 * 1024 * 1024;
// Operators and turns of loops that are worked out for one document: about a second.
inline constexpr uint64_t kStepsMax = 20'000'000;
// Compiled patterns that a run keeps.
inline constexpr size_t kPatternsMax = 64;
// Levels that a value made in a loop may reach: above what documents may have, below what a stack
// can take.
inline constexpr uint32_t kValueDepthMax = 200;

// Owned by: one thread.
class Evaluation {
 public:
  struct Limits {
    size_t memory_bytes = kMemoryMax;
    uint64_t steps = kStepsMax;
  };
  // The seed drives $rand.
  explicit Evaluation(uint64_t random_seed = 1) : Evaluation(random_seed, Limits()) {}
  Evaluation(uint64_t random_seed, const Limits& limits)
      : arena_(limits.memory_bytes), steps_max_(limits.steps), random_(random_seed | 1) {}

  // What $$ROOT is from now on. Values of the last document are gone.
  void Begin(DocView root) {
    arena_.Reset();
    steps_ = 0;
    root_ = root;
  }
  // The same without forgetting: stages that follow each other on one document.
  void SetRoot(DocView root) { root_ = root; }
  DocView root() const { return root_; }

  ValueView variable(size_t slot) const { return slots_[slot]; }
  void SetVariable(size_t slot, ValueView value) { slots_[slot] = value; }
  void ReserveVariables(size_t count) {
    if (slots_.size() < count) slots_.resize(count);
  }

  // Uniform in [0, 1).
  double NextRandom();

  // --- values; what is not a constant lives until the next Begin ---
  static ValueView Null() { return {BsonType::kNull, ""}; }
  static ValueView Bool(bool v) { return {BsonType::kBool, v ? "\1" : "\0"}; }
  ValueView Int32(int32_t v);
  ValueView Int64(int64_t v);
  // As int32 where it fits.
  ValueView Integer(int64_t v);
  ValueView Double(double v);
  ValueView Decimal(DecimalBits v);
  ValueView Of(const Number& number);
  ValueView Date(int64_t unix_ms);
  // The rest can be long: MEMORYLIMIT where they would not fit.
  Result<ValueView> String(Bytes text);
  // A missing value becomes null.
  Result<ValueView> Array(std::span<const ValueView> elements);
  // A missing value is left out. REQUIRES: names differ and have no NUL.
  Result<ValueView> Object(std::span<const Element> fields);
  // A copy of bytes that are of this type.
  Result<ValueView> Copy(BsonType type, Bytes bytes);
  // Is there room for so many more bytes?
  Status CheckRoom(size_t bytes) const;
  // Counts one piece of work. BADQUERY, MEMORYLIMIT: it is too much.
  Status Step() {
    if (++steps_ <= steps_max_ && arena_.Fits(0)) return Ok();
    return TooMuch();
  }

  // The pattern as compiled; kept for the next document. BADQUERY.
  Result<const Regex*> Pattern(Bytes pattern, Bytes options);
  RegexScratch& regex_scratch() {
    if (!scratch_) scratch_.emplace();
    return *scratch_;
  }

 private:
  struct Compiled {
    std::string pattern;
    std::string options;
    std::unique_ptr<Regex> regex;
  };
  template <typename T>
  ValueView Fixed(BsonType type, T v);
  Status TooMuch() const;

  Arena arena_;
  const uint64_t steps_max_;
  uint64_t steps_ = 0;
  DocView root_;
  std::vector<ValueView> slots_;
  uint64_t random_;
  std::vector<Compiled> patterns_;
  size_t next_pattern_ = 0;  // which one goes when there are too many
  std::optional<RegexScratch> scratch_;
};

// Does the value have more levels of objects and arrays than that?
bool NestsDeeperThan(ValueView value, uint32_t levels);

}  // namespace veddb::doc::expression
