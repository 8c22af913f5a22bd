// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/bank.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace veddb::consistency {
namespace {

using testing::RespClient;
using testing::RespReply;
using testing::Words;

constexpr char kBank[] = "bank";
constexpr int64_t kPairSum = 1000;
constexpr size_t kPaddingBytesMax = 1500;
constexpr size_t kProblemsMax = 10;
constexpr int64_t kOn = 1;

struct Index {
  Words create;  // behind the collection
  const char* name;
};
const std::array<Index, 4>& Indexes() {
  static const std::array<Index, 4> kAll = {
      Index{{R"({"on":1})"}, "on_1"}, Index{{R"({"pair":1,"balance":-1})"}, "pair_1_balance_-1"},
      Index{{R"({"balance":1})", "SPARSE"}, "balance_1"},
      Index{{R"({"of":1})", "UNIQUE", "SPARSE"}, "of_1"}};
  return kAll;
}
constexpr uint64_t kIndexPauseMillisMax = 30;

std::string AccountId(int pair, int side) { return (side == 0 ? "a" : "b") + std::to_string(pair); }
std::string TokenId(int pair, int64_t token) {
  return "t" + std::to_string(pair) + "-" + std::to_string(token % 3);
}
std::string KeyOf(int pair) { return "bank" + std::to_string(pair); }

std::string AccountText(int pair, int64_t balance, bool on, size_t padding_bytes) {
  return "{\"pair\":" + std::to_string(pair) + ",\"balance\":" + std::to_string(balance) +
         ",\"on\":" + (on ? "1" : "0") + ",\"pad\":\"" + std::string(padding_bytes, 'x') + "\"}";
}
std::string TokenText(int pair, int64_t token) {
  return "{\"of\":" + std::to_string(pair) + ",\"token\":" + std::to_string(token) + "}";
}

// A number field of a document's text; -1 if it has none.
int64_t Field(const RespReply& document, const std::string& name) {
  const std::string mark = "\"" + name + "\":";
  const size_t at = document.text.find(mark);
  if (document.kind != RespReply::Kind::kText || at == std::string::npos) return -1;
  return std::strtoll(document.text.c_str() + at + mark.size(), nullptr, 10);
}

// What is wrong with all accounts, read at once; empty if nothing.
std::string WrongWithAll(const RespReply& reply) {
  if (reply.elements.size() != size_t{2} * kPairs) return "not all accounts";
  std::array<int64_t, kPairs> sums{};
  std::array<int64_t, kPairs> on{};
  for (const RespReply& account : reply.elements) {
    const int64_t pair = Field(account, "pair");
    if (pair < 0 || pair >= kPairs) return "an account without a pair";
    sums[static_cast<size_t>(pair)] += Field(account, "balance");
    on[static_cast<size_t>(pair)] += Field(account, "on");
  }
  for (const int64_t sum : sums) {
    if (sum != kPairSum) return "a pair's sum is " + std::to_string(sum);
  }
  for (const int64_t count : on) {
    if (count != kOn) return "both or none of a pair are on";
  }
  return "";
}

// In one transaction: a key, its pair twice over, and counts.
std::string WrongWithTransaction(const RespReply& reply, int pair) {
  if (reply.elements.size() != 5) return "not all replies";
  const int64_t first = Field(reply.elements[1], "balance");
  if (reply.elements[0].text.substr(0, reply.elements[0].text.find(':')) != std::to_string(first)) {
    return "the key beside pair " + std::to_string(pair) + " and its account differ";
  }
  int64_t sum = 0;
  for (const RespReply& account : reply.elements[2].elements) sum += Field(account, "balance");
  if (sum != kPairSum) return "a pair's sum is " + std::to_string(sum);
  if (reply.elements[3].integer != kPairs) return "count of accounts that are on";
  if (reply.elements[4].elements.size() != 1) return "tokens of a pair";
  return "";
}

}  // namespace

// --- writers ---

bool BankWriter::Write(RespClient& client, int pair, const Pair& to, int64_t old_token) {
  const size_t padding = random_() % kPaddingBytesMax;
  client.Add({"MULTI"});
  client.Add(
      {"DOC.PUT", kBank, AccountId(pair, 0), AccountText(pair, to.first, to.first_is_on, padding)});
  client.Add(
      {"SET", KeyOf(pair),
       std::to_string(to.first) + (random_() % 2 == 0 ? ":" + std::string(padding, 'y') : "")});
  client.Add({"DOC.PUT", kBank, AccountId(pair, 1),
              AccountText(pair, kPairSum - to.first, !to.first_is_on, padding)});
  client.Add({"DOC.DEL", kBank, TokenId(pair, old_token)});
  client.Add({"DOC.PUT", kBank, TokenId(pair, to.token), TokenText(pair, to.token)});
  client.Add({"EXEC"});
  RespReply reply;
  for (int i = 0; i < 7; ++i) reply = client.Next();
  in_doubt_ = reply.broken();
  return reply.kind == RespReply::Kind::kArray;
}

bool BankWriter::Open(RespClient& client) {
  for (int pair = number_; pair < kPairs; pair += kBankWriters) {
    pairs_[pair].first = kPairSum / 2;
    if (!Write(client, pair, pairs_[pair], 1)) return false;
  }
  return true;
}

bool BankWriter::Learn(RespClient& client, int pair) {
  const RespReply account = client.Run({"DOC.GET", kBank, AccountId(pair, 0)});
  const RespReply token = client.Run({"DOC.FIND", kBank, "{\"of\":" + std::to_string(pair) + "}"});
  if (account.broken() || token.broken()) return false;
  pairs_[pair].first = Field(account, "balance");
  pairs_[pair].first_is_on = Field(account, "on") == kOn;
  pairs_[pair].token = token.elements.empty() ? 0 : Field(token.elements[0], "token");
  return true;
}

