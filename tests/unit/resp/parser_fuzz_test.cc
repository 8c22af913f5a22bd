// SPDX-License-Identifier: BSD-3-Clause
// Damaged requests by the thousand: each gives a documented error, is taken, or waits for more; in
// whatever pieces it comes, the outcome is the same; nothing outside the buffer is read (the feeder
// hands out blocks of exact size, which a sanitizer build watches).
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "parser_testing.h"
#include "resp/value.h"

namespace veddb {
namespace {

constexpr uint32_t kSeed = 20240601;
constexpr int kStreams = 20000;

bool IsDocumented(const std::string& error) {
  static const std::vector<std::string> kErrors = {
      "",
      "Protocol error: invalid multibulk length",
      "Protocol error: invalid bulk length",
      "Protocol error: too big inline request",
      "Protocol error: too big mbulk count string",
      "Protocol error: too big bulk count string",
      "Protocol error: unbalanced quotes in request",
      "Protocol error: unauthenticated multibulk length",
      "Protocol error: unauthenticated bulk length",
  };
  if (std::find(kErrors.begin(), kErrors.end(), error) != kErrors.end()) return true;
  const std::string frame = "Protocol error: expected '$', got '";
  return error.size() == frame.size() + 2 && error.starts_with(frame) && error.ends_with('\'');
}

class StreamMaker {
 public:
  explicit StreamMaker(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return random_() % n; }

  std::string Make() {
    std::string stream;
    for (size_t i = 0; i <= Below(3); ++i) stream += Below(4) == 0 ? Inline() : Multibulk();
    for (size_t i = 0; i < Below(4); ++i) Damage(stream);
    return stream;
  }

 private:
  char Any() {
    static constexpr Bytes kLikely = "*$\r\n-0123456789 \"'\\x";
    return Below(3) == 0 ? static_cast<char>(random_()) : kLikely[Below(kLikely.size())];
  }
  std::string Word() {
    std::string word(Below(12), '\0');
    for (char& c : word) c = Any();
    return word;
  }
  std::string Multibulk() {
    std::vector<std::string> argv;
    for (size_t i = 0; i < Below(5); ++i) argv.push_back(Word());
    return EncodeRequest(argv);
  }
  std::string Inline() {
    std::string line;
    for (size_t i = 0; i < Below(4); ++i) line += Word() + " ";
    return line + (Below(2) == 0 ? "\r\n" : "\n");
  }
  void Damage(std::string& stream) {
    if (stream.empty()) return;
    const size_t at = Below(stream.size());
    switch (Below(4)) {
      case 0:
        stream[at] = Any();
        break;
      case 1:
        stream.insert(at, 1, Any());
        break;
      case 2:
        stream.erase(at, 1 + Below(4));
        break;
      default:
        stream.resize(at);
        break;
    }
  }

  std::mt19937 random_;
};

TEST(RequestParserFuzz, DamagedStreamsEndInADocumentedWay) {
  StreamMaker maker(kSeed);
  ParserLimits limits;
  limits.inline_bytes_max = 40;  // small, so that the limits are met too
  int errors = 0;
  int complete = 0;
  for (int i = 0; i < kStreams; ++i) {
    const std::string stream = maker.Make();
    limits.authenticated = i % 3 != 0;
    limits.bulk_bytes_max = i % 5 == 0 ? 8 : 1 << 20;
    const Parsed whole = ParseAll(stream, limits);
    ASSERT_TRUE(IsDocumented(whole.error))
        << "seed " << kSeed << " stream " << i << ": " << whole.error;
    errors += whole.error.empty() ? 0 : 1;
    complete += whole.requests.empty() ? 0 : 1;
    // A line that is too long without its end may have one by the time all of it is there: only
    // streams that stay below the limit must agree in every cut.
    if (stream.size() > limits.inline_bytes_max) continue;
    const size_t piece = 1 + maker.Below(7);
    ASSERT_EQ(ParseInPieces(stream, piece, limits), whole)
        << "seed " << kSeed << " stream " << i << " in pieces of " << piece;
  }
  // The streams must be neither all broken nor all fine for this to say anything.
  EXPECT_GT(errors, kStreams / 10);
  EXPECT_GT(complete, kStreams / 10);
}

TEST(RequestParserFuzz, IntactRequestsComeThroughEveryCut) {
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::vector<std::string>> requests(1 + random() % 4);
    std::string stream;
    for (auto& argv : requests) {
      argv.resize(1 + random() % 6);
      for (std::string& arg : argv) {
        arg.resize(random() % 30);
        for (char& c : arg) c = static_cast<char>(random());
      }
      stream += EncodeRequest(argv);
    }
    ASSERT_EQ(ParseAll(stream).requests, requests) << "seed " << kSeed << " round " << i;
    ASSERT_EQ(ParseInPieces(stream, 1 + random() % 17).requests, requests)
        << "seed " << kSeed << " round " << i;
  }
}

}  // namespace
}  // namespace veddb
