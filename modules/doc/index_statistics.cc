// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/index_statistics.h"

#include <algorithm>

#include "base/clock.h"

namespace veddb {
namespace {

// An index of up to so many entries is read as a whole.
constexpr uint64_t kReadWholeMax = 4096;
// Of a larger one so many places are looked at, and at each so many entries.
constexpr int kPlaces = 48;
constexpr uint64_t kEntriesAtAPlace = 32;
// Sampled again after this time, or once entries have become more or fewer by this share.
constexpr int64_t kKeptMs = 60'000;
constexpr uint64_t kChangedShare = 5;  // a fifth
constexpr uint64_t kChangedMin = 100;

// `held`: everybody waits meanwhile, so what is known has to do for longer.
bool IsGood(const doc::StatisticsSlot::Known& known, uint64_t entries, bool held) {
  if (known.statistics == nullptr) return false;
  const uint64_t then = known.statistics->entries;
  const uint64_t change = std::max(then, entries) - std::min(then, entries);
  if (held) return change <= std::max(kChangedMin, then);
  if (change > std::max(kChangedMin, then / kChangedShare)) return false;
  return MonoMillis() - known.made_ms < kKeptMs;
}

// Adds up to `count` entries from `from` on.
Status AddRun(SnapshotSource& source, const doc::PlanIndex& index, Bytes from, uint64_t count,
              doc::StatisticsBuilder* builder) {
  builder->BeginRun();
  const auto entries = source.Entries(index, from, {});
  for (entries->Seek({}); entries->Valid() && count > 0; entries->Next(), --count) {
    builder->Add(entries->key());
  }
  return entries->status();
}

Result<doc::IndexStatistics> Sample(const doc::PlanIndex& index, uint64_t entries,
                                    const Snapshot& snapshot, SnapshotSource& source) {
  std::vector<std::string> places;
  // To find places takes milliseconds.
  if (entries > kReadWholeMax && snapshot.may_be_kept())
    places = snapshot.Cuts(KeyspaceKind::kIndex, index.id, kPlaces);
  // What has not reached the disk can't be cut.
  const bool many = places.size() >= kPlaces / 4;
  doc::StatisticsBuilder builder(index.spec, many);
  if (!many) {
    TRY(AddRun(source, index, {}, kReadWholeMax, &builder));
  } else {
    TRY(AddRun(source, index, {}, kEntriesAtAPlace, &builder));
    for (const std::string& place : places) {
      TRY(AddRun(source, index, place, kEntriesAtAPlace, &builder));
    }
  }
  return builder.Finish(std::max(entries, builder.added()));
}

}  // namespace

bool HaveStatistics(const Query& query) {
  return std::all_of(query.indexes.begin(), query.indexes.end(), [](const QueryIndex& one) {
    return IsGood(one.index->statistics.Get(), one.entries, true);
  });
}

std::shared_ptr<const doc::IndexStatistics> StatisticsOf(const QueryIndex& index,
                                                         const Snapshot& snapshot,
                                                         SnapshotSource& source) {
  doc::StatisticsSlot& slot = index.index->statistics;
  const doc::StatisticsSlot::Known known = slot.Get();
  const bool held = !snapshot.may_be_kept();
  if (IsGood(known, index.entries, held)) return known.statistics;
  const doc::PlanIndex plan_index{.spec = &index.index->spec, .id = index.index->id};
  Result<doc::IndexStatistics> sampled = Sample(plan_index, index.entries, snapshot, source);
  if (!sampled.ok()) {
    if (known.statistics != nullptr) return known.statistics;
    return std::make_shared<const doc::IndexStatistics>(
        doc::StatisticsBuilder(&index.index->spec, false).Finish(index.entries));
  }
  auto made = std::make_shared<const doc::IndexStatistics>(sampled.TakeValue());
  // The next one who may take the time does better.
  slot.Set({made, held ? MonoMillis() - kKeptMs : MonoMillis()});
  return made;
}

}  // namespace veddb
