// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/passes/passes.h"

#include <array>

namespace veddb::doc {
namespace {

constexpr std::array kPasses = {
    Pass{"drop-useless", "Drops $match of everything and $skip of nothing.", DropUseless},
    Pass{
        "push-match-down",
        "Moves the conditions of $match to the front as far as their fields are left as they were.",
        PushMatchDown},
    Pass{"merge-matches", "Makes one $match of several that follow each other.", MergeMatches},
    Pass{"pull-limit-forward",
         "Moves $limit and $skip in front of stages that make one document of each.",
         PullLimitForward},
    Pass{"merge-limits", "Makes one $limit or $skip of several that follow each other.",
         MergeLimits},
    Pass{"limit-into-sort", "Lets $sort keep no more than a following $limit lets through.",
         PutLimitIntoSort},
};

}  // namespace

std::span<const Pass> Passes() { return kPasses; }

Pipeline Optimise(const Pipeline& pipeline, const expression::Scope& scope,
                  std::vector<PassStep>* steps) {
  Stages stages = pipeline.stages();
  for (const Pass& pass : kPasses) {
    if (pass.run(stages, scope) && steps != nullptr) {
      steps->push_back({pass.name, Pipeline(stages)});
    }
  }
  return Pipeline(std::move(stages));
}

}  // namespace veddb::doc
