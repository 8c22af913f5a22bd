// SPDX-License-Identifier: BSD-3-Clause
#include "tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/number.h"

namespace veddb::tool {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRedraw{200};
constexpr int kBarCells = 20;
constexpr Bytes kClearLine = "\r\x1b[K";

std::string Bar(double part) {
  const int filled = static_cast<int>(std::clamp(part, 0.0, 1.0) * kBarCells);
  return "[" + std::string(filled, '#') + std::string(kBarCells - filled, '.') + "] ";
}

std::string Time(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  char text[32];
  std::snprintf(text, sizeof text, "%llu:%02llu", static_cast<unsigned long long>(whole / 60),
                static_cast<unsigned long long>(whole % 60));
  return text;
}

}  // namespace

std::string Grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

Progress::Progress(std::string what)
    : what_(std::move(what)),
      on_terminal_(isatty(STDERR_FILENO) == 1),
      begun_(steady_clock::now()),
      drawn_(begun_) {}

void Progress::Begin(uint64_t bytes, uint64_t documents) {
  first_bytes_ = bytes;
  first_documents_ = documents;
  begun_ = steady_clock::now();
}

void Progress::Show(uint64_t bytes, uint64_t documents) {
  if (!on_terminal_) return;
  const steady_clock::time_point now = steady_clock::now();
  if (now - drawn_ < kRedraw) return;
  drawn_ = now;
  is_drawn_ = true;
  const std::string line = std::string(kClearLine) + Line(bytes, documents);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string Progress::Line(uint64_t bytes, uint64_t documents) const {
  const double seconds = std::max(duration<double>(drawn_ - begun_).count(), 1e-3);
  const double byte_rate = static_cast<double>(bytes - first_bytes_) / seconds;
  const double rate = static_cast<double>(documents - first_documents_) / seconds;
  std::string line = what_ + " ";
  std::string rest;
  if (total_bytes_.value_or(0) > 0) {
    line += Bar(static_cast<double>(bytes) / static_cast<double>(*total_bytes_));
    if (byte_rate > 0 && *total_bytes_ >= bytes) {
      rest = ", " + Time(static_cast<double>(*total_bytes_ - bytes) / byte_rate) + " left";
    }
  } else if (total_documents_.value_or(0) > 0) {
    line += Bar(static_cast<double>(documents) / static_cast<double>(*total_documents_));
    if (rate > 0 && *total_documents_ >= documents) {
      rest = ", " + Time(static_cast<double>(*total_documents_ - documents) / rate) + " left";
    }
  }
  return line + FormatBytesHuman(bytes) + ", " + Grouped(documents) + " documents, " +
         Grouped(static_cast<uint64_t>(rate)) + "/s" + rest;
}

void Progress::Say(Bytes text) {
  Clear();
  std::fprintf(stderr, "veddb-tool: %.*s\n", static_cast<int>(text.size()), text.data());
}

void Progress::Clear() {
  if (!is_drawn_) return;
  std::fwrite(kClearLine.data(), 1, kClearLine.size(), stderr);
  is_drawn_ = false;
}

}  // namespace veddb::tool
