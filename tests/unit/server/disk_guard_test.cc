// SPDX-License-Identifier: BSD-3-Clause
// disk-min-free: the judgement, and the gate that acts on it.
#include "server/disk_guard.h"

#include "server/gates.h"
#include "server_testing.h"

namespace veddb {
namespace {

constexpr int64_t kMinFree = 1000;

TEST(DiskGuard, RefusesBelowTheLimitAndHeals) {
  DiskGuard guard;
  EXPECT_EQ(guard.free_bytes(), -1);
  guard.Judge("/data", int64_t{1000}, kMinFree);
  EXPECT_EQ(guard.refusal(), "");
  guard.Judge("/data", int64_t{999}, kMinFree);
  EXPECT_EQ(guard.refusal(),
            "the disk of /data has 999 bytes free, less than disk-min-free (1000)");
  EXPECT_EQ(guard.free_bytes(), 999);
  guard.Judge("/data", int64_t{1001}, kMinFree);
  EXPECT_EQ(guard.refusal(), "");
}

TEST(DiskGuard, ALowerLimitHealsToo) {
  DiskGuard guard;
  guard.Judge("/data", int64_t{0}, kMinFree);
  EXPECT_NE(guard.refusal(), "");
  guard.Judge("/data", int64_t{0}, 0);
  EXPECT_EQ(guard.refusal(), "");
}

TEST(DiskGuard, WhatCantBeFoundOutChangesNothing) {
  DiskGuard guard;
  guard.Judge("/data", Err("gone"), kMinFree);
  EXPECT_EQ(guard.refusal(), "");
  EXPECT_EQ(guard.free_bytes(), -1);
  guard.Judge("/data", int64_t{5}, kMinFree);
  guard.Judge("/data", Err("gone"), kMinFree);
  EXPECT_NE(guard.refusal(), "");
}

TEST(DiskGuard, FreeSpaceIsAskedOfTheSystem) {
  const TestDirectory directory;
  const Result<int64_t> free = FreeDiskBytes(directory.Path());
  ASSERT_TRUE(free.ok());
  EXPECT_GT(*free, 0);
  const Result<int64_t> nowhere = FreeDiskBytes(directory.Path("none"));
  ASSERT_FALSE(nowhere.ok());
  EXPECT_NE(nowhere.error().message.find("No such file"), std::string::npos);
}

// The refusal of the first gate that objects, as the client sees it; empty: all let it through.
std::string Refusal(const GateState& state, const CommandSpec& spec, const Session& session) {
  Command command;
  command.spec = &spec;
  command.full_name = std::string(spec.name);
  const Bytes argv[] = {spec.name};
  for (const NamedGate& gate : Gates()) {
    if (const auto error = gate.gate({state, session, argv, &command})) return error->Wire();
  }
  return {};
}

constexpr CommandSpec kWriter = {
    .name = "writer", .arity = 1, .flags = Flag::kWrite, .handler = [](Call&) {}};
constexpr CommandSpec kReader = {
    .name = "reader", .arity = 1, .flags = Flag::kReadonly, .handler = [](Call&) {}};
constexpr CommandSpec kExec = {.name = "exec", .arity = 1, .handler = [](Call&) {}};

TEST(DiskGate, WritesAreRefusedReadsAreNot) {
  GateState state;
  Session session;
  EXPECT_EQ(Refusal(state, kWriter, session), "");
  state.disk_refusal = "the disk is full";
  EXPECT_EQ(Refusal(state, kWriter, session), "MISCONF Writes are refused: the disk is full");
  EXPECT_EQ(Refusal(state, kReader, session), "");
}

TEST(DiskGate, ATransactionIsRefusedIfItWrites) {
  GateState state;
  state.disk_refusal = "the disk is full";
  Session session;
  session.in_multi = true;
  session.queue.push_back({&kReader, {"reader"}});
  EXPECT_EQ(Refusal(state, kExec, session), "");
  session.queue.push_back({&kWriter, {"writer"}});
  EXPECT_EQ(Refusal(state, kExec, session), "MISCONF Writes are refused: the disk is full");
}

}  // namespace
}  // namespace veddb
