// SPDX-License-Identifier: BSD-3-Clause
// Session: one connection to a database of orders, with the operations that are measured. Each has
// the same meaning on every database and returns how many documents it gave or changed, or what it
// counted, so that answers can be compared.
//
// A request that fails ends the process with a message: it is a benchmark.
// Owned by: one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "tests/bench/docs/orders.h"

namespace veddb::bench {

inline constexpr int kFoundLimit = 20;

class Session {
 public:
  virtual ~Session() = default;
  virtual uint64_t Insert(uint64_t number) = 0;
  virtual uint64_t Get(uint64_t number) = 0;
  // All orders of a customer: an indexed equality.
  virtual uint64_t FindOfCustomer(uint64_t customer) = 0;
  // The first kFoundLimit orders of a span of time, by time: an indexed range with its order.
  virtual uint64_t FindMade(int64_t from_ms, int64_t to_ms) = 0;
  // Adds 1 to the order's views.
  virtual uint64_t Increment(uint64_t number) = 0;
  // Returned orders over 200: nothing has an index for it.
  virtual uint64_t CountReturned() = 0;
  // Orders of a range of customers: an indexed count.
  virtual uint64_t CountOfCustomers(uint64_t from, uint64_t to) = 0;
  // --- of groups; each gives how many orders (or pieces) its first row stands for ---
  // All orders by state: how many, their sum and average.
  virtual uint64_t GroupByState() = 0;
  // The ten articles that sold most, of all items of all orders.
  virtual uint64_t BestSold() = 0;
  // The orders of a range of customers by state: what an index finds, grouped.
  virtual uint64_t GroupOfCustomers(uint64_t from, uint64_t to) = 0;
  // Orders over 100 by state and year, the five with the greatest sum.
  virtual uint64_t YearsByTotal() = 0;
};

// Where sessions go, and how.
struct Target {
  enum class Kind : uint8_t { kVeddb, kPostgres };
  Kind kind = Kind::kVeddb;
  int port = 0;
  std::string user;      // of PostgreSQL
  bool durable = false;  // of PostgreSQL: synchronous_commit for this connection
};

std::unique_ptr<Session> OpenSession(const Target& target, const OrderSet& orders);
std::unique_ptr<Session> OpenVeddb(const Target& target, const OrderSet& orders);
std::unique_ptr<Session> OpenPostgres(const Target& target, const OrderSet& orders);

[[noreturn]] void Fail(const std::string& why);

}  // namespace veddb::bench
