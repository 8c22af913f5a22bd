// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/base64.h"

#include <array>
#include <cstdint>

namespace veddb::doc {
namespace {

constexpr Bytes kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> MakeDecode() {
  std::array<int8_t, 256> table{};
  for (auto& cell : table) cell = -1;
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return table;
}
constexpr auto kDecode = MakeDecode();

}  // namespace

void AppendBase64(Bytes data, std::string* out) {
  const auto at = [&data](size_t i) -> uint32_t {
    return i < data.size() ? static_cast<uint8_t>(data[i]) : 0;
  };
  for (size_t i = 0; i < data.size(); i += 3) {
    const uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    out->push_back(kAlphabet[group >> 18]);
    out->push_back(kAlphabet[group >> 12 & 63]);
    out->push_back(i + 1 < data.size() ? kAlphabet[group >> 6 & 63] : '=');
    out->push_back(i + 2 < data.size() ? kAlphabet[group & 63] : '=');
  }
}

std::optional<std::string> DecodeBase64(Bytes text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    size_t padding = 0;
    if (last && text[i + 3] == '=') padding = text[i + 2] == '=' ? 2 : 1;
    uint32_t group = 0;
    for (size_t k = 0; k < 4 - padding; ++k) {
      const int8_t digit = kDecode[static_cast<uint8_t>(text[i + k])];
      if (digit < 0) return std::nullopt;
      group |= static_cast<uint32_t>(digit) << (18 - 6 * k);
    }
    const size_t bytes = 3 - padding;
    if ((group & ((1u << (8 * padding)) - 1)) != 0) return std::nullopt;
    for (size_t k = 0; k < bytes; ++k) out.push_back(static_cast<char>(group >> (16 - 8 * k)));
  }
  return out;
}

}  // namespace veddb::doc
