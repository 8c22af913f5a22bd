// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/list_append.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "tests/consistency/cycles.h"

namespace veddb::consistency {
namespace {

using Outcome = ListTransaction::Outcome;
using Kind = ListStep::Kind;

constexpr size_t kProblemsMax = 50;

struct Writer {
  size_t transaction = 0;
  bool last_of_its_key = false;  // in its transaction
};

// All that is known of one list.
struct Key {
  std::vector<int64_t> longest;
  std::unordered_map<int64_t, Writer> writers;
};

std::string Text(const std::vector<int64_t>& list) {
  constexpr size_t kShown = 8;
  std::string text = "[";
  const size_t from = list.size() > kShown ? list.size() - kShown : 0;
  if (from > 0) text += "… ";
  for (size_t i = from; i < list.size(); ++i) text += std::to_string(list[i]) + " ";
  return text + "]";
}

std::string Print(const ListTransaction& transaction) {
  std::string text = "{client " + std::to_string(transaction.client) + ":";
  for (const ListStep& step : transaction.steps) {
    text += step.kind == Kind::kAppend ? " append " + step.key + " " + std::to_string(step.element)
                                       : " read " + step.key + " " + Text(step.seen);
  }
  return text + "}";
}

bool IsPrefix(const std::vector<int64_t>& part, const std::vector<int64_t>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

class Checker {
 public:
  explicit Checker(const std::vector<ListTransaction>& transactions)
      : transactions_(transactions), graph_(transactions.size()) {}

  std::vector<std::string> Run() {
    CollectWriters();
    CollectReads();
    for (size_t i = 0; i < transactions_.size(); ++i) CheckInside(transactions_[i]);
    for (size_t i = 0; i < transactions_.size(); ++i) CheckReads(i);
    CheckLost();
    if (!problems_.empty()) return std::move(problems_);  // edges would mean nothing
    AddEdges();
    AddTimes();
    for (const Cycle& cycle : graph_.FindCycles()) ReportCycle(cycle);
    return std::move(problems_);
  }

 private:
  void Report(std::string text) {
    if (problems_.size() < kProblemsMax) problems_.push_back(std::move(text));
  }
  void CollectWriters();
  void CollectReads();
  void CheckInside(const ListTransaction& transaction);
  void CheckReads(size_t transaction);
  void CheckRead(size_t transaction, const ListStep& step);
  void CheckLost();
  bool Happened(size_t transaction) const;
  void AddEdges();
  void AddReadEdges(size_t transaction, const ListStep& step);
  void AddTimes();
  void ReportCycle(const Cycle& cycle);

  const std::vector<ListTransaction>& transactions_;
  std::map<std::string, Key> keys_;
  std::set<size_t> observed_;  // transactions with an append that somebody read
  Graph graph_;
  std::vector<std::string> problems_;
};

void Checker::CollectWriters() {
  for (size_t i = 0; i < transactions_.size(); ++i) {
    std::map<std::string, int64_t> last;
    for (const ListStep& step : transactions_[i].steps) {
      if (step.kind != Kind::kAppend) continue;
      Key& key = keys_[step.key];
      if (!key.writers.emplace(step.element, Writer{i, true}).second) {
        Report("duplicate: " + step.key + " got " + std::to_string(step.element) + " twice");
      }
      if (const auto before = last.find(step.key); before != last.end()) {
        key.writers[before->second].last_of_its_key = false;
      }
      last[step.key] = step.element;
    }
  }
}

void Checker::CollectReads() {
  for (const ListTransaction& transaction : transactions_) {
    for (const ListStep& step : transaction.steps) {
      if (step.kind != Kind::kRead) continue;
      std::vector<int64_t>& longest = keys_[step.key].longest;
      if (step.seen.size() > longest.size()) longest = step.seen;
    }
  }
  for (const auto& [name, key] : keys_) {
    for (const int64_t element : key.longest) {
      const auto writer = key.writers.find(element);
      if (writer != key.writers.end()) observed_.insert(writer->second.transaction);
    }
  }
}

// What a transaction read before, with its own appends since, is what it reads again.
void Checker::CheckInside(const ListTransaction& transaction) {
  std::map<std::string, std::vector<int64_t>> expected;
  std::map<std::string, std::vector<int64_t>> own;
  for (const ListStep& step : transaction.steps) {
    const auto known = expected.find(step.key);
    if (step.kind == Kind::kAppend) {
      if (known != expected.end()) known->second.push_back(step.element);
      own[step.key].push_back(step.element);
      continue;
    }
    const std::vector<int64_t>& mine = own[step.key];
    const bool ends_with_own = step.seen.size() >= mine.size() &&
                               std::equal(mine.rbegin(), mine.rend(), step.seen.rbegin());
    if (!ends_with_own || (known != expected.end() && known->second != step.seen)) {
      Report("internal: " + step.key + " in " + Print(transaction));
    }
    expected[step.key] = step.seen;
  }
}

void Checker::CheckReads(size_t transaction) {
  for (const ListStep& step : transactions_[transaction].steps) {
    if (step.kind == Kind::kRead) CheckRead(transaction, step);
  }
}

void Checker::CheckRead(size_t transaction, const ListStep& step) {
  const Key& key = keys_[step.key];
  const std::string where = step.key + " in " + Print(transactions_[transaction]);
  if (!IsPrefix(step.seen, key.longest)) {
    Report("fork: " + where + " beside " + Text(key.longest));
  }
  std::set<int64_t> once;
  for (const int64_t element : step.seen) {
    const auto writer = key.writers.find(element);
    if (writer == key.writers.end()) {
      Report("unknown element: " + std::to_string(element) + " of " + where);
    } else if (transactions_[writer->second.transaction].outcome == Outcome::kAborted) {
      Report("G1a: " + std::to_string(element) + " was aborted; " + where);
    }
    if (!once.insert(element).second) {
      Report("duplicate: " + std::to_string(element) + " of " + where);
    }
  }
  if (step.seen.empty()) return;
  const auto last = key.writers.find(step.seen.back());
  if (last != key.writers.end() && !last->second.last_of_its_key &&
      last->second.transaction != transaction) {
    Report("G1b: " + where + " ends inside another transaction");
  }
}

// The longest read of a key is long enough for all appends that had ended when it, or any read
// that is as long, began.
void Checker::CheckLost() {
  std::map<std::string, Nanos> last_read;
  for (const ListTransaction& transaction : transactions_) {
    for (const ListStep& step : transaction.steps) {
      if (step.kind != Kind::kRead) continue;
      if (step.seen.size() == keys_[step.key].longest.size()) {
        Nanos& time = last_read[step.key];
        time = std::max(time, transaction.begin);
      }
    }
  }
  for (auto& [name, key] : keys_) {
    const std::set<int64_t> there(key.longest.begin(), key.longest.end());
    for (const auto& [element, writer] : key.writers) {
      const ListTransaction& transaction = transactions_[writer.transaction];
      if (transaction.outcome != Outcome::kCommitted || there.contains(element)) continue;
      if (transaction.end < last_read[name]) {
        Report("lost append: " + std::to_string(element) + " of " + name + " by " +
               Print(transaction));
      }
    }
  }
}

bool Checker::Happened(size_t transaction) const {
  return transactions_[transaction].outcome == Outcome::kCommitted ||
         observed_.contains(transaction);
}

void Checker::AddEdges() {
  for (const auto& [name, key] : keys_) {
    for (size_t i = 1; i < key.longest.size(); ++i) {
      graph_.Add(key.writers.at(key.longest[i - 1]).transaction,
                 key.writers.at(key.longest[i]).transaction, Edge::kWriteWrite);
    }
    // What was acknowledged and never read comes behind all that was.
    if (key.longest.empty()) continue;
    const std::set<int64_t> there(key.longest.begin(), key.longest.end());
    const size_t last = key.writers.at(key.longest.back()).transaction;
    for (const auto& [element, writer] : key.writers) {
      if (there.contains(element) || !Happened(writer.transaction)) continue;
      graph_.Add(last, writer.transaction, Edge::kWriteWrite);
    }
  }
  for (size_t i = 0; i < transactions_.size(); ++i) {
    for (const ListStep& step : transactions_[i].steps) {
      if (step.kind == Kind::kRead) AddReadEdges(i, step);
    }
  }
}

void Checker::AddReadEdges(size_t transaction, const ListStep& step) {
  const Key& key = keys_[step.key];
  if (!step.seen.empty()) {
    graph_.Add(key.writers.at(step.seen.back()).transaction, transaction, Edge::kWriteRead);
  }
  if (step.seen.size() < key.longest.size()) {
    graph_.Add(transaction, key.writers.at(key.longest[step.seen.size()]).transaction,
               Edge::kReadWrite);
    return;
  }
  const std::set<int64_t> there(key.longest.begin(), key.longest.end());
  for (const auto& [element, writer] : key.writers) {
    if (there.contains(element) || !Happened(writer.transaction)) continue;
    graph_.Add(transaction, writer.transaction, Edge::kReadWrite);
  }
}

// Edges from those that ended to those that began later; of these only the ones that no others
// imply.
void Checker::AddTimes() {
  struct Event {
    Nanos time;
    bool is_end;
    size_t transaction;
  };
  std::vector<Event> events;
  for (size_t i = 0; i < transactions_.size(); ++i) {
    if (!Happened(i)) continue;
    events.push_back({transactions_[i].begin, false, i});
    if (transactions_[i].end != kNever) events.push_back({transactions_[i].end, true, i});
  }
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.time != b.time ? a.time < b.time : a.is_end < b.is_end;
  });
  std::set<size_t> frontier;
  std::unordered_map<size_t, std::vector<size_t>> before;
  for (const Event& event : events) {
    if (event.is_end) {
      for (const size_t earlier : before[event.transaction]) frontier.erase(earlier);
      before.erase(event.transaction);
      frontier.insert(event.transaction);
      continue;
    }
    for (const size_t earlier : frontier) graph_.Add(earlier, event.transaction, Edge::kRealTime);
    before[event.transaction].assign(frontier.begin(), frontier.end());
  }
}

void Checker::ReportCycle(const Cycle& cycle) {
  std::string text = CycleName(cycle) + ":";
  for (const CycleStep& step : cycle) {
    text += "\n  " + Print(transactions_[step.from]) + " -" + EdgeName(step.edge) + "->";
  }
  Report(text);
}

}  // namespace

std::vector<std::string> CheckListAppend(const std::vector<ListTransaction>& transactions) {
  return Checker(transactions).Run();
}

}  // namespace veddb::consistency
