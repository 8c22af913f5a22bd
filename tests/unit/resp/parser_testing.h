// SPDX-License-Identifier: BSD-3-Clause
// Feeding a RequestParser as a connection does, from a heap block of exactly the bytes there are,
// so that a sanitizer sees every read beyond them.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "resp/parser.h"

namespace veddb {

// What came out of a stream of bytes.
struct Parsed {
  std::vector<std::vector<std::string>> requests;
  std::string error;  // empty: none
  std::string rest;   // bytes of a request that is not complete
  size_t wanted = 0;  // as the parser said for it

  bool operator==(const Parsed& other) const {
    // What was read behind an error depends on the pieces.
    return requests == other.requests && error == other.error &&
           (!error.empty() || rest == other.rest);
  }
};

// A connection's end of the protocol: bytes come in pieces, the buffer moves with every one.
class Feeder {
 public:
  explicit Feeder(ParserLimits limits = {}) : limits_(limits) {}

  // False after an error.
  bool Feed(Bytes piece) {
    rest_.append(piece);
    while (parsed_.error.empty()) {
      const auto block = std::make_unique<char[]>(rest_.size());
      if (!rest_.empty()) std::memcpy(block.get(), rest_.data(), rest_.size());
      const auto outcome = parser_.Parse({block.get(), rest_.size()}, limits_);
      if (outcome == RequestParser::Outcome::kNeedMore) break;
      if (outcome == RequestParser::Outcome::kError) {
        parsed_.error = parser_.error();
        break;
      }
      parsed_.requests.emplace_back(parser_.argv().begin(), parser_.argv().end());
      rest_.erase(0, parser_.consumed());
    }
    return parsed_.error.empty();
  }
  Parsed Result() {
    parsed_.rest = rest_;
    parsed_.wanted = parser_.wanted_bytes();
    return parsed_;
  }

 private:
  ParserLimits limits_;
  RequestParser parser_;
  std::string rest_;
  Parsed parsed_;
};

inline Parsed ParseAll(Bytes stream, ParserLimits limits = {}) {
  Feeder feeder(limits);
  feeder.Feed(stream);
  return feeder.Result();
}

inline Parsed ParseInPieces(Bytes stream, size_t piece_bytes, ParserLimits limits = {}) {
  Feeder feeder(limits);
  for (; !stream.empty(); stream.remove_prefix(std::min(piece_bytes, stream.size()))) {
    if (!feeder.Feed(stream.substr(0, piece_bytes))) break;
  }
  return feeder.Result();
}

}  // namespace veddb
