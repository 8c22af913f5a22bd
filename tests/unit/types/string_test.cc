// SPDX-License-Identifier: BSD-3-Clause
// String values over an Entry: encodings, edits in place, what memory is accounted for, and that a
// drain gets the value of its moment whatever is changed meanwhile.
#include "types/string.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/hash.h"
#include "object/turn.h"
#include "storage/key_codec.h"

namespace veddb {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

class StringTest : public testing::Test {
 protected:
  StringTest() { context_.turn = &turn_; }

  Entry* Make(Bytes key, Bytes value) {
    const uint64_t hash = Hash64(key);
    Entry* entry = keyspace_.Find(key, hash);
    if (entry == nullptr) entry = keyspace_.Insert(key, hash, 0);
    SetString(keyspace_, entry, value);
    return entry;
  }
  static std::string Text(const Entry* entry) { return std::string(StringBytes(entry).get()); }

  void BeginDrain() {
    keyspace_.BeginDrain(batch_);
    ++context_.epoch;
  }
  void FinishDrain() {
    context_.drained_epoch = context_.epoch - 1;
    keyspace_.BeginFinish();
    keyspace_.FinishSome(SIZE_MAX);
  }
  // What the drain says of a key: its payload, "(deleted)", or "(nothing)".
  std::string Drained(Bytes key) {
    batch_.Sort();
    const std::string stored = StorageKey(kSpace, key);
    for (const ChangeBatch::Entry& op : batch_.Sorted(Family::kKeys)) {
      if (op.key() != stored) continue;
      if (op.op == ChangeOp::kDelete) return "(deleted)";
      Bytes value = op.value();
      KeyHeader header;
      EXPECT_TRUE(GetKeyHeader(&value, &header));
      return std::string(value);
    }
    return "(nothing)";
  }

  static constexpr uint32_t kSpace = 7;
  ObjectContext context_;
  Turn turn_;
  ChangeBatch batch_;
  Keyspace keyspace_{KeyspaceKind::kKeys, kSpace, context_};
};

TEST_F(StringTest, EncodingFollowsTheValue) {
  struct Case {
    std::string value;
    Encoding encoding;
  };
  const std::vector<Case> cases = {
      {"0", Encoding::kInt},
      {"-1", Encoding::kInt},
      {"9223372036854775807", Encoding::kInt},
      {"-9223372036854775808", Encoding::kInt},
      {"9223372036854775808", Encoding::kEmbedded},
      {"", Encoding::kEmbedded},
      {"-0", Encoding::kEmbedded},
      {"+1", Encoding::kEmbedded},
      {"01", Encoding::kEmbedded},
      {" 1", Encoding::kEmbedded},
      {"1.5", Encoding::kEmbedded},
      {std::string(kEmbeddedBytesMax, 'x'), Encoding::kEmbedded},
      {std::string(kEmbeddedBytesMax + 1, 'x'), Encoding::kRaw},
  };
  for (const Case& one : cases) {
    const Entry* entry = Make("k", one.value);
    EXPECT_EQ(entry->type, ObjectType::kString);
    EXPECT_EQ(entry->encoding, one.encoding) << one.value;
    EXPECT_EQ(Text(entry), one.value);
    EXPECT_EQ(StringLength(*entry), one.value.size());
  }
  EXPECT_EQ(keyspace_.count(), 1);
}

TEST_F(StringTest, EncodingNames) {
  EXPECT_EQ(EncodingName(Encoding::kInt), "int");
  EXPECT_EQ(EncodingName(Encoding::kEmbedded), "embstr");
  EXPECT_EQ(EncodingName(Encoding::kRaw), "raw");
}

TEST_F(StringTest, NothingIsNoBytes) { EXPECT_EQ(StringBytes(nullptr).get(), ""); }

TEST_F(StringTest, DigitsStoredAsTextStayText) {
  Entry* entry = Make("k", "5");
  SetText(keyspace_, entry, "12");
  EXPECT_EQ(entry->encoding, Encoding::kEmbedded);
  EXPECT_EQ(Text(entry), "12");
  EXPECT_EQ(StringInteger(*entry), 12);
}

TEST_F(StringTest, ReadsNumbers) {
  EXPECT_EQ(StringInteger(*Make("k", "-17")), -17);
  EXPECT_EQ(StringInteger(*Make("k", "17x")), std::nullopt);
  EXPECT_EQ(StringInteger(*Make("k", "017")), std::nullopt);
  EXPECT_EQ(StringLongDouble(*Make("k", "3")), 3.0L);
  EXPECT_EQ(StringLongDouble(*Make("k", "0.25")), 0.25L);
  EXPECT_EQ(StringLongDouble(*Make("k", "")), std::nullopt);
}

TEST_F(StringTest, AppendMakesAnyEncodingRaw) {
  for (const Bytes value :
       {"12", "ab", "", "a string that is longer than what is embedded, by far"}) {
    Entry* entry = Make("k", value);
    EXPECT_EQ(AppendString(keyspace_, entry, "3"), value.size() + 1);
    EXPECT_EQ(entry->encoding, Encoding::kRaw);
    EXPECT_EQ(Text(entry), std::string(value) + "3");
  }
  EXPECT_EQ(StringInteger(*Make("k", "12")), 12);
}

TEST_F(StringTest, RawDigitsAreANumberStill) {
  Entry* entry = Make("k", "12");
  AppendString(keyspace_, entry, "34");
  EXPECT_EQ(StringInteger(*entry), 1234);
}

TEST_F(StringTest, ManyAppends) {
  Entry* entry = Make("k", "");
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string tail = std::to_string(i);
    expected += tail;
    ASSERT_EQ(AppendString(keyspace_, entry, tail), expected.size());
  }
  EXPECT_EQ(Text(entry), expected);
}

