// SPDX-License-Identifier: BSD-3-Clause
// Memory: keeps the server within maxmemory, in one of two ways.
//
// noeviction: nothing is ever deleted for memory. Cold clean objects leave it and stay on disk;
// what has not been drained stays until it has been. When drains can't keep up, writers wait; when
// even that does not help, they get OOM. What counts is all that the process has allocated.
//
// The other policies make a cache: keys are deleted (server/evictor.h) while Used() is over the
// limit. What counts is what keys, values and clients take: the store's memory and what is on its
// way to the disk have budgets of their own (block-cache, write-buffer, drain-bytes), and letting
// them count would delete keys for every drain. Documents are never deleted; they are unloaded.
//
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <limits>

#include "base/allocator.h"
#include "command/memory_report.h"
#include "server/evictor.h"

namespace veddb {

class Server;

class Memory {
 public:
  explicit Memory(Server& server) : server_(server) {}

  // After the store was opened: what is allocated now is the server's own.
  void Start();
  // Reads all figures; every 100 ms.
  void Measure();
  // At the end of each turn, before it is committed: deletes keys where the policy is to.
  void Evict();
  // When replies have been sent and clients closed: what is left counts for the next turn. Replies
  // on their way within a turn do not, else a few large ones would have keys deleted.
  void NoteClients();
  // After Evict: lets objects go to disk while the limit is passed.
  void Relieve();
  // Too much waits to be drained or evicted: a write would only add to it.
  bool WritersMustWait() const { return writers_wait_; }
  // Nothing can leave memory and still there is too much in it.
  bool exhausted() const { return exhausted_; }
  // There is more to evict than one turn's slice.
  bool WantsTurns() const { return evicting_; }

  // Bytes that the server itself, its clients, and keys and values with their indexes take now.
  int64_t Used() const;
  // All that is allocated: the store's memory and work under way come on top.
  int64_t Allocated() const;
  int64_t at_start() const { return at_start_; }
  // Measures anew. Databases are told where every shard is held.
  MemoryReport Report();
  // The longest that one turn has evicted, in microseconds of the CPU.
  int64_t longest_slice_us() const { return longest_slice_us_; }
  // How long Used() was over maxmemory with nothing to evict or with more than one slice
  // evicts, in ms.
  int64_t exceeded_ms() const;
  int64_t exceeded_now_ms() const;
  void ResetStats();

 private:
  // The allocator's figures, where those of before are too old.
  void MeasureOften();
  void MeasureKeyspaces();
  void MeasureClients();
  void SetWritersWait(bool wait);
  void SetTableRoom(int64_t bytes);
  void NoteExceeded(bool exceeded);
  void RelieveByUnloading();
  void RelieveCache();
  int64_t Unload(int64_t bytes, bool documents_only);
  void AskForDrain();

  Server& server_;
  AllocatorFigures allocator_;
  int64_t objects_at_measure_ = 0;
  int64_t process_resident_ = 0;
  int64_t peak_ = 0;
  int64_t at_start_ = 0;
  // As of the last measure at which no shard was busy:
  int64_t index_bytes_ = 0;     // hash tables and orders of expiries
  int64_t header_bytes_ = 0;    // fixed parts of the entries
  int64_t document_bytes_ = 0;  // documents, keys included
  int64_t client_bytes_ = 0;
  int64_t measured_us_ = 0;
  int64_t hopeless_since_ms_ = 0;  // 0: not
  Evictor::Outcome outcome_ = Evictor::Outcome::kEnough;
  int64_t longest_slice_us_ = 0;
  int64_t exceeded_since_ms_ = 0;  // 0: not
  int64_t exceeded_ms_ = 0;
  int64_t table_room_ = std::numeric_limits<int64_t>::max();
  bool evicting_ = false;
  bool writers_wait_ = false;
  bool exhausted_ = false;
  bool drain_asked_ = false;
};

}  // namespace veddb
