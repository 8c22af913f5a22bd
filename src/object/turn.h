// SPDX-License-Identifier: BSD-3-Clause
// Turn: everything that changed between two commits of one executor (the loop, or a shard's
// thread). Commit turns it into one record of the log: the latest state of each entry that was
// touched, and the changes of names and counters given to ops(). A turn is atomic: recovery sees
// all or nothing.
//
// Owned by: the executor.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "log/record.h"
#include "log/writer.h"
#include "object/entry.h"

namespace veddb {

class Keyspace;

// A key's name, and the client that changed it (0: none, its time had come).
struct KeyChange {
  std::string key;
  uint64_t writer;
};

// Changes of keys in their order, for those who cache them.
struct ChangeList {
  std::vector<KeyChange> keys;
  bool flushed = false;  // and whole databases were dropped
  bool empty() const { return keys.empty() && !flushed; }
};

class Turn {
 public:
  bool empty() const { return touched_.empty() && keyspaces_.empty() && record_.empty(); }
  // Called by Keyspace::Touch.
  void Add(Keyspace* keyspace, Entry* entry);
  // A keyspace whose unlogged count or absent entries want attention at the end of the turn.
  void AddKeyspace(Keyspace* keyspace);
  // For changes of the meta family, which are part of the same record.
  RecordBuilder& ops() { return record_; }
  // So many bytes of values have changed that the record will hold.
  void CountBytes(size_t bytes) { bytes_ += bytes; }
  // It should not grow further: a record has a limit, and is built in memory.
  bool large() const { return bytes_ >= kLargeBytes; }

  // A command of this client runs from now on; 0: nobody's.
  void BeginCommand(uint64_t client) {
    writer_ = client;
    last_changed_ = nullptr;
  }
  // Whether this is not just another change of the same entry by the same command.
  bool ChangesAnother(const Entry* entry) { return std::exchange(last_changed_, entry) != entry; }

  // --- what is reported while ObjectContext::report_changes is set ---
  // For what happens within a command that is not its client's doing.
  void set_writer(uint64_t client) { writer_ = client; }
  uint64_t writer() const { return writer_; }
  void ReportChange(Bytes key);
  void ReportFlush() { changes_.flushed = true; }
  bool has_changes() const { return !changes_.empty(); }
  ChangeList TakeChanges() { return std::exchange(changes_, {}); }

  // Drops what is listed of a keyspace that ceases to exist.
  void Forget(const Keyspace* keyspace);
  // Appends the record if there is anything to write. On an error nothing is durable, and memory is
  // ahead of the log: the caller must rebuild it from the log.
  Status Commit(LogWriter& log);

 private:
  static constexpr size_t kLargeBytes = size_t{64} << 20;

  void Clear();

  struct Touched {
    Keyspace* keyspace;
    Entry* entry;
  };
  std::vector<Touched> touched_;
  std::vector<Keyspace*> keyspaces_;
  RecordBuilder record_;
  ChangeList changes_;
  uint64_t writer_ = 0;
  const Entry* last_changed_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace veddb
