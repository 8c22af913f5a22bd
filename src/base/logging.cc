// SPDX-License-Identifier: BSD-3-Clause
#include "base/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

namespace veddb {
namespace {

constexpr std::array<spdlog::level::level_enum, 4> kLevels = {
    spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn};

// Redis marks levels as . - * #
class LevelMark : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& out) override {
    constexpr std::array<char, 4> kMarks = {'.', '-', '*', '#'};
    for (size_t i = 0; i < kLevels.size(); ++i) {
      if (kLevels[i] == message.level) out.push_back(kMarks[i]);
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelMark>();
  }
};

}  // namespace

Status OpenLog(const std::string& path, LogLevel level,
               const std::optional<SystemLog>& system_log) {
  std::shared_ptr<spdlog::logger> logger;
  try {
    spdlog::sink_ptr sink;
    if (path.empty()) {
      sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
    }
    logger = std::make_shared<spdlog::logger>("veddb", sink);
    if (system_log) {
      // It writes time and process by itself.
      constexpr bool kFormatted = false;
      logger->sinks().push_back(std::make_shared<spdlog::sinks::syslog_sink_mt>(
          system_log->ident, LOG_PID | LOG_NDELAY, system_log->facility, kFormatted));
    }
  } catch (const spdlog::spdlog_ex& failure) {
    return Err("Can't open the log file: " + std::string(failure.what()));
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<LevelMark>('*').set_pattern("%P:M %d %b %Y %H:%M:%S.%e %* %v");
  logger->set_formatter(std::move(formatter));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  SetLogLevel(level);
  return Ok();
}

void SetLogLevel(LogLevel level) { spdlog::set_level(kLevels[static_cast<size_t>(level)]); }

void LogMessage(LogLevel level, Bytes text) {
  spdlog::default_logger_raw()->log(kLevels[static_cast<size_t>(level)],
                                    spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace veddb
