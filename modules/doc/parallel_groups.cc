// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/parallel_groups.h"

#include <algorithm>
#include <atomic>
#include <deque>

#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/document_queue.h"
#include "modules/doc/planned_source.h"

namespace veddb {
namespace {

const doc::GroupStage* GroupAt(const doc::Pipeline& pipeline, size_t place) {
  return dynamic_cast<const doc::GroupStage*>(pipeline.stages()[place].get());
}

// What the stages of one part see. Owned by: the thread of the part.
class PartContext final : public doc::PipelineContext {
 public:
  PartContext(doc::PipelineContext& whole, const Aggregation& aggregation, uint64_t seed,
              size_t memory_bytes_max, const std::atomic<bool>& failed)
      : whole_(whole),
        aggregation_(aggregation),
        seed_(seed),
        memory_bytes_max_(memory_bytes_max),
        failed_(failed) {}

  Status MayGoOn() override {
    stopped_ = stopped_ || failed_.load(std::memory_order_relaxed);
    if (stopped_) return Err("another part has failed");
    return aggregation_.MayGoOn();
  }
  // Whether its error only says that another part has one.
  bool stopped() const { return stopped_; }
  size_t memory_bytes_max() const override { return memory_bytes_max_; }
  // Files of the whole are made by any thread.
  Result<std::unique_ptr<doc::SpillFile>> NewSpillFile() override { return whole_.NewSpillFile(); }
  uint64_t NewSeed() override { return seed_ += 0x9E3779B97F4A7C15ULL; }
  int64_t now_ms() const override { return whole_.now_ms(); }
  // Stages that ask for these do not run in parts.
  Result<doc::StageRunPtr> OpenCollection(const doc::CollectionRead& /*read*/) override {
    return Err("a part reads no other collection");
  }
  bool HasIndex(Bytes /*collection*/, Bytes /*path*/) override { return false; }
  Result<std::vector<std::string>> Inspect(doc::Inspection /*what*/) override {
    return Err("a part inspects nothing");
  }

 private:
  doc::PipelineContext& whole_;
  const Aggregation& aggregation_;
  uint64_t seed_;
  const size_t memory_bytes_max_;
  const std::atomic<bool>& failed_;
  bool stopped_ = false;
};

// The saved groups of all parts, one part behind the other. All is done at the first question.
class PartsRun final : public doc::StageRun {
 public:
  PartsRun(doc::PipelineContext& context, const Aggregation& aggregation, const Snapshot& snapshot,
           LeadingPlan leading, size_t group)
      : context_(context),
        aggregation_(aggregation),
        snapshot_(snapshot),
        plan_(std::move(leading.plan)),
        first_(leading.first),
        group_(group) {}

  Status Next(size_t wanted, doc::DocumentBatch* out) override {
    if (!done_) TRY(RunParts());
    done_ = true;
    buffer_.Clear();
    while (!groups_.empty() && buffer_.size() < wanted && !buffer_.full()) {
      if (groups_.front().empty()) {
        groups_.pop_front();
        continue;
      }
      buffer_.Add(TRY(groups_.front().Pop()));
    }
    buffer_.Publish(out);
    return Ok();
  }
  Status Rest() override { return Ok(); }
  size_t memory_bytes() const override {
    size_t bytes = buffer_.memory_bytes();
    for (const doc::DocumentQueue& queue : groups_) bytes += queue.memory_bytes();
    return bytes;
  }
  uint64_t spilled_bytes() const override { return spilled_bytes_; }

 private:
  struct Part {
    std::string lower;
    std::string upper;
    std::unique_ptr<PartContext> context;
    Status outcome;
    uint64_t spilled_bytes = 0;
  };

  Status RunParts();
  void MakeParts();
  Status RunPart(Part& part, doc::DocumentQueue& groups) const;

