// SPDX-License-Identifier: BSD-3-Clause
// veddb-differential: the same random commands for redis-server and for us; every reply and, at
// intervals, all data must be equal, word for word, but for what deviations.txt lists. A difference
// is cut down to the fewest commands that show it.
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/number.h"
#include "config/split_args.h"
#include "tests/differential/arena.h"
#include "tests/differential/minimise.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace veddb::differential {
namespace {

constexpr char kUsage[] =
    "veddb-differential: random commands, compared with redis-server's replies\n"
    "  --server PATH       (build/veddb-server)\n"
    "  --redis PATH        (redis-server)\n"
    "  --deviations FILE   (tests/differential/deviations.txt)\n"
    "  --commands N        in all (1000000)\n"
    "  --seed S            of the first episode; each has the seed after it (random)\n"
    "  --differences N     stop after so many (5)\n";

// An episode begins with empty servers and new connections, and is what is cut down.
constexpr size_t kEpisodeSteps = 20'000;
constexpr size_t kCompareEvery = 4'000;
constexpr size_t kBatchMax = 128;
constexpr size_t kShownBytesMax = 600;

struct Settings {
  std::string server = "build/veddb-server";
  std::string redis = "/usr/bin/redis-server";
  std::string deviations = "tests/differential/deviations.txt";
  int64_t commands = 1'000'000;
  int64_t seed = 0;
  int64_t differences = 5;
};

std::string Shorten(const std::string& text) {
  const std::string quoted = QuoteArg(text);
  return quoted.size() <= kShownBytesMax ? quoted : quoted.substr(0, kShownBytesMax) + "…";
}

void PrintDifference(const Difference& difference, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    std::string line;
    for (const std::string& argument : step.arguments) line += " " + Shorten(argument);
    std::printf("  %zu>%s\n", step.connection, line.c_str());
  }
  std::printf("  %s\n    ours:  %s\n    redis: %s\n", difference.command.c_str(),
              Shorten(difference.ours).c_str(), Shorten(difference.theirs).c_str());
  std::fflush(stdout);
}

std::vector<Step> MakeSteps(Generator& generator, uint64_t seed) {
  generator.Seed(seed);
  std::vector<Step> steps;
  while (steps.size() < kEpisodeSteps) {
    const size_t connection = generator.Below(kConnections);
    for (uint64_t i = generator.Below(kBatchMax); i > 0; --i) {
      steps.push_back({connection, generator.Next()});
    }
  }
  return steps;
}

// False if there was a difference, which is told.
bool RunEpisode(Arena& arena, Generator& generator, int64_t seed) {
  const std::vector<Step> steps = MakeSteps(generator, static_cast<uint64_t>(seed));
  if (!arena.Reset()) {
    std::printf("seed %" PRId64 ": a server does not answer\n", seed);
    return false;
  }
  std::optional<Difference> difference;
  size_t end = 0;
  while (end < steps.size() && !difference) {
    const size_t begin = end;
    end = std::min(begin + kCompareEvery, steps.size());
    difference = arena.Run(std::span(steps).subspan(begin, end - begin));
    if (difference) end = begin + difference->step + 1;
  }
  if (!difference) return true;
  const auto run = [&](const std::vector<Step>& some) {
    return arena.Reset() ? arena.Run(some) : std::nullopt;
  };
  std::vector<Step> needed(steps.begin(), steps.begin() + static_cast<int64_t>(end));
  std::printf("DIFFERENCE, seed %" PRId64 ", step %zu\n", seed, end);
  if (run(needed)) {
    needed = Minimise(std::move(needed),
                      [&](const std::vector<Step>& some) { return run(some).has_value(); });
    if (const auto again = run(needed)) difference = again;
  } else {
    std::printf("  (not again when it was repeated)\n");
    needed = {steps[end - 1]};
  }
  PrintDifference(*difference, needed);
  return false;
}

bool Set(Settings& settings, std::string_view name, const std::string& value) {
  if (name == "--server") return settings.server = value, true;
  if (name == "--redis") return settings.redis = value, true;
  if (name == "--deviations") return settings.deviations = value, true;
  const std::optional<int64_t> number = ParseInt64(value);
  if (!number || *number < 0) return false;
  if (name == "--commands") return settings.commands = *number, true;
  if (name == "--seed") return settings.seed = *number, true;
  if (name == "--differences") return settings.differences = *number, *number > 0;
  return false;
}

std::optional<Settings> Parse(int argc, char** argv) {
  Settings settings;
  settings.seed = std::random_device()();
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && Set(settings, argv[i], argv[i + 1])) continue;
    std::fputs(kUsage, std::string_view(argv[i]) == "--help" ? stdout : stderr);
    return std::nullopt;
  }
  return settings;
}

int Run(const Settings& settings) {
  const std::optional<Deviations> deviations = Deviations::Read(settings.deviations);
  if (!deviations) return 2;
  const testing::TempDir dir("differential");
  testing::ServerProcess ours(settings.server, dir / "ours");
  testing::ServerProcess theirs(settings.redis, dir / "redis",
                                {"--save", "", "--appendonly", "no"});
  for (testing::ServerProcess* server : {&ours, &theirs}) {
    if (const auto failure = server->Start()) {
      std::printf("%s\n", failure->c_str());
      return 2;
    }
  }
  Arena arena(ours.port(), theirs.port(), *deviations);
  std::vector<KnownCommand> commands = arena.CommonCommands();
  if (commands.empty()) return 2;
  commands.push_back({.name = "nosuchcommand", .arity = -1});
  std::printf("%zu commands, seed %" PRId64 "\n", commands.size(), settings.seed);
  Generator generator(commands);
  const auto begin = std::chrono::steady_clock::now();
  int64_t differences = 0;
  int64_t done = 0;
  for (int64_t i = 0; done < settings.commands && differences < settings.differences; ++i) {
    differences += RunEpisode(arena, generator, settings.seed + i) ? 0 : 1;
    done += static_cast<int64_t>(kEpisodeSteps);
    if (!ours.Running() || !theirs.Running()) {
      std::printf("a server ended:\n%s\n", ours.Log().c_str());
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%" PRId64 " commands in %.1f s, %" PRId64 " differences\n", done, took.count(),
              differences);
  return differences == 0 ? 0 : 1;
}

}  // namespace
}  // namespace veddb::differential

int main(int argc, char** argv) {
  const auto settings = veddb::differential::Parse(argc, argv);
  return settings ? veddb::differential::Run(*settings) : 2;
}
