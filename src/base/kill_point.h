// SPDX-License-Identifier: BSD-3-Clause
// Kill points: places where a crash is most likely to leave something half done. A server built
// with VEDDB_KILL_POINTS ends there as by kill -9 when the environment says so:
//
//   VEDDB_KILL_POINT=log.after_append:100      the hundredth time that this point is reached
//
// Any other build has nothing of it in the binary but this table. Any thread.
#pragma once
#include <cstddef>
#include <iterator>
#include <string_view>

namespace veddb {

struct KillPoint {
  std::string_view name;
  bool frequent = false;  // reached with about every write, not only now and then
};

inline constexpr KillPoint kKillPoints[] = {
    {"log.before_append", true},
    {"log.after_append", true},
    {"log.before_sync", true},
    {"log.after_sync", true},
    {"loop.before_replies", true},
    {"loop.after_replies", true},
    {"log.mark_written"},
    {"roll.room_cut"},
    {"roll.synced"},
    {"roll.before_rename"},
    {"roll.after_rename"},
    {"retire.between"},
    {"drain.begun"},
    {"drain.between_slices"},
    {"drain.before_write"},
    {"drain.after_write"},
    {"drain.flushed"},
    {"ingest.before_files"},
    {"ingest.before_take_in"},
    {"ingest.after_take_in"},
    {"catalog.create"},
    {"catalog.options"},
    {"catalog.drop"},
    {"catalog.create_index"},
    {"catalog.drop_index"},
    {"index.chunk_built"},
    {"catalog.flush_database"},
    {"catalog.swap_databases"},
    {"reclaim.range_dropped"},
    {"reclaim.flushed"},
    {"reclaim.forgotten"},
    {"config.before_rename"},
    {"config.after_rename"},
    {"recovery.batch_drained"},
    {"recovery.replayed"},
    {"recovery.log_opened"},
    {"shutdown.begun"},
    {"shutdown.drained"},
    {"shutdown.flushed"},
    {"shutdown.synced"},
};

// Where the point stands in the table. A name that is not there does not compile.
consteval size_t KillPointIndex(std::string_view name) {
  for (size_t i = 0; i < std::size(kKillPoints); ++i) {
    if (kKillPoints[i].name == name) return i;
  }
  throw "no such kill point";
}

#ifdef VEDDB_KILL_POINTS
void ReachKillPoint(size_t index);
#define KILL_POINT(name) ::veddb::ReachKillPoint(::veddb::KillPointIndex(name))
#else
#define KILL_POINT(name) \
  static_assert(::veddb::KillPointIndex(name) < std::size(::veddb::kKillPoints))
#endif

}  // namespace veddb
