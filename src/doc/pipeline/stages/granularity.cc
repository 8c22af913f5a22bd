// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/granularity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace veddb::doc {
namespace {

// Of ISO 3, each times 100.
constexpr std::array kR80 = {100, 103, 106, 109, 112, 115, 118, 122, 125, 128, 132, 136, 140, 145,
                             150, 155, 160, 165, 170, 175, 180, 185, 190, 195, 200, 206, 212, 218,
                             224, 230, 236, 243, 250, 258, 265, 272, 280, 290, 300, 307, 315, 325,
                             335, 345, 355, 365, 375, 387, 400, 412, 425, 437, 450, 462, 475, 487,
                             500, 515, 530, 545, 560, 580, 600, 615, 630, 650, 670, 690, 710, 730,
                             750, 775, 800, 825, 850, 875, 900, 925, 950, 975};
// Of IEC 60063; the finer series follow a formula.
constexpr std::array kE24 = {100, 110, 120, 130, 150, 160, 180, 200, 220, 240, 270, 300,
                             330, 360, 390, 430, 470, 510, 560, 620, 680, 750, 820, 910};
constexpr std::array k125 = {100, 200, 500};

std::vector<int> EveryNth(std::span<const int> all, size_t step) {
  std::vector<int> digits;
  for (size_t i = 0; i < all.size(); i += step) digits.push_back(all[i]);
  return digits;
}

std::vector<int> Geometric(int count) {
  std::vector<int> digits;
  for (int i = 0; i < count; ++i) {
    const auto digit = static_cast<int>(std::lround(100 * std::pow(10.0, i / double(count))));
    // The standard has it so.
    constexpr int kComputed = 919;
    digits.push_back(digit == kComputed ? kComputed + 1 : digit);
  }
  return digits;
}

double Scaled(int digits, int exponent) {
  const int shift = exponent - 2;
  return shift >= 0 ? digits * std::pow(10.0, shift) : digits / std::pow(10.0, -shift);
}

int DecadeOf(double v) { return static_cast<int>(std::floor(std::log10(v))); }

}  // namespace

std::optional<Granularity> Granularity::Find(Bytes name) {
  struct Row {
    Bytes name;
    std::vector<int> (*digits)();
  };
  static constexpr std::array kRows = {
      Row{"R5", [] { return EveryNth(kR80, 16); }},
      Row{"R10", [] { return EveryNth(kR80, 8); }},
      Row{"R20", [] { return EveryNth(kR80, 4); }},
      Row{"R40", [] { return EveryNth(kR80, 2); }},
      Row{"R80", [] { return EveryNth(kR80, 1); }},
      Row{"1-2-5", [] { return EveryNth(k125, 1); }},
      Row{"E6", [] { return EveryNth(kE24, 4); }},
      Row{"E12", [] { return EveryNth(kE24, 2); }},
      Row{"E24", [] { return EveryNth(kE24, 1); }},
      Row{"E48", [] { return Geometric(48); }},
      Row{"E96", [] { return Geometric(96); }},
      Row{"E192", [] { return Geometric(192); }},
      Row{"POWERSOF2", [] { return std::vector<int>(); }},
  };
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [name](const Row& one) { return one.name == name; });
  if (row == kRows.end()) return std::nullopt;
  Granularity granularity;
  granularity.digits_ = row->digits();
  return granularity;
}

double Granularity::Above(double v) const {
  if (v == 0) return 0;
  if (digits_.empty()) {
    int exponent = 0;
    std::frexp(v, &exponent);
    return std::ldexp(1.0, exponent);
  }
  // The logarithm may be off by a digit: a decade more on either side.
  for (int decade = DecadeOf(v) - 1;; ++decade) {
    for (const int digits : digits_) {
      if (Scaled(digits, decade) > v) return Scaled(digits, decade);
    }
  }
}

double Granularity::Below(double v) const {
  if (v == 0) return 0;
  if (digits_.empty()) {
    int exponent = 0;
    constexpr double kHalf = 0.5;
    const bool is_power = std::frexp(v, &exponent) == kHalf;
    return std::ldexp(1.0, is_power ? exponent - 2 : exponent - 1);
  }
  for (int decade = DecadeOf(v) + 1;; --decade) {
    for (auto it = digits_.rbegin(); it != digits_.rend(); ++it) {
      if (Scaled(*it, decade) < v) return Scaled(*it, decade);
    }
  }
}

}  // namespace veddb::doc
