// SPDX-License-Identifier: BSD-3-Clause
// The name that a client gives its connection (CLIENT SETNAME, HELLO … SETNAME). Owned by: the
// loop.
#pragma once
#include "base/bytes.h"
#include "base/result.h"
#include "command/session.h"

namespace veddb {

// Printable ASCII without spaces: the name stands in CLIENT LIST, whose fields spaces separate. An
// empty name takes the present one away.
inline Status SetSessionName(Session& session, Bytes name) {
  for (const char c : name) {
    if (c < '!' || c > '~') {
      return Err("Client names cannot contain spaces, newlines or special characters.");
    }
  }
  session.name = std::string(name);
  return Ok();
}

}  // namespace veddb
