// SPDX-License-Identifier: BSD-3-Clause
#include "server/document_expiry.h"

#include <utility>

#include "base/coding.h"
#include "base/logging.h"
#include "base/ticks.h"
#include "doc/index/index_keys.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "doc/value/stored.h"
#include "server/server.h"
#include "storage/key_codec.h"
#include "storage/read_view.h"

namespace veddb {
namespace {

// Entries that one look takes, and documents that are deleted at once.
constexpr size_t kDuePerLook = 1000;
constexpr size_t kDeletedPerSlice = 32;
constexpr int64_t kMillisPerSecond = 1000;

std::string DateKey(int64_t unix_ms) {
  std::string bson;
  doc::DocBuilder builder(&bson);
  builder.Date("d", unix_ms);
  builder.Finish();
  return doc::OrderedKey(doc::DocView(bson).Find("d"));
}

// Keys of the index from its first date to this one, the end not included.
std::pair<std::string, std::string> KeysUpTo(const doc::Index& index, int64_t cutoff_ms) {
  std::string lower = DateKey(INT64_MIN);
  std::string upper = DateKey(cutoff_ms + 1);
  if (index.spec.fields[0].descending) {
    doc::InvertKey(&lower, 0);
    doc::InvertKey(&upper, 0);
    std::swap(lower, upper);
    upper = PrefixEnd(upper);
    lower = PrefixEnd(lower);
  }
  std::string prefix;
  PutBE32(prefix, index.id);
  return {prefix + lower, prefix + upper};
}

bool IsDue(const doc::Index& index, doc::DocView document, int64_t cutoff_ms) {
  if (!doc::IsIndexed(index.spec, document)) return false;
  return doc::VisitPath(document, index.spec.fields[0].path, doc::LeafArrays::kOpen,
                        [cutoff_ms](doc::ValueView value, uint32_t) {
                          return value.type == doc::BsonType::kDate && value.Date() <= cutoff_ms;
                        });
}

}  // namespace

void DocumentExpiry::Tick() {
  if (looking_ || !due_.empty() || server_.clients().paused() || server_.is_ending()) return;
  std::vector<std::pair<std::shared_ptr<doc::Index>, int64_t>> to_look;
  for (const auto& [id, index] : server_.shards().indexes()) {
    if (!index->ready() || !index->spec.ttl_seconds) continue;
    to_look.emplace_back(index, server_.now_ms() - *index->spec.ttl_seconds * kMillisPerSecond);
  }
  if (to_look.empty()) return;
  looking_ = true;
  const uint64_t read = server_.shards().BeginRead();
  server_.shards().pool().Submit([this, read, to_look = std::move(to_look)] {
    std::vector<Due> found;
    for (const auto& [index, cutoff_ms] : to_look) {
      Due due = Look(server_, index, cutoff_ms);
      if (!due.ordered_ids.empty()) found.push_back(std::move(due));
    }
    server_.PostToLoop([this, read, found = std::move(found)]() mutable {
      server_.shards().EndRead(read);
      looking_ = false;
      due_ = std::move(found);
      Continue();
    });
  });
}

// In the query pool.
DocumentExpiry::Due DocumentExpiry::Look(Server& server, std::shared_ptr<doc::Index> index,
                                         int64_t cutoff_ms) {
  Due due;
  due.cutoff_ms = cutoff_ms;
  const std::unique_ptr<ReadView> view = server.engine().NewReadView();
  const auto [lower, upper] = KeysUpTo(*index, cutoff_ms);
  const auto it = view->NewIterator(Family::kIndex, lower, upper);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    due.more = due.ordered_ids.size() == kDuePerLook;
    if (due.more) break;
    const auto entry =
        doc::ParseIndexEntry(index->spec, it->key().substr(sizeof(uint32_t)), it->value());
    if (entry.ok()) due.ordered_ids.emplace_back(entry->ordered_id);
  }
  due.index = std::move(index);
  return due;
}

void DocumentExpiry::Continue() {
  if (due_.empty() || posted_ || server_.is_ending()) return;
  // What can't be written now is looked for again.
  if (!server_.WriteRefusal().empty() || server_.clients().paused()) return due_.clear();
  posted_ = true;
  server_.shards().OnAllShards([this] {
    posted_ = false;
    DeleteSlice();
  });
}

std::string DocumentExpiry::IdIfDue(const Due& due, const std::string& ordered_id) const {
  KeyRef ref = MakeDocumentRef(ordered_id, due.index->collection, server_.shards().shard_count());
  std::string value;
  const Result<bool> found = server_.shards().Read(ref, &value);
  if (!found.ok() || !*found) return {};
  const Result<doc::StoredDocument> stored = doc::DecodeStored(value);
  if (!stored.ok() || !IsDue(*due.index, stored->doc, due.cutoff_ms)) return {};
  std::string id;
  doc::WriteJsonValue(stored->doc.Find(doc::kIdField), doc::JsonMode::kCanonical, &id);
  return id;
}

void DocumentExpiry::DeleteSlice() {
  if (due_.empty()) return;
  Due& due = due_.back();
  const bool is_there = server_.shards().FindIndex(due.index->id) == due.index;
  const Collection* collection =
      is_there ? server_.shards().CollectionOf(due.index->collection) : nullptr;
  std::vector<std::string> arguments;
  size_t looked = 0;
  for (; collection != nullptr && looked < kDeletedPerSlice && due.next < due.ordered_ids.size();
       ++looked) {
    std::string id = IdIfDue(due, due.ordered_ids[due.next++]);
    if (!id.empty()) arguments.push_back(std::move(id));
  }
  if (!arguments.empty()) {
    arguments.insert(arguments.begin(), {"doc.del", collection->name});
    const Status deleted = server_.dispatcher().RunInternally(arguments, collection->database);
    if (deleted.ok()) expired_ += arguments.size() - 2;
  }
  const bool more = due.more;
  if (collection == nullptr || due.next == due.ordered_ids.size()) due_.pop_back();
  server_.PostToLoop([this, more] {
    Continue();
    if (!due_.empty() || !more) return;
    // A look sees what is deleted once it is drained; until then it would find the same.
    server_.shards().drainer().Request([this](const Status& drained) {
      if (drained.ok()) server_.PostToLoop([this] { Tick(); });
    });
  });
}

}  // namespace veddb
