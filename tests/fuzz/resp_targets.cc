// SPDX-License-Identifier: BSD-3-Clause
// What clients send: requests, inline requests, patterns; and what servers answer.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/glob.h"
#include "config/split_args.h"
#include "resp/parser.h"
#include "resp/value.h"
#include "tests/fuzz/targets.h"
#include "tests/unit/resp/parser_testing.h"

namespace veddb::fuzz {
namespace {

constexpr uint64_t kSmallBulkBytesMax = 64;

bool HasNoArguments(const std::vector<std::string>& argv) { return argv.empty(); }

}  // namespace

// However a stream is cut, the same requests and the same error come out; a request that was
// understood, written anew, is understood the same.
void FuzzRequests(Bytes input) {
  const uint8_t choice = TakeByte(&input);
  ParserLimits limits;
  limits.authenticated = (choice & 1) == 0;
  if ((choice & 2) != 0) limits.bulk_bytes_max = kSmallBulkBytesMax;
  const size_t piece_bytes = 1 + choice / 4;
  Parsed whole = ParseAll(input, limits);
  CHECK(ParseInPieces(input, piece_bytes, limits) == whole);
  std::erase_if(whole.requests, HasNoArguments);
  std::string again;
  for (const auto& argv : whole.requests) again += EncodeRequest(argv);
  CHECK(ParseAll(again).requests == whole.requests);
}

// An inline request is split as a line of the configuration is; words that are quoted and split
// again are the same words.
void FuzzInline(Bytes input) {
  const std::string line(TakeLine(&input));
  const auto words = SplitArgs(line);
  if (words) {
    std::string quoted;
    for (const std::string& word : *words) quoted += QuoteArg(word) + " ";
    const auto again = SplitArgs(quoted);
    CHECK(again.has_value() && *again == *words);
  }
  if (line.starts_with('*') || line.ends_with('\r') || line.find('\0') != std::string::npos) return;
  const Parsed parsed = ParseAll(line + "\r\n");
  CHECK(parsed.error.empty() == words.has_value());
  if (words) CHECK(parsed.requests.size() == 1 && parsed.requests[0] == *words);
}

// A reply that is complete is the same whatever follows, and needs its last byte.
void FuzzReplies(Bytes input) {
  const auto parsed = ParseReply(input);
  if (!parsed.ok() || !parsed->has_value()) return;
  const size_t size = (*parsed)->consumed;
  CHECK(size > 0 && size <= input.size());
  const auto exact = ParseReply(input.substr(0, size));
  CHECK(exact.ok() && exact->has_value() && (*exact)->consumed == size);
  const auto cut = ParseReply(input.substr(0, size - 1));
  CHECK(cut.ok() && !cut->has_value());
  CHECK(PrintReply((*exact)->value) == PrintReply((*parsed)->value));
  PrintReplyRaw((*parsed)->value);
}

// A pattern with '*' around it matches wherever the pattern itself does; a text with every byte
// quoted matches itself.
void FuzzGlob(Bytes input) {
  const std::string pattern(TakeLine(&input));
  const bool matches = GlobMatch(pattern, input);
  GlobMatch(pattern, input, GlobCase::kInsensitive);
  if (matches) CHECK(GlobMatch("*" + pattern, input));
  std::string quoted;
  for (const char c : input) {
    quoted += '\\';
    quoted += c;
  }
  CHECK(GlobMatch(quoted, input));
  CHECK(GlobMatch("*", input));
}

}  // namespace veddb::fuzz
