// SPDX-License-Identifier: BSD-3-Clause
// A password from where the command line says: a variable, a file's first line, or the terminal,
// where it is not shown.
#pragma once
#include <string>

#include "base/result.h"
#include "tools/options.h"

namespace veddb::tool {

// ERR: there is none. REQUIRES: a source.
Result<std::string> ReadPassword(const PasswordSource& source);

}  // namespace veddb::tool
