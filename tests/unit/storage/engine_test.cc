// SPDX-License-Identifier: BSD-3-Clause
#include "storage/engine.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <atomic>
#include <random>
#include <thread>

#include "storage/key_codec.h"
#include "tests/unit/storage/storage_fixture.h"

namespace veddb {
namespace {

class EngineTest : public StorageTest {};

std::string Key(int i) {
  char text[16];
  snprintf(text, sizeof text, "key%07d", i);
  return text;
}

TEST_F(EngineTest, ADrainIsVisibleWithItsPosition) {
  const auto engine = Open();
  EXPECT_EQ(engine->drained_position(), 0u);
  ChangeBatch batch;
  batch.Put(Family::kKeys, "a", "1");
  batch.Put(Family::kDocs, "a", "2");
  batch.Delete(Family::kKeys, "absent");
  ASSERT_TRUE(engine->Drain(std::move(batch), 100).ok());
  EXPECT_EQ(engine->drained_position(), 100u);
  EXPECT_EQ(Get(*engine, Family::kKeys, "a"), "1");
  EXPECT_EQ(Get(*engine, Family::kDocs, "a"), "2");
  EXPECT_EQ(Get(*engine, Family::kIndex, "a"), "(nil)");
  EXPECT_EQ(engine->NewReadView()->position().value(), 100u);
}

TEST_F(EngineTest, ManyAreFoundAtOnceInTheOrderTheyWereAskedFor) {
  const auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 1000; i += 2) batch.Put(Family::kKeys, Key(i), std::to_string(i));
  batch.Put(Family::kDocs, Key(1), "other family");
  ASSERT_TRUE(engine->Drain(std::move(batch), 100).ok());
  ASSERT_TRUE(engine->Flush().ok());
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) keys.push_back(Key(i * 7919 % 1000));
  keys.push_back(keys.front());
  std::vector<Engine::Found> found(3);
  engine->MultiGet(Family::kKeys, keys, &found);
  ASSERT_EQ(found.size(), keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const int number = i < 200 ? static_cast<int>(i) * 7919 % 1000 : 0;
    ASSERT_TRUE(found[i].found.ok());
    EXPECT_EQ(*found[i].found, number % 2 == 0) << number;
    EXPECT_EQ(found[i].value, number % 2 == 0 ? std::to_string(number) : "");
  }
  engine->MultiGet(Family::kKeys, {}, &found);
  EXPECT_TRUE(found.empty());
}

TEST_F(EngineTest, AnEmptyDrainMovesThePosition) {
  const auto engine = Open();
  ASSERT_TRUE(engine->Drain(ChangeBatch(), 7).ok());
  EXPECT_EQ(engine->drained_position(), 7u);
  ASSERT_TRUE(engine->Flush().ok());
  EXPECT_EQ(engine->flushed_position(), 7u);
}

// The same random batches, drained through the memtable and as files.
std::map<std::string, std::string> DrainMany(Engine& engine, Family family) {
  std::mt19937 random(3);
  LogPosition position = 0;
  for (int round = 0; round < 12; ++round) {
    ChangeBatch batch;
    const int ops = round % 3 == 0 ? 50 : 3000;
    for (int i = 0; i < ops; ++i) {
      const std::string key = Key(static_cast<int>(random() % 5000));
      if (random() % 5 == 0) {
        batch.Delete(family, key);
      } else {
        batch.Put(family, key, std::to_string(random()));
      }
      if (random() % 10 == 0) batch.Add(Family::kMeta, "count/" + std::to_string(random() % 3), 1);
    }
    EXPECT_TRUE(engine.Drain(std::move(batch), ++position).ok());
  }
  std::map<std::string, std::string> all;
  const auto view = engine.NewReadView();
  for (const Family each : {family, Family::kMeta}) {
    const auto it = view->NewIterator(each, {}, {});
    for (it->SeekToFirst(); it->Valid(); it->Next()) all.emplace(it->key(), it->value());
    EXPECT_TRUE(it->status().ok());
  }
  return all;
}

