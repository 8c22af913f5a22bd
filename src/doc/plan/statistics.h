// SPDX-License-Identifier: BSD-3-Clause
// What is known of an index's entries, from a bounded sample of them, and what it says about how
// many lie within bounds. Values; pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doc/index/index_spec.h"
#include "doc/plan/interval.h"

namespace veddb::doc {

// Bounds of a scan: one set a field, of ascending encodings whatever the field's direction.
using FieldBounds = std::vector<IntervalSet>;

struct IndexStatistics {
  // Keys that are kept: enough to see a share of 1 %.
  static constexpr size_t kKeysMax = 512;

  uint64_t entries = 0;
  // Of the first field, the first two, …: how many different values there are.
  std::vector<double> distinct;
  // Keys (the fields alone) at even distances, in order: each stands for as many entries.
  std::vector<std::string> keys;
};

// Makes statistics from runs of neighbouring keys, taken at even distances from the whole index.
// How many neighbours differ tells how many different values there are.
class StatisticsBuilder {
 public:
  // `many_runs`: from all over the index; else one run is the whole index.
  StatisticsBuilder(const IndexSpec* spec, bool many_runs);

  // Begins a run: the next key is no neighbour of the last one.
  void BeginRun() { last_.clear(); }
  // REQUIRES: within a run, in order
  void Add(Bytes key);
  uint64_t added() const { return added_; }
  // `entries`: in the whole index.
  IndexStatistics Finish(uint64_t entries);

 private:
  const IndexSpec* spec_;
  const bool many_runs_;
  uint64_t added_ = 0;
  uint64_t pairs_ = 0;
  std::vector<uint64_t> differ_;  // pairs that differ within the first i + 1 fields
  std::string last_;
  std::vector<std::string> keys_;
};

struct ScanEstimate {
  double keys = 0;      // within the bounds
  double examined = 0;  // that are looked at
  double seeks = 0;
};
// `within`: the share of all entries that lies between the first and the last key within the
// bounds, if somebody knows better than the sample.
ScanEstimate EstimateScan(const IndexSpec& spec, const IndexStatistics& statistics,
                          const FieldBounds& bounds, std::optional<double> within = {});

// The fields of a key, one after the other; false if the bytes are none.
bool SplitKey(const IndexSpec& spec, Bytes key, std::vector<Bytes>* fields);

}  // namespace veddb::doc
