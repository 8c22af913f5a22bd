// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/minimise.h"

#include <algorithm>

namespace veddb::differential {

std::vector<Step> Minimise(std::vector<Step> steps,
                           const std::function<bool(const std::vector<Step>&)>& differs) {
  size_t piece = std::max<size_t>(steps.size() / 2, 1);
  while (true) {
    bool shorter = false;
    for (size_t begin = 0; begin < steps.size();) {
      std::vector<Step> rest(steps.begin(), steps.begin() + static_cast<int64_t>(begin));
      const size_t end = std::min(begin + piece, steps.size());
      rest.insert(rest.end(), steps.begin() + static_cast<int64_t>(end), steps.end());
      if (!rest.empty() && differs(rest)) {
        steps = std::move(rest);
        shorter = true;
      } else {
        begin = end;
      }
    }
    if (piece == 1 && !shorter) return steps;
    piece = std::max<size_t>(piece / 2, 1);
  }
}

}  // namespace veddb::differential
