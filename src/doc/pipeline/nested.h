// SPDX-License-Identifier: BSD-3-Clause
// Pipelines over other collections, as $lookup and $unionWith have them: how they are parsed and
// opened.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "doc/pipeline/pipeline.h"
#include "doc/pipeline/spill.h"

namespace veddb::doc {

// A context with variables of its own; for all else it asks the one around it. Owned by: a run.
class NestedContext final : public PipelineContext {
 public:
  // REQUIRES: the outer one outlives it.
  explicit NestedContext(PipelineContext& outer) : outer_(outer) {}

  // Tagged values (none is missing), behind those that the outer context has. REQUIRES: no run that
  // was opened with others is asked any more
  void SetVariables(std::vector<std::string> tagged);

  Status MayGoOn() override { return outer_.MayGoOn(); }
  size_t memory_bytes_max() const override { return outer_.memory_bytes_max(); }
  Result<std::unique_ptr<SpillFile>> NewSpillFile() override { return outer_.NewSpillFile(); }
  uint64_t NewSeed() override { return outer_.NewSeed(); }
  Result<StageRunPtr> OpenCollection(const CollectionRead& read) override {
    return outer_.OpenCollection(read);
  }
  bool HasIndex(Bytes collection, Bytes path) override { return outer_.HasIndex(collection, path); }
  Result<std::vector<std::string>> Inspect(Inspection what) override {
    return outer_.Inspect(what);
  }
  int64_t now_ms() const override { return outer_.now_ms(); }
  std::span<const ValueView> variables() const override { return variables_; }

 private:
  PipelineContext& outer_;
  std::vector<std::string> tagged_;
  std::vector<ValueView> variables_;
};

// A pipeline over another collection; over none (empty name) if it begins with $documents.
struct ForeignPipeline {
  std::string collection;
  Pipeline pipeline;

  // The collection's documents, or those that the pipeline makes itself, through all its stages.
  Result<StageRunPtr> Open(PipelineContext& context) const;
};

// `from`: missing if it is not given. `array`: missing means the empty pipeline. `free`: variables
// that the pipeline may name, the outer ones included. BADQUERY.
Result<ForeignPipeline> ParseForeignPipeline(ValueView from, ValueView array,
                                             std::span<const std::string> free,
                                             const PipelineScope& scope);

// The documents of a list, each once, in its order. They outlive the run.
StageRunPtr ListSource(std::vector<DocView> documents);

}  // namespace veddb::doc
