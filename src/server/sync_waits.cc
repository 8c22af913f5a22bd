// SPDX-License-Identifier: BSD-3-Clause
#include "server/sync_waits.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "server/server.h"

namespace veddb {
namespace {

// uv's timers count in milliseconds of their own: a little late is right, early is not.
constexpr int64_t kAlarmSlackMillis = 1;

}  // namespace

SyncWaits::SyncWaits(Server& server)
    : server_(server), alarm_(server.loop().NewAlarm([this] { EndOverdue(); })) {}

void SyncWaits::Begin(Client& client, const SyncWish& wish) {
  const int64_t deadline_ms = wish.timeout_ms == 0 ? 0 : MonoMillis() + wish.timeout_ms;
  waits_.push_back({.slot = ReplySlot(server_, client),
                    .client_id = client.session.id,
                    .wish = wish,
                    .deadline_ms = deadline_ms,
                    .position = std::nullopt});
  client.Block();
  SetAlarm();
}

void SyncWaits::Check(LogPosition end, LogPosition synced) {
  if (waits_.empty()) return;
  for (Waiting& waiting : waits_) {
    if (!waiting.position) waiting.position = end;
    waiting.synced = *waiting.position <= synced;
    // One sync serves all that asked for it until it begins.
    if (waiting.wish.local && !waiting.synced) server_.log().RequestSync();
  }
  EndWhere([](const Waiting& waiting) {
    return waiting.wish.replicas <= 0 && (!waiting.wish.local || waiting.synced);
  });
}

void SyncWaits::LogFailed() {
  for (Waiting& waiting : waits_) waiting.synced = false;
  EndWhere([](const Waiting& waiting) { return waiting.wish.answer == SyncWish::Answer::kBoth; });
}

void SyncWaits::EndOverdue() {
  const int64_t now_ms = MonoMillis();
  EndWhere([now_ms](const Waiting& waiting) {
    return waiting.deadline_ms != 0 && waiting.deadline_ms <= now_ms;
  });
  SetAlarm();
}

void SyncWaits::EndWhere(const std::function<bool(const Waiting&)>& over) {
  std::list<Waiting> ended;
  for (auto it = waits_.begin(); it != waits_.end();) {
    const auto next = std::next(it);
    if (over(*it)) ended.splice(ended.end(), waits_, it);
    it = next;
  }
  for (Waiting& waiting : ended) End(waiting);
}

void SyncWaits::End(Waiting& waiting) {
  std::string text;
  Reply reply(text, waiting.slot.protocol());
  ReplySync(reply, waiting.wish.answer, waiting.synced);
  waiting.slot.Fill(std::move(text));
  if (Client* client = server_.FindClient(waiting.client_id)) client->Unblock();
}

bool SyncWaits::Unblock(uint64_t client_id, bool with_error) {
  const auto found = std::find_if(waits_.begin(), waits_.end(), [&](const Waiting& waiting) {
    return waiting.client_id == client_id;
  });
  if (found == waits_.end()) return false;
  std::list<Waiting> ended;
  ended.splice(ended.end(), waits_, found);
  if (!with_error) {
    End(ended.front());
    return true;
  }
  const Error error = MakeError(ErrorCode::kUnblocked, "client unblocked via CLIENT UNBLOCK");
  server_.CountError(error.Wire());
  ended.front().slot.Fill(error);
  if (Client* client = server_.FindClient(client_id)) client->Unblock();
  return true;
}

void SyncWaits::Forget(uint64_t client_id) {
  // Its slot has to be filled all the same: the books of replies count it.
  EndWhere([client_id](const Waiting& waiting) { return waiting.client_id == client_id; });
}

void SyncWaits::SetAlarm() {
  int64_t next_ms = 0;
  for (const Waiting& waiting : waits_) {
    if (waiting.deadline_ms == 0) continue;
    if (next_ms == 0 || waiting.deadline_ms < next_ms) next_ms = waiting.deadline_ms;
  }
  if (next_ms == 0) {
    alarm_.Cancel();
    return;
  }
  const int64_t delay_ms = std::max<int64_t>(0, next_ms - MonoMillis()) + kAlarmSlackMillis;
  alarm_.SetAfter(static_cast<uint64_t>(delay_ms));
}

}  // namespace veddb
