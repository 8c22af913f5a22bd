// SPDX-License-Identifier: BSD-3-Clause
// What must hold of the indexes of a collection, whatever has failed.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "tests/support/resp_client.h"

namespace veddb::testing {

// The indexes beside that of `_id`, ready or not; none if there is no such collection. Nothing: an
// error, which `why` tells.
std::optional<std::set<std::string>> ReadIndexes(RespClient& client, const std::string& collection,
                                                 std::string& why);

// Compares entries and documents both ways, of a build under way as far as it has come. Empty: they
// agree, or there is no such collection.
std::string CompareIndexes(RespClient& client, const std::string& collection);

// Whether all builds have ended.
bool AllAreReady(RespClient& client, const std::string& collection);

}  // namespace veddb::testing
