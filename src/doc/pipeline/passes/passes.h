// SPDX-License-Identifier: BSD-3-Clause
// What makes a pipeline cheaper before it runs: an ordered list of passes, each of which rewrites
// the list of stages and leaves what comes out as it was. What a pass may change is which errors
// are met: a document that a filter drops earlier is not looked at by the stages in between.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "doc/pipeline/pipeline.h"

namespace veddb::doc {

using Stages = std::vector<StagePtr>;

struct Pass {
  Bytes name;
  Bytes doc;
  // Rewrites the stages; whether anything has changed. `scope`: what the pipeline was parsed with.
  bool (*run)(Stages& stages, const expression::Scope& scope);
};

// In the order in which they run.
std::span<const Pass> Passes();

// What a pass has made of the pipeline.
struct PassStep {
  Bytes pass;
  Pipeline after;
};

// Runs all of them once. `steps`: is told of those that changed something; may be null.
Pipeline Optimise(const Pipeline& pipeline, const expression::Scope& scope,
                  std::vector<PassStep>* steps);

// --- the passes ---
bool DropUseless(Stages& stages, const expression::Scope& scope);
bool PushMatchDown(Stages& stages, const expression::Scope& scope);
bool MergeMatches(Stages& stages, const expression::Scope& scope);
bool PullLimitForward(Stages& stages, const expression::Scope& scope);
bool MergeLimits(Stages& stages, const expression::Scope& scope);
bool PutLimitIntoSort(Stages& stages, const expression::Scope& scope);

}  // namespace veddb::doc
