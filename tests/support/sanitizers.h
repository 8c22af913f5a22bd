// SPDX-License-Identifier: BSD-3-Clause
// What tests of whole processes must know about a build with sanitizers (server and tests are built
// alike).
#pragma once

namespace veddb::testing {

// A sanitizer that reports at run time, of any kind.
constexpr bool IsSanitized() {
#if defined(VEDDB_SANITIZED)
  return true;
#else
  return false;
#endif
}

// Whether the resident memory of the server tells what it uses. The address and thread sanitizers
// add shadow, red zones and a quarantine of hundreds of megabytes. Only for what a test expects of
// resident memory; what the server counts itself holds everywhere.
constexpr bool ResidentMemoryIsTelling() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return true;
#endif
}

}  // namespace veddb::testing