TEST_F(EngineTest, SmallAndLargeDrainsGiveTheSameState) {
  ingest_changes_min_ = SIZE_MAX;
  auto engine = Open();
  const auto small = DrainMany(*engine, Family::kKeys);
  EXPECT_EQ(engine->stats().ingests, 0u);
  engine.reset();
  std::filesystem::remove_all(store_dir());
  ingest_changes_min_ = 1000;
  engine = Open();
  const auto mixed = DrainMany(*engine, Family::kKeys);
  EXPECT_EQ(engine->stats().ingests, 8u);
  EXPECT_GT(small.size(), 3000u);
  EXPECT_EQ(small, mixed);
  engine.reset();
  engine = Open();
  EXPECT_EQ(engine->drained_position(), 12u);
  EXPECT_EQ(Get(*engine, Family::kMeta, "count/0"), mixed.at("count/0"));
}

TEST_F(EngineTest, CountersAddToWhatTheStoreHolds) {
  for (const size_t ingest_min : {size_t{1}, SIZE_MAX}) {
    ingest_changes_min_ = ingest_min;
    std::filesystem::remove_all(store_dir());
    const auto engine = Open();
    LogPosition position = 0;
    for (const int64_t delta : {5, -2, 10}) {
      ChangeBatch batch;
      batch.Add(Family::kMeta, "count", delta);
      ASSERT_TRUE(engine->Drain(std::move(batch), ++position).ok());
    }
    EXPECT_EQ(Get(*engine, Family::kMeta, "count"), Counter(13));
  }
}

TEST_F(EngineTest, ALargeValueGoesInAsAFile) {
  const auto engine = Open();
  ChangeBatch batch;
  const std::string large(20 << 20, 'v');
  batch.Put(Family::kKeys, "large", large);
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  EXPECT_EQ(engine->stats().ingests, 1u);
  EXPECT_EQ(Get(*engine, Family::kKeys, "large"), large);
}

TEST_F(EngineTest, FlushedPositionFollowsFlushesAndFiles) {
  const auto engine = Open();
  ChangeBatch batch;
  batch.Put(Family::kKeys, "a", "1");
  ASSERT_TRUE(engine->Drain(std::move(batch), 10).ok());
  EXPECT_EQ(engine->flushed_position(), 0u);
  ASSERT_TRUE(engine->Flush().ok());
  EXPECT_EQ(engine->flushed_position(), 10u);
  batch.Put(Family::kKeys, "b", "1");
  ASSERT_TRUE(engine->Drain(std::move(batch), 20).ok());
  EXPECT_EQ(engine->flushed_position(), 10u);
  // A drain by files makes what was only in memory durable first.
  for (int i = 0; i < 2000; ++i) batch.Put(Family::kKeys, Key(i), "v");
  ASSERT_TRUE(engine->Drain(std::move(batch), 30).ok());
  EXPECT_EQ(engine->flushed_position(), 30u);
}

TEST_F(EngineTest, ACloseFlushes) {
  auto engine = Open();
  ChangeBatch batch;
  batch.Put(Family::kKeys, "a", "1");
  ASSERT_TRUE(engine->Drain(std::move(batch), 10).ok());
  engine.reset();
  engine = Open();
  EXPECT_EQ(engine->drained_position(), 10u);
  EXPECT_EQ(engine->flushed_position(), 10u);
  EXPECT_EQ(Get(*engine, Family::kKeys, "a"), "1");
}

TEST_F(EngineTest, AViewShowsItsMomentAcrossDrainsOfBothKinds) {
  const auto engine = Open();
  ChangeBatch batch;
  batch.Put(Family::kKeys, Key(1), "old");
  batch.Put(Family::kKeys, Key(2), "old");
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  const auto view = engine->NewReadView();
  const auto before = All(*view, Family::kKeys);
  for (int i = 0; i < 2000; ++i) batch.Put(Family::kKeys, Key(i), "new");
  ASSERT_TRUE(engine->Drain(std::move(batch), 2).ok());
  batch.Delete(Family::kKeys, Key(2));
  ASSERT_TRUE(engine->Drain(std::move(batch), 3).ok());
  ASSERT_TRUE(engine->CompactRange(Family::kKeys, {}, {}).ok());
  EXPECT_EQ(All(*view, Family::kKeys), before);
  std::string value;
  ASSERT_TRUE(view->Get(Family::kKeys, Key(1), &value).value());
  EXPECT_EQ(value, "old");
  EXPECT_FALSE(view->Get(Family::kKeys, Key(3), &value).value());
  EXPECT_EQ(view->position().value(), 1u);
  EXPECT_EQ(engine->stats().snapshots, 1u);
}

