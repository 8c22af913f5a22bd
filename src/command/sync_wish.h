// SPDX-License-Identifier: BSD-3-Clause
// What a client asks for with WAIT or WAITAOF, and how the two are answered.
#pragma once
#include <cstdint>

#include "resp/reply.h"

namespace veddb {

struct SyncWish {
  enum class Answer : uint8_t {
    kReplicas,  // WAIT: the number of replicas
    kBoth,      // WAITAOF: whether the log is synced here, and the number of replicas
  };

  Answer answer = Answer::kReplicas;
  bool local = false;      // the log is to be synced
  int64_t replicas = 0;    // so many replicas are to have it; there are none
  int64_t timeout_ms = 0;  // 0: for ever
};

void ReplySync(Reply& reply, SyncWish::Answer answer, bool synced);

}  // namespace veddb
