// SPDX-License-Identifier: BSD-3-Clause
// Secrets: passwords and the like among the arguments of commands, which nobody who looks into the
// server is shown.
#pragma once
#include <span>
#include <vector>

#include "base/bytes.h"
#include "command/spec.h"

namespace veddb {

// The arguments, "(redacted)" for each that the command's row calls a secret. They point into argv.
std::vector<Bytes> ShownArguments(const CommandSpec& spec, std::span<const Bytes> argv);

}  // namespace veddb
