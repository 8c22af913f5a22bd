// SPDX-License-Identifier: BSD-3-Clause
// Accumulators: what $group, $bucket and windows make of many documents ({$sum: "$price"}). An
// Accumulator is the compiled call, immutable and shared by threads; the state of one group is
// bytes that the caller provides, so that a table of groups holds its states in place.
//
//   auto sum = TRY(Accumulator::Parse({"$sum", "$a"}, scope));
//   void* state = arena.Allocate(sum->state_bytes());
//   sum->Begin(state, TRY(sum->Places(run, id)));
//   for each document: run.Begin(doc); TRY(sum->Add(state, TRY(sum->Read(run, &key))));
//   ValueView value = TRY(sum->Finish(state, run));
//   sum->End(state);
//
// Save and Merge carry states over: through files, and from one thread to another. What is merged
// came after what is there already.
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

namespace accumulator {
struct Row;
}

class Accumulator {
 public:
  // What one document gives. Borrowed like what an expression returns, the key from the caller's
  // string.
  struct Input {
    ValueView value;
    Bytes key;  // of those that keep the first or last in some order: memcmp order is theirs
  };
  static constexpr size_t kStateAlignment = 8;

  // Of the element `$name: operand`. BADQUERY, naming the accumulator. `scope` is not needed
  // afterwards.
  static Result<std::unique_ptr<const Accumulator>> Parse(const Element& call,
                                                          const expression::Scope& scope);
  virtual ~Accumulator() = default;
  Accumulator(const Accumulator&) = delete;
  Accumulator& operator=(const Accumulator&) = delete;

  Bytes name() const;
  const expression::Dependencies& dependencies() const { return dependencies_; }
  // Does a call of Merge cost about as little as one of Add, however many values went in?
  bool merges_cheaply() const;

  // What the document of `run` gives. BADQUERY, MEMORYLIMIT.
  Result<Input> Read(expression::Evaluation& run, std::string* key) const {
    if (key_ == KeyKind::kNone) return Input{TRY(input_->Evaluate(run)), {}};
    return ReadWithKey(run, key);
  }
  // How many values a state keeps at the most, of those that take `n`; else 0. `id`: the group's;
  // its fields are what the expression of `n` sees. BADQUERY.
  Result<size_t> Places(expression::Evaluation& run, ValueView id) const;

  // --- of a state ---
  // A multiple of kStateAlignment.
  virtual size_t state_bytes() const = 0;
  // REQUIRES of all others: begun and not ended.
  virtual void Begin(void* state, size_t places) const = 0;
  virtual void End(void* state) const = 0;
  // BADQUERY: it can't work on such a value.
  virtual Status Add(void* state, const Input& input) const = 0;
  virtual void Save(const void* state, std::string* out) const = 0;
  // REQUIRES: what Save wrote of a state of this accumulator.
  virtual Status Merge(void* state, Bytes saved) const = 0;
  // Valid until run.Begin, or the state changes.
  virtual Result<ValueView> Finish(const void* state, expression::Evaluation& run) const = 0;
  // What it takes beside the state's own bytes. O(1).
  virtual size_t heap_bytes(const void* state) const = 0;

 protected:
  enum class KeyKind : uint8_t { kNone, kSort, kValue, kValueDescending };
  struct Parts {
    const accumulator::Row* row = nullptr;
    std::optional<Expression> input;
    KeyKind key = KeyKind::kNone;
    std::optional<SortSpec> sort;      // of kSort
    std::optional<Expression> places;  // `n`
  };
  friend class AccumulatorParser;
  explicit Accumulator(Parts parts);

 private:
  Result<Input> ReadWithKey(expression::Evaluation& run, std::string* key) const;

  const accumulator::Row* const row_;
  const std::optional<Expression> input_;
  const KeyKind key_;
  const std::optional<SortSpec> sort_;
  const std::optional<Expression> places_;
  expression::Dependencies dependencies_;
};

namespace accumulator {

// What `n` may be.
inline constexpr int64_t kPlacesMax = INT32_MAX;

// A row of the tables of accumulators.
struct Row {
  Bytes name;
  Result<std::unique_ptr<const Accumulator>> (*parse)(const Row& row, ValueView operand,
                                                      const expression::Scope& scope);
  bool merges_cheaply = true;
  Bytes doc;
};

std::vector<std::span<const Row>> AllRows();
const Row* FindRow(Bytes name);

// By file.
std::span<const Row> CollectionRows();
std::span<const Row> EndRows();
std::span<const Row> ExtremeRows();
std::span<const Row> NumberRows();
std::span<const Row> PercentileRows();
std::span<const Row> RankedRows();

// BADQUERY "$name: what".
Error Bad(const Row& row, Bytes what);

}  // namespace accumulator
}  // namespace veddb::doc
