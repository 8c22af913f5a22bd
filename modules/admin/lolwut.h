// SPDX-License-Identifier: BSD-3-Clause
// LOLWUT's picture: the curve z(t) = e^(ipt) + e^(iqt)/2 + i e^(-irt)/3 in braille dots, two by
// four to a character. The same numbers always draw the same.
#pragma once
#include <cstddef>
#include <string>

namespace veddb {

struct Curve {
  int p = 1;
  int q = 6;
  int r = 14;
};

// Lines of `columns` characters, UTF-8, each with its end.
std::string DrawCurve(const Curve& curve, size_t columns, size_t rows);

}  // namespace veddb
