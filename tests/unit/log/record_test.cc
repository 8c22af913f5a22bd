// SPDX-License-Identifier: BSD-3-Clause
#include "log/record.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/hash.h"
#include "log/segment.h"

namespace veddb {
namespace {

std::string Hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<uint8_t>(c) >> 4];
    out += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

std::string FromHex(Bytes hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return out;
}

// The example of FORMAT.md: a put, a delete and an addition, appended at position 1000.
constexpr LogPosition kGoldenPosition = 1000;
constexpr int64_t kGoldenTime = 1700000000123;
constexpr Bytes kGoldenPayload =
    "10"  // put, keys
    "03"
    "05"  // sizes
    "6b6579"
    "76616c7565"
    "21"
    "02"
    "6964"  // delete, elements, "id"
    "35"
    "01"
    "6e"                 // add, meta, "n"
    "feffffffffffffff";  // -2
constexpr Bytes kGoldenFrame =
    "1a000000"
    "564c"
    "0100"
    "7b68e5cf8b010000"
    "de863a98bfae6252"
    "0000000000000000";

TEST(RecordTest, OpsComeBackAsTheyWerePut) {
  RecordBuilder record;
  EXPECT_TRUE(record.empty());
  record.Put(Family::kKeys, "key", "value");
  record.Delete(Family::kElements, "id");
  record.Add(Family::kMeta, "n", -2);
  std::memcpy(record.BeginPut(Family::kDocs, 2, 3), "idxyz", 5);
  record.Put(Family::kExpiry, "", "");
  EXPECT_FALSE(record.empty());

  ChangeReader reader(record.payload());
  Change change;
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.op, ChangeOp::kPut);
  EXPECT_EQ(change.family, Family::kKeys);
  EXPECT_EQ(change.key, "key");
  EXPECT_EQ(change.value, "value");
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.op, ChangeOp::kDelete);
  EXPECT_EQ(change.family, Family::kElements);
  EXPECT_EQ(change.key, "id");
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.op, ChangeOp::kAdd);
  EXPECT_EQ(change.delta, -2);
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.family, Family::kDocs);
  EXPECT_EQ(change.key, "id");
  EXPECT_EQ(change.value, "xyz");
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.key, "");
  EXPECT_EQ(change.value, "");
  EXPECT_FALSE(reader.Next(&change));
  EXPECT_FALSE(reader.failed());
  record.Clear();
  EXPECT_TRUE(record.empty());
}

TEST(RecordTest, WritesTheBytesOfTheFormatPage) {
  RecordBuilder record;
  record.Put(Family::kKeys, "key", "value");
  record.Delete(Family::kElements, "id");
  record.Add(Family::kMeta, "n", -2);
  EXPECT_EQ(Hex(record.payload()), kGoldenPayload);

  Frame frame{.length = static_cast<uint32_t>(record.bytes()), .flags = 1, .time_ms = kGoldenTime};
  StoreFrame(record.frame(), &frame, PayloadHash(record.payload()), kGoldenPosition);
  EXPECT_EQ(Hex({record.frame(), kFrameBytes}), kGoldenFrame);
}

TEST(RecordTest, ReadsTheBytesOfTheFormatPage) {
  Frame frame;
  const std::string payload = FromHex(kGoldenPayload);
  ASSERT_TRUE(ParseFrame(FromHex(kGoldenFrame), &frame));
  EXPECT_EQ(frame.length, payload.size());
  EXPECT_EQ(frame.flags, 1);
  EXPECT_EQ(frame.time_ms, kGoldenTime);
  EXPECT_TRUE(SealMatches(frame, payload, kGoldenPosition));
  EXPECT_FALSE(SealMatches(frame, payload, kGoldenPosition + 1)) << "a moved record must not pass";
}

TEST(RecordTest, EveryFlippedBitIsSeen) {
  const std::string payload = FromHex(kGoldenPayload);
  const std::string whole = FromHex(kGoldenFrame) + payload;
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bad = whole;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    Frame frame;
    const bool passes = ParseFrame(bad, &frame) && frame.length == payload.size() &&
                        SealMatches(frame, Bytes(bad).substr(kFrameBytes), kGoldenPosition);
    EXPECT_FALSE(passes) << "bit " << bit;
  }
}

TEST(RecordTest, PayloadsThatAreCutOrRandomFailCleanly) {
  const std::string payload = FromHex(kGoldenPayload);
  Change change;
  for (size_t size = 0; size < payload.size(); ++size) {
    ChangeReader reader(Bytes(payload).substr(0, size));
    size_t read = 0;
    while (reader.Next(&change)) ++read;
    const bool at_border = size == 0 || size == 11 || size == 15;
    EXPECT_EQ(reader.failed(), !at_border) << size;
    EXPECT_LE(read, 2u);
  }
  std::mt19937 random(7);
  size_t failures = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    ChangeReader reader(bytes);
    while (reader.Next(&change)) ASSERT_LE(change.key.size() + change.value.size(), bytes.size());
    failures += reader.failed();
  }
  EXPECT_GT(failures, 9'000u);
}

TEST(RecordTest, LargePutsGrowTheBuffer) {
  RecordBuilder record;
  const std::string large(3 << 20, 'x');
  record.Put(Family::kKeys, "a", "small");
  record.Put(Family::kKeys, "b", large);
  ChangeReader reader(record.payload());
  Change change;
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.value, "small");
  ASSERT_TRUE(reader.Next(&change));
  EXPECT_EQ(change.value, large);
}

TEST(SegmentHeaderTest, HasTheBytesOfTheFormatPage) {
  const std::string bytes =
      EncodeSegmentHeader({.flags = kSegmentResumed, .start = 1000, .created_ms = kGoldenTime});
  ASSERT_EQ(bytes.size(), kSegmentHeaderBytes);
  EXPECT_EQ(Hex(Bytes(bytes).substr(0, 56)),
            "56454444424c4f47"
            "01000000"
            "01000000"
            "e803000000000000"
            "7b68e5cf8b010000"
            "000000000000000000000000000000000000000000000000");
  EXPECT_EQ(LoadLE64(bytes.data() + 56), Hash64(Bytes(bytes).substr(0, 56)));
  EXPECT_EQ(SegmentName(1000), "00000000000000001000.log");

  const auto header = ParseSegmentHeader(bytes, "file");
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->start, 1000u);
  EXPECT_EQ(header->flags, kSegmentResumed);
  EXPECT_EQ(header->created_ms, kGoldenTime);
}

TEST(SegmentHeaderTest, ANewerFormatIsToldApartFromDamage) {
  std::string bytes = EncodeSegmentHeader({.start = 1000});
  bytes[8] = 9;
  const auto newer = ParseSegmentHeader(bytes, "file");
  ASSERT_FALSE(newer.ok());
  EXPECT_NE(newer.error().message.find("newer"), std::string::npos);
  bytes[8] = 1;
  bytes[20] ^= 1;
  const auto damaged = ParseSegmentHeader(bytes, "file");
  ASSERT_FALSE(damaged.ok());
  EXPECT_NE(damaged.error().message.find("damaged"), std::string::npos);
  EXPECT_FALSE(ParseSegmentHeader(Bytes(bytes).substr(0, 63), "file").ok());
}

}  // namespace
}  // namespace veddb
