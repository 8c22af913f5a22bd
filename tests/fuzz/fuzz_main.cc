// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer's door: the environment variable VEDDB_FUZZ_TARGET names the target.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.h"

namespace {

const veddb::fuzz::Target* g_target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* name = std::getenv("VEDDB_FUZZ_TARGET");
  g_target = name == nullptr ? nullptr : veddb::fuzz::FindTarget(name);
  if (g_target != nullptr) return 0;
  std::fputs("VEDDB_FUZZ_TARGET names no target; these are there:\n", stderr);
  for (const auto& target : veddb::fuzz::Targets())
    std::fprintf(stderr, "%s\n", target.name.data());
  std::exit(1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  g_target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
