// SPDX-License-Identifier: BSD-3-Clause
// Bank: pairs of accounts between which money moves in transactions, and readers who look at all of
// it at once. Whatever the moment: the sum of all is the same, that of every pair is, exactly one
// of a pair is `on`, there is one token of each pair (it moves from document to document), and the
// key beside a pair says what its first account holds. Meanwhile indexes over the accounts come and
// go, so that queries go by them or not.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/consistency/gate.h"

namespace veddb::consistency {

inline constexpr int kPairs = 8;
inline constexpr int kBankWriters = 2;

// Owned by: its thread while it runs.
class BankWriter {
 public:
  BankWriter(int number, uint64_t seed) : number_(number), random_(seed) {}
  // Makes its pairs' documents and keys. False if the server refuses.
  bool Open(testing::RespClient& client);
  void Run(Gate& gate);

 private:
  struct Pair {
    int64_t first = 0;
    bool first_is_on = true;
    int64_t token = 0;
  };
  bool Write(testing::RespClient& client, int pair, const Pair& to, int64_t old_token);
  // After a restart: what of the last transaction is there.
  bool Learn(testing::RespClient& client, int pair);

  const int number_;
  std::mt19937_64 random_;
  Pair pairs_[kPairs];
  bool in_doubt_ = false;
};

// Makes and drops indexes over the bank. One is unique: at no moment have two documents its value,
// though it moves from one to another.
//
// Owned by: its thread while it runs.
class BankIndexer {
 public:
  explicit BankIndexer(uint64_t seed) : random_(seed) {}
  void Run(Gate& gate);
  // Whether all entries agree with the documents. REQUIRES: nobody writes.
  void Check(testing::RespClient& client);
  int64_t changes() const { return changes_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::mt19937_64 random_;
  int64_t changes_ = 0;
  std::vector<std::string> problems_;
};

// Owned by: its thread while it runs.
class BankReader {
 public:
  explicit BankReader(uint64_t seed) : random_(seed) {}
  void Run(Gate& gate);
  int64_t reads() const { return reads_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::string Query(testing::RespClient& client);
  testing::RespReply ReadByCursor(testing::RespClient& client);
  void Report(const std::string& what, const testing::RespReply& reply);

  std::mt19937_64 random_;
  int64_t reads_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace veddb::consistency
