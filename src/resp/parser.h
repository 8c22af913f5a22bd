// SPDX-License-Identifier: BSD-3-Clause
// RequestParser: takes the requests of one client out of the bytes that arrive, without copying.
//
// The caller keeps one buffer whose first byte is the first byte of the request in progress, and
// calls Parse with all of it whenever bytes were added. The buffer may grow and move between the
// calls; what was scanned once is not scanned again, so a request costs O(its bytes) in however
// many pieces it comes. After kRequest the caller drops consumed() bytes from the front, after
// kError the stream is out of step and the connection has to be closed.
//
//   while (parser.Parse(rest, limits) == RequestParser::Outcome::kRequest) {
//     Dispatch(parser.argv());              // views into `rest`, or into the parser (inline)
//     rest.remove_prefix(parser.consumed());
//   }
//
// Owned by: one thread (the loop). Steady state: no allocation per request.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace veddb {

// What a client may send before it has authenticated: enough for HELLO, AUTH and their like.
inline constexpr int64_t kUnauthenticatedArgsMax = 10;
inline constexpr int64_t kUnauthenticatedBulkBytesMax = 16 * 1024;

struct ParserLimits {
  // proto-max-bulk-len; a link to the primary sets it to the maximum of the type.
  uint64_t bulk_bytes_max = uint64_t{512} << 20;
  // An inline request, or the header of a bulk, that has no line end after this many bytes.
  size_t inline_bytes_max = 64 * 1024;
  int64_t args_max = std::numeric_limits<int32_t>::max();
  bool authenticated = true;
};

class RequestParser {
 public:
  enum class Outcome : uint8_t { kNeedMore, kRequest, kError };

  // REQUIRES: buffer begins with the bytes given to the call before, unless that call returned
  // kRequest, when it begins consumed() bytes further. Not called again after kError.
  Outcome Parse(Bytes buffer, const ParserLimits& limits);

  // After kRequest: the arguments; valid as long as that buffer and until the next Parse. Empty
  // for an empty line, "*0" and "*-1", which are to be skipped without a reply.
  std::span<const Bytes> argv() const { return argv_; }
  // After kRequest: length of the request in the buffer.
  size_t consumed() const { return position_; }
  // After kNeedMore: at least so many more bytes are needed; a hint for the size of the next read.
  size_t wanted_bytes() const { return wanted_; }
  // After kNeedMore: so many bytes at the front are understood and are not looked at again.
  size_t parsed_bytes() const { return finished_ ? 0 : position_; }
  // What it keeps besides the caller's buffer.
  size_t memory() const {
    return argv_.capacity() * sizeof(Bytes) + earlier_.capacity() * sizeof(Slice);
  }
  // After kError: the text after "ERR ", as Redis words it.
  Bytes error() const { return error_; }

 private:
  enum class State : uint8_t { kStart, kInline, kCount, kBulkHeader, kBulkBody };
  enum class Header : uint8_t { kRead, kNeedMore, kTooBig, kWrongMark, kBadNumber };
  struct Slice {
    size_t at;
    size_t size;
  };

  void Begin();
  bool ParseWhole(Bytes buffer, const ParserLimits& limits);
  Outcome ParseCount(Bytes buffer, const ParserLimits& limits);
  Outcome ParseBulks(Bytes buffer, const ParserLimits& limits);
  Outcome ParseInline(Bytes buffer, const ParserLimits& limits);
  void SplitPlain(Bytes line);
  Header ReadHeader(Bytes buffer, char mark, size_t line_bytes_max, int64_t& number);
  Outcome Finish(Bytes buffer);
  Outcome NeedMore(Bytes buffer, size_t wanted);
  Outcome FailHeader(Bytes buffer, Header header);
  Outcome Fail(std::string text);

  State state_ = State::kStart;
  size_t position_ = 0;    // first byte of the buffer that is not taken yet
  size_t scanned_ = 0;     // no line end between position_ and here
  int64_t args_left_ = 0;  // arguments of the request that are still to come
  size_t bulk_bytes_ = 0;  // size of the one being read (kBulkBody)
  size_t wanted_ = 1;
  bool finished_ = false;       // the last call returned kRequest
  std::vector<Bytes> argv_;     // views of the arguments since the last kNeedMore, then of all
  std::vector<Slice> earlier_;  // arguments before that, as offsets: the buffer may have moved
  std::vector<std::string> inline_args_;  // arguments of an inline request, unquoted
  std::string error_;
};

}  // namespace veddb
