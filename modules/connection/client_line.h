// SPDX-License-Identifier: BSD-3-Clause
// One client as a line of CLIENT LIST and CLIENT INFO, field for field as Redis 7.0 writes it.
#pragma once
#include <string>

#include "command/server_api.h"

namespace veddb {

// Without a line end.
std::string ClientLine(const ClientView& client);

}  // namespace veddb
