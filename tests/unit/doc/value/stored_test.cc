// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/stored.h"

#include <gtest/gtest.h>

#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

using namespace std::string_view_literals;

// As drawn in src/doc/FORMAT.md. A change here is a change of the format on disk.
constexpr Bytes kGolden = "\x02\0\0\0\0\0\0\0\x0e\0\0\0\x10_id\0\x01\0\0\0\0"sv;

TEST(StoredDocument, GoldenBytes) {
  const std::string doc = *ParseDocument(R"({"_id":1})");
  EXPECT_EQ(EncodeStored(2, DocView(doc)), kGolden);
  const Result<StoredDocument> stored = DecodeStored(kGolden);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->version, 2u);
  EXPECT_EQ(stored->doc.bytes(), doc);
}

TEST(StoredDocument, DamageToTheFrameIsSeen) {
  const std::string good(kGolden);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(DecodeStored(Bytes(good).substr(0, size)).error().code, ErrorCode::kIoErr) << size;
  }
  EXPECT_FALSE(DecodeStored(good + "x").ok());
  for (const size_t at : {0u, 8u, 9u, 11u, 21u}) {
    std::string bad = good;
    bad[at] = at == 0 ? '\0' : static_cast<char>(bad[at] + 1);
    EXPECT_FALSE(DecodeStored(bad).ok()) << at;
  }
}

}  // namespace
}  // namespace veddb::doc
