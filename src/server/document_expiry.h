// SPDX-License-Identifier: BSD-3-Clause
// DocumentExpiry: deletes documents whose time has come by an index with a TTL: those with a date
// in the indexed path (in an array: any) that lies as many seconds in the past.
//
// Once a second the query pool looks for entries that are due; the loop then looks at the documents
// as they are, with every shard held, and deletes those that are still due by DOC.DEL, in slices
// bounded by their number. What a document's entry does not say a moment later is not deleted.
//
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "doc/index/index.h"

namespace veddb {

class Server;

class DocumentExpiry {
 public:
  explicit DocumentExpiry(Server& server) : server_(server) {}

  // Each second.
  void Tick();
  // Deleted, since the start or ResetStats.
  uint64_t expired() const { return expired_; }
  void ResetStats() { expired_ = 0; }

 private:
  // The documents of one index that seemed due.
  struct Due {
    std::shared_ptr<doc::Index> index;
    int64_t cutoff_ms = 0;  // dates up to this one
    std::vector<std::string> ordered_ids;
    size_t next = 0;
    bool more = false;  // the look ended at its limit
  };

  static Due Look(Server& server, std::shared_ptr<doc::Index> index, int64_t cutoff_ms);
  void Continue();
  void DeleteSlice();
  // The id of a document that is due, as DOC.DEL takes it; empty if it is not.
  std::string IdIfDue(const Due& due, const std::string& ordered_id) const;

  Server& server_;
  bool looking_ = false;
  bool posted_ = false;
  std::vector<Due> due_;
  uint64_t expired_ = 0;
};

}  // namespace veddb
