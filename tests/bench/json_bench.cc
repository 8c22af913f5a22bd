// SPDX-License-Identifier: BSD-3-Clause
// What JSON costs at the edge: text to BSON and BSON to text, a document of about 350 bytes.
#include <benchmark/benchmark.h>

#include <string>

#include "doc/value/document.h"
#include "doc/value/extjson.h"
#include "tests/bench/bench_documents.h"

namespace veddb::doc {
namespace {

void BM_JsonToBson(benchmark::State& state) {
  const std::string json = PersonJson(42);
  for (auto _ : state) {
    auto parsed = ParseDocument(json);
    if (!parsed.ok()) {
      state.SkipWithError(parsed.error().message.c_str());
      return;
    }
    benchmark::DoNotOptimize(parsed->data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(json.size()));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_JsonToBson);

void BM_BsonToJson(benchmark::State& state) {
  auto parsed = ParseDocument(PersonJson(42));
  if (!parsed.ok()) {
    state.SkipWithError(parsed.error().message.c_str());
    return;
  }
  const auto mode = state.range(0) != 0 ? JsonMode::kCanonical : JsonMode::kRelaxed;
  std::string text;
  for (auto _ : state) {
    text.clear();
    WriteJson(DocView(Bytes(*parsed)), mode, &text);
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BsonToJson)->ArgName("canonical")->Arg(0)->Arg(1);

}  // namespace
}  // namespace veddb::doc
