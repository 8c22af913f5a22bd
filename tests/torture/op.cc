// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/op.h"

#include "base/number.h"
#include "tests/torture/value.h"

namespace veddb::torture {

using testing::RespClient;
using testing::RespReply;
using testing::Words;

// --- requests ---

namespace {

Words PutWords(const Op& op, const Item& item) {
  Words words = {"DOC.PUT", kCollection, item.name, DocumentOf(item.name, op.value)};
  if (op.number >= 0) words.insert(words.end(), {"IFVERSION", std::to_string(op.number)});
  return words;
}

Words NamesAfter(Words words, const Op& op, const std::vector<Item>& items) {
  for (const size_t i : op.items) words.push_back(items[i].name);
  return words;
}

Words MsetWords(const Op& op, const std::vector<Item>& items) {
  Words words = {"MSET"};
  for (const size_t i : op.items) words.insert(words.end(), {items[i].name, op.value});
  return words;
}

Requests SendTogether(const Op& op, const std::vector<Item>& items, RespClient& client) {
  client.Add({"MULTI"});
  for (const size_t i : op.items) {
    if (items[i].kind == Item::Kind::kDocument) {
      client.Add(PutWords(op, items[i]));
    } else {
      client.Add({"SET", items[i].name, op.value});
    }
  }
  client.Add({"EXEC"});
  return {op.items.size() + 2, op.items.size() + 1};
}

// A request in another database; the connection stays in 0.
Requests SendInDatabase(int database, const Words& words, RespClient& client) {
  client.Add({"SELECT", std::to_string(database)});
  client.Add(words);
  client.Add({"SELECT", "0"});
  return {3, 1};
}

Words SingleWords(const Op& op, const std::vector<Item>& items) {
  const std::string& name = items[op.items[0]].name;
  switch (op.kind) {
    case Op::Kind::kSet:
    case Op::Kind::kSetInDb:
      return {"SET", name, op.value};
    case Op::Kind::kIncr:
      return {"INCR", name};
    case Op::Kind::kAppend:
      return {"APPEND", name, op.value};
    case Op::Kind::kDel:
      return NamesAfter({"DEL"}, op, items);
    case Op::Kind::kExpireAt:
      return {"PEXPIREAT", name, std::to_string(op.number)};
    case Op::Kind::kMset:
      return MsetWords(op, items);
    case Op::Kind::kRename:
      return {"RENAME", name, items[op.items[1]].name};
    case Op::Kind::kInsert:
      return {"DOC.INSERT", kCollection, DocumentOf(name, op.value)};
    case Op::Kind::kPut:
      return PutWords(op, items[op.items[0]]);
    case Op::Kind::kDocDel:
      return {"DOC.DEL", kCollection, name};
    case Op::Kind::kSwapDb:
      return {"SWAPDB", std::to_string(kFirstSpareDb), std::to_string(kSecondSpareDb)};
    case Op::Kind::kFlushDb:
      return {"FLUSHDB"};
    default:
      return {"GET", name};
  }
}

}  // namespace

Requests Send(const Op& op, const std::vector<Item>& items, RespClient& client) {
  if (op.kind == Op::Kind::kTogether) return SendTogether(op, items, client);
  const Words words = SingleWords(op, items);
  if (op.kind == Op::Kind::kSetInDb || op.kind == Op::Kind::kFlushDb) {
    return SendInDatabase(items[op.items[0]].database, words, client);
  }
  client.Add(words);
  return {};
}

// --- the model ---

namespace {

using Problem = std::optional<std::string>;

Problem Due(const std::string& due, const RespReply* reply) {
  if (reply == nullptr || reply->Print() == due) return std::nullopt;
  return due;
}

void Overwrite(State& state, const std::string& value) {
  state.present = true;
  state.value = value;
  state.expire_at_ms = 0;
}

void Remove(State& state) {
  state.present = false;
  state.value.clear();
  state.expire_at_ms = 0;
}

// A document's new version: the next one, or a later one if it was deleted in between.
Problem NextVersion(State& state, const RespReply* reply) {
  const bool exact = state.present && state.version_exact;
  const int64_t next = state.version + 1;
  if (reply == nullptr) {
    state.version = next;
    state.version_exact = exact;
    return std::nullopt;
  }
  const bool fits = reply->kind == RespReply::Kind::kInteger &&
                    (exact ? reply->integer == next : reply->integer >= next);
  if (!fits) return "version " + std::to_string(next) + (exact ? "" : " or later");
  state.version = reply->integer;
  state.version_exact = true;
  return std::nullopt;
}

Problem Put(const Op& op, State& state, const RespReply* reply) {
  const int64_t version_now = state.present ? state.version : 0;
  if (op.number >= 0 && op.number != version_now) {
    if (reply == nullptr || reply->text.starts_with("VERSIONMISMATCH")) return std::nullopt;
    return "VERSIONMISMATCH";
  }
  Problem problem = NextVersion(state, reply);
  state.present = true;
  state.value = op.value;
  return problem;
}

Problem Insert(const Op& op, State& state, const RespReply* reply) {
  if (state.present) {
    if (reply == nullptr || reply->text.starts_with("DUPLICATEKEY")) return std::nullopt;
    return "DUPLICATEKEY";
  }
  state.present = true;
  state.value = op.value;
  ++state.version;
  state.version_exact = false;
  const bool fits =
      reply == nullptr || (reply->kind == RespReply::Kind::kArray && reply->elements.size() == 1);
  return fits ? std::nullopt : Problem("an array of one id");
}

Problem Together(const Op& op, const std::vector<State*>& states, const RespReply* reply) {
  const bool fits = reply == nullptr || (reply->kind == RespReply::Kind::kArray &&
                                         reply->elements.size() == states.size());
  if (!fits) return "an array of " + std::to_string(states.size());
  Problem problem;
  for (size_t i = 0; i < states.size(); ++i) {
    const RespReply* one = reply != nullptr ? &reply->elements[i] : nullptr;
    Problem here;
    if (op.last_is_document && i + 1 == states.size()) {
      here = Put(op, *states[i], one);
    } else {
      Overwrite(*states[i], op.value);
      here = Due("OK", one);
    }
    if (here) problem = here;
  }
  return problem;
}

Problem DeleteAll(const std::vector<State*>& states, const RespReply* reply) {
  int64_t present = 0;
  for (State* state : states) {
    present += state->present ? 1 : 0;
    Remove(*state);
  }
  return Due(std::to_string(present), reply);
}

Problem Rename(State& from, State& to, const RespReply* reply) {
  if (!from.present) return Due("-ERR no such key", reply);
  to = from;
  Remove(from);
  return Due("OK", reply);
}

Problem Increment(State& state, const RespReply* reply) {
  const int64_t before = state.present ? *ParseInt64(state.value) : 0;
  state.present = true;
  state.value = std::to_string(before + 1);
  return Due(state.value, reply);
}

Problem Append(const Op& op, State& state, const RespReply* reply) {
  state.present = true;
  state.value += op.value;
  return Due(std::to_string(state.value.size()), reply);
}

Problem Expire(const Op& op, State& state, const RespReply* reply) {
  if (!state.present) return Due("0", reply);
  state.expire_at_ms = op.number;
  return Due("1", reply);
}

Problem OverwriteAll(const Op& op, const std::vector<State*>& states, const RespReply* reply) {
  for (State* state : states) Overwrite(*state, op.value);
  return Due("OK", reply);
}

Problem SwapPairs(const std::vector<State*>& states, const RespReply* reply) {
  for (size_t i = 0; i + 1 < states.size(); i += 2) std::swap(*states[i], *states[i + 1]);
  return Due("OK", reply);
}

}  // namespace

std::optional<std::string> Apply(const Op& op, const std::vector<State*>& states,
                                 const RespReply* reply) {
  State& first = *states[0];
  switch (op.kind) {
    case Op::Kind::kGet:
      return Due(first.present ? first.value : "nil", reply);
    case Op::Kind::kSet:
    case Op::Kind::kSetInDb:
    case Op::Kind::kMset:
      return OverwriteAll(op, states, reply);
    case Op::Kind::kIncr:
      return Increment(first, reply);
    case Op::Kind::kAppend:
      return Append(op, first, reply);
    case Op::Kind::kDel:
    case Op::Kind::kDocDel:
      return DeleteAll(states, reply);
    case Op::Kind::kExpireAt:
      return Expire(op, first, reply);
    case Op::Kind::kRename:
      return Rename(first, *states[1], reply);
    case Op::Kind::kTogether:
      return Together(op, states, reply);
    case Op::Kind::kInsert:
      return Insert(op, first, reply);
    case Op::Kind::kPut:
      return Put(op, first, reply);
    case Op::Kind::kFlushDb:
      for (State* state : states) Remove(*state);
      return Due("OK", reply);
    case Op::Kind::kSwapDb:
      return SwapPairs(states, reply);
  }
  return std::nullopt;
}

bool Refuses(const RespReply& reply) {
  if (!reply.is_error()) return false;
  for (const char* word : {"OOM", "MISCONF", "EXECABORT", "LOADING", "BUSY"}) {
    if (reply.text.starts_with(word)) return true;
  }
  return false;
}

std::string Print(const Op& op, const std::vector<Item>& items) {
  std::string text;
  for (const std::string& word : SingleWords(op, items)) text += Shorten(word) + ' ';
  if (op.kind == Op::Kind::kTogether) return "MULTI of value " + Shorten(op.value);
  return text;
}

}  // namespace veddb::torture
