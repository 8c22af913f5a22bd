// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/value.h"

#include "base/hash.h"

namespace veddb::torture {
namespace {

constexpr char kEnd = ';';
constexpr size_t kShownBytes = 80;

std::string Checksum(std::string_view text) { return std::to_string(Hash64(Bytes(text))); }

}  // namespace

std::string MakeValue(std::string_view name, int64_t client, int64_t counter, size_t filler_bytes) {
  std::string value(name);
  value += '|' + std::to_string(client) + '|' + std::to_string(counter) + '|';
  const auto letter = static_cast<char>('a' + counter % 26);
  value.append(filler_bytes, letter);
  value += '|';
  return value + Checksum(value) + kEnd;
}

std::optional<std::string> WrongWith(std::string_view value, std::string_view name) {
  while (!value.empty()) {
    const size_t end = value.find(kEnd);
    if (end == std::string_view::npos) return "torn at its end";
    const std::string_view one = value.substr(0, end);
    value.remove_prefix(end + 1);
    const size_t bar = one.rfind('|');
    if (bar == std::string_view::npos) return "not one of our values";
    if (one.substr(bar + 1) != Checksum(one.substr(0, bar + 1))) return "wrong checksum";
    if (!one.starts_with(std::string(name) + "|")) return "it belongs to another key";
  }
  return std::nullopt;
}

std::string Shorten(std::string_view value) {
  if (value.size() <= kShownBytes) return std::string(value);
  return std::string(value.substr(0, kShownBytes)) + "… (" + std::to_string(value.size()) +
         " bytes)";
}

}  // namespace veddb::torture
