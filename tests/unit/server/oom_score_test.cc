// SPDX-License-Identifier: BSD-3-Clause
#include "server/oom_score.h"

#include "server_testing.h"

namespace veddb {
namespace {

class OomScoreTest : public testing::Test {
 protected:
  // Applies the options and tells what the kernel's file holds then.
  std::string After(OomScoreAdj mode, int64_t value) {
    Config config = DefaultConfig();
    config.oom_score_adj = mode;
    config.oom_score_adj_values = {value, 200, 800};
    const Status status = score_.Apply(config);
    return status.ok() ? FileText(file_) : status.error().message;
  }
  void Put(const std::string& text) { std::ofstream(file_) << text; }

  TestDirectory directory_;
  const std::string file_ = directory_.Path("oom_score_adj");
  OomScore score_{file_};
};

TEST_F(OomScoreTest, OffItTouchesNothing) {
  Put("22\n");
  EXPECT_EQ(After(OomScoreAdj::kNo, 9), "22\n");
}

TEST_F(OomScoreTest, RelativeIsAddedToWhatWasThereAbsoluteIsNot) {
  Put("22\n");
  EXPECT_EQ(After(OomScoreAdj::kRelative, 10), "32");
  EXPECT_EQ(After(OomScoreAdj::kRelative, 15), "37") << "not to what it wrote itself";
  EXPECT_EQ(After(OomScoreAdj::kAbsolute, 9), "9");
}

TEST_F(OomScoreTest, SwitchedOffItPutsBackWhatWasThere) {
  Put("22\n");
  EXPECT_EQ(After(OomScoreAdj::kRelative, 10), "32");
  EXPECT_EQ(After(OomScoreAdj::kNo, 10), "22");
  Put("5\n");
  EXPECT_EQ(After(OomScoreAdj::kNo, 10), "5\n");
  EXPECT_EQ(After(OomScoreAdj::kRelative, 10), "15");
}

TEST_F(OomScoreTest, TheKernelsScaleIsKept) {
  Put("900\n");
  EXPECT_EQ(After(OomScoreAdj::kRelative, 800), "1000");
  EXPECT_EQ(After(OomScoreAdj::kAbsolute, -2000), "-1000");
}

TEST_F(OomScoreTest, FailuresAreTold) {
  const std::string text = After(OomScoreAdj::kRelative, 10);  // there is no file
  EXPECT_EQ(text, "Failed to read " + file_ + ": No such file or directory");
  Put("x\n");
  EXPECT_EQ(After(OomScoreAdj::kRelative, 10), "Failed to read " + file_ + ": it holds no number");
}

TEST(OomScoreOfThisProcess, IsSet) {
  OomScore score;
  Config config = DefaultConfig();
  const int64_t before = std::stoll(FileText("/proc/self/oom_score_adj"));
  config.oom_score_adj = OomScoreAdj::kRelative;
  config.oom_score_adj_values = {1, 2, 3};  // upwards needs no privilege
  ASSERT_TRUE(score.Apply(config).ok());
  EXPECT_EQ(std::stoll(FileText("/proc/self/oom_score_adj")), std::min<int64_t>(before + 1, 1000));
}

}  // namespace
}  // namespace veddb
