// SPDX-License-Identifier: BSD-3-Clause
#include "tests/faults/index_check.h"

#include <algorithm>
#include <string_view>

namespace veddb::testing {

std::optional<std::set<std::string>> ReadIndexes(RespClient& client, const std::string& collection,
                                                 std::string& why) {
  const RespReply reply = client.Run({"DOC.INDEXES", collection});
  if (reply.kind != RespReply::Kind::kArray) {
    why = "DOC.INDEXES: " + reply.Print();
    return std::nullopt;
  }
  std::set<std::string> names;
  for (const RespReply& one : reply.elements) {
    constexpr std::string_view kBefore = R"({"name":")";
    names.insert(
        one.text.substr(kBefore.size(), one.text.find('"', kBefore.size()) - kBefore.size()));
  }
  names.erase("_id_");
  return names;
}

std::string CompareIndexes(RespClient& client, const std::string& collection) {
  const std::string answer = client.Say({"DEBUG", "DOC-CHECK", collection});
  if (answer.starts_with("documents:") || answer.starts_with("-NOCOLLECTION")) return {};
  return "DEBUG DOC-CHECK: " + answer;
}

bool AllAreReady(RespClient& client, const std::string& collection) {
  const RespReply reply = client.Run({"DOC.INDEXES", collection});
  return reply.kind == RespReply::Kind::kArray &&
         std::all_of(reply.elements.begin(), reply.elements.end(), [](const RespReply& one) {
           return one.text.find(R"("state":"ready")") != std::string::npos;
         });
}

}  // namespace veddb::testing
