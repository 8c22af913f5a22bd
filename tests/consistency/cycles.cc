// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/cycles.h"

#include <algorithm>
#include <set>

namespace veddb::consistency {
namespace {

constexpr size_t kNone = SIZE_MAX;

constexpr unsigned Bit(Edge edge) { return static_cast<unsigned>(edge); }
constexpr unsigned kWrites = Bit(Edge::kWriteWrite);
constexpr unsigned kReads = kWrites | Bit(Edge::kWriteRead);
constexpr unsigned kAnti = kReads | Bit(Edge::kReadWrite);
// From the worst anomaly to the mildest.
constexpr unsigned kKinds[] = {kWrites,
                               kReads,
                               kAnti,
                               kWrites | Bit(Edge::kRealTime),
                               kReads | Bit(Edge::kRealTime),
                               kAnti | Bit(Edge::kRealTime)};

}  // namespace

const char* EdgeName(Edge edge) {
  switch (edge) {
    case Edge::kWriteWrite:
      return "ww";
    case Edge::kWriteRead:
      return "wr";
    case Edge::kReadWrite:
      return "rw";
    case Edge::kRealTime:
      return "time";
  }
  return "";
}

std::string CycleName(const Cycle& cycle) {
  const auto count = [&](Edge edge) {
    return std::count_if(cycle.begin(), cycle.end(),
                         [edge](const CycleStep& step) { return step.edge == edge; });
  };
  const auto anti = count(Edge::kReadWrite);
  std::string name = anti > 1                       ? "G2"
                     : anti == 1                    ? "G-single"
                     : count(Edge::kWriteRead) != 0 ? "G1c"
                                                    : "G0";
  return count(Edge::kRealTime) != 0 ? name + "-realtime" : name;
}

void Graph::Add(size_t from, size_t to, Edge edge) {
  if (from != to) edges_[from].push_back({to, edge});
}

// Tarjan's algorithm with a stack of its own. kNone: a component of one node.
std::vector<size_t> Graph::Components(unsigned allowed) const {
  const size_t size = edges_.size();
  std::vector<size_t> index(size, kNone), low(size), component(size, kNone), stack;
  std::vector<bool> on_stack(size);
  std::vector<std::pair<size_t, size_t>> calls;  // node, next arrow
  size_t next_index = 0;
  const auto enter = [&](size_t node) {
    index[node] = low[node] = next_index++;
    stack.push_back(node);
    on_stack[node] = true;
    calls.emplace_back(node, 0);
  };
  const auto leave = [&](size_t node) {
    calls.pop_back();
    if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[node]);
    if (low[node] != index[node]) return;
    const bool alone = stack.back() == node;
    for (size_t member = kNone; member != node;) {
      member = stack.back();
      stack.pop_back();
      on_stack[member] = false;
      if (!alone) component[member] = node;
    }
  };
  for (size_t root = 0; root < size; ++root) {
    if (index[root] != kNone) continue;
    enter(root);
    while (!calls.empty()) {
      const size_t node = calls.back().first;
      if (calls.back().second == edges_[node].size()) {
        leave(node);
        continue;
      }
      const Arrow arrow = edges_[node][calls.back().second++];
      if ((Bit(arrow.edge) & allowed) == 0) continue;
      if (index[arrow.to] == kNone) {
        enter(arrow.to);
      } else if (on_stack[arrow.to]) {
        low[node] = std::min(low[node], index[arrow.to]);
      }
    }
  }
  return component;
}

// Breadth first, from the node back to itself.
Cycle Graph::ShortestCycle(size_t start, unsigned allowed,
                           const std::vector<size_t>& component) const {
  std::vector<CycleStep> came(edges_.size(), {kNone, Edge::kWriteWrite});
  std::vector<size_t> queue = {start};
  for (size_t i = 0; i < queue.size(); ++i) {
    for (const Arrow& arrow : edges_[queue[i]]) {
      if ((Bit(arrow.edge) & allowed) == 0 || component[arrow.to] != component[start]) continue;
      if (came[arrow.to].from != kNone) continue;
      came[arrow.to] = {queue[i], arrow.edge};
      queue.push_back(arrow.to);
    }
    if (came[start].from != kNone) break;
  }
  Cycle cycle;
  size_t node = start;
  do {
    cycle.push_back(came[node]);
    node = came[node].from;
  } while (node != start);
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

std::vector<Cycle> Graph::FindCycles() const {
  std::vector<Cycle> cycles;
  std::vector<bool> told(edges_.size());
  for (const unsigned allowed : kKinds) {
    const std::vector<size_t> component = Components(allowed);
    std::set<size_t> known;  // components that a plainer kind has told of
    for (size_t node = 0; node < edges_.size(); ++node) {
      if (component[node] != kNone && told[node]) known.insert(component[node]);
    }
    for (size_t node = 0; node < edges_.size(); ++node) {
      if (component[node] == kNone || !known.insert(component[node]).second) continue;
      cycles.push_back(ShortestCycle(node, allowed, component));
      for (const CycleStep& step : cycles.back()) told[step.from] = true;
    }
  }
  return cycles;
}

}  // namespace veddb::consistency
