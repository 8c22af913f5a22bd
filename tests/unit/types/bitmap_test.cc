// SPDX-License-Identifier: BSD-3-Clause
// Bits of strings against a model that keeps one bool a bit: random strings, ranges and fields.
#include "types/bitmap.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

namespace veddb {
namespace {

constexpr int kRounds = 3000;
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

using Bits = std::vector<bool>;

Bits BitsOf(Bytes bytes) {
  Bits bits;
  for (const char byte : bytes) {
    for (int i = 7; i >= 0; --i) bits.push_back(((static_cast<uint8_t>(byte) >> i) & 1) != 0);
  }
  return bits;
}

std::string BytesOf(const Bits& bits) {
  std::string bytes(bits.size() / 8, '\0');
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) bytes[i / 8] = static_cast<char>(bytes[i / 8] | (0x80 >> (i % 8)));
  }
  return bytes;
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t Below(uint64_t n) { return engine_() % n; }
  uint64_t Word() { return engine_(); }
  // Of mixed, all zero, all one, or nearly so bytes.
  std::string Text(size_t size_max) {
    std::string text(Below(size_max + 1), '\0');
    const uint64_t kind = Below(4);
    for (char& byte : text) {
      byte = static_cast<char>(kind == 0 ? Below(256) : kind == 1 ? 0xff : 0);
    }
    if (kind == 3 && !text.empty()) text[Below(text.size())] = static_cast<char>(1 << Below(8));
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

TEST(Bitmap, CountsAsTheModel) {
  Random random(1);
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = random.Text(200);
    const Bits bits = BitsOf(text);
    uint64_t all = 0;
    for (const bool bit : bits) all += bit ? 1 : 0;
    ASSERT_EQ(CountBits(text), all);
    if (bits.empty()) continue;
    const uint64_t first = random.Below(bits.size());
    const uint64_t last = first + random.Below(bits.size() - first);
    uint64_t some = 0;
    for (uint64_t i = first; i <= last; ++i) some += bits[i] ? 1 : 0;
    ASSERT_EQ(CountBits(text, first, last), some) << first << " to " << last;
  }
}

TEST(Bitmap, FindsAsTheModel) {
  Random random(2);
  for (int round = 0; round < kRounds; ++round) {
    std::string text = random.Text(200);
    if (text.empty()) continue;
    const Bits bits = BitsOf(text);
    const uint64_t first = random.Below(bits.size());
    const uint64_t last = first + random.Below(bits.size() - first);
    for (const bool value : {false, true}) {
      std::optional<uint64_t> expected;
      for (uint64_t i = first; i <= last && !expected; ++i) {
        if (bits[i] == value) expected = i;
      }
      ASSERT_EQ(FindBit(text, value, first, last), expected) << first << " to " << last;
    }
  }
}

TEST(Bitmap, CombinesAsTheModel) {
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    // Some are longer than the block that is worked on at a time.
    const size_t size_max = round % 10 == 0 ? 10'000 : 100;
    std::vector<std::string> texts(1 + random.Below(4));
    size_t size = 0;
    for (std::string& text : texts) {
      text = random.Text(size_max);
      size = std::max(size, text.size());
    }
    for (const BitOperation operation :
         {BitOperation::kAnd, BitOperation::kOr, BitOperation::kXor, BitOperation::kNot}) {
      std::vector<Bytes> sources(texts.begin(), texts.end());
      if (operation == BitOperation::kNot) sources.resize(1);
      Bits expected(size * 8);
      for (size_t i = 0; i < expected.size(); ++i) {
        const auto bit = [&](const std::string& text) {
          return i / 8 < text.size() &&
                 ((static_cast<uint8_t>(text[i / 8]) >> (7 - i % 8)) & 1) != 0;
        };
        bool result = bit(texts[0]);
        for (size_t k = 1; k < sources.size(); ++k) {
          if (operation == BitOperation::kAnd) result = result && bit(texts[k]);
          if (operation == BitOperation::kOr) result = result || bit(texts[k]);
          if (operation == BitOperation::kXor) result = result != bit(texts[k]);
        }
        expected[i] = operation == BitOperation::kNot ? !result : result;
      }
      std::string combined(size, 'x');
      CombineBits(operation, sources, combined.data(), size);
      ASSERT_EQ(combined, BytesOf(expected));
    }
  }
}

