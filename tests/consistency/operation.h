// SPDX-License-Identifier: BSD-3-Clause
// What happened to one key or document, as its clients saw it: operations with the times of request
// and reply. An operation whose reply never came is in doubt: it may have taken effect at any time
// after its request, or not at all.
#pragma once
#include <cstdint>
#include <string>

namespace veddb::consistency {

using Nanos = int64_t;
inline constexpr Nanos kNever = INT64_MAX;

enum class ActionKind : uint8_t {
  // A register: SET, GET, DEL, SETNX, GETSET and GETDEL of one key. 0 is 'absent'.
  kWrite,
  kRead,      // result: the value
  kDelete,    // result: 1 if it was there, else 0
  kWriteNew,  // result: 1 if it was absent and is written
  kExchange,  // result: the value before
  kTake,      // result: the value before; it is absent then
  // A counter: `value` is added; the result is the sum. Absent counts as 0; kRead reads it.
  kAdd,
  // A document with its version. A result of kMismatch: the version was another one.
  kPut,          // result: the version now
  kPutIf,        // the same if the version is `condition` (0: absent)
  kPutNew,       // result: the version now, or 0 if there is a document
  kGetDocument,  // result: the value, and `version`
  kRemove,       // as kDelete
  kRemoveIf,     // result: 1, 0 or kMismatch
};

inline constexpr int64_t kMismatch = -1;

struct Action {
  ActionKind kind = ActionKind::kRead;
  int64_t value = 0;  // written or added
  int64_t condition = 0;
  int64_t result = 0;
  int64_t version = 0;
};

struct Operation {
  int client = 0;
  Nanos begin = 0;
  Nanos end = kNever;
  Action action;

  bool in_doubt() const { return end == kNever; }
};

std::string Print(const Operation& operation);

// The state of one key or document.
struct State {
  int64_t value = 0;
  // Of a document, or of the one that was deleted last.
  int64_t version = 0;
  // Otherwise the version may also be a later one: that of an id used again whose writer never
  // learned it.
  bool version_exact = true;

  bool operator==(const State&) const = default;
};

enum class Known : bool { kNo, kYes };

// The state after the action, or nothing if it can't have the result that it had. Without a known
// result any is right. Returned as a pair, for speed.
struct Stepped {
  bool possible = false;
  State state;
};
Stepped Step(const State& before, const Action& action, Known result);

}  // namespace veddb::consistency
