// SPDX-License-Identifier: BSD-3-Clause
#include "doc/index/index_changes.h"

#include <algorithm>

#include "base/check.h"
#include "base/coding.h"
#include "base/mutation.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

constexpr size_t kNoteBytes = 4;

void Put(Keyspace& entries, Entry* entry, Bytes key, uint64_t hash, Bytes value) {
  // An entry has room for at least a byte, so that an empty value needs no block of its own.
  if (entry == nullptr) entry = entries.Insert(key, hash, std::max<size_t>(value.size(), 1));
  entries.SetBytes(entry, ObjectType::kDocument, Encoding::kRaw, value);
}

}  // namespace

Status IndexChanges::Add(const KeyRef& document, std::optional<DocView> before,
                         std::optional<DocView> after) {
  ShardCollection* collection = ShardCollectionOf(*document.keyspace);
  if (collection == nullptr) return Ok();
  for (ShardIndex& one : collection->indexes) TRY(AddTo(one, document, before, after));
  return Ok();
}

Status IndexChanges::AddTo(ShardIndex& one, const KeyRef& document, std::optional<DocView> before,
                           std::optional<DocView> after) {
  const Index& index = *one.index;
  before_.entries.clear();
  after_.entries.clear();
  after_.multikey = 0;
  if (after) TRY(MakeIndexEntries(index.spec, *after, document.name, &after_));
  if (!index.ready() && Bytes(index.built_to) < document.name) {
    touches_.push_back({&one, std::string(document.name)});
    return Ok();
  }
  if (before) TRY(MakeIndexEntries(index.spec, *before, document.name, &before_));
  AddDifference(one, document.shard, before_, after_);
  if ((after_.multikey & ~one.noted) != 0) {
    multikey_.push_back({&one, document.shard, after_.multikey});
  }
  return Ok();
}

// Both in order of key.
void IndexChanges::AddDifference(ShardIndex& one, uint16_t shard, IndexEntries& before,
                                 IndexEntries& after) {
  auto old_at = before.entries.begin();
  auto new_at = after.entries.begin();
  while (old_at != before.entries.end() || new_at != after.entries.end()) {
    const bool only_old = new_at == after.entries.end() ||
                          (old_at != before.entries.end() && old_at->key < new_at->key);
    const bool only_new = old_at == before.entries.end() ||
                          (new_at != after.entries.end() && new_at->key < old_at->key);
    if (only_old) {
      AddChange(one, shard, &*old_at++, nullptr);
    } else if (only_new) {
      AddChange(one, shard, nullptr, &*new_at++);
    } else {
      if (old_at->value != new_at->value) AddChange(one, shard, &*old_at, &*new_at);
      ++old_at;
      ++new_at;
    }
  }
}

void IndexChanges::AddChange(ShardIndex& one, uint16_t shard, IndexEntry* before,
                             IndexEntry* after) {
  Change change = {.one = &one,
                   .shard = shard,
                   .had = before != nullptr,
                   .has = after != nullptr,
                   .key = std::move((after != nullptr ? after : before)->key)};
  if (before != nullptr) change.old_value = std::move(before->value);
  if (after != nullptr) change.new_value = std::move(after->value);
  changes_.push_back(std::move(change));
}

Status IndexChanges::AddMissing(ShardIndex& one, const KeyRef& document, DocView doc) {
  IndexEntries made;
  TRY(MakeIndexEntries(one.index->spec, doc, document.name, &made));
  AddEntries(one, document.shard, std::move(made));
  return Ok();
}

void IndexChanges::AddEntries(ShardIndex& one, uint16_t shard, IndexEntries made) {
  for (IndexEntry& entry : made.entries) AddChange(one, shard, nullptr, &entry);
  if ((made.multikey & ~one.noted) != 0) multikey_.push_back({&one, shard, made.multikey});
}

Status IndexChanges::Check() {
  if (Mutated("unique-unchecked")) return Ok();
  using Owner = std::pair<const Index*, Bytes>;
  absl::flat_hash_set<Owner> freed;
  absl::flat_hash_set<Owner> taken;
  for (const Change& change : changes_) {
    const Index* index = change.one->index.get();
    if (index->spec.unique && !change.has) freed.insert({index, change.key});
  }
  std::string value;
  for (const Change& change : changes_) {
    const Index* index = change.one->index.get();
    if (!index->spec.unique || !change.has || change.had) continue;
    const IndexEntry entry = {change.key, change.new_value};
    if (!taken.insert({index, change.key}).second) return DuplicateKey(index->spec, entry);
    if (freed.contains({index, change.key})) continue;
    const uint64_t hash = Hash64(change.key);
    KeyRef ref =
        MakeIndexRef(change.key, index->id, UniqueEntryShard(hash, databases_->shard_count()));
    if (TRY(databases_->Read(ref, &value))) return DuplicateKey(index->spec, entry);
  }
  return Ok();
}

