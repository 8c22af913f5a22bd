// SPDX-License-Identifier: BSD-3-Clause
// Rejects: documents that were not taken. The first reasons are shown, the rest is counted by code;
// where a file is named, the documents go there as they stood in the input, so that the file can be
// mended and imported, and the reasons beside it, a line each.
//
// Owned by: one thread.
#pragma once
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "tools/progress.h"
#include "tools/read/reader.h"

namespace veddb::tool {

// How long the two files are: what a resumed import cuts them to.
struct RejectFiles {
  uint64_t documents_bytes = 0;
  uint64_t reasons_bytes = 0;
};

class Rejects {
 public:
  using Counts = std::map<std::string, uint64_t>;  // by code

  Rejects(const Reader* reader, Progress* progress, uint32_t shown)
      : reader_(*reader), progress_(*progress), left_to_show_(shown) {}

  // Begins the files anew, or cuts them to where an earlier run was. ERR if they can't be written.
  Status OpenFiles(const std::string& path, const RejectFiles& keep);
  void Continue(Counts counts) { counts_ = std::move(counts); }

  // `raw` is empty where the document was too long to be held: then it is in neither file but the
  // reasons'. IOERR.
  Status Add(uint64_t number, uint64_t offset, const Rejection& rejection, Bytes raw);
  // Forces what was added to the disk; how long the files are then. IOERR.
  Result<RejectFiles> Flush();

  const Counts& counts() const { return counts_; }
  uint64_t total() const;
  // "2,000 rejected (BADJSON 10, DUPLICATEKEY 1,990)"
  std::string Summary() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  static Result<File> OpenOne(const std::string& path, uint64_t keep);
  Status Write(File& file, Bytes text, uint64_t* bytes);

  const Reader& reader_;
  Progress& progress_;
  uint32_t left_to_show_;
  Counts counts_;
  File documents_;
  File reasons_;
  RejectFiles sizes_;
};

}  // namespace veddb::tool
