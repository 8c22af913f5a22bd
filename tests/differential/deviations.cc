// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/deviations.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/glob.h"
#include "tests/differential/link.h"

namespace veddb::differential {
namespace {

constexpr long long kSecondsApartMax = 3;
constexpr long long kMillisPerSecond = 1000;

enum class Likeness : uint8_t {
  kClose,     // integers not further apart than a moment, in `unit`
  kSameSet,   // the same elements in any order
  kSameKind,  // any reply that begins with the same mark
};

struct CommandLikeness {
  std::string_view command;
  Likeness likeness;
  long long apart_max = 0;
};
constexpr CommandLikeness kLikenesses[] = {
    {"ttl", Likeness::kClose, kSecondsApartMax},
    {"pttl", Likeness::kClose, kSecondsApartMax* kMillisPerSecond},
    {"keys", Likeness::kSameSet},
    {"smembers", Likeness::kSameSet},
    {"sinter", Likeness::kSameSet},
    {"sunion", Likeness::kSameSet},
    {"sdiff", Likeness::kSameSet},
    {"hgetall", Likeness::kSameSet},
    {"hkeys", Likeness::kSameSet},
    {"hvals", Likeness::kSameSet},
    {"scan", Likeness::kSameKind},
    {"randomkey", Likeness::kSameKind},
    {"time", Likeness::kSameKind},
};

bool Alike(const CommandLikeness& row, std::string_view ours, std::string_view theirs) {
  if (ours.substr(0, 1) != theirs.substr(0, 1)) return false;
  if (row.likeness == Likeness::kSameKind) return ours[0] != '-';
  if (row.likeness == Likeness::kClose) {
    return ours[0] == ':' &&
           std::llabs(std::atoll(ours.data() + 1) - std::atoll(theirs.data() + 1)) <= row.apart_max;
  }
  auto our_elements = ElementsOf(ours);
  auto their_elements = ElementsOf(theirs);
  std::sort(our_elements.begin(), our_elements.end());
  std::sort(their_elements.begin(), their_elements.end());
  return !our_elements.empty() && our_elements == their_elements;
}

std::string Trim(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find('|', begin), line.size());
    parts.push_back(Trim(line.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

std::optional<Deviations> Deviations::Read(const std::string& path) {
  Deviations deviations;
  std::ifstream file(path);
  std::string line;
  if (!file) std::fprintf(stderr, "%s can't be read\n", path.c_str());
  if (!file) return std::nullopt;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (!deviations.ReadLine(line)) {
      std::fprintf(stderr, "%s: not understood: %s\n", path.c_str(), line.c_str());
      return std::nullopt;
    }
  }
  return deviations;
}

bool Deviations::ReadLine(const std::string& line) {
  const size_t space = line.find(' ');
  if (space == std::string::npos) return false;
  const std::string what = line.substr(0, space);
  const std::vector<std::string> parts = Split(line.substr(space));
  for (const std::string& part : parts) {
    if (part.empty()) return false;  // above all the reason
  }
  if (what == "skip" && parts.size() == 2) {
    skipped_.insert(parts[0]);
    return true;
  }
  if (what != "differ" || parts.size() != 4) return false;
  differences_.push_back({parts[0], parts[1], parts[2]});
  return true;
}

bool Deviations::Allows(const std::string& command, std::string_view ours,
                        std::string_view theirs) const {
  for (const CommandLikeness& row : kLikenesses) {
    if (row.command == command && Alike(row, ours, theirs)) return true;
  }
  const auto line = [](std::string_view reply) {
    return reply.substr(0, reply.find_last_of('\r'));
  };
  return std::any_of(differences_.begin(), differences_.end(), [&](const Difference& known) {
    return GlobMatch(known.command, command) && GlobMatch(known.ours, line(ours)) &&
           GlobMatch(known.theirs, line(theirs));
  });
}

}  // namespace veddb::differential
