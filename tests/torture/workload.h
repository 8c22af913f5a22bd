// SPDX-License-Identifier: BSD-3-Clause
// Workload: the items of one client, and what it does to them next.
//
// Items form groups. Ops on a group of several items change all of them in one atomic step, so that
// after a crash all of them must tell the same story. A batch (one pipeline) holds ops on single
// items, or on whole groups; an op on the spare databases, which touches some of its group, is
// alone in its batch.
//
// Owned by: one thread. The same seed makes the same choices, given the same replies.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/torture/item.h"
#include "tests/torture/op.h"

namespace veddb::torture {

struct WorkloadSettings {
  int64_t client = 0;
  int64_t keys = 1000;
  bool documents = false;
  bool spare_databases = false;
};

class Workload {
 public:
  explicit Workload(const WorkloadSettings& settings);

  std::vector<Item>& items() { return items_; }
  const std::vector<Item>& items() const { return items_; }
  void Seed(uint64_t seed) { random_.seed(seed); }
  // Whether half of the batches work on whole databases, or few.
  void FavourDatabases(bool favour) { spare_percent_ = favour ? 50 : kSparePercent; }
  std::vector<Op> NextBatch();

 private:
  struct Range {
    size_t begin = 0;
    size_t end = 0;
    size_t step = 1;  // items of a group
  };
  Range AddItems(char letter, Item::Kind kind, int64_t count);
  Range AddGroups(char letter, int64_t count, size_t keys, bool document);
  Range AddSpareItems(int64_t count);
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  size_t Pick(const Range& range);
  std::string NewValue(const std::string& name);
  Op TextOp();
  Op AppendOp();
  Op DocumentOp(const std::vector<Op>& before);
  Op PairOp();
  Op TogetherOp();
  Op SpareOp();
  Op SingleOp(const std::vector<Op>& before);

  const WorkloadSettings settings_;
  std::vector<Item> items_;
  Range texts_, counters_, appended_, documents_, pairs_, together_, spare_;
  static constexpr uint64_t kSparePercent = 6;
  uint64_t spare_percent_ = kSparePercent;
  std::mt19937_64 random_;
  int64_t counter_ = 0;
};

}  // namespace veddb::torture
