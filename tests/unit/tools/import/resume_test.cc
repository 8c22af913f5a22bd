// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/resume.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace veddb::tool {
namespace {

class ResumeTest : public ::testing::Test {
 protected:
  ResumeTest() : temp_("resume") {
    options_.collection = "c";
    options_.format = Format::kNdjson;
    options_.file = temp_ / "input";
    options_.resume_file = temp_ / "state";
    WriteInput(std::string(300'000, 'x'));
    state_.place = {200'000, 7};
    state_.imported = 5;
    state_.rejected = {{"BADJSON", 2}};
    state_.reject_files = {11, 12};
    state_.ids = {1234567890123, 0xffffffff};
    state_.dropped = true;
  }

  void WriteInput(const std::string& text) {
    std::ofstream(options_.file, std::ios::binary) << text;
  }
  Status Save() { return ResumeFile::Of(options_)->Save(state_); }
  Result<std::optional<ImportState>> Load() { return ResumeFile::Of(options_)->Load(); }
  bool IsRefused() { return !Load().ok(); }

  testing::TempDir temp_;
  Options options_;
  ImportState state_;
};

TEST_F(ResumeTest, NothingWasSavedYet) {
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok());
  EXPECT_FALSE(*loaded);
}

TEST_F(ResumeTest, WhatWasSavedIsLoaded) {
  ASSERT_TRUE(Save().ok());
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok() && *loaded);
  const ImportState& state = **loaded;
  EXPECT_EQ(state.place.offset, 200'000);
  EXPECT_EQ(state.place.number, 7);
  EXPECT_EQ(state.imported, 5);
  EXPECT_EQ(state.rejected, state_.rejected);
  EXPECT_EQ(state.reject_files.documents_bytes, 11);
  EXPECT_EQ(state.reject_files.reasons_bytes, 12);
  EXPECT_EQ(MadeId(state.ids, 9), MadeId(state_.ids, 9));
  EXPECT_TRUE(state.dropped);
  EXPECT_FALSE(state.done);
}

TEST_F(ResumeTest, AnotherImportsStateIsRefused) {
  ASSERT_TRUE(Save().ok());
  options_.collection = "d";
  EXPECT_TRUE(IsRefused());
  options_.collection = "c";
  options_.mode = ImportMode::kUpsert;
  EXPECT_TRUE(IsRefused());
  options_.mode = ImportMode::kInsert;
  options_.server.database = 1;
  EXPECT_TRUE(IsRefused());
  options_.server.database = 0;
  EXPECT_FALSE(IsRefused());
}

TEST_F(ResumeTest, AChangedInputIsRefused) {
  ASSERT_TRUE(Save().ok());
  const std::string same(300'000, 'x');
  WriteInput(same + "x");
  EXPECT_TRUE(IsRefused());
  for (const size_t at : {size_t{0}, size_t{199'999}, size_t{299'999}}) {
    std::string changed = same;
    changed[at] = 'y';
    WriteInput(changed);
    EXPECT_TRUE(IsRefused()) << at;
  }
  WriteInput(same);
  EXPECT_FALSE(IsRefused());
}

TEST_F(ResumeTest, AFileThatIsNoStateIsRefusedAndKept) {
  for (const std::string text : {"", "{}", "hello", "{\"version\":2}"}) {
    std::ofstream(options_.resume_file, std::ios::trunc) << text;
    EXPECT_TRUE(IsRefused()) << text;
  }
}

}  // namespace
}  // namespace veddb::tool