void BankWriter::Run(Gate& gate) {
  RespClient client = gate.Connect();
  int pair = number_;
  while (!gate.finished()) {
    if (!client.ok()) client = gate.Connect();
    if (in_doubt_) {
      if (!Learn(client, pair)) continue;
      in_doubt_ = false;
    }
    pair = (pair + kBankWriters) % kPairs;
    Pair to = pairs_[pair];
    to.first = static_cast<int64_t>(random_() % kPairSum);
    to.first_is_on = random_() % 2 == 0;
    ++to.token;
    if (Write(client, pair, to, pairs_[pair].token)) pairs_[pair] = to;
  }
}

// --- indexes ---

void BankIndexer::Run(Gate& gate) {
  RespClient client = gate.Connect();
  while (!gate.finished() && problems_.size() < kProblemsMax) {
    if (!client.ok()) client = gate.Connect();
    const Index& index = Indexes()[random_() % Indexes().size()];
    Words words = {"DOC.CREATEINDEX", kBank};
    words.insert(words.end(), index.create.begin(), index.create.end());
    if (random_() % 2 == 0) words = {"DOC.DROPINDEX", kBank, index.name};
    const RespReply reply = client.Run(words);
    if (reply.broken()) continue;
    const bool refused = reply.text.starts_with("OOM") || reply.text.starts_with("MISCONF");
    if (reply.is_error() && !refused && !reply.text.starts_with("NOINDEX")) {
      problems_.push_back("bank: " + words[0] + " " + index.name + " answered " + reply.Print());
    }
    ++changes_;
    testing::LetPass(testing::Millis(random_() % kIndexPauseMillisMax));
  }
}

void BankIndexer::Check(RespClient& client) {
  const std::string answer = client.Say({"DEBUG", "DOC-CHECK", kBank});
  if (!answer.starts_with("documents:")) problems_.push_back("bank: DOC-CHECK answers " + answer);
}

// --- readers ---

void BankReader::Run(Gate& gate) {
  RespClient client = gate.Connect();
  while (!gate.finished()) {
    if (!client.ok()) client = gate.Connect();
    const std::string wrong = Query(client);
    ++reads_;
    if (!wrong.empty() && problems_.size() < kProblemsMax) problems_.push_back("bank: " + wrong);
  }
}

// Some at a time, while the bank goes on: all of them as they were at one moment.
RespReply BankReader::ReadByCursor(RespClient& client) {
  const std::string batch = std::to_string(1 + random_() % 5);
  RespReply page = client.Run({"DOC.FIND", kBank, R"({"pair":{"$gte":0}})", "BATCH", batch});
  RespReply all;
  all.kind = RespReply::Kind::kArray;
  while (page.elements.size() == 2) {
    const std::vector<RespReply>& documents = page.elements[1].elements;
    all.elements.insert(all.elements.end(), documents.begin(), documents.end());
    if (page.elements[0].text == "0") return all;
    page = client.Run({"DOC.NEXT", page.elements[0].text});
  }
  return page;  // an error, or broken
}

std::string BankReader::Query(RespClient& client) {
  const int pair = static_cast<int>(random_() % kPairs);
  const std::string of_pair = "{\"pair\":" + std::to_string(pair) + "}";
  const std::string of_token = "{\"of\":" + std::to_string(pair) + "}";
  const Words all = {"DOC.FIND", kBank, "{\"pair\":{\"$gte\":0}}"};
  const Words count_on = {"DOC.COUNT", kBank, "{\"on\":1}"};
  RespReply reply;
  std::string wrong;
  switch (random_() % 7) {
    case 0:
      reply = client.Run(all);
      wrong = WrongWithAll(reply);
      break;
    case 1:
      reply = client.Run({"DOC.FIND", kBank, "{\"pair\":{\"$gte\":0}}", "SORT", "{\"balance\":1}"});
      wrong = WrongWithAll(reply);
      break;
    case 2:
      reply = client.Run(count_on);
      if (reply.integer != kPairs) wrong = "count of accounts that are on";
      break;
    case 3:
      reply = client.Run({"DOC.MGET", kBank, AccountId(pair, 0), AccountId(pair, 1)});
      if (reply.elements.size() != 2 ||
          Field(reply.elements[0], "balance") + Field(reply.elements[1], "balance") != kPairSum) {
        wrong = "MGET of a pair";
      }
      break;
    case 4:
      reply = client.Run({"DOC.FIND", kBank, of_token});
      if (reply.elements.size() != 1) wrong = "tokens of a pair";
      break;
    case 5:
      reply = ReadByCursor(client);
      wrong = WrongWithAll(reply);
      break;
    default:
      for (const Words& words : {Words{"MULTI"},
                                 {"GET", KeyOf(pair)},
                                 {"DOC.GET", kBank, AccountId(pair, 0)},
                                 {"DOC.FIND", kBank, of_pair},
                                 count_on,
                                 {"DOC.FIND", kBank, of_token},
                                 {"EXEC"}}) {
        client.Add(words);
      }
      for (int i = 0; i < 7; ++i) reply = client.Next();
      wrong = WrongWithTransaction(reply, pair);
      break;
  }
  if (reply.broken() || wrong.empty()) return "";
  return wrong + ": " + reply.Print().substr(0, 2000);
}

}  // namespace veddb::consistency
