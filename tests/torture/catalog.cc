// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/catalog.h"

#include <iterator>
#include <optional>
#include <utility>

namespace veddb::torture {

using testing::RespClient;
using testing::RespReply;
using testing::Words;

namespace {

constexpr char kDatabase[] = "5";
constexpr char kOption[] = "slowlog-max-len";  // stands for any that can be set
constexpr size_t kCollectionsMax = 8;
constexpr uint64_t kOptionValueMax = 100'000;

std::string Describe(const std::map<std::string, int64_t>& catalog) {
  std::string out = "{";
  for (const auto& [name, count] : catalog) out += " " + name + "=" + std::to_string(count);
  return out + " }";
}

std::optional<std::map<std::string, int64_t>> ReadCatalog(RespClient& client) {
  std::map<std::string, int64_t> out;
  const RespReply names = client.Run({"DOC.COLLECTIONS"});
  if (names.kind != RespReply::Kind::kArray) return std::nullopt;
  for (const RespReply& name : names.elements) {
    const RespReply count = client.Run({"DOC.COUNT", name.text});
    if (count.kind != RespReply::Kind::kInteger) return std::nullopt;
    out[name.text] = count.integer;
  }
  return out;
}

}  // namespace

void CatalogWorker::Run(RespClient client) {
  under_way_ = now_;
  option_under_way_ = option_;
  client.Run({"SELECT", kDatabase});
  while (client.ok() && problems_.empty()) {
    if (!(random_() % 16 == 0 ? StepConfig(client) : Step(client))) return;
  }
}

bool CatalogWorker::Step(RespClient& client) {
  under_way_ = now_;
  Words request;
  const std::string fresh = "c" + std::to_string(next_name_++);
  const auto any =
      std::next(now_.begin(), now_.empty() ? 0 : static_cast<int64_t>(random_() % now_.size()));
  const uint64_t choice = random_() % 8;
  if (now_.empty() || (choice == 0 && now_.size() < kCollectionsMax)) {
    request = {"DOC.CREATE", fresh};
    under_way_[fresh] = 0;
  } else if (choice == 1 || now_.size() >= kCollectionsMax) {
    request = {"DOC.DROP", any->first};
    under_way_.erase(any->first);
  } else if (choice == 2) {
    request = {"DOC.RENAME", any->first, fresh};
    under_way_.erase(any->first);
    under_way_[fresh] = any->second;
  } else if (choice == 3) {
    request = {"DOC.INSERT", fresh, R"({"made": "with its collection"})"};
    under_way_[fresh] = 1;
  } else {
    request = {"DOC.INSERT", any->first, R"({"text": "one of several"})"};
    ++under_way_[any->first];
  }
  const RespReply reply = client.Run(request);
  if (reply.broken()) return false;
  if (reply.is_error()) {
    problems_.push_back(request[0] + " " + request[1] + " answered " + reply.Print());
    return true;
  }
  now_ = under_way_;
  ++acknowledged_;
  return true;
}

bool CatalogWorker::StepConfig(RespClient& client) {
  const std::string value = std::to_string(random_() % kOptionValueMax);
  if (client.Run({"CONFIG", "SET", kOption, value}).broken()) return false;
  option_under_way_ = value;
  const RespReply reply = client.Run({"CONFIG", "REWRITE"});
  if (reply.broken()) return false;
  if (reply.is_error()) {
    problems_.push_back("CONFIG REWRITE answered " + reply.Print());
    return true;
  }
  option_ = value;
  ++acknowledged_;
  return true;
}

std::vector<std::string> CatalogWorker::Check(RespClient client) {
  std::vector<std::string> problems = std::exchange(problems_, {});
  client.Run({"SELECT", kDatabase});
  std::optional<Catalog> found = ReadCatalog(client);
  if (!found) return {"the collections could not be read"};
  if (*found != now_ && *found != under_way_) {
    problems.push_back("collections: expected " + Describe(now_) + " or " + Describe(under_way_) +
                       ", found " + Describe(*found));
  }
  now_ = under_way_ = *std::move(found);
  const RespReply value = client.Run({"CONFIG", "GET", kOption});
  const std::string now = value.elements.size() == 2 ? value.elements[1].text : value.Print();
  if (!option_.empty() && now != option_ && now != option_under_way_) {
    problems.push_back(std::string("the configuration file says ") + kOption + " " + now +
                       ", written was " + option_ + " or " + option_under_way_);
  }
  if (!option_.empty() || now == option_under_way_) option_ = option_under_way_ = now;
  return problems;
}

}  // namespace veddb::torture
