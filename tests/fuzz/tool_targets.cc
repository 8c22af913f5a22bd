// SPDX-License-Identifier: BSD-3-Clause
// Files that veddb-tool imports.
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "base/check.h"
#include "doc/value/validate.h"
#include "tests/fuzz/targets.h"
#include "tools/read/reader.h"

namespace veddb::fuzz {
namespace {

// Small, so that inputs go beyond it.
constexpr size_t kTextBytesMax = 200;

// A file in memory with these bytes.
class MemoryFile {
 public:
  explicit MemoryFile(Bytes bytes) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    CHECK(write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  const int fd_;
};

struct Found {
  std::vector<std::string> documents;  // BSON; empty if rejected
  std::vector<tool::Place> ends;
};

// All records of the file, or those behind a place.
Found ReadFrom(const MemoryFile& file, const tool::ReaderOptions& options,
               const tool::Place* from) {
  Found found;
  const auto input = tool::Input::Open(file.path());
  CHECK(input.ok());
  const auto reader = tool::MakeReader(input->get(), options);
  if (!reader.ok()) return found;
  if (from != nullptr) CHECK((*reader)->Resume(*from).ok());
  for (;;) {
    const auto next = (*reader)->Next();
    if (!next.ok() || !*next) return found;
    const tool::Record& record = **next;
    CHECK(record.rejection || doc::ValidateBson(record.bson).ok());
    CHECK(record.offset < record.end.offset && record.raw.size() <= kTextBytesMax);
    CHECK(found.ends.empty() || found.ends.back().offset <= record.offset);
    found.documents.push_back(record.bson);
    found.ends.push_back(record.end);
  }
}

}  // namespace

// Every format reads any file to an end, holds no more than it may, and finds the same documents
// when it is interrupted.
void FuzzImportFile(Bytes input) {
  const uint8_t choice = TakeByte(&input);
  const size_t interrupted = TakeByte(&input);
  const tool::ReaderOptions options{.format = static_cast<tool::Format>(choice % 4),
                                    .columns_have_types = (choice & 4) != 0,
                                    .ignore_blanks = (choice & 8) != 0,
                                    .text_bytes_max = kTextBytesMax};
  const MemoryFile file(input);
  const Found whole = ReadFrom(file, options, nullptr);
  if (interrupted >= whole.ends.size()) return;
  const Found rest = ReadFrom(file, options, &whole.ends[interrupted]);
  CHECK(rest.documents.size() == whole.documents.size() - interrupted - 1);
  for (size_t i = 0; i < rest.documents.size(); ++i) {
    CHECK(rest.documents[i] == whole.documents[interrupted + 1 + i]);
  }
}

}  // namespace veddb::fuzz
