// SPDX-License-Identifier: BSD-3-Clause
// Settings: what the command line of veddb-torture asks for.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace veddb::torture {

struct Settings {
  std::string server = "build/veddb-server";
  std::string appendfsync;  // empty: another one each cycle
  std::string maxmemory = "0";
  int64_t cycles = 25;
  int64_t seconds = 0;  // 0: as many as `cycles` take
  int64_t shards = 0;   // 0: another number each cycle
  int64_t clients = 8;
  int64_t keys = 1000;  // of each kind and client
  int64_t terminations = 10;  // so many in a hundred ends are by SIGTERM
  uint64_t seed = 0;
  bool keep = false;
  bool kill_points = false;  // the server ends at its kill points, not at any moment
};

// Nothing, after a message, when the command line is not understood or asked for help.
std::optional<Settings> ParseSettings(int argc, char** argv);

}  // namespace veddb::torture
