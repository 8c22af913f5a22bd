// SPDX-License-Identifier: BSD-3-Clause
// BatchSender: how batches become commands in each mode, and replies become outcomes. In insert
// mode a batch is one DOC.INSERT, all or nothing; where that fails the batch is sent again document
// by document. In the other modes every document is a DOC.PUT.
//
// Owned by: one thread.
#pragma once
#include <string>

#include "base/result.h"
#include "tools/connection.h"
#include "tools/import/batch.h"
#include "tools/options.h"

namespace veddb::tool {

// Codes of the tool's own.
inline constexpr Bytes kNoId = "NOID";      // replace-by-id: it has no _id
inline constexpr Bytes kAbsent = "ABSENT";  // replace-by-id: its _id is not there

class BatchSender {
 public:
  BatchSender(Connection* connection, const Options& options)
      : connection_(*connection), collection_(options.collection), mode_(options.mode) {}

  // A DUPLICATEKEY of a document that begins before this place may be of an earlier run: if the
  // same document is there, it counts as imported.
  void set_sent_before(uint64_t offset) { sent_before_ = offset; }

  // Sends the batch; its replies come in the order of the batches.
  Status Send(const Batch& batch);
  // Receives them and notes a rejection in each document that was not taken. False: the batch was
  // refused as a whole, nothing of it was written, and it has to go through SendSingly. An error
  // ends the import: the connection broke, or the server takes no document at all.
  Result<bool> Receive(Batch& batch);
  // Sends the documents one by one and receives their replies. REQUIRES: nothing is under way.
  Status SendSingly(Batch& batch);

 private:
  void SendInsert(const Outgoing& document);
  void SendPut(const Outgoing& document);
  Status ReceiveOne(Outgoing& document);
  Result<bool> IsThere(const Outgoing& document);

  Connection& connection_;
  const std::string collection_;
  const ImportMode mode_;
  uint64_t sent_before_ = 0;
  std::vector<Bytes> words_;  // of one request; kept for its memory
};

}  // namespace veddb::tool
