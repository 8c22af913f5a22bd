// SPDX-License-Identifier: BSD-3-Clause
// Commands over more documents than one batch of a scan holds.
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int kDocuments = 3000;

class DocumentsTest : public ServerTest {};

TEST_F(DocumentsTest, ADeleteOfManyTakesWhatMatchesAndNothingElse) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  RespClient client = Connect();
  for (int i = 0; i < kDocuments; ++i) {
    client.Add({"DOC.INSERT", "some", "{\"_id\":" + std::to_string(i) + "}"});
  }
  for (int i = 0; i < kDocuments; ++i) ASSERT_FALSE(client.Next().is_error());
  const std::string even = "{\"_id\":{\"$mod\":[2,0]}}";
  EXPECT_EQ(client.Say({"DOC.COUNT", "some", even}), std::to_string(kDocuments / 2));
  EXPECT_EQ(client.Say({"DOC.DELETEMANY", "some", even}), std::to_string(kDocuments / 2));
  EXPECT_EQ(client.Say({"DOC.COUNT", "some", even}), "0");
  EXPECT_EQ(client.Say({"DOC.COUNT", "some"}), std::to_string(kDocuments / 2));
  ASSERT_TRUE(Restart());
  EXPECT_EQ(Connect().Say({"DOC.COUNT", "some"}), std::to_string(kDocuments / 2));
}

}  // namespace
}  // namespace veddb::testing
