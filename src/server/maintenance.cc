// SPDX-License-Identifier: BSD-3-Clause
#include "server/maintenance.h"

#include <cstdio>
#include <filesystem>
#include <string>

#include "log/tail.h"
#include "log/verify_log.h"
#include "storage/engine.h"
#include "storage/verify_store.h"

namespace veddb {
namespace {

constexpr char kLogDir[] = "log";
constexpr char kStoreDir[] = "store";

void Say(const std::string& text) { std::printf("%s\n", text.c_str()); }
std::string Number(uint64_t number) { return std::to_string(number); }

bool SayLog(const LogReport& log) {
  Say("log: " + Number(log.segments) + " segments, " + Number(log.records) +
      " whole records, positions " + Number(log.begin) + " to " + Number(log.good) +
      ", synced up to " + Number(log.mark));
  if (log.damage.empty()) return true;
  Say("log: DAMAGED: " + log.damage);
  Say("log: " + Number(log.end - log.good) + " bytes of the last segment's end lie behind it");
  if (log.torn_at_most()) Say("log: it may be no more than a torn end, which a start cuts off");
  return false;
}

bool SayStore() {
  const auto store = VerifyStore(kStoreDir);
  if (!store.ok()) {
    Say("store: DAMAGED: " + store.error().message);
    Say("store: restore a backup, or synchronise from a replica");
    return false;
  }
  Say("store: " + Number(store->files) + " files, " + Number(store->bytes) + " bytes, " +
      Number(store->keys) + " entries, whole; it holds history up to position " +
      Number(store->position));
  return true;
}

int Refuse(const Error& error) {
  Say("nothing was repaired: " + error.message);
  return 1;
}

}  // namespace

int VerifyData() {
  const auto log = VerifyLog(kLogDir);
  if (!log.ok()) Say("log: " + log.error().message);
  const bool log_whole = log.ok() && SayLog(*log);
  const bool store_whole = SayStore();
  return log_whole && store_whole ? 0 : 1;
}

int RepairData() {
  if (!std::filesystem::exists(kStoreDir)) return Refuse(Err("there is no store here"));
  // A store can't be repaired: a part of it would no longer be an exact prefix of history.
  EngineOptions options;
  options.dir = kStoreDir;
  options.create_if_missing = false;
  const auto engine = Engine::Open(options);
  if (!engine.ok()) return Refuse(engine.error());
  const LogPosition held = (*engine)->drained_position();
  const auto before = VerifyLog(kLogDir);
  if (before.ok()) SayLog(*before);
  const auto report = CheckTail(kLogDir, held, TailRepair::kForceTruncate);
  if (!report.ok()) return Refuse(report.error());
  Say("store: it holds history up to position " + Number(held));
  Say("log: goes on at position " + Number(report->tail));
  if (report->aside.empty() && report->cut_bytes == 0) {
    Say("nothing had to be given up");
    return 0;
  }
  Say("GIVEN UP: " + Number(report->cut_bytes) + " bytes from position " +
      Number(report->cut_from) + " on, with " + Number(report->cut_records) +
      " whole records; what of it lies below " + Number(held) + " is in the store all the same");
  for (const std::string& path : report->aside) Say("kept aside: " + path);
  return 0;
}

}  // namespace veddb
