// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/check.h"

#include <algorithm>
#include <set>

namespace veddb::torture {

using testing::RespClient;
using testing::RespReply;

namespace {

constexpr size_t kShownNames = 3;

std::set<std::string> ScanAll(RespClient& client) {
  std::set<std::string> names;
  std::string cursor = "0";
  do {
    const RespReply reply = client.Run({"SCAN", cursor, "COUNT", "1000"});
    if (reply.elements.size() != 2) break;
    cursor = reply.elements[0].text;
    for (const RespReply& name : reply.elements[1].elements) names.insert(name.text);
  } while (cursor != "0");
  return names;
}

void CompareNames(const std::set<std::string>& due, const std::set<std::string>& found,
                  const std::string& where, std::vector<std::string>& problems) {
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::set_difference(due.begin(), due.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), due.begin(), due.end(),
                      std::back_inserter(extra));
  for (const auto& [names, what] : {std::pair(missing, "misses"), std::pair(extra, "invents")}) {
    if (names.empty()) continue;
    std::string text = where + ": SCAN " + what + " " + std::to_string(names.size()) + " keys:";
    for (size_t i = 0; i < std::min(names.size(), kShownNames); ++i) text += " " + names[i];
    problems.push_back(text);
  }
}

void CheckDatabase(const std::vector<const Item*>& items, int database, RespClient& client,
                   std::vector<std::string>& problems) {
  const std::string where = "db " + std::to_string(database);
  std::set<std::string> due;
  for (const Item* item : items) {
    const bool here = item->kind != Item::Kind::kDocument && item->database == database;
    if (here && item->state.present) due.insert(item->name);
  }
  client.Run({"SELECT", std::to_string(database)});
  const std::set<std::string> found = ScanAll(client);
  CompareNames(due, found, where, problems);
  const std::string size = client.Say({"DBSIZE"});
  if (size != std::to_string(found.size())) {
    problems.push_back(where + ": DBSIZE says " + size + ", SCAN finds " +
                       std::to_string(found.size()));
  }
}

}  // namespace

std::vector<std::string> CheckCounts(const std::vector<const Item*>& items, bool documents,
                                     RespClient client) {
  std::vector<std::string> problems;
  for (const int database : {0, kFirstSpareDb, kSecondSpareDb}) {
    CheckDatabase(items, database, client, problems);
  }
  if (!documents) return problems;
  const auto due = std::count_if(items.begin(), items.end(), [](const Item* item) {
    return item->kind == Item::Kind::kDocument && item->state.present;
  });
  client.Run({"SELECT", "0"});
  const std::string count = client.Say({"DOC.COUNT", kCollection});
  if (count != std::to_string(due)) {
    problems.push_back("DOC.COUNT says " + count + ", there are " + std::to_string(due));
  }
  return problems;
}

void ReadForEver(RespClient client, bool documents) {
  while (client.ok()) {
    ScanAll(client);
    client.Run({"DBSIZE"});
    client.Run({"KEYS", "n*"});
    if (documents) client.Run({"DOC.COUNT", kCollection});
  }
}

}  // namespace veddb::torture
