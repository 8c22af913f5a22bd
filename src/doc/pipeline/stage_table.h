// SPDX-License-Identifier: BSD-3-Clause
// The table of stages: each is declared once, in stage_table.cc.
#pragma once
#include <span>
#include <vector>

#include "base/result.h"
#include "doc/pipeline/stage.h"

namespace veddb::doc {

// A collection that a pipeline names beside its own.
struct ForeignCollection {
  std::string name;
  bool written = false;  // of $out, $merge; else it is read
};

// Where a pipeline stands, and so which stages it may have.
enum class PipelinePlace : uint8_t {
  kCommand,  // DOC.AGGREGATE's
  kLookup,   // inside of $lookup, $unionWith
  kFacet,    // inside of $facet
};

// What a pipeline is parsed with; not needed afterwards.
struct PipelineScope {
  expression::Scope expressions;
  PipelinePlace place = PipelinePlace::kCommand;
  // Of pipelines in pipelines: 0 is the command's.
  uint32_t depth = 0;
  // Is told of the collections that are named; null: none may be.
  std::vector<ForeignCollection>* foreign = nullptr;
};

// Where a stage may not stand.
enum class StageRule : uint8_t {
  kNone = 0,
  kFirst = 1 << 0,  // only at the beginning of a pipeline
  kLast = 1 << 1,   // only at the end of the command's own
  kNotInFacet = 1 << 2,
  kNotNested = 1 << 3,  // only in the command's own pipeline
};
constexpr StageRule operator|(StageRule a, StageRule b) {
  return static_cast<StageRule>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr bool Has(StageRule set, StageRule one) {
  return (static_cast<uint8_t>(set) & static_cast<uint8_t>(one)) != 0;
}

struct StageRow {
  Bytes name;
  Bytes doc;  // one sentence
  // The element `$name: …` of the stage's object. BADQUERY; need not name the stage, the caller
  // does.
  Result<StagePtr> (*parse)(const Element& stage, const PipelineScope& scope);
  StageRule rules = StageRule::kNone;
};

std::span<const StageRow> StageTable();
// nullptr: there is no such stage.
const StageRow* FindStage(Bytes name);

// For parse functions: BADQUERY without the stage's name, which the caller puts in front.
Error BadStage(Bytes what);

}  // namespace veddb::doc
