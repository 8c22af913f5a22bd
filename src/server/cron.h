// SPDX-License-Identifier: BSD-3-Clause
// Cron: what has to be done by time: keys whose hour has come, figures a second, idle clients, a
// failed log that may work again. Owned by: the loop.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace veddb {

class Server;

class Cron {
 public:
  explicit Cron(Server& server) : server_(server) {}
  // Every kTickMillis.
  void Tick(int64_t now_ms);
  // At the end of each turn: keys in memory that are due.
  void ExpireDue(int64_t now_ms);
  void set_active_expire(bool on) { active_expire_ = on; }
  int64_t commands_per_second() const { return commands_per_second_; }

  static constexpr uint64_t kTickMillis = 100;

 private:
  void OncePerSecond(int64_t now_ms);
  // Looks for keys that are due and lie on disk only.
  void ScanExpiryFamily(int64_t now_ms);
  void ExpireCold(std::vector<std::string> hints);

  Server& server_;
  bool active_expire_ = true;
  bool scanning_ = false;
  int64_t scanned_until_ms_ = 0;
  int64_t last_second_ms_ = 0;
  uint64_t commands_before_ = 0;
  int64_t commands_per_second_ = 0;
};

}  // namespace veddb
