// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/md5.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/coding.h"

namespace veddb::doc {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr size_t kLengthBytes = 8;
constexpr size_t kSteps = 64;

using State = std::array<uint32_t, 4>;

// The standard takes its constants from the sine.
std::array<uint32_t, kSteps> MakeConstants() {
  std::array<uint32_t, kSteps> constants;
  for (size_t i = 0; i < kSteps; ++i) {
    constants[i] =
        static_cast<uint32_t>(std::floor(0x1p32 * std::fabs(std::sin(static_cast<double>(i + 1)))));
  }
  return constants;
}

void AddBlock(const char* block, State* state) {
  static const std::array<uint32_t, kSteps> kConstants = MakeConstants();
  constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  auto [a, b, c, d] = *state;
  for (size_t i = 0; i < kSteps; ++i) {
    const size_t round = i / 16;
    const uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                           : round == 1 ? (d & b) | (~d & c)
                           : round == 2 ? b ^ c ^ d
                                        : c ^ (b | ~d);
    constexpr size_t kStride[] = {1, 5, 3, 7};
    constexpr size_t kOffset[] = {0, 1, 5, 0};
    const size_t word = (i * kStride[round] + kOffset[round]) % 16;
    const uint32_t sum = a + mixed + kConstants[i] + LoadLE32(block + 4 * word);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[round][i % 4]);
  }
  (*state)[0] += a;
  (*state)[1] += b;
  (*state)[2] += c;
  (*state)[3] += d;
}

}  // namespace

Md5Digest Md5(Bytes data) {
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const size_t whole = data.size() / kBlockBytes * kBlockBytes;
  for (size_t at = 0; at < whole; at += kBlockBytes) AddBlock(data.data() + at, &state);
  // The rest, a bit 1, zeros, and the length in bits.
  std::string tail(data.substr(whole));
  tail.push_back('\x80');
  while (tail.size() % kBlockBytes != kBlockBytes - kLengthBytes) tail.push_back('\0');
  PutLE64(tail, uint64_t{data.size()} * 8);
  for (size_t at = 0; at < tail.size(); at += kBlockBytes) AddBlock(tail.data() + at, &state);
  Md5Digest digest;
  for (size_t i = 0; i < state.size(); ++i) std::memcpy(digest.data() + 4 * i, &state[i], 4);
  return digest;
}

}  // namespace veddb::doc
