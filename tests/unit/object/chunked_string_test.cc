// SPDX-License-Identifier: BSD-3-Clause
// Long strings on disk, against std::string: random edits, deletes, renames, copies and moves on
// two shards with two spaces each, turns that end now and then, drains that are written in slices
// between them, values that leave memory and come back, and crashes.
//
// Two pictures are kept as the server would keep them: `log_` has every turn's record applied,
// `store_` every drain. After each turn the log's picture holds exactly the strings of the model,
// and no chunk beside theirs; a drain makes the store exactly what the log's picture was when it
// began.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"
#include "log/reader.h"
#include "log/writer.h"
#include "object/serialize.h"
#include "object/turn.h"
#include "tests/support/temp_dir.h"
#include "types/string.h"

namespace veddb {
namespace {

constexpr size_t kShards = 2;
constexpr uint32_t kSpaces = 2;
constexpr size_t kKeys = 5;
constexpr size_t kAll = SIZE_MAX;

// Family and key -> value.
using Picture = std::map<std::pair<Family, std::string>, std::string>;

void Apply(Picture& picture, Family family, ChangeOp op, Bytes key, Bytes value) {
  if (op == ChangeOp::kAdd) return;  // counts of keys
  if (op == ChangeOp::kPut) {
    picture[{family, std::string(key)}] = std::string(value);
  } else {
    picture.erase({family, std::string(key)});
  }
}

class ChunkedStringTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  struct Place {
    uint32_t space;
    std::string key;
    auto operator<=>(const Place&) const = default;
  };

  ChunkedStringTest() : directory_("chunked"), random_(GetParam()) {
    writer_ =
        LogWriter::Open({.dir = directory_.path(), .policy = FsyncPolicy::kNo}, 0).TakeValue();
    reader_ = LogReader::Open(directory_.path(), 0).TakeValue();
    StartAgain();
  }

  uint32_t Below(uint32_t n) { return random_() % n; }
  bool Once(uint32_t in) { return Below(in) == 0; }

  // --- the server's part ---

  // Memory is empty, as after a start; the store has what the log had.
  void StartAgain() {
    for (auto& shard : keyspaces_) {
      for (auto& keyspace : shard) keyspace = nullptr;
    }
    turn_ = Turn();
    store_ = log_;
    draining_ = false;
    for (uint16_t shard = 0; shard < kShards; ++shard) {
      ObjectContext& context = contexts_[shard];
      context.turn = &turn_;
      context.shard = shard;
      context.drained_epoch = context.epoch - 1;
      const auto found = store_.find({Family::kMeta, MetaObjectNext(shard)});
      context.objects_numbered = found == store_.end() ? 0 : LoadLE64(found->second.data());
      for (uint32_t space = 0; space < kSpaces; ++space) {
        keyspaces_[shard][space] = std::make_unique<Keyspace>(KeyspaceKind::kKeys, space, context);
      }
    }
  }

  Keyspace& KeyspaceOf(const Place& place) {
    return *keyspaces_[Hash64(place.key) % kShards][place.space];
  }

  // The entry, loaded from the store if need be; nullptr: absent.
  Entry* Find(const Place& place) {
    Keyspace& keyspace = KeyspaceOf(place);
    const uint64_t hash = Hash64(place.key);
    Entry* entry = keyspace.Find(place.key, hash);
    if (entry != nullptr) return entry;
    const auto row = store_.find({Family::kKeys, StorageKey(keyspace, place.key)});
    if (row == store_.end()) return nullptr;
    entry = keyspace.InsertLoaded(place.key, hash, row->second);
    EXPECT_NE(entry, nullptr);
    if (const ChunkedString* chunks = keyspace.ChunksOf(*entry)) {
      const std::string begin = ElementKey(place.space, chunks->object, {});
      for (auto it = store_.lower_bound({Family::kElements, begin});
           it != store_.end() && it->first.second.starts_with(begin); ++it) {
        EXPECT_TRUE(keyspace.LoadChunk(entry, it->first.second.substr(begin.size()), it->second));
      }
    }
    return entry;
  }
  Entry* FindOrInsert(const Place& place) {
    Entry* entry = Find(place);
    return entry != nullptr ? entry : KeyspaceOf(place).Insert(place.key, Hash64(place.key), 0);
  }

