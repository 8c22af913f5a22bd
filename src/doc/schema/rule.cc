// SPDX-License-Identifier: BSD-3-Clause
#include "doc/schema/rule.h"

namespace veddb::doc {
namespace {

// A step is worth some 50 ns: so many bytes of a pattern's subject.
constexpr size_t kRegexBytesPerStep = 32;

}  // namespace

std::string PlaceText(const Place& place) {
  std::vector<Bytes> names;
  for (const Place* at = &place; at->outer != nullptr; at = at->outer) names.push_back(at->name);
  std::string text;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (name != names.rbegin()) text += '.';
    text += *name;
  }
  return text;
}

bool SchemaRun::Search(const Regex& regex, Bytes subject) {
  if (!Work(1 + subject.size() / kRegexBytesPerStep)) return false;
  if (!regex_) regex_.emplace();
  const Regex::Outcome outcome = regex.Search(subject, *regex_);
  if (outcome == Regex::Outcome::kLimit) GiveUp();
  return outcome == Regex::Outcome::kMatch;
}

bool SchemaRun::Breaks(const Place& place, Bytes rule) {
  if (unseen_ == 0 && !violation_) {
    violation_ = Violation{PlaceText(place), std::string(rule), {}};
    undescribed_ = true;
  }
  return false;
}

Violation* SchemaRun::TakeUndescribed() {
  if (!undescribed_) return nullptr;
  undescribed_ = false;
  return &*violation_;
}

bool SchemaNode::Holds(ValueView value, const Place& place, SchemaRun& run) const {
  if (!run.Work()) return false;
  for (const SchemaRulePtr& rule : rules_) {
    if (rule->Holds(value, place, run)) continue;
    if (Violation* violation = run.TakeUndescribed()) violation->description = description_;
    return false;
  }
  return !run.gave_up();
}

}  // namespace veddb::doc
