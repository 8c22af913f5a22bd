// SPDX-License-Identifier: BSD-3-Clause
// Where values lie: in their entry or in a block of their own, whatever they become after one
// another, what they read as, and that every byte of both is accounted for.
#include "object/keyspace.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "base/hash.h"
#include "base/number.h"
#include "object/turn.h"

namespace veddb {
namespace {

class KeyspaceTest : public testing::Test {
 protected:
  KeyspaceTest() { context_.turn = &turn_; }

  Entry* Get(Bytes key, size_t value_bytes) {
    Entry* entry = keyspace_.Find(key, Hash64(key));
    return entry != nullptr ? entry : keyspace_.Insert(key, Hash64(key), value_bytes);
  }
  void Set(Bytes key, Bytes value) {
    keyspace_.SetBytes(Get(key, value.size()), ObjectType::kString, Encoding::kRaw, value);
  }
  // The value as text; nothing for a tombstone.
  std::optional<std::string> Text(Bytes key) {
    const Entry* entry = keyspace_.Find(key, Hash64(key));
    if (entry == nullptr || !entry->present()) return std::nullopt;
    if (entry->has_bytes()) return std::string(entry->bytes());
    return std::to_string(entry->value.integer);
  }
  int64_t BytesInUse() const {
    size_t sum = 0;
    keyspace_.ForEach([&sum](const Entry* entry) {
      sum += EntryBytes(*entry);
      if (entry->has_bytes() && !entry->in_place()) {
        sum += AllocatedBytes(sizeof(Blob) + entry->value.blob->capacity);
      }
    });
    return static_cast<int64_t>(sum);
  }

  ObjectContext context_;
  Turn turn_;
  Keyspace keyspace_{KeyspaceKind::kKeys, 1, context_};
};

TEST_F(KeyspaceTest, ASmallValueStandsInItsEntry) {
  Set("key", std::string(64, 'a'));
  const Entry* entry = Get("key", 0);
  EXPECT_TRUE(entry->in_place());
  EXPECT_EQ(keyspace_.used_bytes(), static_cast<int64_t>(EntryBytes(*entry)));
}

TEST_F(KeyspaceTest, ALargeOneHasABlockOfItsOwn) {
  Set("key", std::string(kInPlaceBytesMax + 1, 'a'));
  EXPECT_FALSE(Get("key", 0)->in_place());
  EXPECT_EQ(keyspace_.used_bytes(), BytesInUse());
}

TEST_F(KeyspaceTest, AValueThatShrinksComesBackIntoItsEntry) {
  Set("key", std::string(64, 'a'));
  Set("key", std::string(5000, 'b'));
  EXPECT_FALSE(Get("key", 0)->in_place());
  Set("key", std::string(60, 'c'));
  EXPECT_TRUE(Get("key", 0)->in_place());
  EXPECT_EQ(Text("key"), std::string(60, 'c'));
}

TEST_F(KeyspaceTest, AnEntryKeepsItsAddressWhateverItHolds) {
  Set("key", "small");
  const Entry* entry = Get("key", 0);
  for (const size_t size : {size_t{0}, size_t{300}, size_t{20}, size_t{100'000}, size_t{256}}) {
    Set("key", std::string(size, 'x'));
    EXPECT_EQ(Get("key", 0), entry);
    EXPECT_EQ(Text("key")->size(), size);
  }
}

// Every change from every state, against a map.
class KeyspaceModelTest : public KeyspaceTest, public testing::WithParamInterface<uint32_t> {
 protected:
  std::string Key() { return "key:" + std::to_string(random_() % 24); }
  std::string Value() {
    constexpr size_t kSizes[] = {0, 1, 15, 44, 64, 84, 200, 255, 256, 257, 600, 4000};
    const size_t size = kSizes[random_() % std::size(kSizes)] + random_() % 2;
    return std::string(size, static_cast<char>('a' + random_() % 26));
  }

  void Step() {
    const std::string key = Key();
    switch (random_() % 6) {
      case 0:
      case 1:
        model_[key] = Value();
        Set(key, model_[key]);
        break;
      case 2:
        model_[key] = std::to_string(static_cast<int>(random_()));
        keyspace_.SetInteger(Get(key, 0), *ParseInt64(model_[key]));
        break;
      case 3:
        Edit(key);
        break;
      case 4:
        Move(key, Key());
        break;
      default:
        if (model_.erase(key) != 0) keyspace_.Delete(Get(key, 0));
        break;
    }
  }

 private:
  void Edit(const std::string& key) {
    std::string& text = model_[key];
    const std::string part = Value();
    const size_t offset = random_() % (text.size() + 300);
    const size_t end = offset + part.size();
    char* to = keyspace_.EditBytes(Get(key, end), offset, part.size());
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    if (text.size() < end) text.resize(end);
    text.replace(offset, part.size(), part);
  }
  void Move(const std::string& from, const std::string& to) {
    const auto found = model_.find(from);
    if (found == model_.end() || from == to) return;
    Entry* entry = Get(from, 0);
    keyspace_.MoveValue(entry, keyspace_, Get(to, entry->in_place_bytes()));
    model_[to] = found->second;
    model_.erase(from);
  }

 protected:
  std::map<std::string, std::string> model_;
  std::mt19937 random_{GetParam()};
};

TEST_P(KeyspaceModelTest, AgreesWithAMap) {
  for (int i = 0; i < 20'000; ++i) {
    Step();
    if (i % 50 != 0) continue;
    ASSERT_EQ(keyspace_.count(), static_cast<int64_t>(model_.size())) << i;
    ASSERT_EQ(keyspace_.used_bytes(), BytesInUse()) << i;
    for (int key = 0; key < 24; ++key) {
      const std::string name = "key:" + std::to_string(key);
      const auto found = model_.find(name);
      const auto expected =
          found == model_.end() ? std::nullopt : std::optional<std::string>(found->second);
      ASSERT_EQ(Text(name), expected) << name << " after step " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeyspaceModelTest, testing::Values(1, 2, 3));

}  // namespace
}  // namespace veddb
