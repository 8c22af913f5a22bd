// SPDX-License-Identifier: BSD-3-Clause
// Series of preferred numbers, to which $bucketAuto rounds boundaries: Renard's (R5 …), 1-2-5,
// those of electronics (E6 …), powers of two. Pure.
#pragma once
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace veddb::doc {

class Granularity {
 public:
  static std::optional<Granularity> Find(Bytes name);

  // The next number of the series above (below) this one; 0 stays 0. REQUIRES: finite, not
  // negative.
  double Above(double v) const;
  double Below(double v) const;

 private:
  // Of a decade, times 100; none: powers of two.
  std::vector<int> digits_;
};

}  // namespace veddb::doc
