// SPDX-License-Identifier: BSD-3-Clause
// Aggregation: a pipeline over a collection as a command asks for it. AggregationRun: one run of it
// on a snapshot.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "doc/pipeline/pipeline.h"
#include "modules/doc/query.h"
#include "modules/doc/query_plan.h"

namespace veddb {

// The collection's name of a pipeline that makes its own documents.
inline constexpr Bytes kNoCollection = "*";

// The filter is the pipeline's leading $match, which is a stage no more.
struct Aggregation : Query {
  doc::Pipeline pipeline;
};

// Reads collection argv[1], the pipeline argv[2] and the options behind.
Status ParseAggregation(PrepareCall& prepare, Aggregation& aggregation);

// What stages see of a command. Owned by: one thread.
class AggregationRun final : public doc::PipelineContext {
 public:
  // NOINDEX, BADQUERY. `snapshot`: null if there is no collection. REQUIRES: both outlive the run.
  static Result<std::unique_ptr<AggregationRun>> Open(const Aggregation* aggregation,
                                                      const Snapshot* snapshot);

  // See StageRun.
  Status Next(size_t wanted, doc::DocumentBatch* out);
  Status Rest() { return last_->Rest(); }
  // Of all stages.
  size_t stage_memory_bytes() const;

  Status MayGoOn() override;
  size_t memory_bytes_max() const override { return memory_bytes_max_; }
  Result<std::unique_ptr<doc::SpillFile>> NewSpillFile() override;
  uint64_t NewSeed() override;
  Result<doc::StageRunPtr> OpenCollection(const doc::CollectionRead& read) override;
  int64_t now_ms() const override { return now_ms_; }

 private:
  AggregationRun(const Aggregation* aggregation, const Snapshot* snapshot);
  Result<doc::StageRunPtr> OpenSource();

  const Aggregation* const aggregation_;
  const Snapshot* const snapshot_;
  const size_t memory_bytes_max_;
  const int64_t now_ms_;
  uint64_t seed_;
  doc::StageRunPtr last_;
};

}  // namespace veddb