TEST_F(StringTest, OverwriteInsideKeepsTheRest) {
  Entry* entry = Make("k", "hello world");
  EXPECT_EQ(OverwriteString(keyspace_, entry, 6, "there"), 11U);
  EXPECT_EQ(Text(entry), "hello there");
  EXPECT_EQ(OverwriteString(keyspace_, entry, 0, "J"), 11U);
  EXPECT_EQ(Text(entry), "Jello there");
}

TEST_F(StringTest, OverwriteBeyondTheEndFillsWithZeros) {
  Entry* entry = Make("k", "ab");
  EXPECT_EQ(OverwriteString(keyspace_, entry, 4, "x"), 5U);
  EXPECT_EQ(Text(entry), std::string("ab\0\0x", 5));
  Entry* number = Make("n", "7");
  EXPECT_EQ(OverwriteString(keyspace_, number, 2, "7"), 3U);
  EXPECT_EQ(Text(number), std::string("7\0"
                                      "7",
                                      3));
}

TEST_F(StringTest, BytesLeftInTheBlobNeverComeBack) {
  Entry* entry = Make("k", "abcdef");
  AppendString(keyspace_, entry, "SECRET");
  SetString(keyspace_, entry, "abcdefg");
  OverwriteString(keyspace_, entry, 12, "x");
  EXPECT_EQ(Text(entry), std::string("abcdefg\0\0\0\0\0x", 13));
}

TEST_F(StringTest, OverwriteMakesANewEntryPresent) {
  Entry* entry = keyspace_.Insert("new", Hash64("new"), 0);
  EXPECT_EQ(keyspace_.count(), 0);
  EXPECT_EQ(OverwriteString(keyspace_, entry, 3, "x"), 4U);
  EXPECT_EQ(Text(entry), std::string("\0\0\0x", 4));
  EXPECT_EQ(entry->encoding, Encoding::kRaw);
  EXPECT_EQ(keyspace_.count(), 1);
}

TEST_F(StringTest, CopyKeepsTheEncoding) {
  Entry* raw = Make("a", "x");
  AppendString(keyspace_, raw, "y");
  const std::vector<Entry*> sources = {raw, Make("b", "x"), Make("c", "123"),
                                       Make("d", std::string(100, 'x'))};
  for (const Entry* from : sources) {
    Entry* to = Make("copy", "before");
    CopyString(*from, keyspace_, to);
    EXPECT_EQ(to->encoding, from->encoding);
    EXPECT_EQ(Text(to), Text(from));
    AppendString(keyspace_, to, "!");
    EXPECT_NE(Text(to), Text(from));
  }
}

TEST_F(StringTest, ChangesKeepTheExpiry) {
  constexpr int64_t kSomeTime = 123456;
  Entry* entry = Make("k", "1");
  keyspace_.SetExpiry(entry, kSomeTime);
  SetString(keyspace_, entry, "text");
  AppendString(keyspace_, entry, "x");
  OverwriteString(keyspace_, entry, 0, "y");
  keyspace_.SetInteger(entry, 5);
  EXPECT_EQ(entry->expire_at_ms, kSomeTime);
  EXPECT_EQ(keyspace_.expiring(), 1U);
}