TEST(Bitmap, ReadsAndWritesFieldsAsTheModel) {
  Random random(4);
  for (int round = 0; round < kRounds; ++round) {
    std::string text = random.Text(40);
    Bits bits = BitsOf(text);
    const auto width = static_cast<unsigned>(1 + random.Below(64));
    const uint64_t offset = random.Below(400);
    uint64_t expected = 0;
    for (uint64_t i = offset; i < offset + width; ++i) {
      expected = (expected << 1) | (i < bits.size() && bits[i] ? 1 : 0);
    }
    ASSERT_EQ(ReadField(text, offset, width), expected) << offset << " " << width;
    if (offset + width > bits.size()) continue;
    const uint64_t value = random.Word();
    for (unsigned i = 0; i < width; ++i) bits[offset + i] = ((value >> (width - 1 - i)) & 1) != 0;
    WriteField(text.data(), offset, width, value);
    ASSERT_EQ(text, BytesOf(bits)) << offset << " " << width;
  }
}

TEST(Bitmap, NumbersOfFields) {
  EXPECT_EQ((FieldType{true, 8}.NumberOf(0xff)), -1);
  EXPECT_EQ((FieldType{true, 8}.NumberOf(0x7f)), 127);
  EXPECT_EQ((FieldType{false, 8}.NumberOf(0xff)), 255);
  EXPECT_EQ((FieldType{true, 1}.NumberOf(1)), -1);
  EXPECT_EQ((FieldType{true, 64}.NumberOf(~uint64_t{0})), -1);
  EXPECT_EQ((FieldType{false, 63}.NumberOf(~uint64_t{0} >> 1)), kMax);
}

TEST(Bitmap, AdditionsThatOverflow) {
  struct Case {
    FieldType type;
    int64_t number;
    int64_t increment;
    int64_t wrapped;
    int64_t saturated;
  };
  const std::vector<Case> cases = {
      {{false, 8}, 255, 1, 0, 255},
      {{false, 8}, 0, -1, 255, 0},
      {{false, 8}, -1, 0, 255, 255},  // SET u8 -1: a large number, not one below zero
      {{false, 63}, kMax, kMax, kMax - 1, kMax},
      {{false, 63}, 0, kMin, 0, 0},
      {{true, 8}, 127, 1, -128, 127},
      {{true, 8}, -128, -1, 127, -128},
      {{true, 8}, 300, 0, 44, 127},
      {{true, 1}, 0, 1, -1, 0},
      {{true, 64}, kMax, 1, kMin, kMax},
      {{true, 64}, kMin, -1, kMax, kMin},
      {{true, 64}, kMin, kMin, 0, kMin},
      {{true, 63}, 0, kMin, 0, kMin / 2},
  };
  for (const Case& one : cases) {
    const auto result = [&one](FieldOverflow overflow) {
      const auto field = one.type.Add(one.number, one.increment, overflow);
      return field ? std::optional(one.type.NumberOf(*field)) : std::nullopt;
    };
    EXPECT_EQ(result(FieldOverflow::kWrap), one.wrapped) << one.number << " " << one.increment;
    EXPECT_EQ(result(FieldOverflow::kSaturate), one.saturated)
        << one.number << " " << one.increment;
    EXPECT_EQ(result(FieldOverflow::kFail), std::nullopt) << one.number << " " << one.increment;
  }
  EXPECT_EQ((FieldType{true, 8}.Add(100, 27, FieldOverflow::kFail)), 127);
  EXPECT_EQ((FieldType{true, 64}.Add(kMin, kMax, FieldOverflow::kFail)), ~uint64_t{0});
}

}  // namespace
}  // namespace veddb
