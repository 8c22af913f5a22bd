// SPDX-License-Identifier: BSD-3-Clause
// $sort. With a limit it keeps no more than so many documents; else it spills what is too much for
// memory. Ties are broken by `_id`, then by the order in which documents come.
#pragma once
#include "doc/pipeline/stage.h"
#include "doc/query/sort.h"

namespace veddb::doc {

class SortStage final : public Stage {
 public:
  // `limit`: of a $limit that followed; 0: none.
  SortStage(const Element& written, SortSpec sort, uint64_t limit)
      : Stage(written), sort_(std::move(sort)), limit_(limit) {}

  const SortSpec& sort() const { return sort_; }
  uint64_t limit() const { return limit_; }
  // The same sort that keeps no more than so many documents. REQUIRES: limit > 0
  StagePtr WithLimit(uint64_t limit) const;

  void AppendSpec(DocBuilder* out) const override;
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override;

 private:
  const SortSpec sort_;
  const uint64_t limit_;
};

// The first `limit` of what comes, in this order; null: as many by chance, in any order. REQUIRES:
// limit > 0, and the sort outlives the run
StageRunPtr OpenTop(const SortSpec* sort, uint64_t limit, PipelineContext& context,
                    StageRunPtr input);

}  // namespace veddb::doc
