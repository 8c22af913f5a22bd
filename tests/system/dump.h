// SPDX-License-Identifier: BSD-3-Clause
// Dump: everything a server holds as text, to compare before and after.
#pragma once
#include <string>

#include "tests/support/resp_client.h"

namespace veddb::testing {

// A line for each key (database, name, value, expiry) and each document of all databases, in a
// fixed order.
std::string Dump(RespClient& client);

// All names that a full iteration of SCAN returns, sorted, without repetitions.
Words ScanAll(RespClient& client, int count = 100);

}  // namespace veddb::testing
