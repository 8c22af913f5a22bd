// SPDX-License-Identifier: BSD-3-Clause
// $sample: so many documents by chance, each as likely as any other.
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/sort.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

class SampleStage final : public Stage {
 public:
  SampleStage(const Element& written, uint64_t size) : Stage(written), size_(size) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    return OpenTop(nullptr, size_, context, std::move(input));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override {
    return {.replaces = false, .reads = {.whole_document = false, .paths = {}, .chance = true}};
  }

 private:
  const uint64_t size_;
};

}  // namespace

Result<StagePtr> ParseSampleStage(const Element& stage, const PipelineScope&) {
  if (stage.value.type != BsonType::kObject) return BadStage("it takes an object with 'size'");
  StageOptions options(stage.value.Document());
  const std::optional<int64_t> size = WholeNumber(TRY(options.Need("size")));
  TRY(options.Finish());
  if (!size || *size <= 0) return BadStage("'size' has to be a whole number above 0");
  return StagePtr(std::make_shared<SampleStage>(stage, static_cast<uint64_t>(*size)));
}

}  // namespace veddb::doc
