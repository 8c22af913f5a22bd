// SPDX-License-Identifier: BSD-3-Clause
#include "resp/parser.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/number.h"
#include "config/split_args.h"

namespace veddb {
namespace {

constexpr char kCountMark = '*';
constexpr char kBulkMark = '$';
constexpr size_t kLineEndBytes = 2;
// Requests with more arguments give their memory back when they are done.
constexpr size_t kKeptArgs = 1024;

// "<mark><digits>\r\n" at `at`, where the digits are at most this many and plain; enough for every
// size and count that is not an attack. Moves `at` behind it, or leaves it and returns false.
constexpr size_t kPlainDigits = 9;

bool ReadPlainHeader(Bytes buffer, char mark, size_t& at, int64_t& number) {
  const char* p = buffer.data() + at;
  const char* const end = buffer.data() + buffer.size();
  if (p == end || *p != mark) return false;
  const char* const digits = ++p;
  int64_t n = 0;
  while (p != end && *p >= '0' && *p <= '9' && p - digits < static_cast<ptrdiff_t>(kPlainDigits)) {
    n = n * 10 + (*p++ - '0');
  }
  const ptrdiff_t count = p - digits;
  if (count == 0 || (count > 1 && *digits == '0')) return false;
  if (end - p < static_cast<ptrdiff_t>(kLineEndBytes) || *p != '\r') return false;
  number = n;
  at = static_cast<size_t>(p - buffer.data()) + kLineEndBytes;
  return true;
}

}  // namespace

RequestParser::Outcome RequestParser::Parse(Bytes buffer, const ParserLimits& limits) {
  DCHECK(error_.empty());
  if (finished_) Begin();
  if (state_ == State::kStart) {
    if (buffer.empty()) return NeedMore(buffer, 1);
    if (buffer[0] == kCountMark) {
      if (ParseWhole(buffer, limits)) return Finish(buffer);
      state_ = State::kCount;
    } else {
      state_ = State::kInline;
    }
  }
  DCHECK(buffer.size() >= position_);
  if (state_ == State::kInline) return ParseInline(buffer, limits);
  if (state_ == State::kCount) return ParseCount(buffer, limits);
  return ParseBulks(buffer, limits);
}

void RequestParser::Begin() {
  state_ = State::kStart;
  position_ = 0;
  scanned_ = 0;
  finished_ = false;
  argv_.clear();
  if (argv_.capacity() > kKeptArgs) argv_.shrink_to_fit();
  if (!earlier_.empty()) earlier_ = {};
  if (!inline_args_.empty()) inline_args_ = {};
}

// The common case: the request is all there and nothing about it is odd. False: nothing is taken,
// and the incremental path finds out what it is. Tried once a request, so what it looks at in vain
// is looked at twice and no more.
bool RequestParser::ParseWhole(Bytes buffer, const ParserLimits& limits) {
  size_t at = 0;
  int64_t count = 0;
  if (!ReadPlainHeader(buffer, kCountMark, at, count)) return false;
  if (count > (limits.authenticated ? limits.args_max : kUnauthenticatedArgsMax)) return false;
  const uint64_t bulk_bytes_max =
      limits.authenticated
          ? limits.bulk_bytes_max
          : std::min<uint64_t>(limits.bulk_bytes_max, kUnauthenticatedBulkBytesMax);
  for (int64_t i = 0; i < count; ++i) {
    int64_t size = 0;
    const bool header = ReadPlainHeader(buffer, kBulkMark, at, size);
    const auto bytes = static_cast<size_t>(size);
    if (!header || bytes > bulk_bytes_max || buffer.size() - at < bytes + kLineEndBytes) {
      argv_.clear();
      return false;
    }
    argv_.emplace_back(buffer.data() + at, bytes);
    at += bytes + kLineEndBytes;
  }
  position_ = at;
  return true;
}

// Reads "<mark><number>\r\n" at position_ and moves behind it.
RequestParser::Header RequestParser::ReadHeader(Bytes buffer, char mark, size_t line_bytes_max,
                                                int64_t& number) {
  if (ReadPlainHeader(buffer, mark, position_, number)) return Header::kRead;
  const size_t from = std::max(scanned_, position_);
  const size_t end = buffer.find('\r', from);
  if (end == Bytes::npos) {
    scanned_ = buffer.size();
    return buffer.size() - position_ > line_bytes_max ? Header::kTooBig : Header::kNeedMore;
  }
  scanned_ = end;
  if (buffer.size() - end < kLineEndBytes) return Header::kNeedMore;
  if (buffer[position_] != mark) return Header::kWrongMark;
  const auto parsed = ParseInt64(buffer.substr(position_ + 1, end - position_ - 1));
  if (!parsed) return Header::kBadNumber;
  number = *parsed;
  position_ = end + kLineEndBytes;
  return Header::kRead;
}

RequestParser::Outcome RequestParser::ParseCount(Bytes buffer, const ParserLimits& limits) {
  int64_t count = 0;
  switch (ReadHeader(buffer, kCountMark, limits.inline_bytes_max, count)) {
    case Header::kNeedMore:
      return NeedMore(buffer, 1);
    case Header::kTooBig:
      return Fail("Protocol error: too big mbulk count string");
    case Header::kWrongMark:
    case Header::kBadNumber:
      return Fail("Protocol error: invalid multibulk length");
    case Header::kRead:
      break;
  }
  if (count > limits.args_max) return Fail("Protocol error: invalid multibulk length");
  if (!limits.authenticated && count > kUnauthenticatedArgsMax) {
    return Fail("Protocol error: unauthenticated multibulk length");
  }
  if (count <= 0) return Finish(buffer);
  args_left_ = count;
  state_ = State::kBulkHeader;
  return ParseBulks(buffer, limits);
}

RequestParser::Outcome RequestParser::ParseBulks(Bytes buffer, const ParserLimits& limits) {
  while (args_left_ > 0) {
    if (state_ == State::kBulkHeader) {
      int64_t size = 0;
      const Header header = ReadHeader(buffer, kBulkMark, limits.inline_bytes_max, size);
      if (header == Header::kNeedMore) return NeedMore(buffer, 1);
      if (header != Header::kRead) return FailHeader(buffer, header);
      if (size < 0 || static_cast<uint64_t>(size) > limits.bulk_bytes_max) {
        return Fail("Protocol error: invalid bulk length");
      }
      if (!limits.authenticated && size > kUnauthenticatedBulkBytesMax) {
        return Fail("Protocol error: unauthenticated bulk length");
      }
      bulk_bytes_ = static_cast<size_t>(size);
      state_ = State::kBulkBody;
    }
    const size_t there = buffer.size() - position_;
    const size_t needed = bulk_bytes_ + kLineEndBytes;
    if (there < needed) return NeedMore(buffer, needed - there);
    argv_.emplace_back(buffer.data() + position_, bulk_bytes_);
    position_ += needed;
    state_ = State::kBulkHeader;
    --args_left_;
  }
  return Finish(buffer);
}

RequestParser::Outcome RequestParser::FailHeader(Bytes buffer, Header header) {
  if (header == Header::kTooBig) return Fail("Protocol error: too big bulk count string");
  if (header == Header::kBadNumber) return Fail("Protocol error: invalid bulk length");
  DCHECK(header == Header::kWrongMark);
  return Fail(std::string("Protocol error: expected '$', got '") + buffer[position_] + "'");
}

RequestParser::Outcome RequestParser::ParseInline(Bytes buffer, const ParserLimits& limits) {
  const size_t newline = buffer.find('\n', scanned_);
  if (newline == Bytes::npos) {
    scanned_ = buffer.size();
    if (buffer.size() > limits.inline_bytes_max) {
      return Fail("Protocol error: too big inline request");
    }
    return NeedMore(buffer, 1);
  }
  Bytes line = buffer.substr(0, newline);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_of("\"'") == Bytes::npos) {
    SplitPlain(line);
  } else {
    auto words = SplitArgs(line);
    if (!words) return Fail("Protocol error: unbalanced quotes in request");
    inline_args_ = std::move(*words);
    argv_.assign(inline_args_.begin(), inline_args_.end());
  }
  position_ = newline + 1;
  return Finish(buffer);
}

