// SPDX-License-Identifier: BSD-3-Clause
// Client: one client of a history. Random operations on keys and documents that it shares with the
// others, and transactions over lists; all that it sees goes into its records.
//
// Owned by: its thread while it runs.
#pragma once
#include <atomic>
#include <map>
#include <random>
#include <string>

#include "tests/consistency/gate.h"
#include "tests/consistency/recorder.h"
#include "tests/consistency/requests.h"

namespace veddb::consistency {

// Names of everything that clients share, by kind.
std::string RegisterKey(size_t i);
std::string CounterKey(size_t i);
std::string DocumentKey(size_t i);
std::string TextListKey(size_t i);
std::string DocumentListKey(size_t i);
inline constexpr size_t kRegisters = 12;
inline constexpr size_t kCounters = 6;
inline constexpr size_t kVersionedDocuments = 12;
inline constexpr size_t kTextLists = 10;
inline constexpr size_t kDocumentLists = 5;

class Client {
 public:
  Client(int number, uint64_t seed, std::atomic<int64_t>& operations)
      : number_(number), random_(seed), operations_(operations) {}

  // Works until the gate is finished.
  void Run(Gate& gate);
  // Reads everything once: what every key is in the end.
  void ReadAll(testing::RespClient& client);
  Records TakeRecords() { return std::move(records_); }

 private:
  struct Request {
    std::string key;
    Action action;
    Nanos begin = 0;
  };

  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  int64_t NewValue();
  Action RegisterAction();
  Action CounterAction();
  Action DocumentAction(const std::string& key);
  Request NextRequest();

  void RunBatch(testing::RespClient& client);
  void Send(testing::RespClient& client, const Request& request);
  void Settle(Request& request, const testing::RespReply& reply);

  void RunTransaction(testing::RespClient& client);
  void AppendInMulti(testing::RespClient& client);
  void AppendUnderWatch(testing::RespClient& client);
  void AppendToDocument(testing::RespClient& client);
  void ReadOne(testing::RespClient& client, const std::string& key);
  bool Learn(ListStep& step, const testing::RespReply& reply);
  ListTransaction Begin() const;
  void Abort(ListTransaction transaction);
  void Strange(const std::string& what, const testing::RespReply& reply);

  const int number_;
  std::mt19937_64 random_;
  std::atomic<int64_t>& operations_;
  Records records_;
  std::map<std::string, int64_t> versions_;  // last seen
  int64_t value_ = 0;
};

}  // namespace veddb::consistency
