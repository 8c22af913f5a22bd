// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/document_cursor.h"

#include <algorithm>
#include <utility>

#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

// Reads as it is asked.
class StreamCursor final : public DocumentCursor {
 public:
  StreamCursor(std::shared_ptr<const Snapshot> snapshot, std::unique_ptr<Query> query,
               std::unique_ptr<QueryPlan> plan)
      : DocumentCursor(query->options.batch),
        snapshot_(std::move(snapshot)),
        query_(std::move(query)),
        budget_(CurrentDocLimits().memory_bytes_max),
        source_(snapshot_.get(), query_.get(), &budget_),
        plan_(std::move(plan)),
        run_(plan_->Run(source_)),
        writer_(&query_->options) {}

  size_t memory_bytes() const override {
    // The filter's nodes take about as much again as its BSON.
    return kMemoryBytes + 2 * query_->filter.document().size() + run_.memory_bytes();
  }
  bool ended() const override { return ended_; }

  Result<FoundDocuments> Next(uint64_t count) override {
    // TIMEOUT is for each batch by itself; the first one's began with the command.
    if (begun_) query_->deadline_ns = DeadlineOf(query_->options);
    begun_ = true;
    FoundDocuments found;
    while (found.count() < count) {
      const doc::FoundDocument* next = TRY(run_.Next());
      if (next == nullptr) {
        ended_ = true;
        return found;
      }
      Reply reply(found.text, Protocol::kResp2);
      TRY(writer_.Write(next->stored, next->array_index, reply));
      found.ends.push_back(found.text.size());
    }
    ended_ = !TRY(run_.Rest());
    return found;
  }

 private:
  // Of the parts of a cursor without what its filter holds.
  static constexpr size_t kMemoryBytes = 4096;

  const std::shared_ptr<const Snapshot> snapshot_;
  const std::unique_ptr<Query> query_;
  MemoryBudget budget_;
  SnapshotSource source_;
  const std::unique_ptr<QueryPlan> plan_;
  doc::PlanRun run_;
  DocumentWriter writer_;
  bool begun_ = false;
  bool ended_ = false;
};

// Has found everything already: what is sorted can't be read piece by piece, and what a transaction
// sees is gone after it.
class KeptCursor final : public DocumentCursor {
 public:
  KeptCursor(uint64_t batch, FoundDocuments all) : DocumentCursor(batch), all_(std::move(all)) {}

  size_t memory_bytes() const override {
    return sizeof *this + all_.text.capacity() + all_.ends.capacity() * sizeof(size_t);
  }
  bool ended() const override { return next_ == all_.count(); }

  Result<FoundDocuments> Next(uint64_t count) override {
    FoundDocuments found;
    const size_t to = next_ + std::min<uint64_t>(count, all_.count() - next_);
    if (to == next_) return found;
    const size_t begin = next_ == 0 ? 0 : all_.ends[next_ - 1];
    found.text = all_.text.substr(begin, all_.ends[to - 1] - begin);
    for (; next_ < to; ++next_) found.ends.push_back(all_.ends[next_] - begin);
    return found;
  }

 private:
  const FoundDocuments all_;
  size_t next_ = 0;
};

// What a cursor has yet to yield. MEMORYLIMIT if that is too much.
Result<FoundDocuments> ReadAll(DocumentCursor& cursor, MemoryBudget& budget) {
  constexpr uint64_t kDocumentsAtOnce = 64;
  FoundDocuments all;
  while (!cursor.ended()) {
    const FoundDocuments more = TRY(cursor.Next(kDocumentsAtOnce));
    TRY(budget.Take(more.text.size() + more.ends.size() * sizeof(size_t)));
    for (const size_t end : more.ends) all.ends.push_back(all.text.size() + end);
    all.text += more.text;
  }
  return all;
}

Result<std::unique_ptr<DocumentCursor>> OpenCursor(Call& call, Query& query) {
  MemoryBudget budget(CurrentDocLimits().memory_bytes_max);
  const uint64_t batch = query.options.batch;
  auto own_query = std::make_unique<Query>(std::move(query));
  auto plan = TRY(QueryPlan::Choose(own_query.get(), call.snapshot, doc::PlanOutput::kDocuments));
  const auto keep = [batch](FoundDocuments all) -> std::unique_ptr<DocumentCursor> {
    return std::make_unique<KeptCursor>(batch, std::move(all));
  };
  const Protocol protocol = call.reply.protocol();
  if (!plan->streams()) {
    return keep(TRY(plan->scans_collection()
                        ? FindSorted(*call.snapshot, *own_query, protocol, budget)
                        : FindPlanned(*call.snapshot, *own_query, *plan, protocol, budget)));
  }
  if (call.keep_snapshot) {
    return std::unique_ptr<DocumentCursor>(std::make_unique<StreamCursor>(
        call.keep_snapshot(), std::move(own_query), std::move(plan)));
  }
  const std::shared_ptr<const Snapshot> borrowed(call.snapshot, [](const Snapshot*) {});
  StreamCursor stream(borrowed, std::move(own_query), std::move(plan));
  return KeepRest(stream);
}

}  // namespace

Result<std::unique_ptr<DocumentCursor>> KeepRest(DocumentCursor& cursor) {
  MemoryBudget budget(CurrentDocLimits().memory_bytes_max);
  FoundDocuments all = TRY(ReadAll(cursor, budget));
  return std::unique_ptr<DocumentCursor>(
      std::make_unique<KeptCursor>(cursor.batch(), std::move(all)));
}

Status BeginCursor(Call& call, Query& query) {
  return ReplyFirstBatch(call, TRY(OpenCursor(call, query)));
}

Status ReplyFirstBatch(Call& call, std::unique_ptr<DocumentCursor> cursor) {
  const FoundDocuments first = TRY(cursor->Next(cursor->batch()));
  std::string id(kNoMoreBatches);
  if (!cursor->ended()) id = TRY(call.cursors->Add(call.user, std::move(cursor)));
  WriteBatch(id, first, call.reply);
  return Ok();
}

void WriteFound(const FoundDocuments& found, Reply& reply) {
  reply.Array(found.count());
  reply.Raw(found.text);
}

void WriteBatch(Bytes id, const FoundDocuments& found, Reply& reply) {
  reply.Array(2);
  reply.Bulk(id);
  WriteFound(found, reply);
}

}  // namespace veddb
