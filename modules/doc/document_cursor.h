// SPDX-License-Identifier: BSD-3-Clause
// DocumentCursor: the answer of a query of documents, batch by batch, with the options that the
// query began with.
#pragma once
#include "command/call.h"
#include "command/cursor_table.h"
#include "modules/doc/found.h"
#include "modules/doc/query_plan.h"

namespace veddb {

class DocumentCursor : public Cursor {
 public:
  explicit DocumentCursor(uint64_t batch) : batch_(batch) {}

  // So many documents unless DOC.NEXT says otherwise.
  uint64_t batch() const { return batch_; }
  // At most `count` more. After an error nothing more can be had.
  virtual Result<FoundDocuments> Next(uint64_t count) = 0;
  virtual bool ended() const = 0;

 private:
  const uint64_t batch_;
};

// The id that says that there is no other batch.
inline constexpr Bytes kNoMoreBatches = "0";

// What `cursor` has yet to yield, kept in memory: for what can't be read on after the command.
// MEMORYLIMIT.
Result<std::unique_ptr<DocumentCursor>> KeepRest(DocumentCursor& cursor);
// Replies the first batch, and keeps the cursor if there is more.
Status ReplyFirstBatch(Call& call, std::unique_ptr<DocumentCursor> cursor);

// REQUIRES: call.snapshot, and the query has a BATCH. Replies the first batch; takes the query.
Status BeginCursor(Call& call, Query& query);

// As an array.
void WriteFound(const FoundDocuments& found, Reply& reply);
// As an array of the cursor's id and the array of documents.
void WriteBatch(Bytes id, const FoundDocuments& found, Reply& reply);

}  // namespace veddb