TEST_F(EngineTest, ViewsTakenWhileFilesAreTakenInAreStable) {
  // Every drain writes keys nobody had, so that their files overlap with nothing.
  const auto engine = Open();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto view = engine->NewReadView();
      const LogPosition position = view->position().value();
      std::string value;
      // At position p the keys of rounds 1 to p are there, no other; and so they stay.
      for (int look = 0; look < 20; ++look) {
        const bool present =
            view->Get(Family::kDocs, Key(static_cast<int>(position) * 1000), &value).value();
        ASSERT_EQ(present, position > 0);
        ASSERT_FALSE(
            view->Get(Family::kDocs, Key(static_cast<int>(position + 1) * 1000), &value).value());
      }
    }
  });
  for (int round = 1; round <= 40; ++round) {
    ChangeBatch batch;
    for (int i = 0; i < 1000; ++i) batch.Put(Family::kDocs, Key(round * 1000 + i), "v");
    ASSERT_TRUE(engine->Drain(std::move(batch), static_cast<LogPosition>(round)).ok());
  }
  done = true;
  reader.join();
  EXPECT_EQ(engine->stats().ingests, 40u);
}

TEST_F(EngineTest, IteratorsKeepToTheirBounds) {
  const auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 100; ++i) batch.Put(Family::kKeys, Key(i), std::to_string(i));
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  const auto view = engine->NewReadView();
  const auto it = view->NewIterator(Family::kKeys, Key(10), Key(20));
  it->SeekToFirst();
  EXPECT_EQ(it->key(), Key(10));
  EXPECT_EQ(it->value(), "10");
  it->Prev();
  EXPECT_FALSE(it->Valid());
  it->SeekToLast();
  EXPECT_EQ(it->key(), Key(19));
  it->Next();
  EXPECT_FALSE(it->Valid());
  it->Seek(Key(5));
  EXPECT_EQ(it->key(), Key(10));
  it->Seek("key0000015x");
  EXPECT_EQ(it->key(), Key(16));
  it->SeekForPrev("key0000015x");
  EXPECT_EQ(it->key(), Key(15));
  it->SeekForPrev(Key(50));
  EXPECT_EQ(it->key(), Key(19));
  it->Prev();
  EXPECT_EQ(it->key(), Key(18));
  EXPECT_TRUE(it->status().ok());
}

TEST_F(EngineTest, MisusedIteratorsAreEmptyAndDoNotAbort) {
  const auto engine = Open();
  const auto view = engine->NewReadView();
  const auto it = view->NewIterator(Family::kKeys, {}, {});
  EXPECT_FALSE(it->Valid());
  it->Next();
  it->Prev();
  EXPECT_EQ(it->key(), "");
  EXPECT_EQ(it->value(), "");
  it->SeekToFirst();
  it->Next();
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(it->value(), "");
  EXPECT_TRUE(it->status().ok());
}

TEST_F(EngineTest, ACachedGetNeverReadsTheDisk) {
  auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 2000; ++i) batch.Put(Family::kKeys, Key(i), std::string(100, 'v'));
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  engine.reset();
  engine = Open();
  std::string value;
  EXPECT_EQ(engine->GetCached(Family::kKeys, Key(7), &value).value(), CachedLookup::kNeedsDisk);
  EXPECT_EQ(Get(*engine, Family::kKeys, Key(7)), std::string(100, 'v'));
  EXPECT_EQ(engine->GetCached(Family::kKeys, Key(7), &value).value(), CachedLookup::kFound);
  EXPECT_EQ(value, std::string(100, 'v'));
  EXPECT_EQ(engine->GetCached(Family::kIndex, Key(7), &value).value(), CachedLookup::kAbsent);
}

