// SPDX-License-Identifier: BSD-3-Clause
#include "modules/connection/client_filter.h"

#include <algorithm>

#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/docs.h"

namespace veddb {
namespace {

// Every client speaks as an ordinary one: links of replicas and subscribers have no session here.
ClientType TypeOf(const ClientView& /*client*/) { return ClientType::kNormal; }

Status ParseCondition(Bytes name, Bytes value, ClientFilter& filter) {
  if (EqualsIgnoreCase(name, "ID")) {
    const std::optional<int64_t> id = ParseInt64(value);
    if (!id || *id < 1) return Err("client-id should be greater than 0");
    filter.ids = {static_cast<uint64_t>(*id)};
  } else if (EqualsIgnoreCase(name, "TYPE")) {
    filter.type = TRY(ParseClientType(value));
  } else if (EqualsIgnoreCase(name, "ADDR")) {
    filter.address = value;
  } else if (EqualsIgnoreCase(name, "LADDR")) {
    filter.local_address = value;
  } else if (EqualsIgnoreCase(name, "USER")) {
    if (value != "default") return Err("No such user '" + std::string(value) + "'");
    filter.user = value;
  } else if (EqualsIgnoreCase(name, "SKIPME")) {
    filter.skip_caller = EqualsIgnoreCase(value, "yes");
    if (!filter.skip_caller && !EqualsIgnoreCase(value, "no")) return kSyntaxError;
  } else {
    return kSyntaxError;
  }
  return Ok();
}

}  // namespace

Result<ClientType> ParseClientType(Bytes word) {
  if (EqualsIgnoreCase(word, "normal")) return ClientType::kNormal;
  if (EqualsIgnoreCase(word, "slave") || EqualsIgnoreCase(word, "replica")) {
    return ClientType::kReplica;
  }
  if (EqualsIgnoreCase(word, "pubsub")) return ClientType::kPubsub;
  if (EqualsIgnoreCase(word, "master")) return ClientType::kMaster;
  return Err("Unknown client type '" + std::string(ShownArgument(word, Bytes::npos)) + "'");
}

bool ClientFilter::Matches(const ClientView& client, const Session& caller) const {
  const Session& session = *client.session;
  if (type && TypeOf(client) != *type) return false;
  if (!ids.empty() && std::find(ids.begin(), ids.end(), session.id) == ids.end()) return false;
  if (address && *client.address != *address) return false;
  if (local_address && *client.local_address != *local_address) return false;
  if (user && session.user != *user) return false;
  return !skip_caller || session.id != caller.id;
}

Result<ClientFilter> ParseListFilter(std::span<const Bytes> words) {
  ClientFilter filter;
  if (words.empty()) return filter;
  if (words.size() == 2 && EqualsIgnoreCase(words[0], "TYPE")) {
    filter.type = TRY(ParseClientType(words[1]));
    return filter;
  }
  if (words.size() < 2 || !EqualsIgnoreCase(words[0], "ID")) return kSyntaxError;
  for (const Bytes word : words.subspan(1)) {
    const std::optional<int64_t> id = ParseInt64(word);
    if (!id) return Err("Invalid client ID");
    filter.ids.push_back(static_cast<uint64_t>(*id));
  }
  return filter;
}

Result<ClientFilter> ParseKillFilter(std::span<const Bytes> words) {
  ClientFilter filter;
  if (words.size() == 1) {
    filter.address = words[0];
    return filter;
  }
  filter.skip_caller = true;
  for (size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) return kSyntaxError;
    TRY(ParseCondition(words[i], words[i + 1], filter));
  }
  return filter;
}

}  // namespace veddb
