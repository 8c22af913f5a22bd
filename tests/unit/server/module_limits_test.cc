// SPDX-License-Identifier: BSD-3-Clause
// Options that modules act on reach them: at the start and when CONFIG SET changes them.
#include <gtest/gtest.h>

#include "modules/bitmap/bitmap_shared.h"
#include "modules/doc/doc_shared.h"
#include "modules/modules.h"
#include "modules/string/string_shared.h"
#include "server/server.h"

namespace veddb {
namespace {

class ModuleLimits : public testing::Test {
 protected:
  ~ModuleLimits() override {  // they outlive a server
    Server fresh;
    EXPECT_TRUE(AddModules(fresh).ok());
  }
  std::string Set(const std::string& name, const std::string& value) {
    const std::vector<ConfigStore::NameValue> changes = {{name, value}};
    const Status status = server_.config().Set(changes, ConfigCaller::kLocal);
    return status.ok() ? "OK" : status.error().message;
  }

  Server server_;
};

TEST_F(ModuleLimits, AreTakenFromTheFile) {
  ASSERT_TRUE(
      server_.config().LoadText("proto-max-bulk-len 2mb\ndoc-max-size 3kb\ndoc-batch-max 7").ok());
  ASSERT_TRUE(AddModules(server_).ok());
  EXPECT_EQ(StringModuleBytesMax(), 2 << 20);
  EXPECT_EQ(BitmapModuleBytesMax(), 2 << 20);
  EXPECT_EQ(CurrentDocLimits().document_bytes_max, 3 << 10);
  EXPECT_EQ(CurrentDocLimits().batch_max, 7);
}

TEST_F(ModuleLimits, FollowConfigSet) {
  ASSERT_TRUE(AddModules(server_).ok());
  EXPECT_EQ(CurrentDocLimits().document_bytes_max, 16 << 20);
  EXPECT_EQ(Set("proto-max-bulk-len", "5mb"), "OK");
  EXPECT_EQ(StringModuleBytesMax(), 5 << 20);
  EXPECT_EQ(BitmapModuleBytesMax(), 5 << 20);
  EXPECT_EQ(Set("doc-max-size", "1mb"), "OK");
  EXPECT_EQ(CurrentDocLimits().document_bytes_max, 1 << 20);
  EXPECT_EQ(Set("doc-batch-max", "9"), "OK");
  EXPECT_EQ(CurrentDocLimits().batch_max, 9);
}

}  // namespace
}  // namespace veddb
