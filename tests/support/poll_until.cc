// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/poll_until.h"

#include <poll.h>

namespace veddb::testing {
namespace {

constexpr int kAskAgainMillis = 5;

}  // namespace

bool PollUntil(Millis limit, const std::function<bool()>& condition) {
  const Clock::time_point deadline = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() >= deadline) return false;
    poll(nullptr, 0, kAskAgainMillis);
  }
  return true;
}

void LetPass(Millis span) { poll(nullptr, 0, static_cast<int>(span.count())); }

}  // namespace veddb::testing
