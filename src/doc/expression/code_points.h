// SPDX-License-Identifier: BSD-3-Clause
// Strings by code points. Bytes that are no UTF-8 count as one each.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace veddb::doc::expression {

inline bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

// Where `wanted` begins, at or behind `from`; npos. Linear, whatever the two are.
inline size_t FindText(Bytes text, Bytes wanted, size_t from) {
  if (from > text.size()) return Bytes::npos;
  if (wanted.empty()) return from;
  const void* at = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  if (at == nullptr) return Bytes::npos;
  return static_cast<size_t>(static_cast<const char*>(at) - text.data());
}

// Bytes of the code point that begins at `at`. REQUIRES: at < text.size().
inline size_t CodePointBytes(Bytes text, size_t at) {
  size_t end = at + 1;
  if ((static_cast<uint8_t>(text[at]) & 0xc0) != 0xc0) return 1;
  while (end < text.size() && end - at < 4 && IsContinuation(text[end])) ++end;
  return end - at;
}

struct CodePoint {
  char32_t value;
  size_t bytes;
};

inline CodePoint CodePointAt(Bytes text, size_t at) {
  const size_t bytes = CodePointBytes(text, at);
  const auto lead = static_cast<uint8_t>(text[at]);
  char32_t value = bytes == 1 ? lead : lead & (0xffU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i)
    value = value << 6 | (static_cast<uint8_t>(text[at + i]) & 0x3f);
  return {value, bytes};
}

// Where the last code point begins. REQUIRES: not empty.
inline size_t StartOfLast(Bytes text) {
  size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && IsContinuation(text[at])) --at;
  return at + CodePointBytes(text, at) == text.size() ? at : text.size() - 1;
}

inline std::u32string CodePointsOf(Bytes text) {
  std::u32string out;
  for (size_t at = 0; at < text.size();) {
    const CodePoint one = CodePointAt(text, at);
    out.push_back(one.value);
    at += one.bytes;
  }
  return out;
}

inline size_t CountCodePoints(Bytes text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += CodePointBytes(text, at)) ++count;
  return count;
}

// The byte at which so many code points are over; text.size() if there are fewer.
inline size_t SkipCodePoints(Bytes text, size_t from, size_t count) {
  while (from < text.size() && count-- > 0) from += CodePointBytes(text, from);
  return from;
}

}  // namespace veddb::doc::expression
