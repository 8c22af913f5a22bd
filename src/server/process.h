// SPDX-License-Identifier: BSD-3-Clause
// What makes a program a server process: working directory, daemon, pid file, messages, supervisor.
// Thread: the main one, before the loop runs.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/config_store.h"

namespace veddb {

inline constexpr char kVersion[] = "0.1.0";
// What clients that look for Redis's version find.
inline constexpr char kRedisVersion[] = "7.0.15";

// The text for --version, --help and --print-conf; empty if none of them is asked for.
std::string AnswerToFlags(const std::vector<std::string>& arguments);
// Changes into `dir` (made if it is not there), whose absolute path it is from then on; daemonizes,
// writes the pid file, opens the messages.
Status PrepareProcess(ConfigStore& store);
// Empty: none is written.
std::string PidFileOf(const Config& config);
void LogStartBanner(const Config& config, const std::string& config_file);
// As INFO names it: "systemd", "upstart" or "no".
const char* SupervisorOf(const Config& config);
// systemd's notification protocol (sd_notify), if the process is supervised by it.
void NotifySupervisor(const Config& config, const std::string& state);

}  // namespace veddb
