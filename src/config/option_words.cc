// SPDX-License-Identifier: BSD-3-Clause
// The options with a grammar of their own.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/glob.h"
#include "base/number.h"
#include "config/option_tables.h"
#include "config/split_args.h"

namespace veddb {
namespace {

std::string Join(ConfigWords words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

bool IsEmptyWord(ConfigWords words) { return words.size() == 1 && words[0].empty(); }

std::string OrQuotes(std::string text) { return text.empty() ? "\"\"" : text; }

// bind.

constexpr size_t kBindAddressesMax = 16;

Status ParseBind(ConfigWords words, Config& config) {
  if (words.size() > kBindAddressesMax) return Err("Too many bind addresses specified.");
  config.bind.clear();
  if (!IsEmptyWord(words)) config.bind.assign(words.begin(), words.end());
  return Ok();
}

std::string PrintBind(const Config& config) { return Join(config.bind); }
std::vector<std::string> BindLines(const Config& config) { return {OrQuotes(PrintBind(config))}; }

// save.

Status ParseSave(ConfigWords words, Config& config) {
  if (IsEmptyWord(words)) words = {};
  if (words.size() % 2 != 0) return Err("Invalid save parameters");
  std::vector<SavePoint> points;
  for (size_t i = 0; i < words.size(); i += 2) {
    const auto seconds = ParseInt64(words[i]);
    const auto changes = ParseInt64(words[i + 1]);
    if (!seconds || !changes || *seconds < 1 || *changes < 0) {
      return Err("Invalid save parameters");
    }
    points.push_back({*seconds, *changes});
  }
  config.save = std::move(points);
  return Ok();
}

std::vector<std::string> SaveLines(const Config& config) {
  std::vector<std::string> lines;
  for (const SavePoint& point : config.save) {
    lines.push_back(FormatInt64(point.seconds) + " " + FormatInt64(point.changes));
  }
  if (lines.empty()) lines.emplace_back("\"\"");
  return lines;
}

std::string PrintSave(const Config& config) {
  return config.save.empty() ? std::string() : Join(SaveLines(config));
}

// client-output-buffer-limit.

constexpr Bytes kClientClasses[] = {"normal", "slave", "pubsub"};
constexpr size_t kLimitWords = 4;

std::optional<size_t> ParseClientClass(Bytes name) {
  if (EqualsIgnoreCase(name, "replica")) return Code(ClientClass::kReplica);
  for (size_t i = 0; i < std::size(kClientClasses); ++i) {
    if (EqualsIgnoreCase(name, kClientClasses[i])) return i;
  }
  return std::nullopt;
}

Status ParseOutputLimits(ConfigWords words, Config& config) {
  if (words.size() % kLimitWords != 0) {
    return Err("Wrong number of arguments in buffer limit configuration.");
  }
  auto limits = config.client_output_buffer_limit;
  for (; !words.empty(); words = words.subspan(kLimitWords)) {
    const auto client_class = ParseClientClass(words[0]);
    if (!client_class) return Err("Invalid client class specified in buffer limit configuration.");
    const auto hard = ParseMemorySize(words[1]);
    const auto soft = ParseMemorySize(words[2]);
    const auto seconds = ParseInt64(words[3]);
    constexpr auto kMax = static_cast<uint64_t>(kLongMax);
    if (!hard || !soft || !seconds || *hard > kMax || *soft > kMax || *seconds < 0) {
      return Err("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    }
    limits[*client_class] = {static_cast<int64_t>(*hard), static_cast<int64_t>(*soft), *seconds};
  }
  config.client_output_buffer_limit = limits;
  return Ok();
}

std::string PrintOutputLimits(const Config& config) {
  std::string out;
  for (size_t i = 0; i < std::size(kClientClasses); ++i) {
    const OutputLimit& limit = config.client_output_buffer_limit[i];
    if (i > 0) out += ' ';
    out += std::string(kClientClasses[i]) + " " + FormatInt64(limit.hard_bytes) + " " +
           FormatInt64(limit.soft_bytes) + " " + FormatInt64(limit.soft_seconds);
  }
  return out;
}

std::vector<std::string> OutputLimitLines(const Config& config) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < std::size(kClientClasses); ++i) {
    const OutputLimit& limit = config.client_output_buffer_limit[i];
    // Files say "replica"; CONFIG GET keeps the old word because clients look for it.
    const bool replica = i == Code(ClientClass::kReplica);
    lines.push_back(std::string(replica ? "replica" : kClientClasses[i]) + " " +
                    FormatMemorySize(limit.hard_bytes) + " " + FormatMemorySize(limit.soft_bytes) +
                    " " + FormatInt64(limit.soft_seconds));
  }
  return lines;
}

// replicaof.

Status ParseReplicaof(ConfigWords words, Config& config) {
  if (words.empty() || IsEmptyWord(words)) {
    config.replicaof = {};
    return Ok();
  }
  if (words.size() != 2) return Err("wrong number of arguments");
  if (EqualsIgnoreCase(words[0], "no") && EqualsIgnoreCase(words[1], "one")) {
    config.replicaof = {};
    return Ok();
  }
  const auto port = ParseInt64(words[1]);
  if (!port || *port < 0 || *port > kPortMax) return Err("Invalid master port");
  config.replicaof = {words[0], *port};
  return Ok();
}

std::string PrintReplicaof(const Config& config) {
  if (config.replicaof.host.empty()) return {};
  return config.replicaof.host + " " + FormatInt64(config.replicaof.port);
}

std::vector<std::string> ReplicaofLines(const Config& config) {
  if (config.replicaof.host.empty()) return {};
  return {PrintReplicaof(config)};
}

// oom-score-adj-values.

constexpr int64_t kOomScoreMax = 2000;

Status ParseOomValues(ConfigWords words, Config& config) {
  std::array<int64_t, 3> values{};
  if (words.size() != values.size()) return Err("wrong number of arguments");
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = ParseInt64(words[i]);
    if (!value || *value < -kOomScoreMax || *value > kOomScoreMax) {
      return Err("Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
    }
    values[i] = *value;
  }
  config.oom_score_adj_values = values;
  return Ok();
}

std::string PrintOomValues(const Config& config) {
  std::vector<std::string> words;
  for (const int64_t value : config.oom_score_adj_values) words.push_back(FormatInt64(value));
  return Join(words);
}
std::vector<std::string> OomValuesLines(const Config& config) { return {PrintOomValues(config)}; }

// latency-tracking-info-percentiles.

Status ParsePercentiles(ConfigWords words, Config& config) {
  constexpr double kPercentileMax = 100.0;
  if (IsEmptyWord(words)) words = {};
  std::vector<double> percentiles;
  for (const std::string& word : words) {
    const auto value = ParseDouble(word);
    if (!value) return Err("Invalid latency-tracking-info-percentiles parameters");
    if (*value < 0 || *value > kPercentileMax) {
      return Err("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
    }
    percentiles.push_back(*value);
  }
  config.latency_tracking_info_percentiles = std::move(percentiles);
  return Ok();
}

std::string PrintPercentiles(const Config& config) {
  std::vector<std::string> words;
  for (const double value : config.latency_tracking_info_percentiles) {
    char text[32];  // six digits after the point and three before it
    std::string word(text, static_cast<size_t>(std::snprintf(text, sizeof text, "%.6f", value)));
    word.erase(word.find_last_not_of('0') + 1);
    if (word.ends_with('.')) word.pop_back();
    words.push_back(std::move(word));
  }
  return Join(words);
}

std::vector<std::string> PercentilesLines(const Config& config) {
  return {OrQuotes(PrintPercentiles(config))};
}

// notify-keyspace-events.

struct NotifyLetter {
  char letter;
  uint32_t flags;
};
// In the order in which they are shown.
constexpr NotifyLetter kEventLetters[] = {
    {'g', kNotifyGeneric}, {'$', kNotifyString}, {'l', kNotifyList},    {'s', kNotifySet},
    {'h', kNotifyHash},    {'z', kNotifyZset},   {'x', kNotifyExpired}, {'e', kNotifyEvicted},
    {'t', kNotifyStream},  {'d', kNotifyModule}, {'n', kNotifyNew},
};
constexpr NotifyLetter kOtherLetters[] = {
    {'K', kNotifyKeyspace}, {'E', kNotifyKeyevent}, {'m', kNotifyKeyMiss}};

Status ParseNotify(ConfigWords words, Config& config) {
  if (words.size() != 1) return Err("wrong number of arguments");
  const auto flags = ParseNotifyFlags(words[0]);
  if (!flags) return Err("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
  config.notify_keyspace_events = *flags;
  return Ok();
}

std::string PrintNotify(const Config& config) {
  return FormatNotifyFlags(config.notify_keyspace_events);
}
std::vector<std::string> NotifyLines(const Config& config) {
  return {QuoteArg(PrintNotify(config))};
}

}  // namespace

std::optional<uint32_t> ParseNotifyFlags(Bytes letters) {
  uint32_t flags = 0;
  for (const char c : letters) {
    uint32_t found = c == 'A' ? kNotifyAll : 0;
    for (const NotifyLetter& row : kEventLetters) found |= row.letter == c ? row.flags : 0;
    for (const NotifyLetter& row : kOtherLetters) found |= row.letter == c ? row.flags : 0;
    if (found == 0) return std::nullopt;
    flags |= found;
  }
  return flags;
}

std::string FormatNotifyFlags(uint32_t flags) {
  std::string out;
  if ((flags & kNotifyAll) == kNotifyAll) {
    out += 'A';  // Redis leaves 'n' out beside it, although A does not say it
  } else {
    for (const NotifyLetter& row : kEventLetters) {
      if ((flags & row.flags) != 0) out += row.letter;
    }
  }
  for (const NotifyLetter& row : kOtherLetters) {
    if ((flags & row.flags) != 0) out += row.letter;
  }
  return out;
}

const WordsValue kBindWords = {.parse = ParseBind, .print = PrintBind, .lines = BindLines};
const WordsValue kSaveWords = {
    .parse = ParseSave, .print = PrintSave, .lines = SaveLines, .lines_add = true};
const WordsValue kOutputLimitWords = {
    .parse = ParseOutputLimits, .print = PrintOutputLimits, .lines = OutputLimitLines};
const WordsValue kReplicaofWords = {
    .parse = ParseReplicaof, .print = PrintReplicaof, .lines = ReplicaofLines};
const WordsValue kOomValuesWords = {
    .parse = ParseOomValues, .print = PrintOomValues, .lines = OomValuesLines};
const WordsValue kPercentilesWords = {
    .parse = ParsePercentiles, .print = PrintPercentiles, .lines = PercentilesLines};
const WordsValue kNotifyWords = {
    .parse = ParseNotify, .print = PrintNotify, .lines = NotifyLines, .one_word = true};

}  // namespace veddb
