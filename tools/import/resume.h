// SPDX-License-Identifier: BSD-3-Clause
// How far an import came, kept in a file so that it can go on after any end, a kill -9 of the tool
// or the server included.
//
// The state says up to where in the input every document was answered. Documents behind that place
// may have been sent, but never beyond kResumeWindowBytes behind it: the importer holds to that. So
// a resumed import knows for which documents a DUPLICATEKEY may be its own doing, and asks the
// server for those alone.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "tools/import/made_id.h"
#include "tools/import/rejects.h"
#include "tools/options.h"
#include "tools/read/reader.h"

namespace veddb::tool {

inline constexpr uint64_t kResumeWindowBytes = 64 * 1024 * 1024;

struct ImportState {
  Place place;  // all before it is answered
  uint64_t imported = 0;
  Rejects::Counts rejected;
  RejectFiles reject_files;
  IdSeed ids;
  bool dropped = false;  // what --drop asks for is done
  bool done = false;
};

// The state file of one import.
class ResumeFile {
 public:
  // ERR if the input can't be read.
  static Result<ResumeFile> Of(const Options& options);

  // Nothing if there is no file yet. ERR if it is no state, or one of another import: another file,
  // or the same file changed, another collection, database, format or mode.
  Result<std::optional<ImportState>> Load() const;
  // Replaces the file as a whole and forces it to the disk. IOERR.
  Status Save(const ImportState& state) const;

 private:
  ResumeFile(std::string path, std::string input, std::string identity)
      : path_(std::move(path)), input_(std::move(input)), identity_(std::move(identity)) {}

  std::string path_;
  std::string input_;
  std::string identity_;
};

}  // namespace veddb::tool
