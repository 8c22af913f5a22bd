// SPDX-License-Identifier: BSD-3-Clause
// IndexBuilder: builds indexes while everything else goes on, one at a time.
//
// From the moment when an index is in the catalog, writers note which documents they change that
// the build has not come to yet (doc/index/index_changes.h). The build goes through the documents
// in order of `_id`: the query pool reads a piece of them from the store and makes their entries;
// the loop, with every shard held, takes in those that nobody has changed since, makes the entries
// of the others from what is in memory, and moves the mark up to which the index is built, all in
// one record. So entries and documents agree at every moment, whatever fails: after a restart the
// build goes on from the mark. What the loop does at once is bounded by time.
//
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doc/index/index_changes.h"
#include "net/loop.h"
#include "server/request.h"

namespace veddb {

class Server;

class IndexBuilder {
 public:
  explicit IndexBuilder(Server& server);

  // Begins what is to be built, if nothing runs. Called when an index was made, and each second.
  void Begin();
  // The client is answered with the index's name when it is ready, or with the error that ended it.
  void Wait(Client& client, const doc::Index& index);
  // Each second: begins what is due; answers those who wait for an index that was dropped.
  void Tick();

  struct Figures {
    uint64_t built = 0;
    uint64_t failed = 0;
    int64_t longest_slice_us = 0;  // what the loop did at once, at most
  };
  const Figures& figures() const { return figures_; }
  void ResetStats() { figures_ = {}; }

 private:
  // Documents in order of `_id`, with the entries that they should have.
  struct Piece {
    struct Document {
      std::string ordered_id;
      doc::IndexEntries entries;
      std::optional<Error> error;  // it can't have any
    };
    std::vector<Document> documents;
    bool last = false;  // there are none behind these
    Status status;
  };
  // A document as it was read, or one that has changed since, or both.
  struct Next {
    Bytes id;  // empty: there is none
    Piece::Document* read = nullptr;
    std::optional<uint16_t> touched_on;  // the shard
  };
  struct Waiting {
    ReplySlot slot;
    uint64_t client_id;
    uint32_t index;
    std::string name;
  };

  void Read(std::string after);
  static Piece ReadPiece(Server& server, const doc::Index& index, const std::string& after);
  void TakePiece(const std::shared_ptr<Piece>& piece);
  // Holds every shard for a slice, now or as soon as it can.
  void Continue();
  void RunSlice();
  // The next few documents. False: there are no more for the present.
  Result<bool> Step(doc::Index& index);
  Next Peek(const doc::Index& index);
  Status AddTouched(const doc::Index& index, const Next& next, doc::IndexChanges& changes);
  Status AddRead(const doc::Index& index, Piece::Document& document, doc::IndexChanges& changes);
  doc::ShardIndex& PartOf(const doc::Index& index, uint16_t shard) const;
  void Fail(const std::shared_ptr<doc::Index>& index, const Error& error);
  void Finish();
  void Answer(uint32_t index, const Status& status);
  void Reply(Waiting& waiting, const Status& status);
  void RetryLater();

  Server& server_;
  Loop::Alarm& alarm_;
  std::shared_ptr<doc::Index> current_;
  uint64_t run_ = 0;  // which build: what comes back of an earlier one is dropped
  bool posted_ = false;
  std::shared_ptr<Piece> piece_;
  size_t next_ = 0;  // in piece_
  std::list<Waiting> waiting_;
  Figures figures_;
};

}  // namespace veddb
