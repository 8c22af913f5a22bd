// SPDX-License-Identifier: BSD-3-Clause
#include "base/glob.h"

#include <cstdint>
#include <utility>

namespace veddb {
namespace {

uint8_t Fold(char c, GlobCase letter_case) {
  const auto byte = static_cast<uint8_t>(c);
  if (letter_case == GlobCase::kInsensitive && byte >= 'A' && byte <= 'Z') return byte + 32;
  return byte;
}

struct ClassResult {
  bool matched;
  size_t next;  // index in the pattern after the class
};

// Matches one character against the class that begins at pattern[at] == '['. A class that is not
// closed ends with the pattern, as in Redis.
ClassResult MatchClass(Bytes pattern, size_t at, char c, GlobCase letter_case) {
  size_t i = at + 1;
  const bool negated = i < pattern.size() && pattern[i] == '^';
  if (negated) ++i;
  const uint8_t wanted = Fold(c, letter_case);
  bool matched = false;
  while (i < pattern.size() && pattern[i] != ']') {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      matched |= Fold(pattern[i + 1], letter_case) == wanted;
      i += 2;
    } else if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
      uint8_t low = Fold(pattern[i], letter_case);
      uint8_t high = Fold(pattern[i + 2], letter_case);
      if (low > high) std::swap(low, high);
      matched |= wanted >= low && wanted <= high;
      i += 3;
    } else {
      matched |= Fold(pattern[i], letter_case) == wanted;
      ++i;
    }
  }
  return {matched != negated, i < pattern.size() ? i + 1 : i};
}

}  // namespace

bool GlobMatch(Bytes pattern, Bytes text, GlobCase letter_case) {
  size_t p = 0;
  size_t t = 0;
  size_t star = Bytes::npos;  // pattern index after the last '*'
  size_t star_text = 0;       // where its match ends for now
  while (t < text.size()) {
    bool step = false;
    if (p < pattern.size()) {
      const char c = pattern[p];
      if (c == '*') {
        while (p < pattern.size() && pattern[p] == '*') ++p;
        if (p == pattern.size()) return true;
        star = p;
        star_text = t;
        continue;
      }
      if (c == '?') {
        ++p;
        step = true;
      } else if (c == '[') {
        const ClassResult result = MatchClass(pattern, p, text[t], letter_case);
        step = result.matched;
        if (step) p = result.next;
      } else {
        const size_t literal = c == '\\' && p + 1 < pattern.size() ? p + 1 : p;
        step = Fold(pattern[literal], letter_case) == Fold(text[t], letter_case);
        if (step) p = literal + 1;
      }
    }
    if (step) {
      ++t;
    } else if (star != Bytes::npos) {
      p = star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool EqualsIgnoreCase(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Fold(a[i], GlobCase::kInsensitive) != Fold(b[i], GlobCase::kInsensitive)) return false;
  }
  return true;
}

}  // namespace veddb
