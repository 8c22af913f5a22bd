// SPDX-License-Identifier: BSD-3-Clause
// The state of $min and $max; of equal values the first one counts.
#pragma once
#include "doc/accumulator/accumulator_of.h"
#include "doc/accumulator/held_value.h"
#include "doc/value/compare.h"

namespace veddb::doc::accumulator {

// Does a value take the place of the best so far (missing: there is none)?
template <bool kGreatest>
bool Beats(ValueView value, ValueView best) {
  if (value.IsNullish()) return false;
  if (best.missing()) return true;
  const int order = CompareValues(value, best);
  return kGreatest ? order > 0 : order < 0;
}

template <bool kGreatest>
class ExtremeState {
 public:
  using Config = NoConfig;
  ExtremeState(const Config&, size_t) {}

  Status Add(const Config&, const Accumulator::Input& input) {
    if (Beats<kGreatest>(input.value, best_.view())) best_.Assign(input.value);
    return Ok();
  }
  void Save(std::string* out) const {
    if (!best_.missing()) out->append(Tagged(best_.view()));
  }
  Status Merge(const Config& config, Bytes saved) {
    return saved.empty() ? Ok() : Add(config, {TaggedView(saved), {}});
  }
  Result<ValueView> Finish(const Config&, expression::Evaluation& run) const {
    if (best_.missing()) return expression::Evaluation::Null();
    return run.Copy(best_.view().type, best_.view().bytes());
  }
  size_t heap_bytes() const { return best_.heap_bytes(); }

 private:
  HeldValue best_;
};

}  // namespace veddb::doc::accumulator
