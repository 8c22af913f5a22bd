// SPDX-License-Identifier: BSD-3-Clause
// One run of one operation on VedDB or PostgreSQL, by so many threads with a connection each;
// prints a line of JSON. compare_docs.py and index_build.py put runs together.
//
//   docs_bench veddb|postgres PORT OPERATION DOCUMENTS name=value…
//
//   threads=1 seconds=0 turns=0 first=0 seed=1 user=NAME durable=0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bench/docs/operations.h"

namespace veddb::bench {

void Fail(const std::string& why) {
  std::fprintf(stderr, "docs_bench: %s\n", why.c_str());
  std::_Exit(1);
}

namespace {

uint64_t Number(std::string_view text) {
  char* end = nullptr;
  const std::string copy(text);
  const uint64_t number = std::strtoull(copy.c_str(), &end, 10);
  if (copy.empty() || *end != 0) Fail("'" + copy + "' is no number");
  return number;
}

void ReadSetting(std::string_view word, RunOptions& options) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) Fail("'" + std::string(word) + "' is not name=value");
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (name == "threads") {
    options.threads = static_cast<int>(Number(value));
  } else if (name == "seconds") {
    options.seconds = std::strtod(std::string(value).c_str(), nullptr);
  } else if (name == "turns") {
    options.turns = Number(value);
  } else if (name == "first") {
    options.first = Number(value);
  } else if (name == "seed") {
    options.seed = Number(value);
  } else if (name == "user") {
    options.target.user = value;
  } else if (name == "durable") {
    options.target.durable = value == "1";
  } else {
    Fail("there is no setting '" + std::string(name) + "'");
  }
}

RunOptions ReadOptions(std::span<char*> words) {
  if (words.size() < 4) Fail("veddb|postgres PORT OPERATION DOCUMENTS name=value…");
  RunOptions options;
  const std::string_view kind = words[0];
  if (kind != "veddb" && kind != "postgres") Fail("'" + std::string(kind) + "' is not known");
  options.target.kind = kind == "veddb" ? Target::Kind::kVeddb : Target::Kind::kPostgres;
  options.target.port = static_cast<int>(Number(words[1]));
  for (const Operation& operation : Operations()) {
    if (std::string_view(operation.name) == words[2]) options.operation = &operation;
  }
  if (options.operation == nullptr) Fail(std::string("there is no operation ") + words[2]);
  options.orders.size = Number(words[3]);
  for (char* word : words.subspan(4)) ReadSetting(word, options);
  return options;
}

}  // namespace
}  // namespace veddb::bench

int main(int argc, char** argv) {
  const std::span<char*> words(argv + 1, argv + argc);
  const veddb::bench::RunResult result = veddb::bench::Run(veddb::bench::ReadOptions(words));
  std::printf(
      "{\"turns\":%llu,\"answers\":%llu,\"seconds\":%.6f,\"ops\":%.1f,\"p50_ms\":%.3f,"
      "\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
      static_cast<unsigned long long>(result.turns),
      static_cast<unsigned long long>(result.answers), result.seconds,
      static_cast<double>(result.turns) / result.seconds, result.p50_ms, result.p99_ms,
      result.max_ms);
  return 0;
}
