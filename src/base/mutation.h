// SPDX-License-Identifier: BSD-3-Clause
// Planted bugs, to see whether the tests notice them. They are there only in builds with
// VEDDB_MUTATIONS, where the environment variable VEDDB_MUTATION names the one that is alive;
// tests/mutation/run.py lists them with the tests that must fail. In every other build Mutated() is
// constant and nothing of them remains.
#pragma once
#ifdef VEDDB_MUTATIONS
#include <cstdlib>
#include <string_view>
#endif

namespace veddb {

#ifdef VEDDB_MUTATIONS
inline bool Mutated(std::string_view name) {
  static const char* const alive = std::getenv("VEDDB_MUTATION");
  return alive != nullptr && name == alive;
}
#else
constexpr bool Mutated(const char* /*name*/) { return false; }
#endif

}  // namespace veddb
