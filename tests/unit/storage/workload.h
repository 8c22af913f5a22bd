// SPDX-License-Identifier: BSD-3-Clause
// A workload that is a function of the record's number alone: what the crasher writes, its killer
// can compute.
#pragma once
#include <map>
#include <random>
#include <string>

#include "base/coding.h"
#include "log/record.h"
#include "storage/change_batch.h"
#include "storage/engine.h"

namespace veddb::workload {

inline constexpr int kKeys = 3000;
// How many records the store has seen.
inline constexpr Bytes kRecordCounter = "workload/records";
inline constexpr Bytes kTotalCounter = "workload/total";

using State = std::map<std::string, std::string>;  // of keys and docs, family number first

template <typename Sink>
void Ops(int number, Sink&& sink) {
  std::mt19937 random(static_cast<unsigned>(number) * 2654435761u + 1);
  const int ops = 1 + static_cast<int>(random() % 12);
  for (int i = 0; i < ops; ++i) {
    const Family family = random() % 2 == 0 ? Family::kKeys : Family::kDocs;
    const std::string key = "key" + std::to_string(random() % kKeys);
    if (random() % 5 == 0) {
      sink.Delete(family, key);
    } else {
      sink.Put(family, key, std::to_string(number) + std::string(random() % 60, 'v'));
    }
  }
  sink.Add(Family::kMeta, kTotalCounter, static_cast<int64_t>(random() % 100) - 50);
  sink.Add(Family::kMeta, kRecordCounter, 1);
}

struct StateSink {
  State& state;
  std::map<std::string, int64_t>& counters;

  static std::string Name(Family family, Bytes key) {
    return std::to_string(static_cast<int>(family)) + std::string(key);
  }
  void Put(Family family, Bytes key, Bytes value) { state[Name(family, key)] = value; }
  void Delete(Family family, Bytes key) { state.erase(Name(family, key)); }
  void Add(Family, Bytes key, int64_t delta) { counters[std::string(key)] += delta; }
};

// Both the log record and the pending batch get the ops.
struct BothSink {
  RecordBuilder& record;
  ChangeBatch& batch;

  void Put(Family family, Bytes key, Bytes value) {
    record.Put(family, key, value);
    batch.Put(family, key, value);
  }
  void Delete(Family family, Bytes key) {
    record.Delete(family, key);
    batch.Delete(family, key);
  }
  void Add(Family family, Bytes key, int64_t delta) {
    record.Add(family, key, delta);
    batch.Add(family, key, delta);
  }
};

inline int64_t CounterIn(const ReadView& view, Bytes key) {
  std::string value;
  const auto found = view.Get(Family::kMeta, key, &value);
  if (!found.ok() || !*found || value.size() != 8) return 0;
  return static_cast<int64_t>(LoadLE64(value.data()));
}

}  // namespace veddb::workload
