// SPDX-License-Identifier: BSD-3-Clause
// RANDOMKEY: a key from memory where memory knows all keys, else from memory or from disk, each as
// often as its share of them. Where many guesses in a row meet nothing but deleted and expired
// keys, a walk over all keys decides, so that it always ends and finds a key if there is one.
#include <array>
#include <optional>
#include <random>
#include <string>

#include "base/coding.h"
#include "modules/keys/keys_shared.h"
#include "storage/key_codec.h"
#include "storage/read_view.h"

namespace veddb {
namespace {

constexpr int kGuesses = 100;

// One search; every shard is held meanwhile.
class RandomSearch {
 public:
  explicit RandomSearch(Call& call) : call_(call), databases_(*call.databases) {
    for (size_t shard = 0; shard < databases_.shard_count(); ++shard) {
      const Keyspace& keyspace = databases_.Keys(shard, call.database);
      in_memory_ += keyspace.entries();
      complete_ &= keyspace.complete();
    }
  }

  // nullopt: there is no key.
  Result<std::optional<std::string>> Run() {
    const int64_t keys = databases_.KeyCount(call_.database);
    if (keys <= 0) return std::optional<std::string>();
    for (int i = 0; i < kGuesses; ++i) {
      const bool from_memory =
          complete_ || static_cast<uint64_t>(Random() % static_cast<uint64_t>(keys)) < in_memory_;
      std::optional<std::string> name = from_memory ? GuessInMemory() : TRY(GuessOnDisk());
      if (name) return name;
    }
    std::optional<std::string> name = WalkMemory();
    if (!name && !complete_) name = TRY(WalkDisk());
    return name;
  }

 private:
  static uint64_t Random() {
    thread_local std::mt19937_64 generator{std::random_device{}()};
    return generator();
  }

  bool IsLive(const Entry& entry) const {
    return entry.present() && !entry.ExpiredAt(call_.now_ms);
  }

  std::optional<std::string> GuessInMemory() {
    if (in_memory_ == 0) return std::nullopt;
    uint64_t at = Random() % in_memory_;
    for (size_t shard = 0; shard < databases_.shard_count(); ++shard) {
      const Keyspace& keyspace = databases_.Keys(shard, call_.database);
      if (at >= keyspace.entries()) {
        at -= keyspace.entries();
        continue;
      }
      const Entry* entry = keyspace.Sample(Random());
      if (entry == nullptr || !IsLive(*entry)) return std::nullopt;
      return std::string(entry->key());
    }
    return std::nullopt;
  }

  // Each live entry with the same chance.
  std::optional<std::string> WalkMemory() {
    const Entry* chosen = nullptr;
    uint64_t live = 0;
    for (size_t shard = 0; shard < databases_.shard_count(); ++shard) {
      databases_.Keys(shard, call_.database).ForEach([&](const Entry* entry) {
        if (IsLive(*entry) && Random() % ++live == 0) chosen = entry;
      });
    }
    if (chosen == nullptr) return std::nullopt;
    return std::string(chosen->key());
  }

  // Whether memory, which may know better than the disk, has this stored key too.
  Result<bool> IsLive(Bytes stored_key) {
    const std::optional<StorageKeyView> key = ParseStorageKey(stored_key);
    if (!key) return false;
    KeyRef ref = MakeKeyRef(key->key, call_.database, databases_.shard_count());
    TRY(databases_.Resolve(ref));
    const Entry* entry = ref.Find();
    return entry != nullptr && IsLive(*entry);
  }

  StoreIterator& Disk() {
    if (iterator_ == nullptr) {
      view_ = databases_.NewReadView();
      iterator_ =
          view_->NewIterator(Family::kKeys, SpaceBegin(space_), PrefixEnd(SpaceBegin(space_)));
    }
    return *iterator_;
  }

  static std::string NameOf(Bytes stored_key) {
    return std::string(stored_key.substr(kKeyPrefixBytes));
  }

  // A random slot first, then a random place in it: keys that share a tag share a slot, and only
  // its first key would ever be met otherwise.
  Result<std::optional<std::string>> GuessOnDisk() {
    StoreIterator& disk = Disk();
    disk.Seek(SlotBegin(space_, static_cast<uint32_t>(Random() % kSlotCount)));
    if (!disk.Valid()) disk.SeekToFirst();
    if (disk.Valid()) {
      const std::string slot(disk.key().substr(0, kSlotPrefixBytes));
      std::string place = slot;
      PutBE64(place, Random());
      disk.Seek(place);
      if (!disk.Valid() || disk.key().substr(0, kSlotPrefixBytes) != slot) disk.Seek(slot);
    }
    TRY(disk.status());
    if (!disk.Valid() || !TRY(IsLive(disk.key()))) return std::optional<std::string>();
    return std::optional<std::string>(NameOf(disk.key()));
  }

  Result<std::optional<std::string>> WalkDisk() {
    StoreIterator& disk = Disk();
    for (disk.SeekToFirst(); disk.Valid(); disk.Next()) {
      Bytes value = disk.value();
      KeyHeader header;
      if (!GetKeyHeader(&value, &header)) continue;
      if (header.expiry_ms != 0 && header.expiry_ms <= call_.now_ms) continue;
      if (TRY(IsLive(disk.key()))) return std::optional<std::string>(NameOf(disk.key()));
    }
    TRY(disk.status());
    return std::optional<std::string>();
  }

  static constexpr size_t kSlotPrefixBytes = 6;  // space and slot

  Call& call_;
  Databases& databases_;
  const uint32_t space_ = databases_.SpaceOf(call_.database);
  uint64_t in_memory_ = 0;
  bool complete_ = true;
  std::unique_ptr<ReadView> view_;
  std::unique_ptr<StoreIterator> iterator_;
};

void RandomKey(Call& call) {
  const Result<std::optional<std::string>> name = RandomSearch(call).Run();
  if (!name.ok()) return call.reply.Error(name.error());
  if (!name->has_value()) return call.reply.Null();
  call.reply.Bulk(**name);
}

constexpr std::array kTable = {
    CommandSpec{.name = "randomkey",
                .summary = "Return a random key from the keyspace.",
                .since = "1.0.0",
                .group = "generic",
                .complexity = "O(1)",
                .arity = 1,
                .flags = Flag::kReadonly,
                .categories = Category::kKeyspace,
                .route = Route::kAllShards,
                .handler = RandomKey,
                .tips = "request_policy:all_shards,nondeterministic_output"},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysRandomCommands() { return kTable; }

}  // namespace veddb
