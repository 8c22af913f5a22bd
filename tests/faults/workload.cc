// SPDX-License-Identifier: BSD-3-Clause
#include "tests/faults/workload.h"

#include <algorithm>

#include "tests/faults/index_check.h"

namespace veddb::testing {
namespace {

// Far away, so that nothing expires while a test runs; whole seconds apart.
constexpr int64_t kExpiryBaseMs = 4'000'000'000'000;
constexpr size_t kLargeTextBytes = 6000;
constexpr size_t kChunkedTextBytes = 70'000;
constexpr size_t kManyKeys = 30;

std::string Collection(int stream) { return "c" + std::to_string(stream); }
int DatabaseOf(int stream, int which) { return stream * 2 + which; }

bool Fail(std::string& why, const std::string& text) {
  why = text;
  return false;
}

// KEYS and SCAN see a snapshot of the disk, GET and DBSIZE memory first.
bool ReadDatabase(RespClient& client, int database, std::map<std::string, WorkloadState::Value>& to,
                  std::string& why) {
  client.Run({"SELECT", std::to_string(database)});
  const RespReply names = client.Run({"KEYS", "*"});
  if (names.kind != RespReply::Kind::kArray) return Fail(why, "KEYS: " + names.Print());
  for (const RespReply& name : names.elements) {
    client.Add({"GET", name.text});
    client.Add({"PEXPIRETIME", name.text});
  }
  for (const RespReply& name : names.elements) {
    const RespReply value = client.Next();
    const RespReply expiry = client.Next();
    if (value.kind != RespReply::Kind::kText) {
      return Fail(why, "GET " + name.text + ": " + value.Print());
    }
    to[name.text] = {value.text, std::max<int64_t>(expiry.integer, 0)};
  }
  const RespReply size = client.Run({"DBSIZE"});
  if (size.integer == static_cast<int64_t>(to.size())) return true;
  return Fail(why, "db " + std::to_string(database) + ": DBSIZE " + size.Print() + ", " +
                       std::to_string(to.size()) + " keys");
}

bool ReadDocuments(RespClient& client, int stream, std::map<std::string, std::string>& to,
                   std::string& why) {
  client.Run({"SELECT", std::to_string(DatabaseOf(stream, 0))});
  const RespReply found = client.Run({"DOC.FIND", Collection(stream), "{}", "LIMIT", "100000"});
  if (found.kind != RespReply::Kind::kArray) return Fail(why, "DOC.FIND: " + found.Print());
  for (const RespReply& one : found.elements) {
    constexpr size_t kIdAt = sizeof("{\"_id\":\"") - 1;
    const std::string id = one.text.substr(kIdAt, one.text.find('"', kIdAt) - kIdAt);
    to[id] = one.text;
  }
  const RespReply count = client.Run({"DOC.COUNT", Collection(stream)});
  if (count.integer == static_cast<int64_t>(to.size())) {
    why = CompareIndexes(client, Collection(stream));
    return why.empty();
  }
  return Fail(why, "DOC.COUNT " + count.Print() + ", " + std::to_string(to.size()) + " documents");
}

}  // namespace

std::string WorkloadState::Summary() const {
  std::string out;
  for (const auto& database : keys) {
    out += std::to_string(database.size()) + " keys {";
    for (const auto& [key, value] : database) {
      out += key + "=" + value.text.substr(0, 12) + "/" + std::to_string(value.text.size()) +
             (value.expires_ms != 0 ? "@" + std::to_string(value.expires_ms) : "") + " ";
    }
    out += "} ";
  }
  out += std::to_string(docs.size()) + " documents {";
  for (const auto& [id, text] : docs) out += text + " ";
  out += "} indexes {";
  for (const std::string& name : indexes) out += name + " ";
  return out + "}";
}

std::string Workload::Text() {
  std::string text = std::to_string(random_() % 1'000'000);
  if (random_() % 10 == 0) text.resize(random_() % kLargeTextBytes + 1, 'x');
  // Such lie on disk in chunks.
  if (random_() % 150 == 0) text.resize(kChunkedTextBytes + random_() % kChunkedTextBytes, 'y');
  return text;
}

Words Workload::Simple() {
  auto& keys = state_.keys[selected_];
  const std::string key = Key();
  const auto found = keys.find(key);
  switch (random_() % 10) {
    case 0:
      keys.erase(key);
      return {"DEL", key};
    case 1: {
      const std::string more = std::to_string(random_() % 100);
      keys[key].text += more;
      return {"APPEND", key, more};
    }
    case 2: {
      const int64_t at_ms = kExpiryBaseMs + static_cast<int64_t>(random_() % 1000) * 1000;
      if (found != keys.end()) found->second.expires_ms = at_ms;
      return {"PEXPIREAT", key, std::to_string(at_ms)};
    }
    case 3:
      if (found != keys.end()) found->second.expires_ms = 0;
      return {"PERSIST", key};
    case 4: {
      // A counter of its own: only INCR touches it.
      WorkloadState::Value& value = keys["counter"];
      value.text = std::to_string(std::stoll(value.text.empty() ? "0" : value.text) + 1);
      return {"INCR", "counter"};
    }
    case 5: {
      const std::string more = std::to_string(random_() % 100'000);
      std::string& text = keys[key].text;
      const size_t at = random_() % (text.size() + 1);
      text.resize(std::max(text.size(), at + more.size()));
      text.replace(at, more.size(), more);
      return {"SETRANGE", key, std::to_string(at), more};
    }
    default: {
      const std::string text = Text();
      keys[key] = {text, 0};
      return {"SET", key, text};
    }
  }
}

Words Workload::Many() {
  Words words = {"MSET"};
  for (size_t i = 0; i < kManyKeys; ++i) {
    const std::string key = Key();
    words.push_back(key);
    words.push_back(Text());
    state_.keys[selected_][key] = {words.back(), 0};
  }
  return words;
}

// Collections move with their database: the stream's is dropped in the same transaction, so that it
// is always the first database's.
void Workload::Swap(Operation& out) {
  std::swap(state_.keys[0], state_.keys[1]);
  DropCollection();
  const std::string first = std::to_string(DatabaseOf(stream_, 0));
  out.insert(out.end(), {{"MULTI"},
                         {"DOC.DROP", Collection(stream_)},
                         {"SWAPDB", first, std::to_string(DatabaseOf(stream_, 1))},
                         {"EXEC"}});
}

Words Workload::Document() {
  const std::string id = "d" + std::to_string(random_() % 30);
  if (random_() % 4 == 0) {
    state_.docs.erase(id);
    return {"DOC.DEL", Collection(stream_), id};
  }
  const std::string number = std::to_string(random_() % 100'000);
  state_.docs[id] = "{\"_id\":\"" + id + "\",\"n\":" + number + "}";
  return {"DOC.PUT", Collection(stream_), id, "{\"n\":" + number + "}"};
}

void Workload::DropCollection() {
  state_.docs.clear();
  state_.indexes.clear();
}

Words Workload::Index() {
  const bool up = random_() % 2 == 0;
  const std::string name = up ? "n_1" : "n_-1";
  if (state_.indexes.erase(name) > 0) return {"DOC.DROPINDEX", Collection(stream_), name};
  state_.indexes.insert(name);
  Words words = {"DOC.CREATEINDEX", Collection(stream_), up ? R"({"n":1})" : R"({"n":-1})"};
  if (!up) words.insert(words.end(), {"PARTIAL", R"({"n":{"$gt":50000}})"});
  return words;
}

Words Workload::Flush() {
  state_.keys[selected_].clear();
  if (selected_ == 0) DropCollection();
  return {"FLUSHDB"};
}

Operation Workload::Next() {
  const uint64_t choice = random_() % 100;
  // Documents, transactions and swaps belong to the first database.
  selected_ = choice < 45 && random_() % 4 == 0 ? 1 : 0;
  Operation out = {{"SELECT", std::to_string(DatabaseOf(stream_, selected_))}};
  if (choice < 45) {
    out.push_back(Simple());
  } else if (choice < 55) {
    out.push_back(Many());
  } else if (choice < 73) {
    out.push_back(Document());
  } else if (choice < 75) {
    out.push_back(Index());
  } else if (choice < 90) {
    out.push_back({"MULTI"});
    for (int i = 0; i < 3; ++i) out.push_back(Simple());
    out.push_back(Document());
    out.push_back({"EXEC"});
  } else if (choice < 95) {
    out.push_back({"KEYS", "nothing*"});  // drains what is pending
  } else if (choice < 97) {
    Swap(out);
  } else if (choice < 99) {
    out.push_back(Flush());
  } else {
    DropCollection();
    out.push_back({"DOC.DROP", Collection(stream_)});
  }
  return out;
}

std::optional<WorkloadState> Workload::Read(RespClient& client, int stream, std::string& why) {
  WorkloadState state;
  for (int which = 0; which < 2; ++which) {
    if (!ReadDatabase(client, DatabaseOf(stream, which), state.keys[which], why)) {
      return std::nullopt;
    }
  }
  if (!ReadDocuments(client, stream, state.docs, why)) return std::nullopt;
  const auto indexes = ReadIndexes(client, Collection(stream), why);
  if (!indexes) return std::nullopt;
  state.indexes = *indexes;
  return state;
}

}  // namespace veddb::testing
