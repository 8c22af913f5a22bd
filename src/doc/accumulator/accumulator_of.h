// SPDX-License-Identifier: BSD-3-Clause
// From the class of a state to its accumulator. A state has
//   struct Config;                                  what all groups share
//   State(const Config&, size_t places);
//   Status Add(const Config&, const Accumulator::Input&);
//   void Save(std::string*) const;
//   Status Merge(const Config&, Bytes saved);
//   Result<ValueView> Finish(const Config&, expression::Evaluation&) const;
//   size_t heap_bytes() const;
// Internal to doc/accumulator.
#pragma once
#include <new>
#include <utility>

#include "doc/accumulator/accumulator.h"
#include "doc/accumulator/parser.h"

namespace veddb::doc::accumulator {

struct NoConfig {};

template <typename State>
class AccumulatorOf final : public Accumulator {
 public:
  using Config = typename State::Config;
  static_assert(alignof(State) <= kStateAlignment);

  AccumulatorOf(AccumulatorParser::Parts parts, Config config)
      : Accumulator(std::move(parts)), config_(std::move(config)) {}

  size_t state_bytes() const override {
    return (sizeof(State) + kStateAlignment - 1) / kStateAlignment * kStateAlignment;
  }
  void Begin(void* state, size_t places) const override { new (state) State(config_, places); }
  void End(void* state) const override { Of(state).~State(); }
  Status Add(void* state, const Input& input) const override {
    return Of(state).Add(config_, input);
  }
  void Save(const void* state, std::string* out) const override { Of(state).Save(out); }
  Status Merge(void* state, Bytes saved) const override { return Of(state).Merge(config_, saved); }
  Result<ValueView> Finish(const void* state, expression::Evaluation& run) const override {
    return Of(state).Finish(config_, run);
  }
  size_t heap_bytes(const void* state) const override { return Of(state).heap_bytes(); }

 private:
  static State& Of(void* state) { return *static_cast<State*>(state); }
  static const State& Of(const void* state) { return *static_cast<const State*>(state); }

  const Config config_;
};

template <typename State>
Result<std::unique_ptr<const Accumulator>> Make(AccumulatorParser::Parts parts,
                                                typename State::Config config = {}) {
  return std::unique_ptr<const Accumulator>(
      std::make_unique<AccumulatorOf<State>>(std::move(parts), std::move(config)));
}

// `{$name: expression}`.
template <typename State>
Result<std::unique_ptr<const Accumulator>> ParseUnary(const Row& row, ValueView operand,
                                                      const expression::Scope& scope) {
  return Make<State>(TRY(AccumulatorParser::Unary(row, operand, scope)));
}

}  // namespace veddb::doc::accumulator
