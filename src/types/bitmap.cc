// SPDX-License-Identifier: BSD-3-Clause
#include "types/bitmap.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/coding.h"

namespace veddb {
namespace {

constexpr size_t kWordBytes = sizeof(uint64_t);
// BITOP goes over all sources so many bytes at a time: they stay in the first cache.
constexpr size_t kBlockBytes = 4096;

uint64_t LoadWord(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Up to 8 bytes, the first one highest, zeros where they end.
uint64_t LoadBE64Padded(Bytes bytes) {
  if (bytes.size() >= kWordBytes) return LoadBE64(bytes.data());
  std::array<char, kWordBytes> padded{};
  if (!bytes.empty()) std::memcpy(padded.data(), bytes.data(), bytes.size());
  return LoadBE64(padded.data());
}

// `bits` ones at the low end.
constexpr uint64_t LowBits(unsigned bits) { return bits == 0 ? 0 : ~uint64_t{0} >> (64 - bits); }

template <typename Count>
inline uint64_t SumWords(const char* at, size_t words, Count count) {
  std::array<uint64_t, 4> sums{};  // independent, so that none waits for another
  size_t i = 0;
  for (; i + sums.size() <= words; i += sums.size()) {
    for (size_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] += count(LoadWord(at + (i + lane) * kWordBytes));
    }
  }
  for (; i < words; ++i) sums[0] += count(LoadWord(at + i * kWordBytes));
  return sums[0] + sums[1] + sums[2] + sums[3];
}

uint64_t CountWordsPortably(const char* at, size_t words) {
  return SumWords(at, words,
                  [](uint64_t word) { return static_cast<uint64_t>(std::popcount(word)); });
}

#if defined(__x86_64__)
// The build is for any x86-64, which may lack the instruction.
__attribute__((target("popcnt"))) uint64_t CountWordsByInstruction(const char* at, size_t words) {
  std::array<uint64_t, 4> sums{};
  size_t i = 0;
  for (; i + sums.size() <= words; i += sums.size()) {
    const char* from = at + i * kWordBytes;
    sums[0] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(from)));
    sums[1] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(from + kWordBytes)));
    sums[2] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(from + 2 * kWordBytes)));
    sums[3] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(from + 3 * kWordBytes)));
  }
  for (; i < words; ++i) {
    sums[0] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(at + i * kWordBytes)));
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}
#endif

uint64_t CountWords(const char* at, size_t words) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("popcnt") != 0;
  if (has_instruction) return CountWordsByInstruction(at, words);
#endif
  return CountWordsPortably(at, words);
}

template <typename Combine>
void CombineBlock(char* to, Bytes from, Combine combine) {
  size_t i = 0;
  for (; i + kWordBytes <= from.size(); i += kWordBytes) {
    const uint64_t word = combine(LoadWord(to + i), LoadWord(from.data() + i));
    std::memcpy(to + i, &word, sizeof word);
  }
  for (; i < from.size(); ++i) {
    to[i] = static_cast<char>(combine(static_cast<uint8_t>(to[i]), static_cast<uint8_t>(from[i])));
  }
}

// `from` may end before the block does.
void CombineBlock(BitOperation operation, char* to, size_t size, Bytes from) {
  switch (operation) {
    case BitOperation::kAnd:
      CombineBlock(to, from, [](uint64_t a, uint64_t b) { return a & b; });
      std::memset(to + from.size(), 0, size - from.size());
      break;
    case BitOperation::kOr:
      CombineBlock(to, from, [](uint64_t a, uint64_t b) { return a | b; });
      break;
    case BitOperation::kXor:
      CombineBlock(to, from, [](uint64_t a, uint64_t b) { return a ^ b; });
      break;
    case BitOperation::kNot:
      break;  // has one source
  }
}

void InvertBlock(char* to, size_t size) {
  size_t i = 0;
  for (; i + kWordBytes <= size; i += kWordBytes) {
    const uint64_t word = ~LoadWord(to + i);
    std::memcpy(to + i, &word, sizeof word);
  }
  for (; i < size; ++i) to[i] = static_cast<char>(~to[i]);
}

// What of the source lies in the block that begins at this place.
Bytes Slice(Bytes source, size_t begin, size_t size) {
  return begin >= source.size() ? Bytes() : source.substr(begin, size);
}

}  // namespace

uint64_t CountBits(Bytes bytes) {
  const size_t words = bytes.size() / kWordBytes;
  const Bytes rest = bytes.substr(words * kWordBytes);
  return CountWords(bytes.data(), words) +
         static_cast<uint64_t>(std::popcount(LoadBE64Padded(rest)));
}

