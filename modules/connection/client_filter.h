// SPDX-License-Identifier: BSD-3-Clause
// Which clients CLIENT LIST shows and CLIENT KILL closes.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "command/server_api.h"

namespace veddb {

enum class ClientType : uint8_t { kNormal, kReplica, kPubsub, kMaster };

// "Unknown client type '…'" where it is none.
Result<ClientType> ParseClientType(Bytes word);

// All conditions that are set must hold. Its bytes are those of the arguments.
struct ClientFilter {
  std::optional<ClientType> type;
  std::vector<uint64_t> ids;  // empty: any
  std::optional<Bytes> address;
  std::optional<Bytes> local_address;
  std::optional<Bytes> user;
  bool skip_caller = false;

  bool Matches(const ClientView& client, const Session& caller) const;
};

// The arguments after the subcommand's name.
Result<ClientFilter> ParseListFilter(std::span<const Bytes> words);
Result<ClientFilter> ParseKillFilter(std::span<const Bytes> words);

}  // namespace veddb
