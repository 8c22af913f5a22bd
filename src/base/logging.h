// SPDX-License-Identifier: BSD-3-Clause
// The server's own messages (not the write-ahead log, which is src/log). Any thread; spdlog inside.
// A line looks as Redis's: "PID:M 24 Nov 2026 05:28:18.123 * text".
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb {

enum class LogLevel : uint8_t { kDebug, kVerbose, kNotice, kWarning };

struct SystemLog {
  std::string ident;
  int facility;  // LOG_USER … of syslog.h
};

// Where messages go: the file (appended to), or standard output when the path is empty; and to the
// system's log where that is named.
Status OpenLog(const std::string& path, LogLevel level,
               const std::optional<SystemLog>& system_log = std::nullopt);
void SetLogLevel(LogLevel level);
void LogMessage(LogLevel level, Bytes text);

inline void LogDebug(Bytes text) { LogMessage(LogLevel::kDebug, text); }
inline void LogVerbose(Bytes text) { LogMessage(LogLevel::kVerbose, text); }
inline void LogNotice(Bytes text) { LogMessage(LogLevel::kNotice, text); }
inline void LogWarning(Bytes text) { LogMessage(LogLevel::kWarning, text); }

}  // namespace veddb
