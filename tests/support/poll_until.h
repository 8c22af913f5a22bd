// SPDX-License-Identifier: BSD-3-Clause
// Waiting for a condition by asking it again and again, with a deadline. Tests wait for nothing
// else: a wait for a time alone is either too short on a slow machine or too long on a fast one.
#pragma once
#include <chrono>
#include <functional>

namespace veddb::testing {

using Millis = std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Longest wait for what takes milliseconds on an idle machine; machines that test are not idle, and
// sanitizers slow.
#if defined(VEDDB_SANITIZED)
inline constexpr Millis kPatience{180'000};
#else
inline constexpr Millis kPatience{30'000};
#endif

// Whether the condition came true within the limit. It is asked every few milliseconds.
bool PollUntil(Millis limit, const std::function<bool()>& condition);

// Lets the time pass: for moments that are random by intent, such as that of a kill.
void LetPass(Millis span);

}  // namespace veddb::testing
