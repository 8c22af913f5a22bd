// SPDX-License-Identifier: BSD-3-Clause
// AccumulatorState: the state of one group that stands alone. Owned by: one thread.
#pragma once
#include <memory>

#include "doc/accumulator/accumulator.h"

namespace veddb::doc {

class AccumulatorState {
 public:
  // REQUIRES: the accumulator outlives it.
  AccumulatorState(const Accumulator* accumulator, size_t places)
      : accumulator_(accumulator),
        words_(new uint64_t[accumulator->state_bytes() / sizeof(uint64_t)]) {
    accumulator_->Begin(words_.get(), places);
  }
  ~AccumulatorState() { accumulator_->End(words_.get()); }
  AccumulatorState(const AccumulatorState&) = delete;
  AccumulatorState& operator=(const AccumulatorState&) = delete;

  Status Add(const Accumulator::Input& input) { return accumulator_->Add(words_.get(), input); }
  Status Merge(Bytes saved) { return accumulator_->Merge(words_.get(), saved); }
  void Save(std::string* out) const { accumulator_->Save(words_.get(), out); }
  Result<ValueView> Finish(expression::Evaluation& run) const {
    return accumulator_->Finish(words_.get(), run);
  }
  size_t heap_bytes() const { return accumulator_->heap_bytes(words_.get()); }

 private:
  const Accumulator* const accumulator_;
  const std::unique_ptr<uint64_t[]> words_;
};

}  // namespace veddb::doc
