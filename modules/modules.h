// SPDX-License-Identifier: BSD-3-Clause
// The list of modules: one line each in modules.cc.
#pragma once
#include "base/result.h"

namespace veddb {

class Server;

// Registers the commands of every module.
Status AddModules(Server& server);

}  // namespace veddb
