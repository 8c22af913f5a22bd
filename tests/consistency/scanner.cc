// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/scanner.h"

namespace veddb::consistency {

using testing::RespClient;
using testing::RespReply;
using testing::Words;

namespace {

constexpr char kStayingMark = 's';
constexpr uint64_t kFillerKeys = 4000;
constexpr uint64_t kFillerBytesMax = 8000;
constexpr size_t kFillerPipeline = 16;
constexpr size_t kProblemsMax = 10;
constexpr int kShownMax = 10;

}  // namespace

std::string StayingKey(int i) { return kStayingMark + std::to_string(i); }

bool MakeStayingKeys(RespClient& client) {
  for (int i = 0; i < kStayingKeys; ++i) client.Add({"SET", StayingKey(i), "stays"});
  bool good = true;
  for (int i = 0; i < kStayingKeys; ++i) good &= client.Next().text == "OK";
  return good;
}

void Scanner::Run(Gate& gate) {
  RespClient client = gate.Connect();
  while (Iterate(gate, client)) ++iterations_;
}

bool Scanner::Iterate(Gate& gate, RespClient& client) {
  std::set<std::string> seen;
  std::string cursor = "0";
  const bool by_pattern = random_() % 2 == 0;
  bool ended = false;
  while (!ended) {
    Words words = {"SCAN", cursor, "COUNT", std::to_string(10 + random_() % 500)};
    if (by_pattern) words.insert(words.end(), {"MATCH", StayingKey(0).substr(0, 1) + "*"});
    const RespReply reply = client.Run(words);
    if (gate.finished()) return false;
    if (reply.broken()) {
      client = gate.Connect();
      continue;  // with the same cursor, on the server's next life
    }
    if (reply.kind != RespReply::Kind::kArray || reply.elements.size() != 2) {
      problems_.push_back("SCAN answered " + reply.Print());
      return false;
    }
    cursor = reply.elements[0].text;
    for (const RespReply& key : reply.elements[1].elements) {
      if (key.text[0] == kStayingMark) seen.insert(key.text);
    }
    ended = cursor == "0";
  }
  CheckSeen(seen);
  return problems_.size() < kProblemsMax;
}

void Scanner::CheckSeen(const std::set<std::string>& seen) {
  std::string missing;
  int count = 0;
  for (int i = 0; i < kStayingKeys; ++i) {
    if (seen.contains(StayingKey(i))) continue;
    if (++count <= kShownMax) missing += " " + StayingKey(i);
  }
  if (count == 0) return;
  problems_.push_back("SCAN never told of " + std::to_string(count) + " keys:" + missing);
}

Words Filler::NextWords() {
  const std::string key = "f" + std::to_string(random_() % kFillerKeys);
  const std::string value(random_() % kFillerBytesMax, 'f');
  switch (random_() % 8) {
    case 0:
      return {"DEL", key};
    case 1:
      return {"SET", key, value, "PX", std::to_string(1 + random_() % 50)};
    case 2:
      return {"SET", StayingKey(static_cast<int>(random_() % kStayingKeys)), value};
    case 3:
      return {"GET", key};
    default:
      return {"SET", key, value};
  }
}

void Filler::Run(Gate& gate) {
  RespClient client = gate.Connect();
  while (!gate.finished()) {
    if (!client.ok()) client = gate.Connect();
    for (size_t i = 0; i < kFillerPipeline; ++i) client.Add(NextWords());
    for (size_t i = 0; i < kFillerPipeline; ++i) client.Next();
  }
}

}  // namespace veddb::consistency
