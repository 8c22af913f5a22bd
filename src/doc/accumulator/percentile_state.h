// SPDX-License-Identifier: BSD-3-Clause
// The state of $median and $percentile; the operators of expressions use it too. All the numbers
// are kept, so what is answered is exact.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "doc/accumulator/accumulator_of.h"
#include "doc/value/document.h"

namespace veddb::doc::accumulator {

class PercentileState {
 public:
  struct Config {
    std::vector<double> parts;  // from 0 to 1
    bool single = false;        // the one value itself, not an array
  };
  PercentileState() = default;
  PercentileState(const Config&, size_t) {}

  // What is no number does not count.
  void Add(ValueView value);
  Status Add(const Config&, const Accumulator::Input& input) {
    Add(input.value);
    return Ok();
  }
  void Save(std::string* out) const;
  Status Merge(const Config&, Bytes saved);
  Result<ValueView> Finish(const Config& config, expression::Evaluation& run) const;
  size_t heap_bytes() const { return numbers_.capacity() * sizeof(double); }

 private:
  std::vector<double> numbers_;
};

// The numbers in 'p'. BADQUERY without the operator's name.
Result<std::vector<double>> PartsOf(ValueView p);

}  // namespace veddb::doc::accumulator
