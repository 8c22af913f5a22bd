// SPDX-License-Identifier: BSD-3-Clause
// The part of ShardSet that keeps the indexes of collections: their definitions and states in the
// catalog, and where their entries lie in memory.
//
//   index/<id>        version:1 · collection:4 LE · state:1 · definition (BSON)
//   index/<id>/built  of one that is being built: the ordered _id up to which it is
#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/coding.h"
#include "base/kill_point.h"
#include "doc/index/index_changes.h"
#include "object/serialize.h"
#include "shard/catalog_view.h"
#include "shard/shard_set.h"
#include "storage/read_view.h"

namespace veddb {
namespace {

constexpr uint8_t kIndexVersion = 1;
constexpr size_t kIndexHeaderBytes = 6;

std::string EncodeIndex(const doc::Index& index) {
  std::string out(1, static_cast<char>(kIndexVersion));
  PutLE32(out, index.collection);
  out.push_back(static_cast<char>(index.state.load()));
  out += doc::EncodeIndexSpec(index.spec);
  return out;
}

std::string Number32(uint32_t v) {
  std::string out;
  PutLE32(out, v);
  return out;
}

Error BadIndexEntry(uint32_t id) {
  return MakeError(ErrorCode::kIoErr, "the catalog entry '" + MetaIndex(id) + "' is not valid");
}

}  // namespace

// --- the catalog ---

Status ShardSet::LoadIndexes(const CatalogView& catalog) {
  return catalog.ForPrefix(
      kMetaIndexPrefix, [&](Bytes name, Bytes value, CatalogView::Origin) -> Status {
        const std::optional<uint64_t> id = ParseUint64(name.substr(kMetaIndexPrefix.size()));
        if (!id) return Ok();  // a name below an index's
        return LoadIndex(catalog, static_cast<uint32_t>(*id), value);
      });
}

Status ShardSet::LoadIndex(const CatalogView& catalog, uint32_t id, Bytes value) {
  if (value.size() < kIndexHeaderBytes || static_cast<uint8_t>(value[0]) != kIndexVersion) {
    return BadIndexEntry(id);
  }
  const Collection* collection = CollectionOf(LoadLE32(value.data() + 1));
  const auto state = static_cast<doc::IndexState>(value[5]);
  if (collection == nullptr || state > doc::IndexState::kReady) return BadIndexEntry(id);
  doc::IndexSpec spec = TRY(doc::DecodeIndexSpec(doc::DocView(value.substr(kIndexHeaderBytes))));
  auto index = std::make_shared<doc::Index>(id, collection->id, std::move(spec), state);
  (void)TRY(catalog.Get(MetaIndexBuilt(id), &index->built_to));
  TRY(LoadCount(catalog, KeyspaceKind::kIndex, id));
  doc::IndexList list = doc::IndexesOf(*collection);
  list.push_back(index);
  SetTraits(*collection, std::move(list));
  indexes_[id] = std::move(index);
  return Ok();
}

// The notes of multikey fields that the store has.
Status ShardSet::LoadMultikey(const ReadView& view) {
  for (const auto& [id, index] : indexes_) {
    std::string begin;
    PutBE32(begin, id);
    const size_t prefix = begin.size();
    const std::string end = begin + std::string(doc::kIndexEntriesBegin);
    const auto it = view.NewIterator(Family::kIndex, begin, end);
    for (it->SeekToFirst(); it->Valid(); it->Next()) NoteMultikey(*index, it->key().substr(prefix));
    TRY(it->status());
  }
  return Ok();
}

void ShardSet::NoteMultikey(doc::Index& index, Bytes key) {
  const std::optional<doc::MultikeyNoteView> note = doc::ParseMultikeyNote(key);
  if (!note || note->field >= doc::kIndexFieldsMax) return;
  const uint32_t bit = uint32_t{1} << note->field;
  index.multikey.fetch_or(bit, std::memory_order_release);
  index.notes.fetch_add(1, std::memory_order_relaxed);
  if (note->shard >= shards_.size()) return;  // made when there were more shards
  doc::ShardCollection* collection =
      doc::ShardCollectionOf(shards_[note->shard]->Documents(index.collection));
  for (doc::ShardIndex& one : collection->indexes) {
    if (one.index.get() == &index) one.noted |= bit;
  }
}

Status ShardSet::TakeIndexChange(const ChangeBatch::Entry& entry) {
  const std::optional<IndexKeyView> key = ParseIndexKey(entry.key());
  const auto found = key ? indexes_.find(key->index_id) : indexes_.end();
  if (found == indexes_.end()) return Ok();  // dropped later
  doc::Index& index = *found->second;
  // Of a deletion only the key is known; where that does not name the document it names itself.
  const bool put = entry.op == ChangeOp::kPut;
  const uint16_t shard =
      TRY(doc::ShardOfEntry(index, key->entry, put ? entry.value() : Bytes(), shards_.size()));
  Keyspace& keyspace = shards_[shard]->Documents(index.id);
  const std::optional<Bytes> value = put ? std::optional(entry.value()) : std::nullopt;
  if (keyspace.InsertPending(key->entry, Hash64(key->entry), value) == nullptr) {
    return MakeError(ErrorCode::kIoErr, "the logged value of an index entry is not valid");
  }
  if (put) NoteMultikey(index, key->entry);
  return Ok();
}

const Collection* ShardSet::CollectionOf(uint32_t id) const {
  const auto found = std::find_if(collections_.begin(), collections_.end(),
                                  [id](const auto& one) { return one.second.id == id; });
  return found == collections_.end() ? nullptr : &found->second;
}

void ShardSet::SetTraits(const Collection& collection, doc::IndexList list) {
  Collection& changed = collections_.at({collection.database, collection.name});
  changed.traits = std::make_shared<const doc::CollectionIndexes>(std::move(list));
}

void ShardSet::StoreIndex(const doc::Index& index) {
  PutMeta(MetaIndex(index.id), EncodeIndex(index));
}

void ShardSet::AddIndexKeyspaces(Shard& shard, const std::shared_ptr<doc::Index>& index) {
  auto entries = std::make_unique<Keyspace>(KeyspaceKind::kIndex, index->id, shard.context_);
  CollectionPart(shard.Documents(index->collection))
      .indexes.push_back({.index = index, .entries = entries.get()});
  shard.collections_[index->id] = std::move(entries);
}

// --- changes, with every shard held ---

uint32_t ShardSet::CreateIndex(const Collection& collection, Bytes definition) {
  Result<doc::IndexSpec> spec = doc::DecodeIndexSpec(doc::DocView(definition));
  CHECK(spec.ok());
  const bool empty = DocumentCount(collection.id) == 0;
  const uint32_t id = next_collection_++;
  auto index =
      std::make_shared<doc::Index>(id, collection.id, spec.TakeValue(),
                                   empty ? doc::IndexState::kReady : doc::IndexState::kBuilding);
  PutMeta(kMetaCollectionNext, Number32(next_collection_));
  StoreIndex(*index);
  KILL_POINT("catalog.create_index");
  for (auto& shard : shards_) AddIndexKeyspaces(*shard, index);
  doc::IndexList list = doc::IndexesOf(collection);
  list.push_back(index);
  SetTraits(collection, std::move(list));
  indexes_[id] = std::move(index);
  return id;
}

// All but the collection's own list of them.
void ShardSet::RemoveIndex(const doc::Index& index) {
  const uint32_t id = index.id;
  if (const auto found = indexes_.find(id); found != indexes_.end()) {
    found->second->state.store(doc::IndexState::kDropped, std::memory_order_release);
  }
  DeleteMeta(MetaIndex(id));
  DeleteMeta(MetaIndexBuilt(id));
  Drop(KeyspaceKind::kIndex, id);
  std::vector<std::unique_ptr<Keyspace>> dead;
  for (auto& shard : shards_) {
    Keyspace& documents = shard->Documents(index.collection);
    std::erase_if(CollectionPart(documents).indexes,
                  [id](const auto& one) { return one.index->id == id; });
    DropEmptyPart(documents);
    const auto found = shard->collections_.find(id);
    Retire(*shard, std::move(found->second), dead);
    shard->collections_.erase(found);
  }
  FreeDead(std::move(dead), Freeing::kLater);
  indexes_.erase(id);
}

void ShardSet::DropIndex(const Collection& collection, uint32_t index) {
  doc::IndexList list = doc::IndexesOf(collection);
  const auto found =
      std::find_if(list.begin(), list.end(), [index](const auto& one) { return one->id == index; });
  CHECK(found != list.end());
  RemoveIndex(**found);
  KILL_POINT("catalog.drop_index");
  list.erase(found);
  SetTraits(collection, std::move(list));
}

// --- building ---

std::shared_ptr<doc::Index> ShardSet::FindIndex(uint32_t id) const {
  const auto found = indexes_.find(id);
  return found == indexes_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<doc::Index>> ShardSet::BuildingIndexes() const {
  std::vector<std::shared_ptr<doc::Index>> out;
  for (const auto& [id, index] : indexes_) {
    if (!index->ready()) out.push_back(index);
  }
  return out;
}

void ShardSet::SetIndexBuilt(doc::Index& index, Bytes built_to) {
  index.built_to = std::string(built_to);
  PutMeta(MetaIndexBuilt(index.id), built_to);
}

void ShardSet::SetIndexReady(doc::Index& index) {
  index.state.store(doc::IndexState::kReady, std::memory_order_release);
  index.built_to.clear();
  StoreIndex(index);
  DeleteMeta(MetaIndexBuilt(index.id));
}

}  // namespace veddb