  void Commit() {
    ASSERT_TRUE(turn_.Commit(*writer_).ok());
    reader_->SetLimit(writer_->end());
    RecordView record;
    while (reader_->Next(&record).value()) {
      ChangeReader changes(record.payload);
      Change change;
      while (changes.Next(&change)) {
        Apply(log_, change.family, change.op, change.key, change.value);
      }
      ASSERT_FALSE(changes.failed());
    }
  }

  void BeginDrain() {
    Commit();
    drain_should_be_ = log_;
    for (size_t shard = 0; shard < kShards; ++shard) {
      batches_[shard] = ChangeBatch();
      for (auto& keyspace : keyspaces_[shard]) keyspace->BeginDrain(batches_[shard]);
      ObjectContext& context = contexts_[shard];
      std::string next;
      PutLE64(next, context.objects_numbered);
      if (context.objects_numbered != 0) {
        batches_[shard].Put(Family::kMeta, MetaObjectNext(context.shard), next);
      }
      ++context.epoch;
    }
    draining_ = true;
  }
  // Writes a slice; when all is written the drain ends.
  void DrainSome(size_t limit) {
    bool whole = true;
    for (size_t shard = 0; shard < kShards; ++shard) {
      for (auto& keyspace : keyspaces_[shard]) {
        const size_t done = keyspace->DrainSome(limit, batches_[shard]);
        // The last change of a slice may be a value that lies in no chunks.
        EXPECT_LE(done, std::max(limit, limit + kChunkedBytesMin / kChunkBytes));
        whole &= keyspace->DrainWritten();
      }
    }
    if (!whole) return;
    draining_ = false;
    ChangeBatch batch;
    for (ChangeBatch& part : batches_) batch.Append(std::move(part));
    batch.Sort();
    for (const Family family : {Family::kKeys, Family::kElements, Family::kExpiry, Family::kMeta}) {
      for (const ChangeBatch::Entry& op : batch.Sorted(family)) {
        Apply(store_, family, op.op, op.key(), op.value());
      }
    }
    for (size_t shard = 0; shard < kShards; ++shard) {
      contexts_[shard].drained_epoch = contexts_[shard].epoch - 1;
      for (auto& keyspace : keyspaces_[shard]) {
        keyspace->BeginFinish();
        keyspace->FinishSome(SIZE_MAX);
      }
    }
    ASSERT_EQ(store_, drain_should_be_);
  }
  void UnloadSome() {
    for (size_t shard = 0; shard < kShards; ++shard) {
      for (auto& keyspace : keyspaces_[shard]) keyspace->UnloadOne(random_());
    }
  }

  // --- the user's part: what each step does to the keyspace it does to the model ---

  Place SomePlace() { return {Below(kSpaces), "key" + std::to_string(Below(kKeys))}; }
  std::string SomeBytes(size_t size_max) {
    std::string bytes(1 + Below(static_cast<uint32_t>(size_max)), '\0');
    switch (Below(3)) {
      case 0:
        break;  // zeros
      case 1:
        for (char& byte : bytes) byte = static_cast<char>(random_());
        break;
      default:
        for (int i = 0; i < 3; ++i) bytes[Below(static_cast<uint32_t>(bytes.size()))] = 'x';
    }
    return bytes;
  }

  void Overwrite(const Place& place, size_t offset, Bytes part) {
    OverwriteString(KeyspaceOf(place), FindOrInsert(place), offset, part);
    std::string& text = model_[place];
    if (text.size() < offset + part.size()) text.resize(offset + part.size());
    text.replace(offset, part.size(), part);
  }
  void Set(const Place& place, const std::string& value) {
    SetString(KeyspaceOf(place), FindOrInsert(place), value);
    model_[place] = value;
  }
  void Delete(const Place& place) {
    Entry* entry = Find(place);
    ASSERT_EQ(entry != nullptr && entry->present(), model_.contains(place));
    if (!model_.contains(place)) return;
    KeyspaceOf(place).Delete(entry);
    model_.erase(place);
  }
  void Move(const Place& from, const Place& to) {
    if (from == to || !model_.contains(from)) return;
    Entry* entry = Find(from);
    KeyspaceOf(from).MoveValue(entry, KeyspaceOf(to), FindOrInsert(to));
    model_[to] = model_[from];
    model_.erase(from);
  }
  void Copy(const Place& from, const Place& to) {
    if (from == to || !model_.contains(from)) return;
    const Entry* entry = Find(from);
    CopyString(*entry, KeyspaceOf(to), FindOrInsert(to));
    model_[to] = model_[from];
  }

