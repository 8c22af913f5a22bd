// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/indexes.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <iterator>
#include <optional>
#include <utility>

#include "tests/torture/item.h"
#include "tests/torture/op.h"

namespace veddb::torture {

using testing::RespClient;
using testing::RespReply;
using testing::Words;

namespace {

constexpr char kOwn[] = "unique";
constexpr int64_t kIds = 60;
constexpr int64_t kValues = 80;  // so few that many are taken

struct Index {
  const char* name;
  Words words;
};

// Over the fields of DocumentOf: every kind of index. The words come behind the collection.
const std::array<Index, 5>& Indexes() {
  static const std::array<Index, 5> kAll = {
      Index{"size_1", {R"({"size":1})"}}, Index{"tags_1_size_-1", {R"({"tags":1,"size":-1})"}},
      Index{"owner_1", {R"({"owner":1})", "UNIQUE"}}, Index{"odd_1", {R"({"odd":1})", "SPARSE"}},
      Index{"v_1", {R"({"v":1})", "PARTIAL", R"({"size":{"$gt":1000}})"}}};
  return kAll;
}

std::string Describe(const std::set<std::string>& indexes) {
  std::string out = "indexes {";
  for (const std::string& name : indexes) out += " " + name;
  return out + " }";
}

std::string Describe(const std::map<int64_t, int64_t>& documents) {
  std::string out = "documents {";
  for (const auto& [id, k] : documents) out += " " + std::to_string(id) + ":" + std::to_string(k);
  return out + " }";
}

std::string NameIn(const std::string& index) {
  constexpr std::string_view kBefore = R"({"name":")";
  return index.substr(kBefore.size(), index.find('"', kBefore.size()) - kBefore.size());
}

std::optional<std::set<std::string>> ReadIndexes(RespClient& client) {
  std::set<std::string> out;
  const RespReply reply = client.Run({"DOC.INDEXES", kCollection});
  if (reply.kind != RespReply::Kind::kArray) return std::nullopt;
  for (const RespReply& one : reply.elements) out.insert(NameIn(one.text));
  out.erase("_id_");
  return out;
}

std::optional<std::map<int64_t, int64_t>> ReadDocuments(RespClient& client) {
  std::map<int64_t, int64_t> out;
  const RespReply reply = client.Run({"DOC.FIND", kOwn, "{}"});
  if (reply.kind != RespReply::Kind::kArray) return std::nullopt;
  for (const RespReply& one : reply.elements) {
    int64_t id = 0;
    int64_t k = 0;
    if (std::sscanf(one.text.c_str(), R"({"_id":%)" SCNd64 R"(,"k":%)" SCNd64, &id, &k) != 2) {
      return std::nullopt;
    }
    out[id] = k;
  }
  return out;
}

std::optional<std::string> ReadSchema(RespClient& client) {
  const RespReply reply = client.Run({"DOC.STATS", kOwn});
  if (reply.Print().starts_with("-NOCOLLECTION")) return std::string();
  for (size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    if (reply.elements[i].text == "schema") return reply.elements[i + 1].text;
  }
  return std::nullopt;
}

bool AllAreReady(RespClient& client) {
  const RespReply reply = client.Run({"DOC.INDEXES", kCollection});
  return std::all_of(reply.elements.begin(), reply.elements.end(), [](const RespReply& one) {
    return one.text.find(R"("state":"ready")") != std::string::npos;
  });
}

}  // namespace

void IndexWorker::Run(RespClient client) {
  // The same again is no error, so it need not be known whether it is there.
  if (client.Run({"DOC.CREATEINDEX", kOwn, R"({"k":1})", "UNIQUE"}).broken()) return;
  while (client.ok() && problems_.empty()) {
    const uint64_t choice = random_() % 16;
    if (!Do(client, choice < 2 ? IndexStep() : choice == 2 ? SchemaStep() : DocumentStep())) return;
  }
}

bool IndexWorker::Do(RespClient& client, Step step) {
  under_way_ = step.after;
  const RespReply reply = client.Run(step.request);
  if (reply.broken()) return false;
  if (Refuses(reply)) {
    under_way_ = now_;
    return true;
  }
  if (!reply.Print().starts_with(step.due)) {
    problems_.push_back(step.request[0] + " " + step.request[1] + " " + step.request[2] +
                        " answered " + reply.Print() + ", due was " + step.due + "; there were " +
                        Describe(now_.indexes) + ", " + Describe(now_.documents));
  }
  now_ = under_way_;
  ++acknowledged_;
  return true;
}

IndexWorker::Step IndexWorker::IndexStep() {
  const Index& index = Indexes()[random_() % Indexes().size()];
  Step step{{"DOC.DROPINDEX", kCollection, index.name}, now_, "OK"};
  if (step.after.indexes.erase(index.name) > 0) return step;
  step.request = {"DOC.CREATEINDEX", kCollection};
  step.request.insert(step.request.end(), index.words.begin(), index.words.end());
  step.after.indexes.insert(index.name);
  step.due = index.name;
  return step;
}

