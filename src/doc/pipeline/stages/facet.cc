// SPDX-License-Identifier: BSD-3-Clause
// $facet: several pipelines over the same documents; one document with the array that each gives.
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/document_list.h"
#include "doc/pipeline/passes/passes.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

struct Facet {
  std::string name;
  Pipeline pipeline;
};

class FacetRun final : public InputRun {
 public:
  FacetRun(const std::vector<Facet>* facets, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), facets_(facets), context_(context), list_(context) {}

  Status Next(size_t, DocumentBatch* out) override {
    if (ended_) return Ok();
    ended_ = true;
    TRY(list_.AddAll(*input_));
    DocBuilder doc(buffer_.Begin());
    for (const Facet& facet : *facets_) {
      ArrayBuilder array = doc.Array(facet.name);
      TRY(Append(facet.pipeline, &array));
      array.Finish();
    }
    doc.Finish();
    TRY(buffer_.End("$facet"));
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return list_.memory_bytes() + buffer_.memory_bytes(); }
  uint64_t spilled_bytes() const override { return list_.spilled_bytes(); }

 private:
  Status Append(const Pipeline& pipeline, ArrayBuilder* array) {
    const StageRunPtr last = TRY(pipeline.Open(context_, list_.Read()));
    DocumentBatch batch;
    for (;;) {
      batch.clear();
      TRY(last->Next(kBatchDocuments, &batch));
      if (batch.empty()) return Ok();
      for (const DocView doc : batch.documents) array->Append(doc.AsValue(BsonType::kObject));
      TRY(buffer_.End("$facet"));  // as far as it has come
    }
  }

  const std::vector<Facet>* const facets_;
  PipelineContext& context_;
  DocumentList list_;
  DocumentBuffer buffer_;
  bool ended_ = false;
};

class FacetStage final : public Stage {
 public:
  FacetStage(const Element& written, std::vector<Facet> facets)
      : Stage(written), facets_(std::move(facets)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    return StageRunPtr(std::make_unique<FacetRun>(&facets_, context, std::move(input)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override;

 private:
  const std::vector<Facet> facets_;
};

StageFields FacetStage::fields() const {
  StageFields fields{.replaces = true, .reads = {}};
  for (const Facet& facet : facets_) fields.reads.Add(ReadsOf(facet.pipeline));
  return fields;
}

Status CheckName(Bytes name) {
  if (name.empty()) return BadStage("a field's name is empty");
  if (name.starts_with('$')) return BadStage("a field's name begins with '$'");
  if (name.find('.') != Bytes::npos) return BadStage("a field's name has a dot");
  return Ok();
}

}  // namespace

Result<StagePtr> ParseFacetStage(const Element& stage, const PipelineScope& scope) {
  if (stage.value.type != BsonType::kObject || stage.value.Document().empty()) {
    return BadStage("it takes an object of at least one pipeline");
  }
  PipelineScope inner = scope;
  inner.place = PipelinePlace::kFacet;
  ++inner.depth;
  std::vector<Facet> facets;
  for (const Element& element : stage.value.Document()) {
    TRY(CheckName(element.name));
    const Pipeline written = TRY(Pipeline::Parse(element.value, inner));
    facets.push_back({std::string(element.name), Optimise(written, inner.expressions, nullptr)});
  }
  return StagePtr(std::make_shared<FacetStage>(stage, std::move(facets)));
}

}  // namespace veddb::doc
