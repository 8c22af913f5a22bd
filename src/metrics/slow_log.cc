// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/slow_log.h"

#include <algorithm>

namespace veddb {
namespace {

std::string Shortened(Bytes argument) {
  constexpr size_t kMax = SlowLog::kArgumentBytesMax;
  std::string text(argument.substr(0, kMax));
  if (argument.size() > kMax) {
    text += "... (" + std::to_string(argument.size() - kMax) + " more bytes)";
  }
  return text;
}

std::vector<std::string> Shortened(std::span<const Bytes> argv) {
  const bool all = argv.size() <= SlowLog::kArgumentsMax;
  // The note takes the last place.
  const size_t shown = all ? argv.size() : SlowLog::kArgumentsMax - 1;
  std::vector<std::string> arguments;
  for (const Bytes argument : argv.first(shown)) arguments.push_back(Shortened(argument));
  if (!all) {
    arguments.push_back("... (" + std::to_string(argv.size() - shown) + " more arguments)");
  }
  return arguments;
}

}  // namespace

void SlowLog::Add(std::span<const Bytes> argv, int64_t micros, int64_t time_s, Bytes client_address,
                  Bytes client_name) {
  entries_.push_front({.id = next_id_++,
                       .time_s = time_s,
                       .micros = micros,
                       .arguments = Shortened(argv),
                       .client_address = std::string(client_address),
                       .client_name = std::string(client_name)});
  while (entries_.size() > entries_max_) entries_.pop_back();
}

void SlowLog::set_entries_max(size_t n) {
  entries_max_ = n;
  entries_.resize(std::min(entries_.size(), n));
}

}  // namespace veddb
