// SPDX-License-Identifier: BSD-3-Clause
// The passes about $match.
#include <algorithm>

#include "doc/pipeline/passes/passes.h"
#include "doc/pipeline/stages/limit_skip.h"
#include "doc/pipeline/stages/match.h"
#include "doc/pipeline/stages/sort.h"

namespace veddb::doc {
namespace {

const MatchStage* AsMatch(const StagePtr& stage) {
  return dynamic_cast<const MatchStage*>(stage.get());
}

// The conditions that all have to hold, each as a filter of its own.
void SplitConditions(DocView filter, std::vector<std::string>* conditions) {
  for (const Element& element : filter) {
    if (element.name == "$comment") continue;
    if (element.name == "$and" && element.value.type == BsonType::kArray) {
      for (const Element& part : element.value.Document()) {
        SplitConditions(part.value.Document(), conditions);
      }
      continue;
    }
    std::string condition;
    DocBuilder builder(&condition);
    builder.Append(element.name, element.value);
    builder.Finish();
    conditions->push_back(std::move(condition));
  }
}

// `{$match: {$and: conditions}}`, or of the one.
StagePtr MatchOf(const std::vector<std::string>& conditions, const expression::Scope& scope) {
  std::string filter;
  if (conditions.size() == 1) {
    filter = conditions[0];
  } else {
    DocBuilder builder(&filter);
    ArrayBuilder all = builder.Array("$and");
    for (const std::string& condition : conditions) {
      all.Append(DocView(condition).AsValue(BsonType::kObject));
    }
    all.Finish();
    builder.Finish();
  }
  // The conditions were parsed in this scope before.
  Filter parsed = Filter::Parse(DocView(filter), &scope).TakeValue();
  const Element written{"$match", DocView(filter).AsValue(BsonType::kObject)};
  return std::make_shared<MatchStage>(written, std::move(parsed));
}

// May a condition be asked in front of the stage as well as behind it?
bool MayPass(const std::string& condition, const Stage& stage, const expression::Scope& scope) {
  const Filter filter = Filter::Parse(DocView(condition), &scope).TakeValue();
  const expression::Dependencies reads = ReadsOf(filter);
  if (reads.chance || stage.fields().reads.chance) return false;
  const auto* sort = dynamic_cast<const SortStage*>(&stage);
  if (sort != nullptr) return sort->limit() == 0;
  const bool blocks = stage.traits().flow == StageFlow::kBlocks;
  if (blocks || !stage.traits().may_run_in_parts || reads.whole_document) return false;
  return std::all_of(reads.paths.begin(), reads.paths.end(),
                     [&stage](const std::string& path) { return stage.Leaves(path); });
}

// Moves what may be moved of the $match at `at` in front of the stage before it.
bool PushOnce(Stages& stages, size_t at, const expression::Scope& scope) {
  std::vector<std::string> conditions;
  SplitConditions(AsMatch(stages[at])->filter().document(), &conditions);
  std::vector<std::string> front;
  std::vector<std::string> rest;
  for (std::string& condition : conditions) {
    (MayPass(condition, *stages[at - 1], scope) ? front : rest).push_back(std::move(condition));
  }
  if (front.empty()) return false;
  const StagePtr before = stages[at - 1];
  stages[at - 1] = MatchOf(front, scope);
  stages[at] = before;
  if (!rest.empty()) {
    stages.insert(stages.begin() + static_cast<ptrdiff_t>(at) + 1, MatchOf(rest, scope));
  }
  return true;
}

}  // namespace

bool DropUseless(Stages& stages, const expression::Scope&) {
  const size_t before = stages.size();
  std::erase_if(stages, [](const StagePtr& stage) {
    const MatchStage* match = AsMatch(stage);
    if (match != nullptr) return match->filter().MatchesAll();
    const auto* skip = dynamic_cast<const SkipStage*>(stage.get());
    return skip != nullptr && skip->skip() == 0;
  });
  return stages.size() != before;
}

bool PushMatchDown(Stages& stages, const expression::Scope& scope) {
  bool changed = false;
  for (size_t i = 1; i < stages.size(); ++i) {
    // What went in front of one stage may go on from there.
    for (size_t at = i; at > 0 && AsMatch(stages[at]) != nullptr; --at) {
      if (AsMatch(stages[at - 1]) != nullptr || !PushOnce(stages, at, scope)) break;
      changed = true;
    }
  }
  return changed;
}

bool MergeMatches(Stages& stages, const expression::Scope& scope) {
  bool changed = false;
  for (size_t i = 1; i < stages.size();) {
    const MatchStage* first = AsMatch(stages[i - 1]);
    const MatchStage* second = AsMatch(stages[i]);
    std::vector<std::string> conditions;
    if (first != nullptr && second != nullptr) {
      SplitConditions(first->filter().document(), &conditions);
      SplitConditions(second->filter().document(), &conditions);
    }
    if (conditions.empty()) {
      ++i;
      continue;
    }
    stages[i - 1] = MatchOf(conditions, scope);
    stages.erase(stages.begin() + static_cast<ptrdiff_t>(i));
    changed = true;
  }
  return changed;
}

}  // namespace veddb::doc
