// SPDX-License-Identifier: BSD-3-Clause
#include "storage/key_codec.h"

#include <gtest/gtest.h>

#include <string>

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

TEST(KeyCodecTest, StorageKeysAreTheBytesOfTheFormatPage) {
  // Slot 12182 (0x2f96) is the cluster specification's slot of "foo"; the hash is XXH3-64's.
  const std::string key = StorageKey(7, "foo");
  EXPECT_EQ(Hex(key),
            "00000007"
            "2f96"
            "ab6e5f64077e"
            "666f6f");
  const auto view = ParseStorageKey(key);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->space, 7u);
  EXPECT_EQ(view->slot, 12182);
  EXPECT_EQ(view->hash, Hash64("foo") & ~uint64_t{0xffff});
  EXPECT_EQ(view->key, "foo");
  EXPECT_FALSE(ParseStorageKey(Bytes(key).substr(0, 11)).has_value());
  EXPECT_TRUE(ParseStorageKey(StorageKey(7, ""))->key.empty());
}

TEST(KeyCodecTest, SpacesAndSlotsAreRangesOfKeys) {
  const std::string key = StorageKey(7, "foo");
  EXPECT_LT(SpaceBegin(7), key);
  EXPECT_GT(SpaceBegin(8), key);
  EXPECT_LT(SlotBegin(7, 12182), key);
  EXPECT_GT(SlotBegin(7, 12183), key);
  EXPECT_LT(SlotBegin(7, 16384), SpaceBegin(8));
}

TEST(KeyCodecTest, KeyHeadersRoundTripAndAreGolden) {
  char bytes[kKeyHeaderBytesMax];
  KeyHeader header{.type = 3, .encoding = 5, .expiry_ms = 1700000000123};
  EXPECT_EQ(StoreKeyHeader(bytes, header) - bytes, 9);
  EXPECT_EQ(Hex({bytes, 9}),
            "d3"
            "7b68e5cf8b010000");
  std::string value(bytes, 9);
  value += "payload";
  Bytes rest = value;
  KeyHeader read;
  ASSERT_TRUE(GetKeyHeader(&rest, &read));
  EXPECT_EQ(read.type, 3);
  EXPECT_EQ(read.encoding, 5);
  EXPECT_EQ(read.expiry_ms, 1700000000123);
  EXPECT_EQ(rest, "payload");

  header.expiry_ms = 0;
  EXPECT_EQ(StoreKeyHeader(bytes, header) - bytes, 1);
  EXPECT_EQ(Hex({bytes, 1}), "53");
  rest = {bytes, 1};
  ASSERT_TRUE(GetKeyHeader(&rest, &read));
  EXPECT_EQ(read.expiry_ms, 0);
  EXPECT_TRUE(rest.empty());

  for (const size_t size : {0u, 1u, 8u}) {
    rest = Bytes(value).substr(0, size);
    EXPECT_FALSE(GetKeyHeader(&rest, &read)) << size;
    EXPECT_EQ(rest.size(), size);
  }
}

TEST(KeyCodecTest, StringsInChunksAreGolden) {
  std::string row(kChunkedRowBytes, '\0');
  StoreChunkedRow(row.data(), {.object = 258, .length = 70000, .chunk_bytes = 4096});
  EXPECT_EQ(Hex(row),
            "0201000000000000"
            "7011010000000000"
            "00100000");
  EXPECT_EQ(ParseChunkedRow(row)->object, 258u);
  EXPECT_EQ(ParseChunkedRow(row)->length, 70000u);
  EXPECT_EQ(ParseChunkedRow(row)->chunk_bytes, 4096u);
  EXPECT_FALSE(ParseChunkedRow(row + "x").has_value());
  EXPECT_FALSE(ParseChunkedRow(Bytes(row).substr(1)).has_value());
  char chunk[kChunkKeyBytes];
  StoreChunkKey(chunk, 7, 258, 17);
  EXPECT_EQ(Hex({chunk, sizeof chunk}),
            "00000007"
            "0000000000000102"
            "00000011");
}

TEST(KeyCodecTest, TheOtherFamiliesKeysAreGoldenAndParse) {
  const std::string element = ElementKey(7, 258, "f");
  EXPECT_EQ(Hex(element),
            "00000007"
            "0000000000000102"
            "66");
  EXPECT_EQ(ParseElementKey(element)->space, 7u);
  EXPECT_EQ(ParseElementKey(element)->object, 258u);
  EXPECT_EQ(ParseElementKey(element)->sub_key, "f");
  EXPECT_FALSE(ParseElementKey(Bytes(element).substr(0, 11)).has_value());

  const std::string expiry = ExpiryKey(1700000000123, ExpiryKind::kKey, "target");
  EXPECT_EQ(Hex(expiry),
            "0000018bcfe5687b"
            "00"
            "746172676574");
  EXPECT_EQ(ParseExpiryKey(expiry)->time_ms, 1700000000123);
  EXPECT_EQ(ParseExpiryKey(expiry)->kind, ExpiryKind::kKey);
  EXPECT_EQ(ParseExpiryKey(expiry)->target, "target");
  EXPECT_FALSE(ParseExpiryKey(Bytes(expiry).substr(0, 8)).has_value());
  EXPECT_FALSE(ParseExpiryKey(std::string(8, '\0') + '\x09').has_value()) << "an unknown kind";

  EXPECT_EQ(Hex(DocKey(9, "id")),
            "00000009"
            "6964");
  EXPECT_EQ(ParseDocKey(DocKey(9, "id"))->collection_id, 9u);
  EXPECT_EQ(ParseDocKey(DocKey(9, "id"))->ordered_id, "id");
  EXPECT_FALSE(ParseDocKey("123").has_value());
  std::string value;
  PutLE64(value, 77);
  value += "bson";
  EXPECT_EQ(ParseDocValue(value)->version, 77u);
  EXPECT_EQ(ParseDocValue(value)->bson, "bson");
  EXPECT_FALSE(ParseDocValue("1234567").has_value());
  const std::optional<IndexKeyView> index_key =
      ParseIndexKey(Bytes("\0\0\0\x09"
                          "entry",
                          9));
  ASSERT_TRUE(index_key.has_value());
  EXPECT_EQ(index_key->index_id, 9U);
  EXPECT_EQ(index_key->entry, "entry");
  EXPECT_FALSE(ParseIndexKey("123").has_value());
}

TEST(KeyCodecTest, MetaNames) {
  EXPECT_EQ(MetaDatabase(3), "db/3");
  EXPECT_EQ(MetaSpaceCount(12), "space/12/count");
  EXPECT_EQ(MetaDropSpace(12), "drop/space/12");
  EXPECT_EQ(MetaObjectNext(3), "object/3/next");
  EXPECT_EQ(MetaDropCollection(4), "drop/collection/4");
  EXPECT_EQ(MetaCollection(4), "collection/4");
  EXPECT_EQ(MetaIndex(5), "index/5");
  EXPECT_EQ(MetaIndexBuilt(5), "index/5/built");
  EXPECT_EQ(MetaIndexCount(5), "index/5/count");
  EXPECT_EQ(MetaDropIndex(5), "drop/index/5");
}

TEST(KeyCodecTest, PrefixEndIsTheFirstKeyBehindAPrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd(std::string("a\xff\xff", 3)), "b");
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd("\x7f"), "\x80");
}

}  // namespace
}  // namespace veddb
