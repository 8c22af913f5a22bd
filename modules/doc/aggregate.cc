// SPDX-License-Identifier: BSD-3-Clause
// DOC.AGGREGATE: what comes out of a pipeline of stages over a collection.
#include <array>

#include "modules/doc/aggregate_write.h"
#include "modules/doc/aggregation.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/document_cursor.h"
#include "modules/doc/writer.h"

namespace veddb {
namespace {

// Reads as it is asked; peeks one document ahead, to know of the end.
class AggregateCursor final : public DocumentCursor {
 public:
  // `snapshot`: null if there is no collection.
  static Result<std::unique_ptr<AggregateCursor>> Open(std::shared_ptr<const Snapshot> snapshot,
                                                       std::unique_ptr<Aggregation> aggregation) {
    const uint64_t batch = aggregation->options.batch;
    std::unique_ptr<AggregateCursor> cursor(
        new AggregateCursor(batch, std::move(snapshot), std::move(aggregation)));
    cursor->run_ = TRY(AggregationRun::Open(cursor->aggregation_.get(), cursor->snapshot_.get()));
    return cursor;
  }

  size_t memory_bytes() const override { return kMemoryBytes + run_->stage_memory_bytes(); }
  bool ended() const override { return ended_; }

  Result<FoundDocuments> Next(uint64_t count) override {
    // TIMEOUT is for each batch by itself; the first one's began with the command.
    if (begun_) aggregation_->StartClock();
    begun_ = true;
    FoundDocuments found;
    while (found.count() < count && TRY(Fill())) {
      Reply reply(found.text, Protocol::kResp2);
      TRY(writer_.Write({0, batch_.documents[at_++]}, doc::kNoArrayIndex, reply));
      found.ends.push_back(found.text.size());
    }
    ended_ = !TRY(Fill());
    aggregation_->WatchClient(nullptr);  // the next batch is another command's
    if (!ended_) TRY(run_->Rest());
    return found;
  }

 private:
  // Of the parts of a cursor without what its stages hold.
  static constexpr size_t kMemoryBytes = 8192;

  AggregateCursor(uint64_t batch, std::shared_ptr<const Snapshot> snapshot,
                  std::unique_ptr<Aggregation> aggregation)
      : DocumentCursor(batch),
        snapshot_(std::move(snapshot)),
        aggregation_(std::move(aggregation)),
        writer_(&aggregation_->options) {}

  // Is there another document, at batch_[at_]?
  Result<bool> Fill() {
    if (at_ < batch_.size()) return true;
    batch_.clear();
    at_ = 0;
    TRY(run_->Next(doc::kBatchDocuments, &batch_));
    return !batch_.empty();
  }

  const std::shared_ptr<const Snapshot> snapshot_;
  const std::unique_ptr<Aggregation> aggregation_;
  std::unique_ptr<AggregationRun> run_;
  doc::DocumentBatch batch_;
  size_t at_ = 0;
  DocumentWriter writer_;
  bool begun_ = false;
  bool ended_ = false;
};

Status PrepareAggregate(PrepareCall& prepare) {
  auto aggregation = std::make_unique<Aggregation>();
  TRY(ParseAggregation(prepare, *aggregation));
  if (aggregation->writing() != nullptr) {
    prepare.plan.route = Route::kAllShards;
    prepare.plan.writes = true;
  }
  prepare.plan.prepared = std::move(aggregation);
  return Ok();
}

Status BeginAggregateCursor(Call& call, Aggregation& aggregation) {
  auto own = std::make_unique<Aggregation>(std::move(aggregation));
  if (call.keep_snapshot) {
    return ReplyFirstBatch(call, TRY(AggregateCursor::Open(call.keep_snapshot(), std::move(own))));
  }
  const std::shared_ptr<const Snapshot> borrowed(call.snapshot, [](const Snapshot*) {});
  const auto cursor = TRY(AggregateCursor::Open(borrowed, std::move(own)));
  return ReplyFirstBatch(call, TRY(KeepRest(*cursor)));
}

Status AggregateAll(Call& call) {
  auto& aggregation = call.prepared_as<Aggregation>();
  if (aggregation.writing() != nullptr) {
    TRY(RunWriting(call, aggregation));
    if (aggregation.options.batch != 0) {
      WriteBatch(kNoMoreBatches, FoundDocuments(), call.reply);
    } else {
      WriteFound(FoundDocuments(), call.reply);
    }
    return Ok();
  }
  aggregation.WatchClient(call.client_gone_at);
  if (aggregation.options.batch != 0) return BeginAggregateCursor(call, aggregation);
  const auto run = TRY(AggregationRun::Open(&aggregation, call.snapshot));
  DocumentWriter writer(&aggregation.options);
  FoundDocuments found;
  doc::DocumentBatch batch;
  for (;;) {
    TRY(run->Next(doc::kBatchDocuments, &batch));
    if (batch.empty()) break;
    for (const doc::DocView doc : batch.documents) {
      Reply reply(found.text, call.reply.protocol());
      TRY(writer.Write({0, doc}, doc::kNoArrayIndex, reply));
      found.ends.push_back(found.text.size());
    }
  }
  WriteFound(found, call.reply);
  return Ok();
}

void Aggregate(Call& call) {
  const Status status = AggregateAll(call);
  if (!status.ok()) call.reply.Error(status.error());
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.aggregate",
                .summary = "Run a pipeline of stages over the documents of a collection.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "That of its stages; O(N) for most where N is the number of "
                              "documents, O(N*log(N)) to sort them.",
                .syntax = "collection pipeline [LET variables] [HINT index] [BATCH count] [MEMORY "
                          "bytes] [TIMEOUT milliseconds] [EJSON CANONICAL|RELAXED]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kSnapshot,
                .handler = Aggregate,
                .prepare = PrepareAggregate},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocAggregateCommands() { return kTable; }

}  // namespace veddb
