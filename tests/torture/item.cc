// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/item.h"

#include "base/number.h"
#include "tests/torture/value.h"

namespace veddb::torture {

using testing::RespClient;
using testing::RespReply;

bool State::Matches(const State& shown) const {
  if (present != shown.present) return false;
  if (!present) return true;
  if (value != shown.value || expire_at_ms != shown.expire_at_ms) return false;
  return version_exact ? version == shown.version : version <= shown.version;
}

std::string State::Print() const {
  if (!present) return "absent";
  std::string text = "'" + Shorten(value) + "'";
  if (expire_at_ms != 0) text += " until " + std::to_string(expire_at_ms);
  if (version != 0)
    text += (version_exact ? " version " : " version from ") + std::to_string(version);
  return text;
}

std::string DocumentOf(const std::string& id, const std::string& value) {
  const size_t size = value.size();
  return R"({"_id":")" + id + R"(","owner":")" + id + R"(","size":)" + std::to_string(size) +
         R"(,"tags":[)" + std::to_string(size % 7) + "," + std::to_string(size % 11) + "]" +
         (size % 2 == 1 ? R"(,"odd":true)" : "") + R"(,"v":")" + value + R"("})";
}

std::optional<std::string> ValueIn(const std::string& document) {
  constexpr std::string_view kBefore = "\"v\":\"";
  const size_t begin = document.find(kBefore);
  if (begin == std::string::npos) return std::nullopt;
  const size_t from = begin + kBefore.size();
  const size_t end = document.find('"', from);
  if (end == std::string::npos) return std::nullopt;
  return document.substr(from, end - from);
}

void AskFor(const Item& item, RespClient& client) {
  if (item.kind == Item::Kind::kDocument) {
    client.Add({"DOC.GET", kCollection, item.name, "WITHVERSION"});
    return;
  }
  client.Add({"GET", item.name});
  client.Add({"PEXPIRETIME", item.name});
}

namespace {

std::optional<State> ReadDocument(const Item& item, RespClient& client, std::string& problem) {
  const RespReply reply = client.Next();
  State shown;
  if (reply.broken()) return std::nullopt;
  if (reply.is_nil()) return shown;
  if (reply.kind != RespReply::Kind::kArray || reply.elements.size() != 2) {
    problem = "DOC.GET answers " + Shorten(reply.Print());
    return shown;
  }
  shown.present = true;
  shown.version = reply.elements[1].integer;
  shown.value = ValueIn(reply.elements[0].text).value_or("");
  const bool holds_id = reply.elements[0].text.find('"' + item.name + '"') != std::string::npos;
  if (!holds_id) problem = "another document: " + Shorten(reply.elements[0].text);
  return shown;
}

std::optional<State> ReadKey(RespClient& client, std::string& problem) {
  const RespReply value = client.Next();
  const RespReply expiry = client.Next();
  State shown;
  if (value.broken() || expiry.broken()) return std::nullopt;
  if (value.is_error() || expiry.is_error()) problem = value.Print() + ", " + expiry.Print();
  if (value.kind != RespReply::Kind::kText) return shown;
  shown.present = true;
  shown.value = value.text;
  shown.expire_at_ms = expiry.integer > 0 ? expiry.integer : 0;
  return shown;
}

}  // namespace

std::optional<State> ReadShown(const Item& item, RespClient& client, std::string& problem) {
  const bool document = item.kind == Item::Kind::kDocument;
  std::optional<State> shown =
      document ? ReadDocument(item, client, problem) : ReadKey(client, problem);
  if (!shown || !shown->present || !problem.empty()) return shown;
  if (item.kind == Item::Kind::kCounter) {
    if (!ParseInt64(shown->value)) problem = "not a number";
    return shown;
  }
  // What was renamed or swapped carries the name of the pair, not that of the key.
  const std::string_view name(item.name);
  if (auto wrong = WrongWith(shown->value, name.substr(0, name.find('/')))) problem = *wrong;
  return shown;
}

}  // namespace veddb::torture
