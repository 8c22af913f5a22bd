// SPDX-License-Identifier: BSD-3-Clause
// An import that is killed, or whose server is killed, and that goes on: no document twice, none
// lost. The server's disk is slow by intent, so that an end in the middle is in the middle.
#include <csignal>

#include "tests/system/tool_test.h"

namespace veddb::testing {
namespace {

// More than an importer has under way and unsaved, several times over.
constexpr int kDocuments = 60'000;
constexpr int kTextBytes = 400;

class ToolResumeTest : public ToolTest {
 protected:
  void SetUp() override {
    server_.set_environment({"LD_PRELOAD=" VEDDB_SLOW_SYNC, "VEDDB_SLOW_SYNC_MS=30"});
    ASSERT_TRUE(Start(kSafe));
  }

  // Documents with ids in order, or without any.
  std::string WriteInput(bool with_ids) const {
    std::string text;
    for (int i = 0; i < kDocuments; ++i) {
      text += with_ids ? "{\"_id\":" + std::to_string(i) + ",\"n\":" : std::string("{\"n\":");
      text += std::to_string(i) + ",\"text\":\"" + std::string(kTextBytes, 'x') + "\"}\n";
    }
    return Write("input.ndjson", text);
  }

  Words ImportWords(const std::string& input) const {
    return With("import", {"--resume", temp_ / "state", input});
  }
  // Waits until the import has saved a place in the middle.
  bool ReachesTheMiddle(ToolProcess& tool) const {
    return PollUntil(kPatience, [&] {
      const std::string state = FileText("state");
      return !tool.Running() ||
             (!state.empty() && state.find("\"offset\":0,") == std::string::npos);
    });
  }
  // Whether each of the documents is there once.
  void ExpectAllOnce() const {
    EXPECT_EQ(Count(), std::to_string(kDocuments));
    RespClient client = Connect();
    const RespReply found = client.Run({"DOC.FIND", "c", "{}", "PROJECT", "{\"n\":1,\"_id\":0}"});
    std::vector<int> times(kDocuments);
    for (const RespReply& document : found.elements) {
      ++times.at(std::stoul(document.text.substr(std::string("{\"n\":").size())));
    }
    EXPECT_EQ(std::count(times.begin(), times.end(), 1), kDocuments);
  }

  const Words kSafe = {"--appendfsync", "always"};
};

TEST_F(ToolResumeTest, TheToolIsKilled) {
  for (const bool with_ids : {true, false}) {
    const std::string input = WriteInput(with_ids);
    for (int kills = 0; kills < 2; ++kills) {
      ToolProcess tool(ImportWords(input), temp_ / "tool");
      ASSERT_TRUE(ReachesTheMiddle(tool));
      ASSERT_TRUE(tool.Kill()) << "it ended before it could be killed";
      ASSERT_NE(Count(), std::to_string(kDocuments));
    }
    const ToolResult resumed = ToolProcess(ImportWords(input), temp_ / "tool").WaitForEnd();
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    ExpectAllOnce();
    const ToolResult again = ToolProcess(ImportWords(input), temp_ / "tool").WaitForEnd();
    EXPECT_EQ(again.code, 0) << "what is done is done: " << again.err;
    ExpectAllOnce();
    Connect().Run({"DOC.DROP", "c"});
    ASSERT_EQ(remove((temp_ / "state").c_str()), 0);
  }
}

TEST_F(ToolResumeTest, TheServerIsKilled) {
  const std::string input = WriteInput(false);
  {
    ToolProcess tool(ImportWords(input), temp_ / "tool");
    ASSERT_TRUE(ReachesTheMiddle(tool));
    ASSERT_TRUE(server_.Kill());
    const ToolResult broken = tool.WaitForEnd();
    EXPECT_EQ(broken.code, 2);
    EXPECT_NE(broken.err.find("the connection to 127.0.0.1:"), std::string::npos) << broken.err;
  }
  ASSERT_TRUE(Start(kSafe));
  EXPECT_NE(Count(), std::to_string(kDocuments));
  const ToolResult resumed = ToolProcess(ImportWords(input), temp_ / "tool").WaitForEnd();
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  ExpectAllOnce();
}

// Documents that are rejected are rejected once, however often the import is interrupted.
TEST_F(ToolResumeTest, RejectsAreCountedOnce) {
  const std::string input = WriteInput(true);
  ASSERT_EQ(Connect()
                .Say({"DOC.INSERT", "c", "{\"_id\":0}",
                      "{\"_id\":" + std::to_string(kDocuments - 1) + "}"})
                .substr(0, 2),
            "[0");
  const Words words = With("import", {"--ignore-errors", "--rejects", temp_ / "rejects", "--resume",
                                      temp_ / "state", input});
  ToolProcess tool(words, temp_ / "tool");
  ASSERT_TRUE(ReachesTheMiddle(tool));
  ASSERT_TRUE(tool.Kill());
  const ToolResult resumed = ToolProcess(words, temp_ / "tool").WaitForEnd();
  EXPECT_EQ(resumed.code, 1) << resumed.err;
  EXPECT_NE(resumed.err.find("59,998 documents imported, 2 rejected (DUPLICATEKEY 2)"),
            std::string::npos)
      << resumed.err;
  const std::string reasons = FileText("rejects.reasons");
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), '\n'), 2) << reasons;
}

TEST_F(ToolResumeTest, AChangedFileIsNotGoneOnWith) {
  ASSERT_EQ(
      ToolProcess(ImportWords(Write("small", "{\"_id\":1}\n")), temp_ / "tool").WaitForEnd().code,
      0);
  const ToolResult changed =
      ToolProcess(ImportWords(Write("small", "{\"_id\":2}\n")), temp_ / "tool").WaitForEnd();
  EXPECT_EQ(changed.code, 2);
  EXPECT_NE(changed.err.find("has changed since"), std::string::npos) << changed.err;
  EXPECT_EQ(Count(), "1");
}

}  // namespace
}  // namespace veddb::testing
