// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/settings.h"

#include <cstdio>
#include <random>
#include <string_view>

#include "base/number.h"

namespace veddb::torture {
namespace {

constexpr char kUsage[] =
    "veddb-torture: kill -9 under load, restart, check every acknowledged write; again\n"
    "  --server PATH       the server (build/veddb-server)\n"
    "  --cycles N          kills (25)\n"
    "  --seconds S         stop after this time; without --cycles only the time counts\n"
    "  --appendfsync P     always, everysec or no (another one each cycle)\n"
    "  --maxmemory SIZE    small, so that objects leave memory (0: no limit)\n"
    "  --shards N          (another number each cycle)\n"
    "  --clients N         connections that write (8)\n"
    "  --keys N            keys of each kind per client (1000)\n"
    "  --seed N            repeats the choices of an earlier run (random)\n"
    "  --terminations N    so many in a hundred ends are by SIGTERM (10)\n"
    "  --kill-points       of a server built with them (make torture): each cycle ends at another\n"
    "  --keep              keep the data directory also when all is well\n";

bool Set(Settings& settings, std::string_view name, const std::string& value, bool& cycles_given) {
  if (name == "--server") return settings.server = value, true;
  if (name == "--appendfsync") return settings.appendfsync = value, true;
  if (name == "--maxmemory") return settings.maxmemory = value, true;
  const std::optional<int64_t> number = ParseInt64(value);
  if (!number || *number < 0) return false;
  cycles_given |= name == "--cycles";
  if (name == "--cycles") return settings.cycles = *number, true;
  if (name == "--seconds") return settings.seconds = *number, true;
  if (name == "--shards") return settings.shards = *number, true;
  if (name == "--clients") return settings.clients = *number, true;
  if (name == "--keys") return settings.keys = *number, *number > 0;
  if (name == "--terminations") return settings.terminations = *number, *number <= 100;
  if (name == "--seed") return settings.seed = static_cast<uint64_t>(*number), true;
  return false;
}

}  // namespace

std::optional<Settings> ParseSettings(int argc, char** argv) {
  Settings settings;
  settings.seed = std::random_device()();
  bool cycles_given = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--keep" || name == "--kill-points") {
      (name == "--keep" ? settings.keep : settings.kill_points) = true;
      continue;
    }
    if (i + 1 >= argc || !Set(settings, name, argv[i + 1], cycles_given)) {
      std::fputs(kUsage, name == "--help" ? stdout : stderr);
      return std::nullopt;
    }
    ++i;
  }
  if (settings.seconds > 0 && !cycles_given) settings.cycles = INT64_MAX;
  return settings;
}

}  // namespace veddb::torture
