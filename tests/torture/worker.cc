// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/worker.h"

#include <algorithm>
#include <utility>

#include "tests/torture/value.h"

namespace veddb::torture {

using testing::RespClient;
using testing::RespReply;

namespace {

constexpr size_t kProblemsMax = 20;
constexpr size_t kReadAtOnce = 512;

}  // namespace

// --- load ---

void Worker::Run(RespClient client) {
  while (client.ok() && problems_.size() < kProblemsMax) {
    if (!RunBatch(client, workload_.NextBatch())) return;
  }
}

bool Worker::RunBatch(RespClient& client, std::vector<Op> batch) {
  std::vector<Requests> requests;
  for (const Op& op : batch) requests.push_back(Send(op, items(), client));
  for (size_t i = 0; i < batch.size(); ++i) {
    for (size_t n = 0; n < requests[i].count; ++n) {
      const RespReply reply = client.Next();
      if (reply.broken()) {
        const bool answered = n > requests[i].answer;
        in_flight_.assign(batch.begin() + static_cast<int64_t>(answered ? i + 1 : i), batch.end());
        return false;
      }
      if (n == requests[i].answer) Settle(batch[i], reply);
    }
  }
  return true;
}

void Worker::Settle(const Op& op, const RespReply& reply) {
  if (Refuses(reply)) {
    ++refused_;
    return;
  }
  std::vector<State*> states;
  for (const size_t i : op.items) states.push_back(&workload_.items()[i].state);
  const std::optional<std::string> due = Apply(op, states, &reply);
  if (due) {
    Report(Print(op, items()) + "answered " + Shorten(reply.Print()) + ", due was " +
           Shorten(*due));
  }
  if (op.writes()) ++acknowledged_;
}

// --- check ---

bool Worker::ReadAll(RespClient& client, std::vector<State>& shown) {
  const std::vector<Item>& all = items();
  int database = 0;
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin;
    while (end < all.size() && end - begin < kReadAtOnce &&
           all[end].database == all[begin].database) {
      ++end;
      if (all[end - 1].database != 0) break;  // the few in spare databases, one at a time
    }
    if (all[begin].database != database) {
      database = all[begin].database;
      client.Run({"SELECT", std::to_string(database)});
    }
    for (size_t i = begin; i < end; ++i) AskFor(all[i], client);
    for (size_t i = begin; i < end; ++i) {
      std::string problem;
      std::optional<State> state = ReadShown(all[i], client, problem);
      if (!state) return false;
      if (!problem.empty()) Report(all[i].name + ": " + problem + ", found " + state->Print());
      shown.push_back(*std::move(state));
    }
    begin = end;
  }
  return true;
}

void Worker::Check(RespClient client) {
  std::vector<State> shown;
  if (!ReadAll(client, shown)) {
    Report("the connection broke while everything was read back");
    return;
  }
  const std::vector<Item>& all = items();
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin + 1;
    while (end < all.size() && all[end].group == all[begin].group) ++end;
    CheckGroup(begin, end, shown);
    begin = end;
  }
  in_flight_.clear();
}

std::vector<State*> Worker::StatesOf(const Op& op, size_t group, std::vector<State>& states) const {
  std::vector<State*> out;
  for (const size_t i : op.items) out.push_back(&states[i - group]);
  return out;
}

bool Worker::Fits(size_t group, size_t end, const std::vector<State>& states,
                  const std::vector<State>& shown) const {
  for (size_t i = group; i < end; ++i) {
    if (!states[i - group].Matches(shown[i])) return false;
  }
  return true;
}

// Of the group's ops under way a beginning may have happened, each whole or not at all.
void Worker::CheckGroup(size_t group, size_t end, const std::vector<State>& shown) {
  std::vector<State> states;
  for (size_t i = group; i < end; ++i) states.push_back(items()[i].state);
  bool fits = Fits(group, end, states, shown);
  size_t under_way = 0;
  for (const Op& op : in_flight_) {
    if (fits) break;
    if (!op.writes() || items()[op.items[0]].group != group) continue;
    ++under_way;
    Apply(op, StatesOf(op, group, states), nullptr);
    fits = Fits(group, end, states, shown);
  }
  for (size_t i = group; i < end; ++i) {
    Item& item = workload_.items()[i];
    if (!fits) {
      Report("key " + item.name + " db " + std::to_string(item.database) + ": expected " +
             item.state.Print() + " or one of " + std::to_string(under_way) +
             " later states, found " + shown[i].Print());
    }
    const int64_t last_version = std::max(item.state.version, shown[i].version);
    item.state = shown[i];
    item.state.version = last_version;  // of a deleted document: it never goes back
  }
}

// --- problems ---

void Worker::Report(std::string problem) {
  if (problems_.size() < kProblemsMax) problems_.push_back(std::move(problem));
}

std::vector<std::string> Worker::TakeProblems() { return std::exchange(problems_, {}); }

}  // namespace veddb::torture
