// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/docs/operations.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>

namespace veddb::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

// A span of time in which about 200 orders were made.
constexpr uint64_t kOrdersInSpan = 200;
// A range of customers with about 1000 orders.
constexpr uint64_t kCustomersInRange = 100;
// One in so many of all customers.
constexpr uint64_t kPartOfCustomers = 100;

uint64_t Below(Random& random, uint64_t n) { return random() % n; }

constexpr Operation kOperations[] = {
    {"insert", [](Session& session, const OrderSet&, Random&,
                  uint64_t turn) { return session.Insert(turn); }},
    {"get", [](Session& session, const OrderSet& orders, Random& random,
               uint64_t) { return session.Get(Below(random, orders.size)); }},
    {"find-equal",
     [](Session& session, const OrderSet& orders, Random& random, uint64_t) {
       return session.FindOfCustomer(Below(random, orders.customers()));
     }},
    {"find-range",
     [](Session& session, const OrderSet& orders, Random& random, uint64_t) {
       const uint64_t from = Below(random, orders.size);
       return session.FindMade(orders.CreatedMs(from), orders.CreatedMs(from + kOrdersInSpan));
     }},
    {"increment", [](Session& session, const OrderSet& orders, Random& random,
                     uint64_t) { return session.Increment(Below(random, orders.size)); }},
    {"count-scan",
     [](Session& session, const OrderSet&, Random&, uint64_t) { return session.CountReturned(); }},
    {"count-indexed",
     [](Session& session, const OrderSet& orders, Random& random, uint64_t) {
       const uint64_t from = Below(random, orders.customers());
       return session.CountOfCustomers(from, from + kCustomersInRange);
     }},
    {"group",
     [](Session& session, const OrderSet&, Random&, uint64_t) { return session.GroupByState(); }},
    {"group-unwound",
     [](Session& session, const OrderSet&, Random&, uint64_t) { return session.BestSold(); }},
    {"group-indexed",
     [](Session& session, const OrderSet& orders, Random& random, uint64_t) {
       const uint64_t part = std::max<uint64_t>(orders.customers() / kPartOfCustomers, 1);
       const uint64_t from = Below(random, orders.customers() - part);
       return session.GroupOfCustomers(from, from + part);
     }},
    {"pipeline",
     [](Session& session, const OrderSet&, Random&, uint64_t) { return session.YearsByTotal(); }}};

struct Shared {
  const RunOptions& options;
  std::atomic<uint64_t> next{0};
  std::atomic<bool> over{false};
  std::barrier<> ready;
};

struct ThreadResult {
  uint64_t answers = 0;
  std::vector<uint32_t> microseconds;  // of each turn
};

void RunThread(Shared& shared, int number, ThreadResult& result) {
  const RunOptions& options = shared.options;
  const std::unique_ptr<Session> session = OpenSession(options.target, options.orders);
  Random random(options.seed * 1000 + static_cast<uint64_t>(number));
  shared.ready.arrive_and_wait();
  while (!shared.over.load(std::memory_order_relaxed)) {
    const uint64_t turn = shared.next.fetch_add(1, std::memory_order_relaxed);
    if (options.turns != 0 && turn >= options.turns) return;
    const steady_clock::time_point begun = steady_clock::now();
    result.answers +=
        options.operation->run(*session, options.orders, random, options.first + turn);
    const duration<double, std::micro> took = steady_clock::now() - begun;
    result.microseconds.push_back(static_cast<uint32_t>(took.count()));
  }
}

// Ends the run: after its time, or when standard input ends; a run of so many turns ends by itself.
void WaitForEnd(Shared& shared) {
  const RunOptions& options = shared.options;
  if (options.seconds > 0) {
    std::this_thread::sleep_until(steady_clock::now() +
                                  duration<double>(options.seconds));  // NOLINT
  } else if (options.turns == 0) {
    char ignored[64];
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0) continue;
  } else {
    return;
  }
  shared.over = true;
}

double Quantile(const std::vector<uint32_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<size_t>(part * static_cast<double>(sorted.size() - 1));
  return sorted[at] / 1000.0;
}

}  // namespace

std::span<const Operation> Operations() { return kOperations; }

std::unique_ptr<Session> OpenSession(const Target& target, const OrderSet& orders) {
  return target.kind == Target::Kind::kVeddb ? OpenVeddb(target, orders)
                                             : OpenPostgres(target, orders);
}

RunResult Run(const RunOptions& options) {
  Shared shared{.options = options, .ready = std::barrier<>(options.threads + 1)};
  std::vector<ThreadResult> results(static_cast<size_t>(options.threads));
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (int i = 0; i < options.threads; ++i) {
    threads.emplace_back([&, i] { RunThread(shared, i, results[static_cast<size_t>(i)]); });
  }
  shared.ready.arrive_and_wait();
  const steady_clock::time_point begun = steady_clock::now();
  WaitForEnd(shared);
  for (std::thread& thread : threads) thread.join();
  RunResult out;
  out.seconds = duration<double>(steady_clock::now() - begun).count();
  std::vector<uint32_t> all;
  for (const ThreadResult& result : results) {
    out.answers += result.answers;
    all.insert(all.end(), result.microseconds.begin(), result.microseconds.end());
  }
  std::sort(all.begin(), all.end());
  out.turns = all.size();
  out.p50_ms = Quantile(all, 0.5);
  out.p99_ms = Quantile(all, 0.99);
  out.max_ms = Quantile(all, 1);
  return out;
}

}  // namespace veddb::bench
