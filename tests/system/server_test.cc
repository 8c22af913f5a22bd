// SPDX-License-Identifier: BSD-3-Clause
#include "tests/system/server_test.h"

#include <algorithm>
#include <cstdlib>

#include "tests/support/sanitizers.h"

namespace veddb::testing {
namespace {

constexpr int64_t kPipeline = 1000;

}  // namespace

std::string ServerBinary() {
  const char* given = std::getenv("VEDDB_SERVER");
  return given != nullptr ? given : VEDDB_SERVER;
}

void ServerTest::TearDown() {
  // Leaks are looked for at a good end only.
  if (!IsSanitized() || !server_.Running()) return;
  EXPECT_EQ(server_.Terminate(), 0) << server_.Log();
}

bool ServerTest::Start(const Words& arguments) {
  const std::optional<std::string> failure = server_.Start(arguments);
  if (failure) ADD_FAILURE() << *failure;
  return !failure;
}

bool ServerTest::Restart(const Words& arguments) {
  EXPECT_TRUE(server_.Kill()) << "it had ended by itself:\n" << server_.Log();
  return Start(arguments);
}

bool ServerTest::RestartCleanly(const Words& arguments) {
  EXPECT_EQ(server_.Terminate(), 0) << server_.Log();
  return Start(arguments);
}

bool ServerTest::HasDocuments() const {
  return Connect().Run({"DOC.GET", "none", "none"}).is_nil();
}

std::string ValueFor(int64_t i, size_t size) {
  std::string value = std::to_string(i) + ':';
  auto state = static_cast<uint64_t>(i) + 1;
  while (value.size() < size) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value += static_cast<char>('a' + (state >> 33) % 26);
  }
  return value;
}

int64_t Fill(RespClient& client, const std::string& prefix, int64_t count, size_t size) {
  int64_t good = 0;
  for (int64_t begin = 0; begin < count; begin += kPipeline) {
    const int64_t end = std::min(count, begin + kPipeline);
    for (int64_t i = begin; i < end; ++i) {
      client.Add({"SET", prefix + std::to_string(i), ValueFor(i, size)});
    }
    for (int64_t i = begin; i < end; ++i) good += client.Next().Print() == "OK" ? 1 : 0;
  }
  return good;
}

int64_t CountWrong(RespClient& client, const std::string& prefix, int64_t count, size_t size) {
  int64_t wrong = 0;
  for (int64_t begin = 0; begin < count; begin += kPipeline) {
    const int64_t end = std::min(count, begin + kPipeline);
    for (int64_t i = begin; i < end; ++i) client.Add({"GET", prefix + std::to_string(i)});
    for (int64_t i = begin; i < end; ++i) wrong += client.Next().text == ValueFor(i, size) ? 0 : 1;
  }
  return wrong;
}

int64_t InfoNumber(RespClient& client, const std::string& name) {
  const std::string info = "\r\n" + client.Say({"INFO"});
  const std::string label = "\r\n" + name + ":";
  const size_t at = info.find(label);
  return at == std::string::npos ? -1 : std::strtoll(info.c_str() + at + label.size(), nullptr, 10);
}

}  // namespace veddb::testing
