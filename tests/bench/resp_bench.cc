// SPDX-License-Identifier: BSD-3-Clause
// What parsing a request costs: pipelines of SET, of GET, of a command with many arguments, and a
// pipeline that arrives in packets, whose cuts fall anywhere.
#include <benchmark/benchmark.h>

#include <string>

#include "resp/parser.h"

namespace veddb {
namespace {

constexpr int kPipelineDepth = 16;

std::string Request(std::initializer_list<std::string> args) {
  std::string out = "*" + std::to_string(args.size()) + "\r\n";
  for (const std::string& arg : args) {
    out += "$" + std::to_string(arg.size()) + "\r\n" + arg + "\r\n";
  }
  return out;
}

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// Takes all requests out of `bytes`; returns how many there were.
int ParseAll(RequestParser& parser, Bytes bytes) {
  const ParserLimits limits;
  int requests = 0;
  while (parser.Parse(bytes, limits) == RequestParser::Outcome::kRequest) {
    benchmark::DoNotOptimize(parser.argv().data());
    bytes.remove_prefix(parser.consumed());
    ++requests;
  }
  return requests;
}

void Pipeline(benchmark::State& state, const std::string& request) {
  const std::string bytes = Repeat(request, kPipelineDepth);
  RequestParser parser;
  int64_t requests = 0;
  for (auto _ : state) requests += ParseAll(parser, bytes);
  state.SetItemsProcessed(requests);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}

void BM_ParseGet(benchmark::State& state) { Pipeline(state, Request({"GET", "key:000000012345"})); }
BENCHMARK(BM_ParseGet);

void BM_ParseSet(benchmark::State& state) {
  Pipeline(state, Request({"SET", "key:000000012345",
                           std::string(static_cast<size_t>(state.range(0)), 'x')}));
}
BENCHMARK(BM_ParseSet)->Arg(64)->Arg(4096);

void BM_ParseManyArguments(benchmark::State& state) {
  std::string request = "*201\r\n$4\r\nMSET\r\n";
  for (int i = 0; i < 100; ++i) request += "$6\r\nkey:01\r\n$8\r\nabcdefgh\r\n";
  Pipeline(state, request);
}
BENCHMARK(BM_ParseManyArguments);

void BM_ParseInPackets(benchmark::State& state) {
  const std::string bytes = Repeat(Request({"SET", "key:000000012345", std::string(64, 'x')}), 64);
  const auto packet = static_cast<size_t>(state.range(0));
  const ParserLimits limits;
  int64_t requests = 0;
  for (auto _ : state) {
    RequestParser parser;
    size_t done = 0;
    for (size_t arrived = packet; done < bytes.size(); arrived += packet) {
      Bytes rest = Bytes(bytes).substr(done, std::min(arrived, bytes.size()) - done);
      while (parser.Parse(rest, limits) == RequestParser::Outcome::kRequest) {
        rest.remove_prefix(parser.consumed());
        done += parser.consumed();
        ++requests;
      }
    }
  }
  state.SetItemsProcessed(requests);
}
BENCHMARK(BM_ParseInPackets)->Arg(100)->Arg(1448);

}  // namespace
}  // namespace veddb
