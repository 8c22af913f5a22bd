// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/made_id.h"

#include <gtest/gtest.h>

#include <regex>

namespace veddb::tool {
namespace {

TEST(MadeIdTest, IsAUuidOfVersion7) {
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const IdSeed seed{0x0192a3b4c5d6, 0xffffffff};
  EXPECT_EQ(MadeId(seed, 0), "0192a3b4-c5d6-7fff-8000-0000000fffff");
  for (const uint64_t offset :
       {uint64_t{0}, uint64_t{1}, uint64_t{1} << 33, (uint64_t{1} << 42) - 1}) {
    EXPECT_TRUE(std::regex_match(MadeId(IdSeed::Fresh(), offset), uuid)) << offset;
  }
}

TEST(MadeIdTest, LaterPlacesHaveGreaterIdsAndTheSamePlaceTheSame) {
  const IdSeed seed = IdSeed::Fresh();
  EXPECT_LT(MadeId(seed, 0), MadeId(seed, 1));
  EXPECT_LT(MadeId(seed, 1), MadeId(seed, uint64_t{1} << 40));
  EXPECT_EQ(MadeId(seed, 77), MadeId(seed, 77));
  EXPECT_NE(MadeId(seed, 77), MadeId(IdSeed::Fresh(), 77));
}

}  // namespace
}  // namespace veddb::tool