// A line without quotes: the words are views of it.
void RequestParser::SplitPlain(Bytes line) {
  constexpr Bytes kBlanks = " \t\n\v\f\r";
  constexpr Bytes kWordEnds = " \t\n\r";
  for (;;) {
    const size_t begin = line.find_first_not_of(kBlanks);
    if (begin == Bytes::npos) return;
    line.remove_prefix(begin);
    const size_t size = std::min(line.find_first_of(kWordEnds), line.size());
    argv_.push_back(line.substr(0, size));
    line.remove_prefix(size);
  }
}

RequestParser::Outcome RequestParser::Finish(Bytes buffer) {
  finished_ = true;
  if (!earlier_.empty()) {
    argv_.insert(argv_.begin(), earlier_.size(), Bytes());
    for (size_t i = 0; i < earlier_.size(); ++i) {
      argv_[i] = buffer.substr(earlier_[i].at, earlier_[i].size);
    }
  }
  return Outcome::kRequest;
}

// The buffer may move before the next call: what points into it becomes offsets. Each argument is
// turned once, so that the sum over all calls stays linear.
RequestParser::Outcome RequestParser::NeedMore(Bytes buffer, size_t wanted) {
  wanted_ = wanted;
  for (const Bytes arg : argv_) {
    earlier_.push_back({static_cast<size_t>(arg.data() - buffer.data()), arg.size()});
  }
  argv_.clear();
  return Outcome::kNeedMore;
}

RequestParser::Outcome RequestParser::Fail(std::string text) {
  error_ = std::move(text);
  argv_.clear();
  return Outcome::kError;
}

}  // namespace veddb
