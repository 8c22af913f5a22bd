// SPDX-License-Identifier: BSD-3-Clause
// The graph of what transactions saw of one another, and its shortest cycles, by the kinds of edges
// that they need. Linear in edges, but for the shortest cycle of each component found. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace veddb::consistency {

enum class Edge : uint8_t { kWriteWrite = 1, kWriteRead = 2, kReadWrite = 4, kRealTime = 8 };
const char* EdgeName(Edge edge);

struct CycleStep {
  size_t from = 0;
  Edge edge = Edge::kWriteWrite;
};
using Cycle = std::vector<CycleStep>;

// G0, G1c, G-single, G2; "-realtime" behind it where the times are part of it.
std::string CycleName(const Cycle& cycle);

class Graph {
 public:
  explicit Graph(size_t nodes) : edges_(nodes) {}

  // An edge to itself is none.
  void Add(size_t from, size_t to, Edge edge);

  // One cycle of every strongly connected component, the plainest kind of edges first: a component
  // with a cycle of ww alone is told as that.
  std::vector<Cycle> FindCycles() const;

 private:
  struct Arrow {
    size_t to;
    Edge edge;
  };
  std::vector<size_t> Components(unsigned allowed) const;
  Cycle ShortestCycle(size_t start, unsigned allowed, const std::vector<size_t>& component) const;

  std::vector<std::vector<Arrow>> edges_;
};

}  // namespace veddb::consistency
