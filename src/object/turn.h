// SPDX-License-Identifier: BSD-3-Clause
// Turn: everything that changed between two commits of one executor (the loop, or a shard's
// thread). Commit turns it into one record of the log: the latest state of each entry that was
// touched, and the changes of names and counters given to ops(). A turn is atomic: recovery sees
// all or nothing.
//
// Owned by: the executor.
#pragma once
#include <utility>
#include <vector>

#include "base/result.h"
#include "log/record.h"
#include "log/writer.h"
#include "object/entry.h"

namespace veddb {

class Keyspace;

class Turn {
 public:
  bool empty() const { return touched_.empty() && keyspaces_.empty() && record_.empty(); }
  // Called by Keyspace::Touch.
  void Add(Keyspace* keyspace, Entry* entry);
  // A keyspace whose unlogged count or absent entries want attention at the end of the turn.
  void AddKeyspace(Keyspace* keyspace);
  // For changes of the meta family, which are part of the same record.
  RecordBuilder& ops() { return record_; }
  // Drops what is listed of a keyspace that ceases to exist.
  void Forget(const Keyspace* keyspace);
  // Appends the record if there is anything to write. On an error nothing is durable, and memory is
  // ahead of the log: the caller must rebuild it from the log.
  Status Commit(LogWriter& log);

 private:
  void Clear();

  struct Touched {
    Keyspace* keyspace;
    Entry* entry;
  };
  std::vector<Touched> touched_;
  std::vector<Keyspace*> keyspaces_;
  RecordBuilder record_;
};

}  // namespace veddb
