// SPDX-License-Identifier: BSD-3-Clause
#include "server/monitors.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "base/clock.h"
#include "command/secrets.h"
#include "config/split_args.h"
#include "server/client.h"
#include "server/clients.h"

namespace veddb {
namespace {

std::string AddressOf(const Client* client) {
  if (client == nullptr) return "?:0";
  const Connection& connection = client->connection();
  if (connection.kind() == Connection::Kind::kTcp) return connection.peer();
  return "unix:" + connection.peer().substr(0, connection.peer().rfind(':'));
}

}  // namespace

std::string MonitorLine(int64_t now_us, uint32_t database, Bytes address,
                        std::span<const Bytes> argv) {
  constexpr int64_t kMicros = 1'000'000;
  std::array<char, 64> head;
  const int size =
      std::snprintf(head.data(), head.size(), "%" PRId64 ".%06" PRId64 " [%" PRIu32 " ",
                    now_us / kMicros, now_us % kMicros, database);
  std::string line(head.data(), static_cast<size_t>(size));
  line += address;
  line += ']';
  for (const Bytes argument : argv) {
    line += ' ';
    line += QuoteArg(argument);
  }
  return line;
}

void Monitors::Add(Client& client) {
  client.session.monitor = true;
  ids_.push_back(client.session.id);
}

void Monitors::Remove(uint64_t client_id) { std::erase(ids_, client_id); }

void Monitors::Feed(const CommandSpec& spec, std::span<const Bytes> argv, uint32_t database,
                    const Client* from) {
  if (Has(spec.flags, Flag::kSkipMonitor) || Has(spec.flags, Flag::kAdmin)) return;
  const std::string line =
      "+" + MonitorLine(WallMicros(), database, AddressOf(from), ShownArguments(spec, argv)) +
      "\r\n";
  for (const uint64_t id : ids_) {
    Client* monitor = clients_.Find(id);
    if (monitor == nullptr) continue;
    const Session& session = monitor->session;
    if (session.reply_mode == ReplyMode::kOff || session.close_after_reply) continue;
    monitor->Push(line);
  }
}

}  // namespace veddb
