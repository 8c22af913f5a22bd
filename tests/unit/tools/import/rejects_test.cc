// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/rejects.h"

#include <sstream>

#include "tests/unit/tools/read/reader_testing.h"

namespace veddb::tool {
namespace {

class RejectsTest : public ReaderTest {
 protected:
  std::string FileText(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(temp_ / name, std::ios::binary).rdbuf();
    return text.str();
  }

  Progress progress_{"test"};
};

TEST_F(RejectsTest, FilesHoldTheDocumentsAsTheyStoodAndTheReasons) {
  ASSERT_TRUE(Open("a,b\n", {.format = Format::kCsv}).ok());
  Rejects rejects(reader_.get(), &progress_, 0);
  ASSERT_TRUE(rejects.OpenFiles(temp_ / "r", {}).ok());
  ASSERT_TRUE(rejects.Add(2, 4, {"BADCSV", "it is"}, "1").ok());
  ASSERT_TRUE(rejects.Add(3, 6, {"TOOLARGE", "so"}, "").ok());
  ASSERT_TRUE(rejects.Add(4, 9, {"BADCSV", "also"}, "1,2,3").ok());
  ASSERT_TRUE(rejects.Flush().ok());
  EXPECT_EQ(FileText("r"), "a,b\n1\n1,2,3\n");
  EXPECT_EQ(FileText("r.reasons"),
            "line 2\t4\tBADCSV\tit is\nline 3\t6\tTOOLARGE\tso\nline 4\t9\tBADCSV\talso\n");
  EXPECT_EQ(rejects.total(), 3);
  EXPECT_EQ(rejects.Summary(), "3 rejected (BADCSV 2, TOOLARGE 1)");
}

TEST_F(RejectsTest, AnElementOfSeveralLinesBecomesALine) {
  ASSERT_TRUE(Open("[]", {.format = Format::kJsonArray}).ok());
  Rejects rejects(reader_.get(), &progress_, 0);
  ASSERT_TRUE(rejects.OpenFiles(temp_ / "r", {}).ok());
  ASSERT_TRUE(rejects.Add(1, 1, {"BADJSON", "x"}, "{\n  \"a\": 1,\n}").ok());
  ASSERT_TRUE(rejects.Flush().ok());
  EXPECT_EQ(FileText("r"), "{   \"a\": 1, }\n");
}

TEST_F(RejectsTest, AResumedImportCutsThemToWhereItWas) {
  ASSERT_TRUE(Open("", {}).ok());
  RejectFiles sizes;
  {
    Rejects rejects(reader_.get(), &progress_, 0);
    ASSERT_TRUE(rejects.OpenFiles(temp_ / "r", {}).ok());
    ASSERT_TRUE(rejects.Add(1, 0, {"BADJSON", "x"}, "{").ok());
    sizes = *rejects.Flush();
    ASSERT_TRUE(rejects.Add(2, 2, {"BADJSON", "y"}, "[").ok());
  }
  ASSERT_EQ(FileText("r"), "{\n[\n");
  Rejects rejects(reader_.get(), &progress_, 0);
  ASSERT_TRUE(rejects.OpenFiles(temp_ / "r", sizes).ok());
  ASSERT_TRUE(rejects.Add(2, 2, {"BADJSON", "y"}, "[").ok());
  ASSERT_TRUE(rejects.Flush().ok());
  EXPECT_EQ(FileText("r"), "{\n[\n");
  EXPECT_EQ(FileText("r.reasons"), "line 1\t0\tBADJSON\tx\nline 2\t2\tBADJSON\ty\n");
}

TEST_F(RejectsTest, AFileThatIsShorterThanItWasIsRefused) {
  ASSERT_TRUE(Open("", {}).ok());
  std::ofstream(temp_ / "r") << "{";
  std::ofstream(temp_ / "r.reasons") << "line 1";
  Rejects rejects(reader_.get(), &progress_, 0);
  EXPECT_FALSE(rejects.OpenFiles(temp_ / "r", {.documents_bytes = 5, .reasons_bytes = 5}).ok());
  EXPECT_EQ(FileText("r"), "{");
}

TEST_F(RejectsTest, AFileThatCannotBeWrittenIsAnError) {
  ASSERT_TRUE(Open("", {}).ok());
  Rejects rejects(reader_.get(), &progress_, 0);
  EXPECT_FALSE(rejects.OpenFiles(temp_ / "no/such/folder", {}).ok());
  EXPECT_FALSE(
      rejects.OpenFiles(temp_ / "absent", {.documents_bytes = 5, .reasons_bytes = 5}).ok());
}

}  // namespace
}  // namespace veddb::tool
