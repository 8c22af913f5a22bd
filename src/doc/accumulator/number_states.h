// SPDX-License-Identifier: BSD-3-Clause
// States of the accumulators of numbers; the operators of expressions use them too.
#pragma once
#include <bit>
#include <cmath>
#include <string>

#include "base/coding.h"
#include "doc/accumulator/accumulator_of.h"
#include "doc/expression/number_sum.h"
#include "doc/value/compare.h"

namespace veddb::doc::accumulator {

using expression::Evaluation;
using Input = Accumulator::Input;

// What is saved is our own; it is never short.
inline uint64_t TakeWord(Bytes* saved) {
  uint64_t word = 0;
  CHECK(GetLE64(saved, &word));
  return word;
}

// How often, times what each counts.
class CountState {
 public:
  struct Config {
    int64_t each = 1;
    BsonType type = BsonType::kInt32;
  };
  CountState(const Config&, size_t) {}

  Status Add(const Config&, const Input&) {
    ++count_;
    return Ok();
  }
  void Save(std::string* out) const { PutLE64(*out, count_); }
  Status Merge(const Config&, Bytes saved) {
    count_ += TakeWord(&saved);
    return Ok();
  }
  Result<ValueView> Finish(const Config& config, Evaluation& run) const {
    const __int128 total = static_cast<__int128>(count_) * config.each;
    if (total < INT64_MIN || total > INT64_MAX) return run.Double(static_cast<double>(total));
    const auto whole = static_cast<int64_t>(total);
    return config.type == BsonType::kInt64 ? run.Int64(whole) : run.Integer(whole);
  }
  size_t heap_bytes() const { return 0; }

 private:
  uint64_t count_ = 0;
};

// What is no number does not count.
class SumState {
 public:
  using Config = NoConfig;
  SumState() = default;
  SumState(const Config&, size_t) {}

  void Add(ValueView value) {
    if (value.IsNumber()) sum_.Add(value);
  }
  Status Add(const Config&, const Input& input) {
    Add(input.value);
    return Ok();
  }
  void Save(std::string* out) const { sum_.Save(out); }
  Status Merge(const Config&, Bytes saved) {
    sum_.Merge(&saved);
    return Ok();
  }
  ValueView Finish(Evaluation& run) const { return run.Of(sum_.Total()); }
  Result<ValueView> Finish(const Config&, Evaluation& run) const { return Finish(run); }
  size_t heap_bytes() const { return sum_.heap_bytes(); }

 private:
  expression::NumberSum sum_;
};

class AverageState {
 public:
  using Config = NoConfig;
  AverageState() = default;
  AverageState(const Config&, size_t) {}

  void Add(ValueView value) {
    if (!value.IsNumber()) return;
    sum_.Add(value);
    ++count_;
  }
  Status Add(const Config&, const Input& input) {
    Add(input.value);
    return Ok();
  }
  void Save(std::string* out) const {
    sum_.Save(out);
    PutLE64(*out, static_cast<uint64_t>(count_));
  }
  Status Merge(const Config&, Bytes saved) {
    sum_.Merge(&saved);
    count_ += static_cast<int64_t>(TakeWord(&saved));
    return Ok();
  }
  ValueView Finish(Evaluation& run) const {
    if (count_ == 0) return Evaluation::Null();
    if (sum_.type() == BsonType::kDecimal128) {
      return run.Decimal(DivideDecimals(sum_.Decimal(), DecimalOf(count_)));
    }
    return run.Double(sum_.Real() / static_cast<double>(count_));
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const { return Finish(run); }
  size_t heap_bytes() const { return sum_.heap_bytes(); }

 private:
  expression::NumberSum sum_;
  int64_t count_ = 0;
};

// Mean and squares as they grow (Welford), and two of them as one (Chan).
template <bool kSample>
class DeviationState {
 public:
  using Config = NoConfig;
  DeviationState() = default;
  DeviationState(const Config&, size_t) {}

  void Add(ValueView value) {
    if (!value.IsNumber()) return;
    const double v = ToDouble(value);
    ++count_;
    const double off = v - mean_;
    mean_ += off / static_cast<double>(count_);
    squares_ += off * (v - mean_);
  }
  Status Add(const Config&, const Input& input) {
    Add(input.value);
    return Ok();
  }
  void Save(std::string* out) const {
    PutLE64(*out, static_cast<uint64_t>(count_));
    PutLE64(*out, std::bit_cast<uint64_t>(mean_));
    PutLE64(*out, std::bit_cast<uint64_t>(squares_));
  }
  Status Merge(const Config&, Bytes saved) {
    const auto count = static_cast<int64_t>(TakeWord(&saved));
    const double mean = std::bit_cast<double>(TakeWord(&saved));
    const double squares = std::bit_cast<double>(TakeWord(&saved));
    if (count == 0) return Ok();
    const double off = mean - mean_;
    const auto total = static_cast<double>(count_ + count);
    mean_ += off * static_cast<double>(count) / total;
    squares_ +=
        squares + off * off * static_cast<double>(count_) * static_cast<double>(count) / total;
    count_ += count;
    return Ok();
  }
  ValueView Finish(Evaluation& run) const {
    if (count_ < (kSample ? 2 : 1)) return Evaluation::Null();
    return run.Double(std::sqrt(squares_ / static_cast<double>(kSample ? count_ - 1 : count_)));
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const { return Finish(run); }
  size_t heap_bytes() const { return 0; }

 private:
  int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

}  // namespace veddb::doc::accumulator
