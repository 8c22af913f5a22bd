// SPDX-License-Identifier: BSD-3-Clause
// Checks over all clients together: the counts that the server keeps agree with what is there.
#pragma once
#include <string>
#include <vector>

#include "tests/support/resp_client.h"
#include "tests/torture/item.h"

namespace veddb::torture {

// SCAN finds exactly the keys that are due, DBSIZE says as many, DOC.COUNT counts the documents.
// What is wrong, a line each. REQUIRES: the items were checked, and nobody writes.
std::vector<std::string> CheckCounts(const std::vector<const Item*>& items, bool documents,
                                     testing::RespClient client);

// Reads everything in ways that need snapshots, until the connection breaks.
void ReadForEver(testing::RespClient client, bool documents);

}  // namespace veddb::torture
