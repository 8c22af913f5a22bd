// SPDX-License-Identifier: BSD-3-Clause
#include "command/secrets.h"

namespace veddb {

std::vector<Bytes> ShownArguments(const CommandSpec& spec, std::span<const Bytes> argv) {
  std::vector<Bytes> shown(argv.begin(), argv.end());
  if (spec.is_secret == nullptr) return shown;
  for (size_t at = 1; at < argv.size(); ++at) {
    if (spec.is_secret(argv, at)) shown[at] = "(redacted)";
  }
  return shown;
}

}  // namespace veddb
