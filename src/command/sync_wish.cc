// SPDX-License-Identifier: BSD-3-Clause
#include "command/sync_wish.h"

namespace veddb {

void ReplySync(Reply& reply, SyncWish::Answer answer, bool synced) {
  constexpr int64_t kReplicas = 0;
  if (answer == SyncWish::Answer::kReplicas) return reply.Integer(kReplicas);
  reply.Array(2);
  reply.Integer(synced ? 1 : 0);
  reply.Integer(kReplicas);
}

}  // namespace veddb
