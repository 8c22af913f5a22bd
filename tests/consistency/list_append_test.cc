// SPDX-License-Identifier: BSD-3-Clause
// The checker names each planted anomaly, and lets pass what is right.
#include "tests/consistency/list_append.h"

#include <gtest/gtest.h>

namespace veddb::consistency {
namespace {

using Outcome = ListTransaction::Outcome;
using History = std::vector<ListTransaction>;
using List = std::vector<int64_t>;

ListStep Append(const std::string& key, int64_t element) {
  return {.kind = ListStep::Kind::kAppend, .key = key, .element = element};
}
ListStep Read(const std::string& key, const List& seen) {
  return {.kind = ListStep::Kind::kRead, .key = key, .seen = seen};
}
ListTransaction Txn(Nanos begin, Nanos end, std::vector<ListStep> steps,
                    Outcome outcome = Outcome::kCommitted) {
  return {.begin = begin, .end = end, .outcome = outcome, .steps = std::move(steps)};
}
// All of them under way at the same time: only what they saw orders them.
ListTransaction Txn(std::vector<ListStep> steps, Outcome outcome = Outcome::kCommitted) {
  return Txn(0, 100, std::move(steps), outcome);
}

// The names of what was found, each once, in order.
std::string Found(const History& history) {
  std::string names;
  for (const std::string& problem : CheckListAppend(history)) {
    const std::string name = problem.substr(0, problem.find(':'));
    if (names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

TEST(ListAppend, WhatIsRightPasses) {
  EXPECT_EQ(Found({}), "");
  EXPECT_EQ(Found({Txn(0, 1, {Append("x", 1), Read("x", {1})}),
                   Txn(2, 3, {Append("x", 2), Append("y", 3)}),
                   Txn(4, 5, {Read("x", {1, 2}), Read("y", {3})})}),
            "");
  // Overlapping: the reader may come before or between.
  EXPECT_EQ(Found({Txn({Append("x", 1)}), Txn({Append("x", 2)}), Txn({Read("x", {2})}),
                   Txn(200, 201, {Read("x", {2, 1})})}),
            "");
}

TEST(ListAppend, InDoubtMayHaveHappenedOrNot) {
  const auto in_doubt = Txn(0, kNever, {Append("x", 1), Append("y", 2)}, Outcome::kInDoubt);
  EXPECT_EQ(Found({in_doubt, Txn(5, 6, {Read("x", {}), Read("y", {})})}), "");
  EXPECT_EQ(Found({in_doubt, Txn(5, 6, {Read("x", {1}), Read("y", {2})})}), "");
  EXPECT_NE(
      Found({in_doubt, Txn(5, 6, {Read("x", {1}), Read("y", {})}), Txn(7, 8, {Read("y", {2})})}),
      "");  // half of it
}

TEST(ListAppend, LostAppend) {
  EXPECT_EQ(Found({Txn(0, 1, {Append("x", 1)}), Txn(2, 3, {Append("x", 2)}),
                   Txn(4, 5, {Read("x", {2})})}),
            "lost append");
}

TEST(ListAppend, LostUpdate) {
  // Both read the empty list and wrote; one of them is gone.
  EXPECT_EQ(Found({Txn({Read("x", {}), Append("x", 1)}), Txn({Read("x", {}), Append("x", 2)}),
                   Txn(200, 201, {Read("x", {2})})}),
            "lost append");
  // Both are there, but the second can't have read the empty list.
  EXPECT_EQ(Found({Txn({Read("x", {}), Append("x", 1)}), Txn({Read("x", {}), Append("x", 2)}),
                   Txn(200, 201, {Read("x", {1, 2})})}),
            "G-single");
}

TEST(ListAppend, StaleReadNeedsTheTimes) {
  EXPECT_EQ(
      Found({Txn(0, 1, {Append("x", 1)}), Txn(2, 3, {Read("x", {})}), Txn(4, 5, {Read("x", {1})})}),
      "G-single-realtime");
  EXPECT_EQ(Found({Txn(0, 1, {Append("x", 1)}), Txn(2, 3, {Append("x", 2)}),
                   Txn(4, 5, {Read("x", {2, 1})})}),
            "G0-realtime");
}

TEST(ListAppend, Fork) {
  EXPECT_EQ(Found({Txn({Append("x", 1)}), Txn({Append("x", 2)}), Txn({Read("x", {1})}),
                   Txn({Read("x", {2, 1})})}),
            "fork");
}

TEST(ListAppend, NonRepeatableReadInOneTransaction) {
  EXPECT_EQ(Found({Txn({Append("x", 1)}), Txn({Read("x", {}), Read("x", {1})})}), "internal");
  EXPECT_EQ(Found({Txn({Append("x", 1), Read("x", {})})}), "internal");
}

TEST(ListAppend, ElementsFromNowhereAndTwice) {
  EXPECT_EQ(Found({Txn({Append("x", 1)}), Txn({Read("x", {1, 9})})}), "unknown element");
  EXPECT_EQ(Found({Txn({Append("x", 1)}), Txn({Read("x", {1, 1})})}), "duplicate");
}

TEST(ListAppend, AbortedAndIntermediateReads) {
  EXPECT_EQ(Found({Txn({Append("x", 1)}, Outcome::kAborted), Txn({Read("x", {1})})}), "G1a");
  EXPECT_EQ(Found({Txn({Append("x", 1), Append("x", 2)}), Txn({Read("x", {1})}),
                   Txn({Read("x", {1, 2})})}),
            "G1b");
}

TEST(ListAppend, CycleOfWrites) {
  EXPECT_EQ(Found({Txn({Append("x", 1), Append("y", 1)}), Txn({Append("x", 2), Append("y", 2)}),
                   Txn({Read("x", {1, 2})}), Txn({Read("y", {2, 1})})}),
            "G0");
}

TEST(ListAppend, CircularInformationFlow) {
  EXPECT_EQ(Found({Txn({Append("x", 1), Read("y", {1})}), Txn({Append("y", 1), Read("x", {1})})}),
            "G1c");
}

TEST(ListAppend, ReadSkew) {
  EXPECT_EQ(Found({Txn({Append("x", 1), Append("y", 1)}), Txn({Read("x", {1}), Read("y", {})}),
                   Txn({Read("y", {1})})}),
            "G-single");
}

TEST(ListAppend, WriteSkew) {
  EXPECT_EQ(Found({Txn({Read("x", {}), Append("y", 1)}), Txn({Read("y", {}), Append("x", 1)}),
                   Txn({Read("x", {1}), Read("y", {1})})}),
            "G2");
}

TEST(ListAppend, ALongSerialHistoryPasses) {
  History history;
  List x, y;
  for (int64_t i = 1; i <= 2000; ++i) {
    x.push_back(i);
    y.push_back(-i);
    history.push_back(Txn(i * 10, i * 10 + 5, {Append("x", i), Read("x", x), Append("y", -i)}));
  }
  history.push_back(Txn(30'000, 30'001, {Read("x", x), Read("y", y)}));
  EXPECT_EQ(Found(history), "");
  std::swap(history[1000].steps[1].seen[998], history[1000].steps[1].seen[999]);
  EXPECT_EQ(Found(history), "fork");
}

}  // namespace
}  // namespace veddb::consistency
