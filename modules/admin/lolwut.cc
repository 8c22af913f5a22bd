// SPDX-License-Identifier: BSD-3-Clause
#include "modules/admin/lolwut.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/server_api.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

constexpr size_t kDotsAcross = 2;
constexpr size_t kDotsDown = 4;
constexpr int64_t kColumnsMax = 160;
constexpr int64_t kRowsMax = 60;
constexpr int64_t kColumnsInitial = 40;
constexpr int64_t kRowsInitial = 20;

// A character of the block U+2800 whose eight bits are its dots.
void AppendBraille(std::string& text, unsigned dots) {
  text += '\xe2';
  text += static_cast<char>(0xa0 | dots >> 6);
  text += static_cast<char>(0x80 | (dots & 0x3f));
}

// Bits of the dots, by column and row.
constexpr unsigned kDotBits[kDotsAcross][kDotsDown] = {{0x01, 0x02, 0x04, 0x40},
                                                       {0x08, 0x10, 0x20, 0x80}};

int64_t NumberAt(std::span<const Bytes> words, size_t at, int64_t initial, int64_t max) {
  if (at >= words.size()) return initial;
  return std::clamp<int64_t>(ParseInt64(words[at]).value_or(initial), 1, max);
}

// LOLWUT [VERSION version] [columns] [rows] [p]: whichever version of Redis's picture is asked for,
// there is this one. Without a VERSION Redis shows its own version alone.
void LolWut(Call& call) {
  constexpr Bytes kEnd = "Redis ver. 7.0.15\n";
  constexpr int64_t kWindingsMax = 9;
  std::span<const Bytes> words = call.argv.subspan(1);
  if (words.size() >= 2 && EqualsIgnoreCase(words[0], "VERSION")) {
    if (!ParseInt64(words[1])) return call.reply.Error(kNotInteger);
    words = words.subspan(2);
    for (const Bytes word : words) {
      if (!ParseInt64(word)) return call.reply.Error(kNotInteger);
    }
  }
  Curve curve;
  curve.p = static_cast<int>(NumberAt(words, 2, curve.p, kWindingsMax));
  const auto columns = static_cast<size_t>(NumberAt(words, 0, kColumnsInitial, kColumnsMax));
  const auto rows = static_cast<size_t>(NumberAt(words, 1, kRowsInitial, kRowsMax));
  call.reply.Verbatim("txt", DrawCurve(curve, columns, rows) + "\nA curve with a wink at the " +
                                 "plotters of the sixties. " + std::string(kEnd));
}

constexpr CommandSpec kTable[] = {
    {.name = "lolwut",
     .summary = "Draws, and tells the version.",
     .since = "5.0.0",
     .group = "server",
     .complexity = "O(N) in the number of dots",
     .syntax = "[VERSION version] [number [number ...]]",
     .arity = -1,
     .flags = Flag::kReadonly | Flag::kFast,
     .handler = LolWut},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::string DrawCurve(const Curve& curve, size_t columns, size_t rows) {
  constexpr int kSteps = 20'000;
  constexpr double kReach = 1.0 + 1.0 / 2 + 1.0 / 3;  // no point lies further out
  std::vector<unsigned> dots(columns * rows);
  const auto width = static_cast<double>(columns * kDotsAcross - 1);
  const auto height = static_cast<double>(rows * kDotsDown - 1);
  for (int i = 0; i < kSteps; ++i) {
    const double t = 2 * std::numbers::pi * i / kSteps;
    const double x = std::cos(curve.p * t) + std::cos(curve.q * t) / 2 + std::sin(curve.r * t) / 3;
    const double y = std::sin(curve.p * t) + std::sin(curve.q * t) / 2 + std::cos(curve.r * t) / 3;
    const auto across = static_cast<size_t>((x / kReach + 1) / 2 * width + 0.5);
    const auto down = static_cast<size_t>((y / kReach + 1) / 2 * height + 0.5);
    dots[down / kDotsDown * columns + across / kDotsAcross] |=
        kDotBits[across % kDotsAcross][down % kDotsDown];
  }
  std::string text;
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column) {
      AppendBraille(text, dots[row * columns + column]);
    }
    text += '\n';
  }
  return text;
}

std::span<const CommandSpec> LolWutCommands() { return kTable; }

}  // namespace veddb
