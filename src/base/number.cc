// SPDX-License-Identifier: BSD-3-Clause
#include "base/number.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace veddb {
namespace {

// Redis reads numbers into a buffer of this size; longer text is not a number.
constexpr size_t kMaxLongDoubleChars = 5 * 1024;

template <typename T>
std::optional<T> ParseCanonical(Bytes text) {
  if (text.empty() || text.size() >= kInt64Chars) return std::nullopt;
  const size_t digit = text[0] == '-' ? 1 : 0;
  if (digit == text.size()) return std::nullopt;
  if (text[digit] == '0' && text.size() != 1) return std::nullopt;
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <typename T, typename Convert>
std::optional<T> ParseFloating(Bytes text, Convert convert) {
  if (text.empty() || text.size() >= kMaxLongDoubleChars) return std::nullopt;
  if (std::isspace(static_cast<unsigned char>(text[0])) != 0) return std::nullopt;
  const std::string terminated(text);
  char* end = nullptr;
  errno = 0;
  const T value = convert(terminated.c_str(), &end);
  if (end != terminated.c_str() + terminated.size()) return std::nullopt;
  const bool overflow = errno == ERANGE && (std::isinf(value) || std::fpclassify(value) == FP_ZERO);
  if (overflow || std::isnan(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> ParseInt64(Bytes text) { return ParseCanonical<int64_t>(text); }
std::optional<uint64_t> ParseUint64(Bytes text) { return ParseCanonical<uint64_t>(text); }

size_t FormatInt64(int64_t v, char* to) {
  return static_cast<size_t>(std::to_chars(to, to + kInt64Chars, v).ptr - to);
}

std::string FormatInt64(int64_t v) {
  std::array<char, kInt64Chars> text;
  return std::string(text.data(), FormatInt64(v, text.data()));
}

std::optional<double> ParseDouble(Bytes text) {
  return ParseFloating<double>(text, [](const char* s, char** end) { return std::strtod(s, end); });
}

std::optional<long double> ParseLongDouble(Bytes text) {
  return ParseFloating<long double>(text,
                                    [](const char* s, char** end) { return std::strtold(s, end); });
}

std::string FormatDouble(double v) {
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  if (std::isnan(v)) return "nan";
  std::array<char, 40> text;
  const int n = std::snprintf(text.data(), text.size(), "%.17g", v);
  return std::string(text.data(), static_cast<size_t>(n));
}

std::string FormatLongDouble(long double v) {
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  std::array<char, 5 * 1024> text;
  const int n = std::snprintf(text.data(), text.size(), "%.17Lf", v);
  std::string out(text.data(), static_cast<size_t>(n));
  if (out.find('.') != std::string::npos) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  if (out == "-0") out = "0";
  return out;
}

std::optional<uint64_t> ParseMemorySize(Bytes text) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (digits == 0 || error != std::errc() || end != text.data() + digits) return std::nullopt;
  struct Unit {
    Bytes name;
    uint64_t factor;
  };
  constexpr std::array<Unit, 8> kUnits = {{{"", 1},
                                           {"b", 1},
                                           {"k", 1000},
                                           {"kb", 1024},
                                           {"m", 1000 * 1000},
                                           {"mb", 1024 * 1024},
                                           {"g", 1000ULL * 1000 * 1000},
                                           {"gb", 1024ULL * 1024 * 1024}}};
  const Bytes suffix = text.substr(digits);
  for (const Unit& unit : kUnits) {
    if (suffix.size() != unit.name.size()) continue;
    if (strncasecmp(suffix.data(), unit.name.data(), suffix.size()) != 0) continue;
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(number, unit.factor, &bytes)) return std::nullopt;
    return bytes;
  }
  return std::nullopt;
}

std::string FormatBytesHuman(uint64_t bytes) {
  constexpr std::array<char, 5> kSuffix = {'B', 'K', 'M', 'G', 'T'};
  size_t unit = 0;
  auto amount = static_cast<double>(bytes);
  while (amount >= 1024 && unit + 1 < kSuffix.size()) {
    amount /= 1024;
    ++unit;
  }
  std::array<char, 40> text;
  const int n =
      unit == 0
          ? std::snprintf(text.data(), text.size(), "%lluB", static_cast<unsigned long long>(bytes))
          : std::snprintf(text.data(), text.size(), "%.2f%c", amount, kSuffix[unit]);
  return std::string(text.data(), static_cast<size_t>(n));
}

}  // namespace veddb