TEST(SubStringTest, PlacesFromBothEnds) {
  struct Case {
    int64_t start;
    int64_t end;
    Bytes expected;
  };
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const std::vector<Case> cases = {
      {0, 4, "hello"},       {0, -1, "hello"}, {1, 3, "ell"},     {-3, -1, "llo"},
      {-3, -2, "ll"},        {4, 4, "o"},      {5, 9, ""},        {3, 1, ""},
      {-1, -3, ""},          {-100, 1, "he"},  {0, 100, "hello"}, {-100, -100, "h"},
      {kMin, kMax, "hello"}, {kMax, kMin, ""}, {2, kMax, "llo"},  {kMin, kMin, "h"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(SubString("hello", one.start, one.end), one.expected) << one.start << " " << one.end;
  }
  EXPECT_EQ(SubString("", 0, -1), "");
  EXPECT_EQ(SubString("", -1, 0), "");
}

TEST_F(StringTest, MemoryIsGivenBack) {
  const int64_t before = context_.used_bytes.Get();
  Entry* entry = Make("k", "12");
  for (const size_t size : {3, 100, 45, 44, 1 << 20, 1}) {
    SetString(keyspace_, entry, std::string(size, 'x'));
    AppendString(keyspace_, entry, std::string(size / 2, 'y'));
    EXPECT_GT(context_.used_bytes.Get(), before + static_cast<int64_t>(size));
  }
  keyspace_.SetInteger(entry, 1);
  EXPECT_LT(context_.used_bytes.Get(), before + 1024);
  OverwriteString(keyspace_, entry, 5000, "x");
  keyspace_.Delete(entry);
  EXPECT_EQ(keyspace_.count(), 0);
  turn_.Forget(&keyspace_);
  BeginDrain();
  keyspace_.DrainSome(kAll, batch_);
  FinishDrain();
  EXPECT_EQ(keyspace_.entries(), 0U);
  EXPECT_EQ(keyspace_.used_bytes(), 0);
  EXPECT_EQ(context_.used_bytes.Get(), before);
  EXPECT_FALSE(keyspace_.HasPending());
}

TEST_F(StringTest, ADrainHasTheValuesOfItsMoment) {
  Entry* set = Make("set", "old");
  Entry* appended = Make("appended", "old");
  Entry* overwritten = Make("overwritten", "old");
  Entry* counted = Make("counted", "41");
  Entry* deleted = Make("deleted", "old");
  Make("untouched", "same");
  BeginDrain();
  SetString(keyspace_, set, "new");
  AppendString(keyspace_, appended, "er");
  OverwriteString(keyspace_, overwritten, 0, "OLD");
  keyspace_.SetInteger(counted, 42);
  keyspace_.Delete(deleted);
  Make("later", "new");
  keyspace_.DrainSome(kAll, batch_);
  EXPECT_TRUE(keyspace_.DrainWritten());
  EXPECT_EQ(Drained("set"), "old");
  EXPECT_EQ(Drained("appended"), "old");
  EXPECT_EQ(Drained("overwritten"), "old");
  EXPECT_EQ(Drained("counted"), "41");
  EXPECT_EQ(Drained("deleted"), "old");
  EXPECT_EQ(Drained("untouched"), "same");
  EXPECT_EQ(Drained("later"), "(nothing)");
  FinishDrain();

  batch_ = ChangeBatch();
  BeginDrain();
  keyspace_.DrainSome(kAll, batch_);
  EXPECT_EQ(Drained("set"), "new");
  EXPECT_EQ(Drained("appended"), "older");
  EXPECT_EQ(Drained("overwritten"), "OLD");
  EXPECT_EQ(Drained("counted"), "42");
  EXPECT_EQ(Drained("deleted"), "(deleted)");
  EXPECT_EQ(Drained("untouched"), "(nothing)");
  EXPECT_EQ(Drained("later"), "new");
  FinishDrain();
  EXPECT_EQ(keyspace_.Find("deleted", Hash64("deleted")), nullptr);
}

TEST_F(StringTest, AChangeBehindTheDrainGoesToTheNext) {
  for (int i = 0; i < 10; ++i) Make("k" + std::to_string(i), "old");
  BeginDrain();
  keyspace_.DrainSome(5, batch_);
  EXPECT_FALSE(keyspace_.DrainWritten());
  for (int i = 0; i < 10; ++i) {
    Entry* entry = Make("k" + std::to_string(i), "new");
    AppendString(keyspace_, entry, "er");
  }
  keyspace_.DrainSome(kAll, batch_);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Drained("k" + std::to_string(i)), "old") << i;
  FinishDrain();
  EXPECT_EQ(context_.pending_entries.Get(), 10);
}

}  // namespace
}  // namespace veddb
