// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/linearizable.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace veddb::consistency {
namespace {

constexpr size_t kNone = SIZE_MAX;
constexpr size_t kEvidenceLines = 16;

// Begins and ends of all operations in order of time, as a list from which the operations that
// have found their place are taken out and, when the search goes back, put in again.
class Search {
 public:
  explicit Search(const std::vector<Operation>& operations);
  Verdict Run(size_t configurations_max);

 private:
  struct Event {
    size_t operation;
    bool is_end;
    size_t previous = kNone;
    size_t next = kNone;
  };
  struct Choice {
    size_t event;
    State before;
  };

  void Link();
  void TakeOut(size_t event);
  void PutBack(size_t event);
  void Remove(size_t event);
  void Insert(size_t event);
  bool IsNewConfiguration(const State& state);
  void Mark(size_t operation, bool placed);
  std::string Evidence(size_t end_event) const;

  const std::vector<Operation>& operations_;
  std::vector<Event> events_;  // the last is the list's head
  std::vector<size_t> end_of_;
  size_t head_ = 0;
  size_t left_ = 0;  // operations with a known result that have no place yet
  std::string placed_;
  std::unordered_set<std::string> seen_;
};

Search::Search(const std::vector<Operation>& operations)
    : operations_(operations), end_of_(operations.size(), kNone) {
  for (size_t i = 0; i < operations.size(); ++i) {
    events_.push_back({i, false});
    if (!operations[i].in_doubt()) {
      events_.push_back({i, true});
      ++left_;
    }
  }
  const auto time = [&](const Event& event) {
    const Operation& operation = operations_[event.operation];
    return event.is_end ? operation.end : operation.begin;
  };
  // At one moment begins come first: what touches may overlap.
  std::stable_sort(events_.begin(), events_.end(), [&](const Event& a, const Event& b) {
    return time(a) != time(b) ? time(a) < time(b) : a.is_end < b.is_end;
  });
  placed_.assign((operations.size() + 7) / 8, '\0');
  Link();
}

void Search::Link() {
  head_ = events_.size();
  events_.push_back({kNone, false});
  size_t last = head_;
  for (size_t i = 0; i < head_; ++i) {
    events_[i].previous = last;
    events_[last].next = i;
    last = i;
    if (events_[i].is_end) end_of_[events_[i].operation] = i;
  }
  events_[last].next = kNone;
}

void Search::Remove(size_t event) {
  events_[events_[event].previous].next = events_[event].next;
  if (events_[event].next != kNone) events_[events_[event].next].previous = events_[event].previous;
}

void Search::Insert(size_t event) {
  events_[events_[event].previous].next = event;
  if (events_[event].next != kNone) events_[events_[event].next].previous = event;
}

void Search::TakeOut(size_t event) {
  Remove(event);
  const size_t end = end_of_[events_[event].operation];
  if (end == kNone) return;
  Remove(end);
  --left_;
}

void Search::PutBack(size_t event) {
  const size_t end = end_of_[events_[event].operation];
  if (end != kNone) {
    Insert(end);
    ++left_;
  }
  Insert(event);
}

void Search::Mark(size_t operation, bool placed) {
  const char bit = static_cast<char>(1 << (operation % 8));
  char& byte = placed_[operation / 8];
  byte = static_cast<char>(placed ? byte | bit : byte & ~bit);
}

bool Search::IsNewConfiguration(const State& state) {
  std::string key = placed_;
  key.append(reinterpret_cast<const char*>(&state.value), sizeof state.value);
  key.append(reinterpret_cast<const char*>(&state.version), sizeof state.version);
  key += state.version_exact ? '1' : '0';
  return seen_.insert(std::move(key)).second;
}

std::string Search::Evidence(size_t end_event) const {
  const Operation& stuck = operations_[events_[end_event].operation];
  std::string text = "no place for " + Print(stuck) + "; beside it:\n";
  std::vector<const Operation*> around;
  for (const Operation& operation : operations_) {
    if (&operation != &stuck && operation.begin <= stuck.end) around.push_back(&operation);
  }
  std::sort(around.begin(), around.end(),
            [](const Operation* a, const Operation* b) { return a->end > b->end; });
  around.resize(std::min(around.size(), kEvidenceLines));
  for (const Operation* operation : around) text += "  " + Print(*operation) + "\n";
  return text;
}

Verdict Search::Run(size_t configurations_max) {
  std::vector<Choice> choices;
  State state;
  size_t farthest = kNone;
  size_t event = events_[head_].next;
  while (left_ > 0) {
    if (seen_.size() > configurations_max) return {.undecided = true};
    if (!events_[event].is_end) {
      const size_t operation = events_[event].operation;
      const Operation& tried = operations_[operation];
      const Stepped step = Step(state, tried.action, tried.in_doubt() ? Known::kNo : Known::kYes);
      Mark(operation, true);
      if (step.possible && IsNewConfiguration(step.state)) {
        choices.push_back({event, state});
        state = step.state;
        TakeOut(event);
        event = events_[head_].next;
        continue;
      }
      Mark(operation, false);
      event = events_[event].next;
      continue;
    }
    // This one has ended and has no place: an earlier choice was wrong.
    if (farthest == kNone || event > farthest) farthest = event;
    if (choices.empty()) return {.evidence = Evidence(farthest)};
    const Choice wrong = choices.back();
    choices.pop_back();
    state = wrong.before;
    Mark(events_[wrong.event].operation, false);
    PutBack(wrong.event);
    event = events_[wrong.event].next;
  }
  return {.linearizable = true};
}

}  // namespace

Verdict CheckLinearizable(const std::vector<Operation>& operations, size_t configurations_max) {
  return Search(operations).Run(configurations_max);
}

}  // namespace veddb::consistency
