// SPDX-License-Identifier: BSD-3-Clause
// What options of the process do before the server runs.
#include "server/process.h"

#include <syslog.h>
#include <unistd.h>

#include "base/logging.h"
#include "server_testing.h"

namespace veddb {
namespace {

class ProcessTest : public testing::Test {
 protected:
  ~ProcessTest() override {
    std::filesystem::current_path(started_in_);
    EXPECT_TRUE(OpenLog("", LogLevel::kNotice).ok());
  }

  const std::string started_in_ = std::filesystem::current_path().string();
  TestDirectory directory_;
  ConfigStore store_;
};

TEST_F(ProcessTest, TheDirectoryBecomesAbsoluteAndFilesAreRelativeToIt) {
  std::filesystem::current_path(directory_.Path());
  ASSERT_TRUE(
      store_.LoadText("dir data\nlogfile messages\npidfile pid\ncrash-log-enabled no").ok());
  ASSERT_TRUE(PrepareProcess(store_).ok());
  const std::string data = std::filesystem::canonical(directory_.Path("data")).string();
  EXPECT_EQ(store_.config().dir, data);
  const Bytes dir[] = {"dir"};
  EXPECT_EQ(store_.Get(dir)[0].second, data);
  LogWarning("a message");
  EXPECT_NE(FileText(data + "/messages").find("# a message"), std::string::npos);
  EXPECT_EQ(FileText(data + "/pid"), std::to_string(getpid()) + "\n");
}

TEST_F(ProcessTest, ADirectoryThatCantBeMadeIsTold) {
  ASSERT_TRUE(store_.LoadText("dir " + directory_.Path("a/b") + "\ncrash-log-enabled no").ok());
  const Status status = PrepareProcess(store_);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("Can't make the data directory"), std::string::npos);
}

TEST_F(ProcessTest, AMessageGoesToTheFileBesideTheSystemsLog) {
  const std::string file = directory_.Path("messages");
  ASSERT_TRUE(OpenLog(file, LogLevel::kNotice, SystemLog{"veddb-test", LOG_LOCAL3}).ok());
  LogNotice("told to both");
  EXPECT_NE(FileText(file).find("* told to both\n"), std::string::npos);
}

TEST(PidFile, IsNamedOrThatOfADaemonOrNone) {
  Config config = DefaultConfig();
  EXPECT_EQ(PidFileOf(config), "");
  config.daemonize = true;
  EXPECT_EQ(PidFileOf(config), "/var/run/veddb.pid");
  config.pidfile = "/tmp/x.pid";
  EXPECT_EQ(PidFileOf(config), "/tmp/x.pid");
}

}  // namespace
}  // namespace veddb