  doc::PipelineContext& context_;
  const Aggregation& aggregation_;
  const Snapshot& snapshot_;
  const std::unique_ptr<const QueryPlan> plan_;
  const size_t first_;
  const size_t group_;
  bool done_ = false;
  std::atomic<bool> failed_{false};  // any thread's; the parts after it need not go on
  std::deque<Part> parts_;
  std::deque<doc::DocumentQueue> groups_;  // one a part
  uint64_t spilled_bytes_ = 0;
  doc::DocumentBuffer buffer_;
};

// Of what a stage may keep, half is for the groups under way, and half for those that are done.
void PartsRun::MakeParts() {
  const auto wanted =
      static_cast<int>(snapshot_.Parts(KeyspaceKind::kDocuments, aggregation_.collection));
  std::vector<std::string> cuts =
      snapshot_.Cuts(KeyspaceKind::kDocuments, aggregation_.collection, wanted);
  cuts.insert(cuts.begin(), "");
  cuts.emplace_back("");
  const size_t count = cuts.size() - 1;
  const size_t memory = context_.memory_bytes_max() / 2;
  const size_t threads = std::clamp<size_t>(snapshot_.threads(), 1, count);
  for (size_t i = 0; i < count; ++i) {
    auto context = std::make_unique<PartContext>(context_, aggregation_, context_.NewSeed(),
                                                 memory / threads, failed_);
    groups_.emplace_back(*context, memory / count);
    parts_.push_back({cuts[i], cuts[i + 1], std::move(context), Ok(), 0});
  }
}

Status PartsRun::RunParts() {
  MakeParts();
  snapshot_.ForEachPart(parts_.size(), [this](size_t i) {
    parts_[i].outcome = RunPart(parts_[i], groups_[i]);
    if (!parts_[i].outcome.ok()) failed_.store(true, std::memory_order_relaxed);
  });
  for (Part& part : parts_) {
    spilled_bytes_ += part.spilled_bytes;
    if (!part.context->stopped()) TRY(std::move(part.outcome));
  }
  return Ok();
}

Status PartsRun::RunPart(Part& part, doc::DocumentQueue& groups) const {
  PartContext& context = *part.context;
  TRY(context.MayGoOn());
  auto source = std::make_unique<PlannedSource>(context, &snapshot_, &aggregation_, plan_.get());
  source->ReadOnly(part.lower, part.upper);
  doc::StageRunPtr run = std::move(source);
  const doc::Stages& stages = aggregation_.pipeline.stages();
  for (size_t i = first_; i < group_; ++i) run = TRY(stages[i]->Open(context, std::move(run)));
  run = TRY(GroupAt(aggregation_.pipeline, group_)->OpenPart(context, std::move(run)));
  doc::DocumentBatch batch;
  do {
    batch.clear();
    TRY(run->Next(doc::kBatchDocuments, &batch));
    for (const doc::DocView group : batch.documents) TRY(groups.Push(group));
  } while (!batch.empty());
  for (doc::StageRun* one = run.get(); one != nullptr; one = one->input()) {
    part.spilled_bytes += one->spilled_bytes();
  }
  part.spilled_bytes += groups.spilled_bytes();
  return Ok();
}

}  // namespace

std::optional<size_t> GroupOfParts(const Aggregation& aggregation, const Snapshot& snapshot,
                                   const LeadingPlan& leading) {
  const doc::PlanRequest& request = leading.plan->request();
  if (!leading.plan->scans_collection() || !leading.plan->streams()) return std::nullopt;
  if (request.skip != 0 || request.limit != 0 || !aggregation.foreign.empty()) return std::nullopt;
  if (snapshot.threads() < 2) return std::nullopt;
  if (snapshot.Parts(KeyspaceKind::kDocuments, aggregation.collection) < 2) return std::nullopt;
  const doc::Stages& stages = aggregation.pipeline.stages();
  size_t place = leading.first;
  while (place < stages.size() && stages[place]->traits().may_run_in_parts) ++place;
  if (place == stages.size() || GroupAt(aggregation.pipeline, place) == nullptr) {
    return std::nullopt;
  }
  return place;
}

Result<doc::StageRunPtr> OpenGroupOfParts(doc::PipelineContext& context,
                                          const Aggregation& aggregation, const Snapshot& snapshot,
                                          LeadingPlan leading, size_t group) {
  auto parts =
      std::make_unique<PartsRun>(context, aggregation, snapshot, std::move(leading), group);
  return GroupAt(aggregation.pipeline, group)->OpenMerge(context, std::move(parts));
}

}  // namespace veddb