uint64_t CountBits(Bytes bytes, uint64_t first, uint64_t last) {
  DCHECK(first <= last && last < 8 * uint64_t{bytes.size()});
  const Bytes touched = bytes.substr(first / 8, last / 8 - first / 8 + 1);
  // What stands in the first and in the last byte, but outside of the range.
  const auto before =
      static_cast<uint8_t>(static_cast<uint8_t>(touched.front()) & ~(0xffU >> (first % 8)));
  const auto behind =
      static_cast<uint8_t>(static_cast<uint8_t>(touched.back()) & (0x7fU >> (last % 8)));
  return CountBits(touched) - static_cast<uint64_t>(std::popcount(before)) -
         static_cast<uint64_t>(std::popcount(behind));
}

std::optional<uint64_t> FindBit(Bytes bytes, bool value, uint64_t first, uint64_t last) {
  DCHECK(first <= last && last < 8 * uint64_t{bytes.size()});
  const uint64_t all_other = value ? 0 : ~uint64_t{0};
  size_t at = first / 8;
  const size_t end = last / 8 + 1;
  // Bits before the range look like the other value.
  uint64_t mask = LowBits(64 - static_cast<unsigned>(first % 8));
  while (at < end) {
    const uint64_t word = ((LoadBE64Padded(bytes.substr(at, end - at)) ^ all_other) & mask);
    if (word != 0) {
      const uint64_t found = 8 * uint64_t{at} + static_cast<uint64_t>(std::countl_zero(word));
      return found <= last ? std::optional(found) : std::nullopt;
    }
    mask = ~uint64_t{0};
    at += kWordBytes;
    for (; at + kWordBytes <= end && LoadWord(bytes.data() + at) == all_other; at += kWordBytes) {
    }
  }
  return std::nullopt;
}

void CombineBits(BitOperation operation, std::span<const Bytes> sources, char* to, size_t size) {
  DCHECK(!sources.empty() && (operation != BitOperation::kNot || sources.size() == 1));
  for (size_t begin = 0; begin < size; begin += kBlockBytes) {
    const size_t block = std::min(kBlockBytes, size - begin);
    char* out = to + begin;
    const Bytes head = Slice(sources[0], begin, block);
    if (!head.empty()) std::memcpy(out, head.data(), head.size());
    std::memset(out + head.size(), 0, block - head.size());
    if (operation == BitOperation::kNot) {
      InvertBlock(out, block);
      continue;
    }
    for (const Bytes source : sources.subspan(1)) {
      CombineBlock(operation, out, block, Slice(source, begin, block));
    }
  }
}

uint64_t ReadField(Bytes bytes, uint64_t offset, unsigned bits) {
  DCHECK(bits >= 1 && bits <= kFieldBitsMax);
  const uint64_t begin = offset / 8;
  if (begin >= bytes.size()) return 0;
  const auto shift = static_cast<unsigned>(offset % 8);
  const Bytes from = bytes.substr(begin);
  const uint64_t ninth = from.size() > kWordBytes ? static_cast<uint8_t>(from[kWordBytes]) : 0;
  const uint64_t word = (LoadBE64Padded(from) << shift) | (ninth >> (8 - shift));
  return word >> (64 - bits);
}

void WriteField(char* to, uint64_t offset, unsigned bits, uint64_t value) {
  DCHECK(bits >= 1 && bits <= kFieldBitsMax);
  for (unsigned left = bits; left > 0;) {
    const auto shift = static_cast<unsigned>(offset % 8);
    const unsigned taken = std::min(8 - shift, left);
    left -= taken;
    const unsigned gap = 8 - shift - taken;  // bits of this byte behind the field
    const uint64_t mask = LowBits(taken) << gap;
    const uint64_t piece = ((value >> left) << gap) & mask;
    char& byte = to[offset / 8];
    byte = static_cast<char>((static_cast<uint8_t>(byte) & ~mask) | piece);
    offset += taken;
  }
}

int64_t FieldType::NumberOf(uint64_t field) const {
  if (!is_signed || bits == kFieldBitsMax) return static_cast<int64_t>(field);
  const uint64_t sign = uint64_t{1} << (bits - 1);
  return static_cast<int64_t>((field ^ sign) - sign);
}

std::optional<uint64_t> FieldType::Add(int64_t number, int64_t increment,
                                       FieldOverflow overflow) const {
  using Wide = __int128;
  const Wide max = is_signed ? static_cast<Wide>(LowBits(bits - 1U)) : Wide{LowBits(bits)};
  const Wide min = is_signed ? -max - 1 : Wide{0};
  const Wide base = is_signed ? Wide{number} : Wide{static_cast<uint64_t>(number)};
  const Wide sum = base + increment;
  if (sum >= min && sum <= max) return static_cast<uint64_t>(sum) & LowBits(bits);
  switch (overflow) {
    case FieldOverflow::kFail:
      return std::nullopt;
    case FieldOverflow::kSaturate:
      return static_cast<uint64_t>(sum > max ? max : min) & LowBits(bits);
    case FieldOverflow::kWrap:
      break;
  }
  return static_cast<uint64_t>(sum) & LowBits(bits);
}

}  // namespace veddb