void IndexChanges::Apply() {
  for (const Multikey& multikey : multikey_) {
    ApplyMultikey(*multikey.one, multikey.shard, multikey.bits);
  }
  // A key that one document gives up and another takes is given up first.
  for (const Change& change : changes_) {
    if (!change.has) ApplyChange(change);
  }
  for (const Change& change : changes_) {
    if (change.has) ApplyChange(change);
  }
  for (Touch& touch : touches_) touch.one->touched.insert(std::move(touch.ordered_id));
  changes_.clear();
  multikey_.clear();
  touches_.clear();
}

Keyspace& IndexChanges::EntriesOf(const Change& change, uint64_t hash) const {
  const Index& index = *change.one->index;
  if (!index.spec.unique) return *change.one->entries;
  return databases_->IndexEntries(UniqueEntryShard(hash, databases_->shard_count()), index.id);
}

void IndexChanges::ApplyChange(const Change& change) const {
  const uint64_t hash = Hash64(change.key);
  Keyspace& entries = EntriesOf(change, hash);
  Entry* entry = entries.Find(change.key, hash);
  // What is there and not in memory lies in the store as it was.
  if (entry == nullptr && change.had) {
    entry = entries.InsertLoaded(change.key, hash, change.old_value);
  }
  if (change.has) {
    if (!Mutated("index-entry-not-put")) Put(entries, entry, change.key, hash, change.new_value);
  } else if (entry->present() && !Mutated("index-entry-not-deleted")) {
    entries.Delete(entry);
  }
}

void IndexChanges::ApplyMultikey(ShardIndex& one, uint16_t shard, uint32_t bits) const {
  bits &= ~one.noted;
  one.noted |= bits;
  one.index->multikey.fetch_or(bits, std::memory_order_release);
  for (size_t field = 0; field < one.index->spec.fields.size(); ++field) {
    if ((bits & uint32_t{1} << field) == 0) continue;
    const std::string note = MultikeyNote(field, shard);
    const uint64_t hash = Hash64(note);
    one.index->notes.fetch_add(1, std::memory_order_relaxed);
    Put(*one.entries, one.entries->Find(note, hash), note, hash, {});
  }
}

Error DuplicateKey(const IndexSpec& spec, const IndexEntry& entry) {
  std::string value = "that value";
  const Result<IndexEntryView> view = ParseIndexEntry(spec, entry.key, entry.value);
  std::vector<std::string> tagged;
  if (view.ok() && DecodeIndexEntry(spec, *view, &tagged)) {
    std::string bson;
    DocBuilder fields(&bson);
    for (size_t i = 0; i < spec.fields.size(); ++i) {
      const ValueView field = TaggedView(tagged[i]);
      fields.Append(spec.fields[i].path.text(),
                    field.missing() ? ValueView{BsonType::kNull, nullptr} : field);
    }
    fields.Finish();
    value = "the value " + JsonText(DocView(bson));
  }
  return MakeError(ErrorCode::kDuplicateKey, "index " + spec.name + " has " + value);
}

std::string MultikeyNote(size_t field, uint16_t shard) {
  std::string note(1, kIndexNoteMark);
  note.push_back(static_cast<char>(field));
  PutBE16(note, shard);
  return note;
}

std::optional<MultikeyNoteView> ParseMultikeyNote(Bytes key) {
  if (key.size() != kNoteBytes || key[0] != kIndexNoteMark) return std::nullopt;
  return MultikeyNoteView{static_cast<uint8_t>(key[1]), LoadBE16(key.data() + 2)};
}

Result<uint16_t> ShardOfEntry(const Index& index, Bytes key, Bytes value, size_t shards) {
  if (const auto note = ParseMultikeyNote(key)) return static_cast<uint16_t>(note->shard % shards);
  if (index.spec.unique) return UniqueEntryShard(Hash64(key), shards);
  const IndexEntryView view = TRY(ParseIndexEntry(index.spec, key, value));
  return MakeDocumentRef(view.ordered_id, index.collection, shards).shard;
}

}  // namespace veddb::doc