// One that all documents follow.
IndexWorker::Step IndexWorker::SchemaStep() {
  Step step{{"DOC.ALTER", kOwn, "SCHEMA", "NONE"}, now_, "OK"};
  step.after.schema.clear();
  if (random_() % 4 == 0) return step;
  step.after.schema =
      R"({"title":")" + std::to_string(random_()) + R"(","properties":{"k":{"type":"number"}}})";
  step.request.back() = step.after.schema;
  return step;
}

bool IndexWorker::IsTaken(int64_t k) const {
  return std::any_of(now_.documents.begin(), now_.documents.end(),
                     [k](const auto& one) { return one.second == k; });
}

IndexWorker::Step IndexWorker::DocumentStep() {
  const int64_t id = static_cast<int64_t>(random_() % kIds);
  // Values stay near those that are there, which ShiftStep moves.
  const int64_t lowest = now_.documents.empty() ? 0 : now_.documents.begin()->second;
  const int64_t k = lowest + static_cast<int64_t>(random_() % kValues) - kValues / 2;
  const uint64_t choice = random_() % 16;
  if (choice == 0) return ShiftStep();
  if (choice < 6) return SetStep(id, k);
  if (choice < 12) return InsertStep(id, k);
  Step step{{"DOC.DEL", kOwn, std::to_string(id)}, now_, "0"};
  if (step.after.documents.erase(id) > 0) step.due = "1";
  return step;
}

// One or two documents: all or nothing.
IndexWorker::Step IndexWorker::InsertStep(int64_t id, int64_t k) {
  const auto text = [](int64_t i, int64_t value) {
    return "{\"_id\":" + std::to_string(i) + ",\"k\":" + std::to_string(value) + "}";
  };
  Step step{{"DOC.INSERT", kOwn, text(id, k)}, now_, "[" + std::to_string(id)};
  bool fits = !IsTaken(k) && step.after.documents.emplace(id, k).second;
  if (random_() % 2 == 0) {
    const int64_t second = (id + 1) % kIds;
    const int64_t k2 = random_() % 4 == 0 ? k : k + 1;
    step.request.push_back(text(second, k2));
    fits = fits && k2 != k && !IsTaken(k2) && step.after.documents.emplace(second, k2).second;
  }
  if (fits) return step;
  step.after = now_;
  step.due = "-DUPLICATEKEY";
  return step;
}

IndexWorker::Step IndexWorker::SetStep(int64_t id, int64_t k) {
  const std::string key = std::to_string(id);
  Step step{{"DOC.UPDATEONE", kOwn, "{\"_id\":" + key + "}",
             R"({"$set":{"k":)" + std::to_string(k) + "}}"},
            now_,
            "[matched, 0"};
  const auto found = step.after.documents.find(id);
  if (found == step.after.documents.end()) return step;
  if (found->second != k && IsTaken(k)) {
    step.due = "-DUPLICATEKEY";
    return step;
  }
  step.due = found->second == k ? "[matched, 1, modified, 0" : "[matched, 1, modified, 1";
  found->second = k;
  return step;
}

// Every value takes that of its neighbour: only the command as a whole keeps them apart.
IndexWorker::Step IndexWorker::ShiftStep() {
  const std::string count = std::to_string(now_.documents.size());
  Step step{{"DOC.UPDATEMANY", kOwn, "{}", R"({"$inc":{"k":1}})"},
            now_,
            "[matched, " + count + ", modified, " + count};
  for (auto& [id, k] : step.after.documents) ++k;
  return step;
}

void IndexWorker::CheckPicture(RespClient& client) {
  auto indexes = ReadIndexes(client);
  auto documents = ReadDocuments(client);
  auto schema = ReadSchema(client);
  if (!indexes || !documents || !schema) {
    problems_.emplace_back("the indexes, their documents and the schema could not be read");
    return;
  }
  const Picture found{*std::move(indexes), *std::move(documents), *std::move(schema)};
  if (found != now_ && found != under_way_) {
    const auto tell = [this](const std::string& what, const Picture& one) {
      problems_.push_back(what + Describe(one.indexes) + ", " + Describe(one.documents) +
                          ", schema '" + one.schema + "'");
    };
    tell("expected ", now_);
    tell("or ", under_way_);
    tell("found ", found);
  }
  now_ = under_way_ = found;
}

std::vector<std::string> IndexWorker::Check(RespClient client) {
  CheckPicture(client);
  const auto compare = [&](const std::string& when) {
    for (const std::string collection : {kCollection, kOwn}) {
      const std::string answer = client.Say({"DEBUG", "DOC-CHECK", collection});
      const bool absent = answer.starts_with("-NOCOLLECTION");
      if (answer.starts_with("documents:") || (absent && now_ == Picture())) continue;
      std::string problem = when;
      problem.append(", DEBUG DOC-CHECK ").append(collection).append(" answers ").append(answer);
      problems_.push_back(std::move(problem));
    }
  };
  compare("after the restart");
  if (!testing::PollUntil(testing::kPatience, [&] { return AllAreReady(client); })) {
    problems_.emplace_back("an index is not ready in time");
  }
  compare("once all indexes are ready");
  return std::exchange(problems_, {});
}

}  // namespace veddb::torture
