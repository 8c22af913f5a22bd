// SPDX-License-Identifier: BSD-3-Clause
// Reader: the documents of a file, one after the other. What can't be a document is told as a
// rejected record and reading goes on behind it; where it can't be known where to go on (a file
// that is torn, or is something else), reading ends with an error.
//
// Owned by: one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "tools/options.h"
#include "tools/read/input.h"

namespace veddb::tool {

// The text of one document may be as long as this; longer ones are rejected without being held.
inline constexpr size_t kTextBytesMax = 64 * 1024 * 1024;

// Why a document was not taken: a code of the wire's, or one of the tool's own.
struct Rejection {
  std::string code;
  std::string message;
};
inline constexpr Bytes kBadCsv = "BADCSV";
inline constexpr Bytes kBadBson = "BADBSON";
Rejection RejectionOf(const Error& error);

// A place between two documents.
struct Place {
  uint64_t offset = 0;  // of the first byte behind it
  uint64_t number = 0;  // lines or documents before it
};

struct Record {
  std::string bson;  // empty if rejected
  std::optional<Rejection> rejection;
  Bytes raw;            // as it stands in the file; until the next Next. Empty if it is too long
  uint64_t number = 0;  // its line, or which document of the file it is; from 1
  uint64_t offset = 0;  // where it begins
  Place end;            // where reading goes on behind it
};

struct ReaderOptions {
  Format format = Format::kNdjson;
  bool columns_have_types = false;
  bool ignore_blanks = false;
  size_t text_bytes_max = kTextBytesMax;
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Nothing at the end. An error: the rest of the file can't be read.
  virtual Result<std::optional<Record>> Next() = 0;
  // Goes on at the end of a record of the same file. REQUIRES: no Next before.
  virtual Status Resume(Place place) = 0;
  // What `number` counts: "line" or "document".
  virtual Bytes unit() const = 0;
  // Whether `raw` is JSON text of the document.
  virtual bool IsJson() const = 0;
  // What has to stand in front of raw records so that they are a file of this format, and behind
  // each.
  virtual std::string head() const { return {}; }
  virtual Bytes tail() const { return "\n"; }
};

// By the file's name, or what it begins with. Reads no further than that. ERR where it can't be
// known.
Result<Format> GuessFormat(const std::string& path, Input& input);
// `input` outlives the reader. An error: the head of the file is wrong (the columns of CSV).
Result<std::unique_ptr<Reader>> MakeReader(Input* input, const ReaderOptions& options);

// For readers of text: consumes a byte order mark of UTF-8. ERR if the text is UTF-16 or UTF-32.
Status SkipByteOrderMark(Input& input);
// Reads until rest() has so many bytes; false if the file ends before.
Result<bool> Need(Input& input, size_t bytes);
// The place of input.offset() as words.
std::string AtByte(uint64_t offset);
// A document out of JSON text, with limits wide enough for any server: it has its own.
Result<std::string> ParseText(Bytes json);
Rejection TooLong(size_t text_bytes_max);

std::unique_ptr<Reader> MakeNdjsonReader(Input* input, const ReaderOptions& options);
std::unique_ptr<Reader> MakeJsonArrayReader(Input* input, const ReaderOptions& options);
std::unique_ptr<Reader> MakeBsonReader(Input* input, const ReaderOptions& options);
Result<std::unique_ptr<Reader>> MakeCsvReader(Input* input, const ReaderOptions& options);

}  // namespace veddb::tool
