// SPDX-License-Identifier: BSD-3-Clause
// Options of the process and of clients: how they are applied at the start and when they change.
#include <string>

#include "base/logging.h"
#include "base/number.h"
#include "server/crash_log.h"
#include "server/file_limit.h"
#include "server/process_title.h"
#include "server/server.h"

namespace veddb {

void Server::ApplyProcessOptions() {
  const Config& config = config_.config();
  config_.OnWarning([](const std::string& text) { LogWarning(text); });
  const int64_t limit = RaiseFileLimit(FilesWanted(config.maxclients));
  const FileShares shares = ShareFiles(limit, config.maxclients);
  store_files_ = shares.store_files;
  if (shares.clients < config.maxclients) {
    LogWarning("maxclients is " + FormatInt64(shares.clients) + " instead of " +
               FormatInt64(config.maxclients) + ": no more than " + FormatInt64(limit) +
               " files may be open (ulimit -n).");
    config_.Update([&](Config& changed) { changed.maxclients = shares.clients; });
  }
  if (const Status status = oom_score_.Apply(config); !status.ok()) {
    LogWarning("oom-score-adj has no effect: " + status.error().message);
  }
  accounting_.Configure(config);
  ShowTitle();
  WatchDisk();
}

void Server::ShowTitle() {
  const Config& config = config_.config();
  if (config.set_proc_title) SetProcessTitle(ExpandTitle(config, ProgramName(), config_.file()));
}

void Server::HookProcessOptions() {
  config_.OnChange({"maxclients"}, [this](const Config& config) -> Status {
    const int64_t limit = RaiseFileLimit(FilesWanted(config.maxclients));
    const int64_t room = ClientsWithin(limit, store_files_);
    if (config.maxclients <= room) return Ok();
    return Err(
        "The operating system is not able to handle the specified number of clients, try with " +
        FormatInt64(room));
  });
  config_.OnChange({"tcp-keepalive"}, [this](const Config& config) {
    clients_.ForEach(
        [&](Client& client) { client.connection().SetKeepAlive(config.tcp_keepalive); });
    return Ok();
  });
  config_.OnChange({"busy-poll-usec"}, [this](const Config&) {
    ApplyBusyPoll();
    return Ok();
  });
  config_.OnChange({"oom-score-adj", "oom-score-adj-values"},
                   [this](const Config& config) { return oom_score_.Apply(config); });
  config_.OnChange({"crash-log-enabled"}, [](const Config& config) {
    if (config.crash_log_enabled) {
      InstallCrashLog(config.logfile);
    } else {
      RemoveCrashLog();
    }
    return Ok();
  });
  config_.OnChange({"slowlog-log-slower-than", "slowlog-max-len", "latency-monitor-threshold",
                    "latency-tracking"},
                   [this](const Config& config) {
                     accounting_.Configure(config);
                     return Ok();
                   });
  config_.OnChange({"proc-title-template", "port", "bind"}, [this](const Config&) {
    ShowTitle();
    return Ok();
  });
  config_.OnChange({"disk-min-free"}, [this](const Config&) {
    WatchDisk();
    return Ok();
  });
}

void Server::WatchDisk() {
  const Config& config = config_.config();
  disk_.Judge(config.dir, FreeDiskBytes(config.dir), config.disk_min_free);
  dispatcher_.gate_state().disk_refusal = disk_.refusal();
}

}  // namespace veddb
