// SPDX-License-Identifier: BSD-3-Clause
// Importer: reads documents, sends them in batches of which some are under way at any time, and
// keeps account of what became of each. Memory: what is under way (kUnderWayBytes), one batch and
// one document.
//
// Owned by: one thread.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "tools/connection.h"
#include "tools/import/batch.h"
#include "tools/import/batch_sender.h"
#include "tools/import/rejects.h"
#include "tools/import/resume.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/read/reader.h"

namespace veddb::tool {

class Importer {
 public:
  // REQUIRES: options.format is set. All of them outlive the importer.
  Importer(const Options* options, Input* input, Reader* reader, Connection* connection,
           Progress* progress);

  // Imports the file from its beginning, or from where the state says. An error: it is not
  // complete; what was answered until then is in the server, and the state says so.
  Status Run();
  // Rejected documents, those of earlier runs of the same import included.
  const Rejects& rejects() const { return rejects_; }
  uint64_t imported() const { return state_.imported; }

 private:
  Status Begin();
  Status ReadAndSend();
  Status Take(Record record);
  Outgoing Prepare(Record record);
  Status SendBatch();
  Status ReceiveOldest();
  Status ReceiveAll();
  Status Account(const Batch& batch);
  Status SaveIfDue();
  Status Save();
  Status CheckStop() const;

  const Options& options_;
  Input& input_;
  Reader& reader_;
  Connection& connection_;
  Progress& progress_;
  Rejects rejects_;
  BatchSender sender_;
  std::optional<ResumeFile> resume_;
  ImportState state_;
  uint64_t saved_offset_ = 0;

  Batch filling_;
  std::deque<Batch> under_way_;  // sent, not answered; in the order of the file
  size_t under_way_bytes_ = 0;
  std::deque<Batch> held_;  // a refused one, and those answered after it
};

}  // namespace veddb::tool
