// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/support/model_store.h"

#include "doc/index/index_keys.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "doc/value/stored.h"

namespace veddb::doc {
namespace {

using Map = std::map<std::string, std::string>;

class MapIterator final : public EntryIterator {
 public:
  MapIterator(const Map& map, Bytes lower, Bytes upper)
      : map_(map), lower_(lower), upper_(upper), at_(map.end()) {}

  void Seek(Bytes target) override {
    at_ = map_.lower_bound(std::max(std::string(target), lower_));
  }
  void SeekBefore(Bytes target) override {
    std::string end(target);
    if (end.empty() || (!upper_.empty() && upper_ < end)) end = upper_;
    at_ = end.empty() ? map_.end() : map_.lower_bound(end);
    Prev();
  }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == map_.begin() ? map_.end() : std::prev(at_); }
  bool Valid() const override {
    return at_ != map_.end() && at_->first >= lower_ && (upper_.empty() || at_->first < upper_);
  }
  Bytes key() const override { return at_->first; }
  Bytes value() const override { return at_->second; }
  Status status() const override { return Ok(); }

 private:
  const Map& map_;
  const std::string lower_;
  const std::string upper_;
  Map::const_iterator at_;
};

}  // namespace

ModelStore::ModelStore() {
  id_spec_.name = std::string(kIdIndexName);
  id_spec_.fields.push_back({FieldPath(kIdField)});
}

void ModelStore::AddIndex(Bytes keys, Bytes partial_filter, bool unique, bool sparse) {
  Index& index = indexes_.emplace_back();
  index.spec.fields = ParseIndexKeys(keys).TakeValue();
  index.spec.name = DefaultIndexName(index.spec.fields);
  index.spec.unique = unique;
  index.spec.sparse = sparse;
  if (!partial_filter.empty()) {
    index.spec.partial =
        std::make_shared<const Filter>(Filter::ParseJson(partial_filter).TakeValue());
  }
}

bool ModelStore::Insert(Bytes json) {
  const std::string bson = ParseDocument(json).TakeValue();
  return InsertBson(DocView(bson));
}

bool ModelStore::InsertBson(DocView doc) {
  const std::string id = OrderedKey(doc.Find(kIdField));
  std::vector<IndexEntries> made(indexes_.size());
  for (size_t i = 0; i < indexes_.size(); ++i) {
    const Index& index = indexes_[i];
    if (!MakeIndexEntries(index.spec, doc, id, &made[i]).ok()) return false;
    for (const IndexEntry& entry : made[i].entries) {
      if (index.spec.unique && index.entries.contains(entry.key)) return false;
    }
  }
  for (size_t i = 0; i < indexes_.size(); ++i) {
    indexes_[i].multikey |= made[i].multikey;
    for (IndexEntry& entry : made[i].entries) {
      indexes_[i].entries[std::move(entry.key)] = std::move(entry.value);
    }
  }
  documents_[id] = EncodeStored(1, doc);
  return true;
}

std::vector<PlanIndex> ModelStore::Indexes() const {
  std::vector<PlanIndex> all;
  for (size_t i = 0; i < indexes_.size(); ++i) {
    const Index& index = indexes_[i];
    PlanIndex& one = all.emplace_back();
    one.spec = &index.spec;
    one.id = static_cast<uint32_t>(i);
    one.multikey = index.multikey;
    StatisticsBuilder builder(one.spec, false);
    for (const auto& [key, value] : index.entries) builder.Add(key);
    one.statistics = std::make_shared<const IndexStatistics>(builder.Finish(index.entries.size()));
  }
  PlanIndex& ids = all.emplace_back();
  ids.spec = &id_spec_;
  ids.clustered = true;
  StatisticsBuilder builder(ids.spec, false);
  for (const auto& [key, value] : documents_) builder.Add(key);
  ids.statistics = std::make_shared<const IndexStatistics>(builder.Finish(documents_.size()));
  return all;
}

std::unique_ptr<EntryIterator> ModelStore::Entries(const PlanIndex& index, Bytes lower,
                                                   Bytes upper) {
  const Map& map = index.clustered ? documents_ : indexes_[index.id].entries;
  return std::make_unique<MapIterator>(map, lower, upper);
}

std::unique_ptr<EntryIterator> ModelStore::Documents() {
  return std::make_unique<MapIterator>(documents_, "", "");
}

Result<bool> ModelStore::Get(Bytes ordered_id, std::string* /*room*/, Bytes* stored) {
  const auto found = documents_.find(std::string(ordered_id));
  if (found == documents_.end()) return false;
  *stored = found->second;
  return true;
}

}  // namespace veddb::doc