TEST_F(EngineTest, ANewerFormatIsRefusedAndLeftAlone) {
  auto engine = Open();
  ChangeBatch batch;
  std::string newer;
  PutLE32(newer, kStoreFormat + 1);
  batch.Put(Family::kMeta, kMetaFormat, newer);
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  engine.reset();
  for (int i = 0; i < 2; ++i) {
    const auto refused = Engine::Open(options());
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("format 3"), std::string::npos);
    EXPECT_NE(refused.error().message.find("newer server"), std::string::npos);
  }
}

TEST_F(EngineTest, AnOlderFormatIsOpenedAndIsThenTheNewOne) {
  auto engine = Open();
  ChangeBatch batch;
  std::string older;
  PutLE32(older, 1);
  batch.Put(Family::kMeta, kMetaFormat, older);
  batch.Put(Family::kKeys, Key(7), "value");
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  engine.reset();
  engine = Open();
  EXPECT_EQ(Get(*engine, Family::kKeys, Key(7)), "value");
  std::string now;
  PutLE32(now, kStoreFormat);
  EXPECT_EQ(Get(*engine, Family::kMeta, kMetaFormat), now);
  EXPECT_EQ(engine->flushed_position(), 1u) << "a server of the old format must not open it again";
}

TEST_F(EngineTest, ANewerFormatWithAnUnknownFamilyIsRefusedInOurWords) {
  auto engine = Open();
  ChangeBatch batch;
  std::string newer;
  PutLE32(newer, kStoreFormat + 1);
  batch.Put(Family::kMeta, kMetaFormat, newer);
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  engine.reset();
  {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, store_dir(), &names).ok());
    for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, store_dir(), families, &handles, &db).ok());
    rocksdb::ColumnFamilyHandle* vectors = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily({}, "vectors", &vectors).ok());
    handles.push_back(vectors);
    for (auto* handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    delete db;
  }
  const auto refused = Engine::Open(options());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("newer server"), std::string::npos);
}

TEST_F(EngineTest, OpenSaysWhenThereIsNoStoreAndNoneShallBeMade) {
  EngineOptions closed = options();
  closed.create_if_missing = false;
  EXPECT_FALSE(Engine::Open(closed).ok());
  { const auto made = Open(); }
  EXPECT_TRUE(Engine::Open(closed).ok());
}

TEST_F(EngineTest, TwoServersCantOpenOneStore) {
  const auto engine = Open();
  EXPECT_FALSE(Engine::Open(options()).ok());
}

TEST_F(EngineTest, FiguresAreTrue) {
  const auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 3000; ++i) batch.Put(Family::kKeys, Key(i), std::string(50, 'v'));
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  const EngineStats before = engine->stats();
  EXPECT_EQ(before.drains, 1u);
  EXPECT_EQ(before.drained_changes, 3000u);
  EXPECT_GT(before.sst_bytes, 10'000u);
  EXPECT_GE(before.level0_files + before.keys_estimate, 3000u);
  for (int i = 0; i < 100; ++i) EXPECT_NE(Get(*engine, Family::kKeys, Key(i)), "(nil)");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Get(*engine, Family::kKeys, Key(i) + "x"), "(nil)");
  const EngineStats after = engine->stats();
  EXPECT_EQ(after.gets - before.gets, 200u);
  EXPECT_EQ(after.gets_found - before.gets_found, 100u);
  EXPECT_GT(after.bloom_useful - before.bloom_useful, 80u);
  EXPECT_EQ(after.background_error, "");
  EXPECT_TRUE(engine->background_error().ok());
}

TEST_F(EngineTest, TheBlockCacheObeysItsSize) {
  const auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 30'000; ++i)
    batch.Put(Family::kKeys, Key(i), std::string(200, static_cast<char>('a' + i % 26)));
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  for (int i = 0; i < 30'000; ++i) ASSERT_NE(Get(*engine, Family::kKeys, Key(i)), "(nil)");
  const size_t full = engine->MemoryBytes();
  EXPECT_GT(full, size_t{5} << 20);
  EXPECT_LT(full, size_t{12} << 20);
  engine->SetBlockCacheBytes(size_t{1} << 20);
  EXPECT_EQ(engine->block_cache_bytes(), size_t{1} << 20);
  EXPECT_LT(engine->MemoryBytes(), size_t{3} << 20);
}

}  // namespace
}  // namespace veddb
