// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/made_id.h"

#include <cstdio>
#include <random>

#include "base/clock.h"

namespace veddb::tool {
namespace {

constexpr uint64_t kVersion = 7;
constexpr uint64_t kVariant = 2;
constexpr int kLowRandomBits = 20;

}  // namespace

IdSeed IdSeed::Fresh() {
  std::random_device device;
  return {static_cast<uint64_t>(WallMillis()), device()};
}

std::string MadeId(const IdSeed& seed, uint64_t offset) {
  const uint64_t high_random = (seed.random >> kLowRandomBits) & 0xfff;
  const uint64_t low_random = seed.random & ((1U << kLowRandomBits) - 1);
  const uint64_t high = seed.unix_ms << 16 | kVersion << 12 | high_random;
  const uint64_t low = kVariant << 62 | (offset << kLowRandomBits & ~(kVariant << 62)) | low_random;
  char text[40];
  std::snprintf(text, sizeof text, "%08llx-%04llx-%04llx-%04llx-%012llx",
                static_cast<unsigned long long>(high >> 32),
                static_cast<unsigned long long>(high >> 16 & 0xffff),
                static_cast<unsigned long long>(high & 0xffff),
                static_cast<unsigned long long>(low >> 48),
                static_cast<unsigned long long>(low & 0xffffffffffff));
  return text;
}

}  // namespace veddb::tool