  void Step() {
    const Place place = SomePlace();
    const auto size = static_cast<uint32_t>(model_.contains(place) ? model_[place].size() : 0);
    switch (Below(12)) {
      case 0:
        return Set(place, SomeBytes(3 * kChunkedBytesMin));
      case 1:
        return Set(place, SomeBytes(100));
      case 2:
        return Set(place, std::to_string(Below(1000)));
      case 3:
        return Delete(place);
      case 4:
        return Move(place, SomePlace());
      case 5:
        return Copy(place, SomePlace());
      case 6:
        if (Entry* entry = Find(place); entry != nullptr && entry->present()) {
          KeyspaceOf(place).SetExpiry(entry, Below(3));
        }
        return;
      case 7:  // far behind the end
        return Overwrite(place, size + Below(3 * kChunkedBytesMin), SomeBytes(10));
      case 8:
        return Overwrite(place, size, SomeBytes(2 * kChunkBytes));
      case 9:
        return Overwrite(place, size, {});
      default:
        return Overwrite(place, Below(size + 1), SomeBytes(once_long_ ? 30'000 : 3));
    }
  }

  // --- checks ---

  void CheckMemory() {
    for (const auto& [place, text] : model_) {
      const Entry* entry = Find(place);
      ASSERT_TRUE(entry != nullptr && entry->present()) << place.key;
      ASSERT_EQ(StringBytes(entry).get(), Bytes(text)) << place.key;
    }
  }
  // The log's picture holds the model's strings and nothing else.
  void CheckLog() {
    std::map<std::string, std::string> rows;
    size_t chunks = 0;
    for (const auto& [name, value] : log_) {
      if (name.first == Family::kKeys) rows[name.second] = value;
      if (name.first == Family::kElements) ++chunks;
    }
    ASSERT_EQ(rows.size(), model_.size());
    for (const auto& [place, text] : model_) {
      const std::string& row = rows[StorageKey(KeyspaceOf(place), place.key)];
      Bytes payload = row;
      KeyHeader header;
      ASSERT_TRUE(GetKeyHeader(&payload, &header));
      if (header.encoding != kChunkedEncoding) {
        ASSERT_LT(text.size(), kChunkedBytesMin);
        ASSERT_EQ(payload, Bytes(text));
        continue;
      }
      const std::optional<ChunkedRow> chunked = ParseChunkedRow(payload);
      ASSERT_TRUE(chunked.has_value());
      ASSERT_EQ(chunked->length, text.size());
      ASSERT_EQ(chunked->chunk_bytes, kChunkBytes);
      for (uint32_t chunk = 0; chunk < ChunkCount(text.size()); ++chunk) {
        char key[kChunkKeyBytes];
        StoreChunkKey(key, place.space, chunked->object, chunk);
        const auto found = log_.find({Family::kElements, std::string(key, sizeof key)});
        const Bytes stored = found == log_.end() ? Bytes() : Bytes(found->second);
        // Zeros that the string grew by may not have been stored with the chunk.
        const Bytes should = StoredChunk(text, chunk);
        ASSERT_EQ(stored, should) << place.key << " chunk " << chunk;
        if (found != log_.end()) --chunks;
      }
    }
    ASSERT_EQ(chunks, 0u) << "chunks that belong to no string";
  }

  testing::TempDir directory_;
  std::mt19937 random_;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<LogReader> reader_;
  Turn turn_;
  std::array<ObjectContext, kShards> contexts_;
  std::array<std::array<std::unique_ptr<Keyspace>, kSpaces>, kShards> keyspaces_;
  std::array<ChangeBatch, kShards> batches_;
  Picture log_;
  Picture store_;
  Picture drain_should_be_;
  bool draining_ = false;
  bool once_long_ = false;
  std::map<Place, std::string> model_;
};

TEST_P(ChunkedStringTest, LogAndStoreHoldExactlyTheStrings) {
  std::map<Place, std::string> durable;
  for (int step = 0; step < 1500; ++step) {
    once_long_ = Once(4);
    Step();
    if (Once(3)) {
      Commit();
      durable = model_;
      CheckLog();
    }
    if (draining_ && Once(2)) {
      DrainSome(1 + Below(20));
    } else if (!draining_ && Once(12)) {
      BeginDrain();
      durable = model_;
    }
    if (Once(10)) UnloadSome();
    if (Once(150)) {
      StartAgain();
      model_ = durable;
    }
    if (Once(20)) CheckMemory();
    if (HasFatalFailure()) FAIL() << "step " << step;
  }
  if (draining_) DrainSome(kAll);
  BeginDrain();
  DrainSome(kAll);
  CheckLog();
  for (const auto& [place, text] : std::map(model_)) Delete(place);
  BeginDrain();
  DrainSome(kAll);
  for (const Picture* picture : {&log_, &store_}) {
    for (const auto& [name, value] : *picture) {
      EXPECT_EQ(name.first, Family::kMeta) << "left behind when every key is gone";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChunkedStringTest, ::testing::Range(1u, 9u));

using OneStringTest = ChunkedStringTest;

// A drain that has not come to it needs a string as it was; what happens to it then must not take
// as long as a copy of it.
TEST_P(OneStringTest, GoingWhileADrainNeedsItCopiesNothing) {
  constexpr size_t kSize = size_t{4} << 20;
  constexpr size_t kWrittenAtOnceMax = size_t{256} << 10;
  const Place big = {0, "big"};
  const auto key_of_shard = [&big](bool same) {
    for (int i = 0;; ++i) {
      const std::string key = "to" + std::to_string(i);
      if ((Hash64(key) % kShards == Hash64(big.key) % kShards) == same) return key;
    }
  };
  const Place near = {0, key_of_shard(true)};
  const Place far = {0, key_of_shard(false)};
  const std::function<void()> deeds[] = {
      [&] { Delete(big); },
      [&] { Set(big, "short"); },
      [&] { Set(big, "7"); },
      [&] { Set(big, std::string(kSize, 'z')); },
      [&] { Move(big, near); },
      [&] { Move(big, far); },
      [&] {
        Move(big, {1, "big"});
      },
      [&] { Move(big, near), Delete(near); },
      [&] { Move(big, near), Move(near, far), Delete(far); },
      [&] { Set(far, std::string(kSize, 'f')), Move(far, big); },
  };
  for (const auto& deed : deeds) {
    Set(big, std::string(kSize, 'x'));
    BeginDrain();
    DrainSome(10);
    const auto written = [this] { return batches_[0].bytes() + batches_[1].bytes(); };
    const size_t before = written();
    deed();
    EXPECT_LT(written() - before, kWrittenAtOnceMax);
    // Edits in place, of whatever has come of it.
    for (const auto& [place, text] : std::map(model_)) {
      if (text.size() == kSize) Overwrite(place, kSize / 2, "edited");
    }
    Commit();
    while (draining_) DrainSome(100);
    CheckMemory();
    CheckLog();
    BeginDrain();
    DrainSome(kAll);
    for (const auto& [place, text] : std::map(model_)) Delete(place);
    ASSERT_FALSE(HasFatalFailure());
  }
}

// The bytes that the turn adds to the log.
TEST_P(OneStringTest, AChangeCostsWhatItChanges) {
  const Place place = {0, "big"};
  constexpr size_t kSize = size_t{64} << 20;
  constexpr size_t kOverhead = 300;  // the row, names, the frame
  const auto cost = [this] {
    const LogPosition before = writer_->end();
    Commit();
    return writer_->end() - before;
  };
  Overwrite(place, kSize - 1, "x");
  EXPECT_LT(cost(), 2 * kChunkBytes + kOverhead) << "zeros cost nothing";
  Overwrite(place, kSize / 2, "y");
  EXPECT_LT(cost(), kChunkBytes + kOverhead);
  KeyspaceOf(place).SetExpiry(Find(place), 5);
  EXPECT_LT(cost(), kOverhead);
  Overwrite(place, kSize, "tail");
  EXPECT_LT(cost(), kChunkBytes + kOverhead);
  Move(place, {0, "renamed"});
  EXPECT_LT(cost(), kOverhead);
  Delete({0, "renamed"});
  EXPECT_LT(cost(), kOverhead) << "only the chunks that are there are deleted";
}

TEST_P(OneStringTest, AnEditBeforeTheSliceOfTheDrainCopiesWhatItTouches) {
  const Place place = {0, "k"};
  Set(place, std::string(100 * kChunkBytes, 'x'));
  BeginDrain();
  const auto written = [this] { return batches_[0].bytes() + batches_[1].bytes(); };
  const size_t before = written();
  Overwrite(place, 5000, "y");
  Overwrite(place, 100 * kChunkBytes, "tail");
  EXPECT_LT(written() - before, 2 * kChunkBytes);
  DrainSome(30);
  EXPECT_TRUE(draining_);
  Overwrite(place, 70 * kChunkBytes - 1, "yy");
  DrainSome(kAll);
  EXPECT_FALSE(draining_);
  // What goes as a whole is written out as a whole.
  Overwrite(place, 0, std::string(50 * kChunkBytes, 'z'));
  BeginDrain();
  Overwrite(place, 7, "y");
  Delete(place);
  DrainSome(kAll);
  BeginDrain();
  DrainSome(kAll);
}

TEST_P(OneStringTest, BetweenTwoTurnsNothingIsLeftBehind) {
  const Place place = {0, "k"};
  Set(place, "small");
  Set(place, std::string(2 * kChunkedBytesMin, 'x'));
  Set(place, "small");
  Delete(place);
  Commit();
  BeginDrain();
  DrainSome(kAll);
  for (const auto& [name, value] : store_) EXPECT_EQ(name.first, Family::kMeta);
}

TEST_P(OneStringTest, ObjectNumbersAreNeverUsedAgain) {
  const Place place = {0, "k"};
  uint64_t last = 0;
  for (int round = 0; round < 5; ++round) {
    Set(place, std::string(kChunkedBytesMin, 'x'));
    const uint64_t object = KeyspaceOf(place).ChunksOf(*Find(place))->object;
    EXPECT_TRUE(round == 0 || object > last);
    last = object;
    Delete(place);
    Commit();
    if (round == 2) StartAgain();
  }
}

TEST_P(OneStringTest, DamagedRowsAndChunksAreRefused) {
  const Place place = {0, "k"};
  Set(place, std::string(kChunkedBytesMin, 'x'));
  Commit();
  StartAgain();
  std::string& row = store_[{Family::kKeys, StorageKey(KeyspaceOf(place), place.key)}];
  Keyspace& keyspace = KeyspaceOf(place);
  const uint64_t hash = Hash64(place.key);
  EXPECT_EQ(keyspace.InsertLoaded(place.key, hash, row.substr(0, row.size() - 1)), nullptr);
  std::string other_size = row;
  other_size.back() = 1;
  EXPECT_EQ(keyspace.InsertLoaded(place.key, hash, other_size), nullptr);
  Entry* entry = keyspace.InsertLoaded(place.key, hash, row);
  ASSERT_NE(entry, nullptr);
  EXPECT_TRUE(keyspace.LoadChunk(entry, Bytes("\0\0\0\x0f", 4), std::string(kChunkBytes, 'x')));
  EXPECT_FALSE(keyspace.LoadChunk(entry, Bytes("\0\0\0\x10", 4), "x")) << "behind the end";
  EXPECT_FALSE(keyspace.LoadChunk(entry, Bytes("\0\0\0", 3), "x"));
  EXPECT_FALSE(keyspace.LoadChunk(entry, Bytes("\0\0\0\0", 4), std::string(kChunkBytes + 1, 'x')));
  keyspace.Unload(entry);
  EXPECT_EQ(keyspace.Find(place.key, hash), nullptr);
  EXPECT_EQ(keyspace.used_bytes(), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OneStringTest, ::testing::Values(1u));

}  // namespace
}  // namespace veddb
