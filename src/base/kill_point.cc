// SPDX-License-Identifier: BSD-3-Clause
#include "base/kill_point.h"

#ifdef VEDDB_KILL_POINTS
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/logging.h"
#include "base/number.h"

namespace veddb {
namespace {

// How often each point may still be passed; negative: for ever.
class Countdowns {
 public:
  Countdowns() {
    for (auto& left : left_) left = -1;
    const char* chosen = std::getenv("VEDDB_KILL_POINT");
    if (chosen == nullptr) return;
    const std::string_view text = chosen;
    const size_t colon = text.rfind(':');
    const auto nth = colon == text.npos ? std::nullopt : ParseInt64(text.substr(colon + 1));
    for (size_t i = 0; i < left_.size(); ++i) {
      if (!nth || *nth < 1 || kKillPoints[i].name != text.substr(0, colon)) continue;
      left_[i] = *nth;
      return;
    }
    LogWarning("VEDDB_KILL_POINT=" + std::string(text) + " names no kill point and number");
    std::_Exit(2);
  }
  bool IsDue(size_t index) {
    std::atomic<int64_t>& left = left_[index];
    return left.load(std::memory_order_relaxed) > 0 && left.fetch_sub(1) == 1;
  }

 private:
  std::array<std::atomic<int64_t>, std::size(kKillPoints)> left_;
};

}  // namespace

void ReachKillPoint(size_t index) {
  static Countdowns countdowns;
  if (!countdowns.IsDue(index)) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

}  // namespace veddb
#endif
