// SPDX-License-Identifier: BSD-3-Clause
// ServerTest: a test with a server of its own, not yet started, and a directory to put things into.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "tests/support/poll_until.h"
#include "tests/support/resp_client.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace veddb::testing {

// The server under test: VEDDB_SERVER of the environment, or the one built with the tests.
std::string ServerBinary();

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : temp_("system"), server_(ServerBinary(), temp_ / "data") {}

  // In a build with a sanitizer the server ends well, so that leaks are looked for.
  void TearDown() override;
  // Starts it; a failure is the test's. ASSERT_TRUE(Start(...)).
  bool Start(const Words& arguments = {});
  // Kill -9 and start again.
  bool Restart(const Words& arguments = {});
  // SIGTERM, a good end, and start again.
  bool RestartCleanly(const Words& arguments = {});
  RespClient Connect() const { return server_.Connect(); }
  // Whether the DOC. commands are there.
  bool HasDocuments() const;

  TempDir temp_;
  ServerProcess server_;
};

// Deterministic text of this size for number i.
std::string ValueFor(int64_t i, size_t size);

// SETs prefix0 to prefix<count-1> to ValueFor(i, size), pipelined. How many were answered OK.
int64_t Fill(RespClient& client, const std::string& prefix, int64_t count, size_t size);

// How many of these keys do not hold their value.
int64_t CountWrong(RespClient& client, const std::string& prefix, int64_t count, size_t size);

// A number out of INFO, -1 if it is not there.
int64_t InfoNumber(RespClient& client, const std::string& name);

}  // namespace veddb::testing
