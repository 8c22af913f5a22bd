// SPDX-License-Identifier: BSD-3-Clause
// The orders that the document benchmark works on: about 400 bytes of JSON each, always the same
// for a number. Pure.
#pragma once
#include <cstdint>
#include <string>

namespace veddb::bench {

// Ten orders a customer, on average.
inline constexpr uint64_t kOrdersPerCustomer = 10;
// Orders are made one after the other over this span, which ends at kLastMs.
inline constexpr int64_t kFirstMs = 1'672'531'200'000;  // 2023-01-01
inline constexpr int64_t kLastMs = 1'735'689'600'000;   // 2025-01-01

// How dates are written: JSON has none.
enum class DateForm : uint8_t { kExtendedJson, kIsoText };

struct OrderSet {
  uint64_t size;  // numbers are below it

  uint64_t customers() const { return size / kOrdersPerCustomer + 1; }
  // `number` may be beyond the size: an order that comes later.
  std::string Json(uint64_t number, DateForm dates) const;
  // The moment in which order `number` was made, about.
  int64_t CreatedMs(uint64_t number) const;
};

std::string IsoText(int64_t unix_ms);

}  // namespace veddb::bench
