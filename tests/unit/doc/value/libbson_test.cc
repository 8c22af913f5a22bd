// SPDX-License-Identifier: BSD-3-Clause
// Our Extended JSON against libbson's, an independent reader and writer of the same format: each
// must read what the other writes, to the same bytes.
#include <bson/bson.h>
#include <gtest/gtest.h>

#include "doc/value/extjson.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

// libbson's documents and texts, freed at the end of the scope.
struct BsonFree {
  void operator()(char* text) const { bson_free(text); }
};
using TextPtr = std::unique_ptr<char, BsonFree>;

// The bytes that libbson reads from JSON; its message if it can't.
std::string ReadByLibbson(const std::string& json) {
  bson_t bson;
  bson_error_t error;
  if (!bson_init_from_json(&bson, json.data(), static_cast<ssize_t>(json.size()), &error)) {
    return error.message;
  }
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(&bson)), bson.len);
  bson_destroy(&bson);
  return bytes;
}

// Where libbson itself fails: it ends strings at a NUL in several places, and gives code and
// DBPointers that stand in an array a wrong name.
bool IsComparable(const std::string& text) {
  constexpr Bytes kCode = "\"$code\"";
  const size_t first_code = text.find(kCode);
  if (first_code != std::string::npos && text.find(kCode, first_code + 1) != std::string::npos) {
    return false;
  }
  for (const char* trap :
       {"\\u0000", "[{\"$code\"", ",{\"$code\"", "[{\"$dbPointer\"", ",{\"$dbPointer\""}) {
    if (text.find(trap) != std::string::npos) return false;
  }
  return true;
}

TEST(ExtJsonAgainstLibbson, EachReadsWhatTheOtherWrites) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  size_t compared = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string doc = random.Document(4);
    bson_t theirs;
    ASSERT_TRUE(
        bson_init_static(&theirs, reinterpret_cast<const uint8_t*>(doc.data()), doc.size()));
    ASSERT_TRUE(bson_validate(&theirs, BSON_VALIDATE_NONE, nullptr)) << "seed " << seed;
    std::string ours;
    WriteJson(DocView(doc), JsonMode::kCanonical, &ours);
    if (!IsComparable(ours)) continue;
    ++compared;

    size_t size = 0;
    const TextPtr text(bson_as_canonical_extended_json(&theirs, &size));
    ASSERT_NE(text, nullptr) << "seed " << seed << ": " << ours;
    const Result<std::string> read = ParseDocument({text.get(), size});
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << text.get() << ": " << read.error().message;
    ASSERT_EQ(*read, doc) << "seed " << seed << ": " << text.get();

    ASSERT_EQ(ReadByLibbson(ours), doc) << "seed " << seed << ": " << ours;
  }
  EXPECT_GT(compared, 2000u);
}

TEST(ExtJsonAgainstLibbson, RelaxedTextReadsTheSame) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  for (int i = 0; i < 3000; ++i) {
    const std::string doc = random.Document(3);
    const std::string ours = JsonText(DocView(doc));
    if (!IsComparable(ours)) continue;
    const Result<std::string> read = ParseDocument(ours);
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(ReadByLibbson(ours), *read) << "seed " << seed << ": " << ours;
  }
}

}  // namespace
}  // namespace veddb::doc
