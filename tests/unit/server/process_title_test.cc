// SPDX-License-Identifier: BSD-3-Clause
#include "server/process_title.h"

#include <gtest/gtest.h>

namespace veddb {
namespace {

Config ConfigWith(const std::string& title) {
  Config config = DefaultConfig();
  config.port = 7000;
  config.bind = {"10.0.0.1", "127.0.0.1"};
  config.proc_title_template = title;
  return config;
}

TEST(ProcessTitle, VariablesAreReplaced) {
  Config config = ConfigWith("{title} {listen-addr} {server-mode}");
  EXPECT_EQ(ExpandTitle(config, "/bin/veddb-server", ""), "/bin/veddb-server 10.0.0.1:7000");
  config = ConfigWith("x {port} {tls-port} {unixsocket}{config-file} y");
  config.unixsocket = "/run/v.sock";
  EXPECT_EQ(ExpandTitle(config, "p", "/etc/veddb.conf"), "x 7000 0 /run/v.sock/etc/veddb.conf y");
}

TEST(ProcessTitle, TheAddressOfAServerWithoutAPortIsItsSocket) {
  Config config = ConfigWith("{listen-addr}");
  config.port = 0;
  config.unixsocket = "/run/v.sock";
  EXPECT_EQ(ExpandTitle(config, "p", ""), "/run/v.sock");
  config = ConfigWith("{listen-addr}");
  config.bind = {"-::1"};
  EXPECT_EQ(ExpandTitle(config, "p", ""), "::1:7000");
  config.bind = {};
  EXPECT_EQ(ExpandTitle(config, "p", ""), "*:7000");
}

}  // namespace
}  // namespace veddb
