// SPDX-License-Identifier: BSD-3-Clause
// $collStats, $indexStats: what is known of the pipeline's collection, as documents.
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

// Documents that are there when it begins.
class FactsRun final : public StageRun {
 public:
  explicit FactsRun(std::vector<std::string> facts) : facts_(std::move(facts)) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    for (; out->size() < wanted && at_ < facts_.size(); ++at_) {
      out->documents.emplace_back(facts_[at_]);
    }
    return Ok();
  }
  Status Rest() override { return Ok(); }

 private:
  const std::vector<std::string> facts_;
  size_t at_ = 0;
};

class CollStatsStage final : public Stage {
 public:
  CollStatsStage(const Element& written, bool count, bool storage)
      : Stage(written), count_(count), storage_(storage) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr) const override {
    const std::vector<std::string> known = TRY(context.Inspect(Inspection::kCollection));
    std::vector<std::string> facts(1);
    DocBuilder builder(facts.data());
    for (const Element& element : DocView(known.at(0))) {
      if (element.name == "count" && !count_) continue;
      if (element.name == "storageStats" && !storage_) continue;
      builder.Append(element.name, element.value);
    }
    builder.Finish();
    return StageRunPtr(std::make_unique<FactsRun>(std::move(facts)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override { return {.replaces = true, .reads = {}}; }

 private:
  const bool count_;
  const bool storage_;
};

class IndexStatsStage final : public Stage {
 public:
  explicit IndexStatsStage(const Element& written) : Stage(written) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr) const override {
    std::vector<std::string> facts = TRY(context.Inspect(Inspection::kIndexes));
    return StageRunPtr(std::make_unique<FactsRun>(std::move(facts)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override { return {.replaces = true, .reads = {}}; }
};

// `name: {}`
Result<bool> TakeEmpty(StageOptions& options, Bytes name) {
  const ValueView value = TRY(options.TakeTyped(name, BsonType::kObject));
  if (value.missing()) return false;
  if (!value.Document().empty()) {
    return BadStage("'" + std::string(name) + "' takes an empty object");
  }
  return true;
}

}  // namespace

Result<StagePtr> ParseCollStatsStage(const Element& stage, const PipelineScope&) {
  if (stage.value.type != BsonType::kObject) return BadStage("it takes an object");
  StageOptions options(stage.value.Document());
  const bool count = TRY(TakeEmpty(options, "count"));
  const bool storage = TRY(TakeEmpty(options, "storageStats"));
  TRY(options.Finish());
  return StagePtr(std::make_shared<CollStatsStage>(stage, count, storage));
}

Result<StagePtr> ParseIndexStatsStage(const Element& stage, const PipelineScope&) {
  if (stage.value.type != BsonType::kObject || !stage.value.Document().empty()) {
    return BadStage("it takes an empty object");
  }
  return StagePtr(std::make_shared<IndexStatsStage>(stage));
}

}  // namespace veddb::doc
