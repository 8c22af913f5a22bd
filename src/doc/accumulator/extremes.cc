// SPDX-License-Identifier: BSD-3-Clause
// $min, $max.
#include <array>

#include "doc/accumulator/extreme_state.h"

namespace veddb::doc::accumulator {
namespace {

constexpr std::array kTable = {
    Row{.name = "$max",
        .parse = ParseUnary<ExtremeState<true>>,
        .doc = "The greatest value; null does not count."},
    Row{.name = "$min",
        .parse = ParseUnary<ExtremeState<false>>,
        .doc = "The least value; null does not count."},
};

}  // namespace

std::span<const Row> ExtremeRows() { return kTable; }

}  // namespace veddb::doc::accumulator
