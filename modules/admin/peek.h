// SPDX-License-Identifier: BSD-3-Clause
// Looking at a key without using it: neither its idle time nor the count of hits changes.
// Owned by: whoever holds the key's shard.
#pragma once
#include "command/call.h"

namespace veddb {

// nullptr: it is not there, or has expired (and stays for others to delete).
inline Entry* Peek(const Call& call, KeyRef& key) {
  Entry* entry = key.Find();
  return entry != nullptr && entry->present() && !entry->ExpiredAt(call.now_ms) ? entry : nullptr;
}

}  // namespace veddb
