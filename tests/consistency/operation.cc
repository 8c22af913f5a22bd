// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/operation.h"

#include <array>

namespace veddb::consistency {
namespace {

constexpr std::array<const char*, 13> kNames = {
    "write", "read",   "delete",  "write-new",    "exchange", "take",     "add",
    "put",   "put-if", "put-new", "get-document", "remove",   "remove-if"};

State WithValue(const State& before, int64_t value) {
  State after = before;
  after.value = value;
  return after;
}

// The document takes the next version; over a deleted one, that or a later one.
Stepped PutDocument(const State& before, const Action& action, bool known) {
  const bool exact = before.version_exact && (before.value != 0 || before.version == 0);
  State after = WithValue(before, action.value);
  after.version = before.version + 1;
  after.version_exact = exact;
  if (!known) return {true, after};
  const bool fits = exact ? action.result == after.version : action.result >= after.version;
  after.version = action.result;
  after.version_exact = true;
  return {fits, after};
}

// Whether a present document may have (may not have) the version.
bool MayHave(const State& state, int64_t version) {
  if (state.value == 0) return version == 0;
  return state.version_exact ? state.version == version : version >= state.version;
}
bool MayDiffer(const State& state, int64_t version) {
  if (state.value == 0) return version != 0;
  return !state.version_exact || state.version != version;
}

// In doubt: a condition that may hold is taken to hold. That the write did not happen is always a
// possibility of its own.
Stepped PutIf(const State& before, const Action& action, bool known) {
  if (known && action.result == kMismatch) return {MayDiffer(before, action.condition), before};
  if (!MayHave(before, action.condition)) return {false, before};
  State pinned = before;
  if (before.value != 0) {
    pinned.version = action.condition;
    pinned.version_exact = true;
  }
  return PutDocument(pinned, action, known);
}

Stepped Remove(const State& before, const Action& action, bool known) {
  const int64_t count = before.value != 0 ? 1 : 0;
  return {!known || action.result == count, WithValue(before, 0)};
}

Stepped RemoveIf(const State& before, const Action& action, bool known) {
  if (known && action.result == kMismatch) return {MayDiffer(before, action.condition), before};
  if (!MayHave(before, action.condition)) return {false, before};
  State pinned = before;
  pinned.version = action.condition;
  pinned.version_exact = true;
  return Remove(pinned, action, known);
}

Stepped GetDocument(const State& before, const Action& action, bool known) {
  if (!known) return {true, before};
  if (action.result != before.value) return {false, before};
  if (before.value == 0) return {true, before};
  if (!MayHave(before, action.version)) return {false, before};
  State after = before;
  after.version = action.version;
  after.version_exact = true;
  return {true, after};
}

Stepped PutNew(const State& before, const Action& action, bool known) {
  if (before.value == 0) {
    if (known && action.result == 0) return {false, before};
    return PutDocument(before, action, known);
  }
  return {!known || action.result == 0, before};
}

}  // namespace

Stepped Step(const State& before, const Action& action, Known result) {
  const bool known = result == Known::kYes;
  const auto due = [&](int64_t expected, int64_t value) {
    return Stepped{!known || action.result == expected, WithValue(before, value)};
  };
  const bool absent = before.value == 0;
  switch (action.kind) {
    case ActionKind::kWrite:
      return {true, WithValue(before, action.value)};
    case ActionKind::kRead:
      return due(before.value, before.value);
    case ActionKind::kDelete:
      return due(absent ? 0 : 1, 0);
    case ActionKind::kWriteNew:
      return due(absent ? 1 : 0, absent ? action.value : before.value);
    case ActionKind::kExchange:
      return due(before.value, action.value);
    case ActionKind::kTake:
      return due(before.value, 0);
    case ActionKind::kAdd:
      return due(before.value + action.value, before.value + action.value);
    case ActionKind::kPut:
      return PutDocument(before, action, known);
    case ActionKind::kPutIf:
      return PutIf(before, action, known);
    case ActionKind::kPutNew:
      return PutNew(before, action, known);
    case ActionKind::kGetDocument:
      return GetDocument(before, action, known);
    case ActionKind::kRemove:
      return Remove(before, action, known);
    case ActionKind::kRemoveIf:
      return RemoveIf(before, action, known);
  }
  return {false, before};
}

std::string Print(const Operation& operation) {
  constexpr Nanos kNanosPerMicro = 1000;
  const Action& action = operation.action;
  std::string text = "client " + std::to_string(operation.client) + " [" +
                     std::to_string(operation.begin / kNanosPerMicro) + ", ";
  text += operation.in_doubt() ? "in doubt" : std::to_string(operation.end / kNanosPerMicro);
  text += " us] ";
  text += kNames[static_cast<size_t>(action.kind)];
  text +=
      " value " + std::to_string(action.value) + " condition " + std::to_string(action.condition);
  if (operation.in_doubt()) return text;
  text += " -> " + std::to_string(action.result);
  if (action.version != 0) text += " version " + std::to_string(action.version);
  return text;
}

}  // namespace veddb::consistency
