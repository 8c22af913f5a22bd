// SPDX-License-Identifier: BSD-3-Clause
#include "object/turn.h"

#include <algorithm>

#include "base/mutation.h"
#include "object/keyspace.h"
#include "object/serialize.h"

namespace veddb {

void Turn::Add(Keyspace* keyspace, Entry* entry) { touched_.push_back({keyspace, entry}); }

void Turn::AddKeyspace(Keyspace* keyspace) {
  if (keyspace->in_turn_) return;
  keyspace->in_turn_ = true;
  keyspaces_.push_back(keyspace);
}

void Turn::ReportChange(Bytes key) {
  // A command often touches its key more than once.
  if (!changes_.keys.empty()) {
    const KeyChange& last = changes_.keys.back();
    if (last.writer == writer_ && last.key == key) return;
  }
  changes_.keys.push_back({std::string(key), writer_});
}

void Turn::Forget(const Keyspace* keyspace) {
  std::erase_if(touched_, [keyspace](const Touched& one) { return one.keyspace == keyspace; });
  std::erase(keyspaces_, keyspace);
}

Status Turn::Commit(LogWriter& log) {
  for (const Touched& one : touched_) {
    one.entry->flags &= static_cast<uint8_t>(~Entry::kInTurn);
    if (one.entry->present()) {
      WritePut(*one.keyspace, *one.entry, record_);
      one.keyspace->LogChunks(one.entry, record_);
      one.keyspace->CountPendingValue(one.entry);
    } else {
      WriteDelete(*one.keyspace, *one.entry, record_);
    }
    one.keyspace->LogExpiryHint(one.entry, record_);
  }
  for (Keyspace* keyspace : keyspaces_) {
    if (const int64_t delta = keyspace->TakeUnloggedCount();
        delta != 0 && !Mutated("count-forgotten")) {
      record_.Add(Family::kMeta, CountName(keyspace->kind(), keyspace->id()), delta);
    }
    keyspace->EndTurn();
  }
  Status status = Ok();
  if (!record_.empty()) {
    Result<LogPosition> position = log.Append(record_);
    if (!position.ok()) status = position.error();
  }
  Clear();
  return status;
}

void Turn::Clear() {
  touched_.clear();
  keyspaces_.clear();
  record_.Clear();
  bytes_ = 0;
}

}  // namespace veddb
