// SPDX-License-Identifier: BSD-3-Clause
// FaultCase: one scenario in which one call to the disk fails, or all from there on, and what must
// hold whatever fails.
//
//  - What was acknowledged is there, what was refused is nowhere, not even for a reader in between;
//    transactions are whole, counters exact. The same after a restart, every second time from what
//    a loss of power would leave.
//  - Entries of indexes and documents agree. An index that was made stays, and its build goes on to
//    its end.
//  - The server heals in the process once the fault is gone. Only if every call goes on failing
//    while a server that is not patient has made its tries may it end instead: with code 70, after
//    it said why, and the next start on the good disk has everything.
#pragma once
#include <cstdint>
#include <string>

#include "server/healer.h"
#include "tests/support/resp_client.h"
#include "tests/support/sim_disk.h"

namespace veddb::testing {

struct FaultKind {
  const char* name;
  DiskFault fault;
};

enum class FaultBegin : uint8_t { kFresh, kWithData, kWithLog };
struct FaultScenario {
  const char* name;
  FaultBegin begin = FaultBegin::kFresh;
  bool fault_before_start = false;
  bool fault_at_stop = false;
  int operations = 0;
  bool large = false;  // values that fill segments and memtables
  bool keys = false;
  bool docs = false;
  bool drains = false;
  bool flushes_database = false;
  bool indexes = false;       // of every kind on the collection, made before the fault
  bool builds_index = false;  // one more is made while operations go on
  Words options = {};
};

struct FaultCase {
  const FaultScenario* scenario;
  const FaultKind* kind;
  uint64_t nth;

  // Every second pair of calls meets a server that never gives up, the other one that soon does.
  bool patient() const { return nth % 4 < 2; }
  bool loses_power() const { return nth % 2 == 0; }
  // "set, EIO once, call 7".
  std::string Name() const;
};

enum class FaultVerdict : uint8_t { kHealed, kEnded, kUntouched, kViolated };
struct FaultResult {
  FaultVerdict verdict = FaultVerdict::kHealed;
  std::string why;  // of kViolated
};

// `dir` is the case's own; the server's messages go to `dir`/messages. Once a process.
FaultResult RunFaultCase(const FaultCase& one, const std::string& dir);

}  // namespace veddb::testing
