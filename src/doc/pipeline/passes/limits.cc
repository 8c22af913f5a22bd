// SPDX-License-Identifier: BSD-3-Clause
// The passes about $limit and $skip.
#include <algorithm>

#include "doc/pipeline/passes/passes.h"
#include "doc/pipeline/stages/limit_skip.h"
#include "doc/pipeline/stages/sort.h"

namespace veddb::doc {
namespace {

constexpr uint64_t kCountMax = INT64_MAX;

const LimitStage* AsLimit(const StagePtr& stage) {
  return dynamic_cast<const LimitStage*>(stage.get());
}
const SkipStage* AsSkip(const StagePtr& stage) {
  return dynamic_cast<const SkipStage*>(stage.get());
}

StagePtr SkipOf(uint64_t skip) {
  const std::string number = TaggedInt64(static_cast<int64_t>(skip));
  return std::make_shared<SkipStage>(Element{"$skip", TaggedView(number)}, skip);
}

// Of two that follow each other; null: they are not of one kind.
StagePtr Merged(const StagePtr& first, const StagePtr& second) {
  const LimitStage* limit = AsLimit(first);
  const LimitStage* next_limit = AsLimit(second);
  if (limit != nullptr && next_limit != nullptr) {
    return limit->limit() <= next_limit->limit() ? first : second;
  }
  const SkipStage* skip = AsSkip(first);
  const SkipStage* next_skip = AsSkip(second);
  if (skip == nullptr || next_skip == nullptr) return nullptr;
  return SkipOf(std::min(kCountMax, skip->skip() + next_skip->skip()));
}

}  // namespace

bool PullLimitForward(Stages& stages, const expression::Scope&) {
  bool changed = false;
  for (size_t i = 1; i < stages.size(); ++i) {
    if (AsLimit(stages[i]) == nullptr && AsSkip(stages[i]) == nullptr) continue;
    for (size_t at = i; at > 0 && stages[at - 1]->traits().one_to_one; --at) {
      std::swap(stages[at - 1], stages[at]);
      changed = true;
    }
  }
  return changed;
}

bool MergeLimits(Stages& stages, const expression::Scope&) {
  bool changed = false;
  for (size_t i = 1; i < stages.size();) {
    StagePtr merged = Merged(stages[i - 1], stages[i]);
    if (merged == nullptr) {
      ++i;
      continue;
    }
    stages[i - 1] = std::move(merged);
    stages.erase(stages.begin() + static_cast<ptrdiff_t>(i));
    changed = true;
  }
  return changed;
}

bool PutLimitIntoSort(Stages& stages, const expression::Scope&) {
  bool changed = false;
  for (size_t i = 0; i + 1 < stages.size(); ++i) {
    const auto* sort = dynamic_cast<const SortStage*>(stages[i].get());
    if (sort == nullptr) continue;
    const SkipStage* skip = AsSkip(stages[i + 1]);
    const size_t place = i + (skip != nullptr ? 2 : 1);
    const LimitStage* limit = place < stages.size() ? AsLimit(stages[place]) : nullptr;
    if (limit == nullptr) continue;
    const uint64_t skipped = skip != nullptr ? skip->skip() : 0;
    stages[i] = sort->WithLimit(std::min(kCountMax, limit->limit() + skipped));
    // What comes out of the sort, without what is skipped, is what the limit lets through.
    stages.erase(stages.begin() + static_cast<ptrdiff_t>(place));
    changed = true;
  }
  return changed;
}

}  // namespace veddb::doc
