// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/nested.h"

#include <algorithm>

#include "doc/pipeline/passes/passes.h"
#include "doc/pipeline/stages/match.h"

namespace veddb::doc {
namespace {

constexpr size_t kCollectionNameBytesMax = 255;

class ListRun final : public StageRun {
 public:
  explicit ListRun(std::vector<DocView> documents) : documents_(std::move(documents)) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    const size_t end = at_ + std::min(wanted, documents_.size() - at_);
    for (; at_ < end; ++at_) out->documents.push_back(documents_[at_]);
    return Ok();
  }
  Status Rest() override { return Ok(); }

 private:
  const std::vector<DocView> documents_;
  size_t at_ = 0;
};

bool BeginsWithDocuments(const Pipeline& pipeline) {
  return !pipeline.empty() && pipeline.stages()[0]->name() == "$documents";
}

}  // namespace

void NestedContext::SetVariables(std::vector<std::string> tagged) {
  tagged_ = std::move(tagged);
  const std::span<const ValueView> outer = outer_.variables();
  variables_.assign(outer.begin(), outer.end());
  for (const std::string& value : tagged_) variables_.push_back(TaggedView(value));
}

Result<StageRunPtr> ForeignPipeline::Open(PipelineContext& context) const {
  if (collection.empty()) return pipeline.Open(context, EmptySource());
  const auto* match =
      pipeline.empty() ? nullptr : dynamic_cast<const MatchStage*>(pipeline.stages()[0].get());
  StageRunPtr source =
      TRY(context.OpenCollection({.collection = collection,
                                  .filter = match == nullptr ? nullptr : &match->filter(),
                                  .variables = context.variables()}));
  return pipeline.Open(context, std::move(source), match == nullptr ? 0 : 1);
}

Result<ForeignPipeline> ParseForeignPipeline(ValueView from, ValueView array,
                                             std::span<const std::string> free,
                                             const PipelineScope& scope) {
  ForeignPipeline foreign;
  if (!array.missing()) {
    PipelineScope inner = scope;
    inner.place = PipelinePlace::kLookup;
    ++inner.depth;
    inner.expressions.free = free;
    const Pipeline written = TRY(Pipeline::Parse(array, inner));
    foreign.pipeline = Optimise(written, inner.expressions, nullptr);
  }
  if (from.missing()) {
    if (BeginsWithDocuments(foreign.pipeline)) return foreign;
    return BadStage("a collection is due, or a pipeline that begins with $documents");
  }
  if (from.type != BsonType::kString) return BadStage("the collection has to be a string");
  if (BeginsWithDocuments(foreign.pipeline)) {
    return BadStage("a pipeline that begins with $documents has no collection");
  }
  const Bytes name = from.String();
  if (name.empty() || name.size() > kCollectionNameBytesMax || name.find('\0') != Bytes::npos) {
    return BadStage("the collection's name has to have 1 to 255 bytes and no NUL");
  }
  foreign.collection = std::string(name);
  if (scope.foreign == nullptr) return BadStage("no other collection can be read here");
  scope.foreign->push_back({foreign.collection, false});
  return foreign;
}

StageRunPtr ListSource(std::vector<DocView> documents) {
  return std::make_unique<ListRun>(std::move(documents));
}

}  // namespace veddb::doc
