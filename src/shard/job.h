// SPDX-License-Identifier: BSD-3-Clause
// Job: a piece of work that needs one or several shards and could not be done in place by the loop.
// The loop puts it into the mailbox of each of its shards at the same moment, so all mailboxes
// agree on the order of jobs and no two can wait for each other.
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace veddb {

class Shard;
class Turn;
struct KeyRef;

class Job {
 public:
  enum class Where : uint8_t {
    kShardThread,  // the thread of the shard that arrives last
    kLoop,         // the loop, once all have arrived
  };

  Job(std::vector<uint16_t> shards, Where where)
      : shards_(std::move(shards)), where_(where), missing_(shards_.size()) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  // Adds the keys of this shard that Load is going to resolve, so that those of many jobs can be
  // looked up at once. On the thread that holds the shard.
  virtual void NameKeys(const Shard& /*shard*/, std::vector<KeyRef*>& /*keys*/) {}
  // Brings what the job needs of this shard into memory. On the thread that holds the shard.
  virtual void Load(Shard& /*shard*/) {}
  // The work; every shard of the job is held. Its changes go into `turn`.
  virtual void Run(Turn& turn) = 0;
  // The changes are as durable as a write() makes them, or they failed as a whole. On the loop,
  // exactly once; the job is its own to delete.
  virtual void Done(const Status& committed) = 0;

  const std::vector<uint16_t>& shards() const { return shards_; }
  Where where() const { return where_; }

 private:
  friend class Shard;
  friend class ShardSet;
  const std::vector<uint16_t> shards_;
  const Where where_;
  std::atomic<size_t> missing_;  // shards that have not arrived
  bool ran_ = false;             // for the loop: to be run, or only to be told Done
  Status committed_;
};

}  // namespace veddb
