// SPDX-License-Identifier: BSD-3-Clause
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

constexpr Bytes kUtf8Mark = "\xef\xbb\xbf";
constexpr Bytes kUtf16Little = "\xff\xfe";
constexpr Bytes kUtf16Big = "\xfe\xff";
constexpr Bytes kSpace = " \t\r\n";

// The first byte that is no white space, within the first piece; nothing in an empty file.
Result<std::optional<char>> FirstByte(Input& input) {
  for (;;) {
    Bytes rest = input.rest();
    if (rest.starts_with(kUtf8Mark)) rest.remove_prefix(kUtf8Mark.size());
    const size_t at = rest.find_first_not_of(kSpace);
    if (at != Bytes::npos) return std::optional<char>(rest[at]);
    if (input.rest().size() >= Input::kPieceBytes || !TRY(input.More())) {
      return std::optional<char>();
    }
  }
}

}  // namespace

Rejection RejectionOf(const Error& error) {
  return {std::string(ErrorWord(error.code)), error.message};
}

Result<Format> GuessFormat(const std::string& path, Input& input) {
  if (path.ends_with(".bson")) return Format::kBson;
  if (path.ends_with(".csv")) return Format::kCsv;
  const std::optional<char> first = TRY(FirstByte(input));
  if (!first || *first == '{') return Format::kNdjson;
  if (*first == '[') return Format::kJsonArray;
  return Err("neither the name nor the first byte of " + path +
             " tells what it is: give the --format");
}

Result<std::unique_ptr<Reader>> MakeReader(Input* input, const ReaderOptions& options) {
  switch (options.format) {
    case Format::kNdjson:
      return MakeNdjsonReader(input, options);
    case Format::kJsonArray:
      return MakeJsonArrayReader(input, options);
    case Format::kBson:
      return MakeBsonReader(input, options);
    case Format::kCsv:
      break;
  }
  return MakeCsvReader(input, options);
}

Result<bool> Need(Input& input, size_t bytes) {
  while (input.rest().size() < bytes) {
    if (!TRY(input.More())) return false;
  }
  return true;
}

Status SkipByteOrderMark(Input& input) {
  TRY(Need(input, kUtf8Mark.size()));
  if (input.rest().starts_with(kUtf8Mark)) input.Consume(kUtf8Mark.size());
  if (input.rest().starts_with(kUtf16Little) || input.rest().starts_with(kUtf16Big)) {
    return Err("the text is UTF-16 or UTF-32; only UTF-8 is read");
  }
  return Ok();
}

std::string AtByte(uint64_t offset) { return " at byte " + std::to_string(offset); }

Result<std::string> ParseText(Bytes json) {
  doc::ParseLimits limits;
  limits.size_max = kTextBytesMax;
  return doc::ParseDocument(json, limits);
}

Rejection TooLong(size_t text_bytes_max) {
  return {std::string(ErrorWord(ErrorCode::kTooLarge)),
          "it has more than " + std::to_string(text_bytes_max) + " bytes"};
}

}  // namespace veddb::tool
