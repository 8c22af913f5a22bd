// SPDX-License-Identifier: BSD-3-Clause
// The state of $median and $percentile; the operators of expressions use it too. Up to kExactMax
// numbers are kept as they are, and the answer is exact; more than that go into a t-digest: means
// of neighbours, of many in the middle and of few at the ends, so that an answer is off by less
// than a thousandth of all the numbers, and the memory has an end.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "doc/accumulator/accumulator_of.h"
#include "doc/value/document.h"

namespace veddb::doc::accumulator {

class PercentileState {
 public:
  static constexpr size_t kExactMax = 256 * 1024;

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
  size_t heap_bytes() const {
    return numbers_.capacity() * sizeof(double) + digest_.capacity() * sizeof(Centroid);
  }

 private:
  struct Centroid {
    double mean;
    double weight;
  };
  void Add(double v);
  // Takes the numbers, and what is given, into the digest.
  void Compress(std::vector<Centroid> more = {});
  // At this place in the order of the finite ones.
  double InDigest(double place) const;
  // `numbers`: a copy, which is put in order as far as need be.
  double At(double part, std::vector<double>* numbers) const;
  double finite() const;  // how many

  std::vector<double> numbers_;
  std::vector<Centroid> digest_;  // in order
  // Infinities have no mean.
  uint64_t least_ = 0;
  uint64_t greatest_ = 0;
};

// The numbers in 'p'. BADQUERY without the operator's name.
Result<std::vector<double>> PartsOf(ValueView p);

}  // namespace veddb::doc::accumulator
