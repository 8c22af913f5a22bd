// SPDX-License-Identifier: BSD-3-Clause
#include "server/index_builder.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/coding.h"
#include "base/kill_point.h"
#include "base/logging.h"
#include "doc/value/stored.h"
#include "server/server.h"
#include "storage/key_codec.h"
#include "storage/read_view.h"

namespace veddb {
namespace {

// What is read at once: documents, and bytes of their entries.
constexpr size_t kPieceDocuments = 2000;
constexpr size_t kPieceBytes = size_t{4} << 20;
// What the loop may spend on it at once, and how much is done between two looks at the clock.
constexpr int64_t kSliceMicros = 500;
constexpr size_t kDocumentsPerStep = 32;
// While the store or memory take no writes it is tried again after so long.
constexpr int64_t kRetryMillis = 20;

size_t BytesOf(const doc::IndexEntries& entries) {
  size_t bytes = 0;
  for (const doc::IndexEntry& entry : entries.entries)
    bytes += entry.key.size() + entry.value.size();
  return bytes;
}

Error Dropped(const std::string& name) {
  return MakeError(ErrorCode::kNoIndex, "index '" + name + "' was dropped while it was built");
}

}  // namespace

IndexBuilder::IndexBuilder(Server& server)
    : server_(server), alarm_(server.loop().NewAlarm([this] { Continue(); })) {}

void IndexBuilder::Begin() {
  if (current_ != nullptr || server_.healer().memory_void() || server_.is_ending()) return;
  const std::vector<std::shared_ptr<doc::Index>> due = server_.shards().BuildingIndexes();
  if (due.empty()) return;
  current_ = due.front();
  piece_ = nullptr;
  ++run_;
  LogNotice("Building index " + current_->spec.name + ".");
  // What was changed before writers began to take note must be in the store.
  server_.shards().drainer().Request([this, run = run_](const Status& drained) {
    server_.PostToLoop([this, run, drained] {
      if (run != run_) return;
      if (!drained.ok()) {
        current_ = nullptr;  // it begins again at the next tick
        return;
      }
      Read(current_->built_to);
    });
  });
}

void IndexBuilder::Read(std::string after) {
  const uint64_t read = server_.shards().BeginRead();
  server_.shards().pool().Submit(
      [this, index = current_, after = std::move(after), run = run_, read] {
        auto piece = std::make_shared<Piece>(ReadPiece(server_, *index, after));
        server_.PostToLoop([this, piece, run, read] {
          server_.shards().EndRead(read);
          if (run == run_) TakePiece(piece);
        });
      });
}

// In the query pool.
IndexBuilder::Piece IndexBuilder::ReadPiece(Server& server, const doc::Index& index,
                                            const std::string& after) {
  Piece piece;
  const std::unique_ptr<ReadView> view = server.engine().NewReadView();
  const std::string begin = DocKey(index.collection, {});
  const auto it = view->NewIterator(Family::kDocs, begin, PrefixEnd(begin), {.fill_cache = false});
  const std::string from = DocKey(index.collection, after);
  it->Seek(from);
  if (!after.empty() && it->Valid() && it->key() == from) it->Next();
  size_t bytes = 0;
  for (; it->Valid(); it->Next()) {
    if (piece.documents.size() == kPieceDocuments || bytes >= kPieceBytes) return piece;
    Piece::Document& made = piece.documents.emplace_back();
    made.ordered_id = std::string(it->key().substr(begin.size()));
    const Result<doc::StoredDocument> stored = doc::DecodeStored(it->value());
    const Status status =
        stored.ok() ? doc::MakeIndexEntries(index.spec, stored->doc, made.ordered_id, &made.entries)
                    : Status(stored.error());
    if (!status.ok()) made.error = status.error();
    bytes += BytesOf(made.entries);
  }
  piece.status = it->status();
  piece.last = piece.status.ok();
  return piece;
}

void IndexBuilder::TakePiece(const std::shared_ptr<Piece>& piece) {
  if (!piece->status.ok()) {
    LogWarning("Building index " + current_->spec.name +
               " stops for the present: " + piece->status.error().message);
    current_ = nullptr;  // it begins again at the next tick
    ++run_;
    return;
  }
  piece_ = piece;
  next_ = 0;
  Continue();
}

void IndexBuilder::RetryLater() { alarm_.SetAfter(kRetryMillis); }

void IndexBuilder::Continue() {
  if (current_ == nullptr || piece_ == nullptr || posted_ || server_.is_ending()) return;
  if (server_.shards().FindIndex(current_->id) != current_) return Finish();
  if (!server_.WriteRefusal().empty() || server_.memory().WritersMustWait()) return RetryLater();
  posted_ = true;
  server_.shards().OnAllShards([this, run = run_] {
    posted_ = false;
    if (run == run_) RunSlice();
  });
}

void IndexBuilder::RunSlice() {
  // It may have been dropped, or memory made anew, while this waited.
  if (current_ == nullptr || piece_ == nullptr) return;
  if (server_.shards().FindIndex(current_->id) != current_) return Finish();
  const int64_t begun_us = MonoMicros();
  bool more = true;
  while (more && MonoMicros() - begun_us < kSliceMicros) {
    const Result<bool> stepped = Step(*current_);
    if (!stepped.ok()) return Fail(current_, stepped.error());
    more = *stepped;
  }
  KILL_POINT("index.chunk_built");
  figures_.longest_slice_us = std::max(figures_.longest_slice_us, MonoMicros() - begun_us);
  if (more) {
    server_.PostToLoop([this, run = run_] {
      if (run == run_) Continue();
    });
  } else if (!piece_->last) {
    piece_ = nullptr;
    Read(current_->built_to);
  } else {
    server_.shards().SetIndexReady(*current_);
    LogNotice("Index " + current_->spec.name + " is ready.");
    ++figures_.built;
    Answer(current_->id, Ok());
    Finish();
  }
}

doc::ShardIndex& IndexBuilder::PartOf(const doc::Index& index, uint16_t shard) const {
  doc::ShardCollection* collection =
      doc::ShardCollectionOf(server_.shards().Documents(shard, index.collection));
  for (doc::ShardIndex& one : collection->indexes) {
    if (one.index.get() == &index) return one;
  }
  CHECK(false);
}

// The next document in order of `_id` that the build has not come to.
IndexBuilder::Next IndexBuilder::Peek(const doc::Index& index) {
  Next next;
  std::vector<Piece::Document>& documents = piece_->documents;
  if (next_ < documents.size()) {
    next.read = &documents[next_];
    next.id = next.read->ordered_id;
  }
  for (uint16_t shard = 0; shard < server_.shards().shard_count(); ++shard) {
    const auto& touched = PartOf(index, shard).touched;
    if (touched.empty()) continue;
    const Bytes id = *touched.begin();
    // What lies behind the piece comes with the next one.
    if (!piece_->last && id > documents.back().ordered_id) continue;
    if (!next.id.empty() && id > next.id) continue;
    if (id != next.id) next.read = nullptr;
    next.touched_on = shard;
    next.id = id;
  }
  return next;
}

Status IndexBuilder::AddTouched(const doc::Index& index, const Next& next,
                                doc::IndexChanges& changes) {
  ShardSet& shards = server_.shards();
  KeyRef ref = MakeDocumentRef(next.id, index.collection, shards.shard_count());
  std::string value;
  if (!TRY(shards.Read(ref, &value))) return Ok();
  const doc::StoredDocument stored = TRY(doc::DecodeStored(value));
  return changes.AddMissing(PartOf(index, ref.shard), ref, stored.doc);
}

Status IndexBuilder::AddRead(const doc::Index& index, Piece::Document& document,
                             doc::IndexChanges& changes) {
  if (document.error) return *document.error;
  const uint16_t shard =
      MakeDocumentRef(document.ordered_id, index.collection, server_.shards().shard_count()).shard;
  changes.AddEntries(PartOf(index, shard), shard, std::move(document.entries));
  return Ok();
}

Result<bool> IndexBuilder::Step(doc::Index& index) {
  doc::IndexChanges changes(&server_.shards());
  std::string built_to = index.built_to;
  size_t done = 0;
  for (; done < kDocumentsPerStep; ++done) {
    const Next next = Peek(index);
    if (next.id.empty()) break;
    built_to = std::string(next.id);
    if (next.read != nullptr) ++next_;
    if (next.touched_on) {
      TRY(AddTouched(index, next, changes));
      PartOf(index, *next.touched_on).touched.erase(built_to);
    } else {
      TRY(AddRead(index, *next.read, changes));
    }
  }
  TRY(changes.Check());
  changes.Apply();
  index.scanned.fetch_add(done, std::memory_order_relaxed);
  if (built_to != index.built_to) server_.shards().SetIndexBuilt(index, built_to);
  return done == kDocumentsPerStep;
}

void IndexBuilder::Fail(const std::shared_ptr<doc::Index>& index, const Error& error) {
  LogWarning("Index " + index->spec.name + " could not be built: " + error.Wire());
  ++figures_.failed;
  const uint32_t id = index->id;
  const Collection* collection = server_.shards().CollectionOf(index->collection);
  server_.shards().DropIndex(*collection, id);
  Answer(id, error);
  Finish();
}

void IndexBuilder::Finish() {
  current_ = nullptr;
  piece_ = nullptr;
  ++run_;
  server_.PostToLoop([this] { Begin(); });
}

// --- those who wait ---

void IndexBuilder::Wait(Client& client, const doc::Index& index) {
  waiting_.push_back({.slot = ReplySlot(server_, client),
                      .client_id = client.session.id,
                      .index = index.id,
                      .name = index.spec.name});
  client.Block();
  Begin();
}

void IndexBuilder::Reply(Waiting& waiting, const Status& status) {
  if (status.ok()) {
    std::string text;
    veddb::Reply(text, waiting.slot.protocol()).Bulk(waiting.name);
    waiting.slot.Fill(std::move(text));
  } else {
    waiting.slot.Fill(status.error());
  }
  if (Client* client = server_.FindClient(waiting.client_id)) client->Unblock();
}

void IndexBuilder::Answer(uint32_t index, const Status& status) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto next = std::next(it);
    if (it->index == index) {
      std::list<Waiting> over;
      over.splice(over.end(), waiting_, it);
      Reply(over.front(), status);
    }
    it = next;
  }
}

void IndexBuilder::Tick() {
  for (bool found = true; found;) {
    found = false;
    for (const Waiting& waiting : waiting_) {
      const std::shared_ptr<doc::Index> index = server_.shards().FindIndex(waiting.index);
      if (index != nullptr && !index->ready()) continue;
      Answer(waiting.index, index != nullptr ? Ok() : Status(Dropped(waiting.name)));
      found = true;
      break;
    }
  }
  Begin();
  Continue();
}

}  // namespace veddb
