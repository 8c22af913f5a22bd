// SPDX-License-Identifier: BSD-3-Clause
#include "command/cursor_table.h"

#include <sys/random.h>

#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/number.h"

namespace veddb {
namespace {

// Of an id in a message.
constexpr size_t kShownBytes = 32;

Error NoCursor(Bytes id) {
  return MakeError(ErrorCode::kNoCursor,
                   "there is no cursor '" + std::string(id.substr(0, kShownBytes)) + "'");
}

// The number of an id as it was handed out; 0: it is none.
uint64_t NumberOf(Bytes id) {
  const std::optional<int64_t> number = ParseInt64(id);
  return number && *number > 0 ? static_cast<uint64_t>(*number) : 0;
}

uint64_t RandomNumber() {
  uint64_t bits = 0;
  // So few bytes come at once or, interrupted, not at all.
  while (getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
  }
  return bits >> 1;  // ids are signed numbers for most clients
}

}  // namespace

void CursorTable::set_limits(const Limits& limits) {
  count_max_.store(limits.count_max, std::memory_order_relaxed);
  memory_bytes_max_.store(limits.memory_bytes_max, std::memory_order_relaxed);
  idle_ms_max_.store(limits.idle_ms_max, std::memory_order_relaxed);
}

uint64_t CursorTable::NewId() {
  uint64_t id = 0;
  while (id == 0 || slots_.contains(id)) id = RandomNumber();
  return id;
}

Status CursorTable::CheckMemory(int64_t more) const {
  const int64_t max = memory_bytes_max_.load(std::memory_order_relaxed);
  if (memory_bytes_ + more <= max) return Ok();
  return MakeError(ErrorCode::kMemoryLimit, "all open cursors together would hold more than " +
                                                std::to_string(max) +
                                                " bytes (cursor-memory-limit)");
}

bool CursorTable::Idle(const Slot& slot, int64_t now_ms) const {
  return slot.cursor != nullptr &&
         now_ms - slot.used_ms > idle_ms_max_.load(std::memory_order_relaxed);
}

CursorPtr CursorTable::Remove(Slots::iterator at) {
  CursorPtr cursor = std::move(at->second.cursor);
  memory_bytes_ -= at->second.memory_bytes;
  slots_.erase(at);
  return cursor;
}

void CursorTable::Free(CursorPtr cursor) const {
  if (cursor != nullptr) free_(std::move(cursor));
}

Result<std::string> CursorTable::Add(Bytes user, CursorPtr cursor) {
  const auto bytes = static_cast<int64_t>(cursor->memory_bytes());
  const std::lock_guard<std::mutex> lock(mutex_);
  const size_t max = count_max_.load(std::memory_order_relaxed);
  if (slots_.size() >= max) {
    return Err("there are " + std::to_string(slots_.size()) + " open cursors, at most " +
               std::to_string(max) + " may be (cursor-max)");
  }
  TRY(CheckMemory(bytes));
  const uint64_t id = NewId();
  slots_[id] = {std::string(user), std::move(cursor), bytes, MonoMillis()};
  memory_bytes_ += bytes;
  ++opened_;
  return std::to_string(id);
}

Result<CursorPtr> CursorTable::Take(Bytes id, Bytes user) {
  CursorPtr dead;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = slots_.find(NumberOf(id));
    if (at == slots_.end() || at->second.user != user) return NoCursor(id);
    Slot& slot = at->second;
    if (slot.cursor == nullptr) return Err("the cursor '" + std::string(id) + "' is in use");
    if (!Idle(slot, MonoMillis())) return std::move(slot.cursor);
    ++timed_out_;
    dead = Remove(at);
  }
  Free(std::move(dead));
  return NoCursor(id);
}

Status CursorTable::Return(Bytes id, CursorPtr cursor) {
  const auto bytes = static_cast<int64_t>(cursor->memory_bytes());
  Status kept;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = slots_.find(NumberOf(id));
    if (at != slots_.end()) {
      Slot& slot = at->second;
      CHECK(slot.cursor == nullptr);
      kept = CheckMemory(bytes - slot.memory_bytes);
      if (kept.ok()) {
        memory_bytes_ += bytes - slot.memory_bytes;
        slot.memory_bytes = bytes;
        slot.used_ms = MonoMillis();
        slot.cursor = std::move(cursor);
      } else {
        (void)Remove(at);
      }
    }
  }
  Free(std::move(cursor));
  return kept;
}

void CursorTable::Finish(Bytes id, CursorPtr cursor) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = slots_.find(NumberOf(id));
    if (at != slots_.end()) (void)Remove(at);
  }
  Free(std::move(cursor));
}

bool CursorTable::Close(Bytes id, Bytes user) {
  CursorPtr dead;
  bool open = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = slots_.find(NumberOf(id));
    if (at == slots_.end() || at->second.user != user) return false;
    open = !Idle(at->second, MonoMillis());
    if (!open) ++timed_out_;
    dead = Remove(at);
  }
  Free(std::move(dead));
  return open;
}

void CursorTable::CloseIdle() {
  std::vector<CursorPtr> dead;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const int64_t now_ms = MonoMillis();
    std::vector<uint64_t> idle;
    for (const auto& [id, slot] : slots_) {
      if (Idle(slot, now_ms)) idle.push_back(id);
    }
    for (const uint64_t id : idle) dead.push_back(Remove(slots_.find(id)));
    timed_out_ += idle.size();
  }
  for (CursorPtr& cursor : dead) Free(std::move(cursor));
}

void CursorTable::CloseAll() {
  Slots dead;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    dead = std::exchange(slots_, {});
    memory_bytes_ = 0;
  }
  for (auto& [id, slot] : dead) Free(std::move(slot.cursor));
}

CursorTable::Figures CursorTable::figures() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {slots_.size(), memory_bytes_, opened_, timed_out_};
}

void CursorTable::ResetStats() {
  const std::lock_guard<std::mutex> lock(mutex_);
  opened_ = 0;
  timed_out_ = 0;
}

}  // namespace veddb
