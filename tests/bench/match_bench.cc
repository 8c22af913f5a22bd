// SPDX-License-Identifier: BSD-3-Clause
// What a filter costs a document in a scan, and what parsing the filter costs. Every benchmark
// checks that the filter matches some documents and not all: one that matched none would be fast.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "doc/match/filter.h"
#include "doc/value/document.h"
#include "doc/value/extjson.h"
#include "tests/bench/bench_documents.h"

namespace veddb::doc {
namespace {

constexpr uint32_t kDocuments = 10'000;

const char* const kFilters[] = {
    R"({"age":33})",
    R"({"age":{"$gte":30,"$lt":40}})",
    R"({"address.city":"City 7"})",
    R"({"tags":"tag3"})",
    R"({"tags":{"$in":["tag1","tag2"]},"active":true})",
    R"({"$or":[{"age":{"$lt":5}},{"visits":{"$gt":90000}}]})",
    R"({"name":{"$regex":"7$"}})",
};

std::vector<std::string> People() {
  std::vector<std::string> people;
  people.reserve(kDocuments);
  for (uint32_t i = 0; i < kDocuments; ++i) {
    people.push_back(ParseDocument(PersonJson(i)).TakeValue());
  }
  return people;
}

void BM_Match(benchmark::State& state) {
  const std::vector<std::string> people = People();
  const char* text = kFilters[state.range(0)];
  const Filter filter = Filter::ParseJson(text).TakeValue();
  Matcher matcher(&filter);
  int64_t matched = 0;
  for (auto _ : state) {
    for (const std::string& person : people) matched += matcher.Matches(DocView(Bytes(person)));
  }
  const int64_t seen = state.iterations() * kDocuments;
  if (matcher.error() || matched == 0 || matched == seen) state.SkipWithError("no useful filter");
  state.SetItemsProcessed(seen);
  state.SetLabel(text);
}
BENCHMARK(BM_Match)->DenseRange(0, std::size(kFilters) - 1)->Unit(benchmark::kMillisecond);

void BM_ParseFilter(benchmark::State& state) {
  const char* text = kFilters[state.range(0)];
  for (auto _ : state) {
    auto filter = Filter::ParseJson(text);
    if (!filter.ok()) {
      state.SkipWithError(filter.error().message.c_str());
      return;
    }
    benchmark::DoNotOptimize(&filter->root());
  }
  state.SetLabel(text);
}
BENCHMARK(BM_ParseFilter)->DenseRange(0, std::size(kFilters) - 1);

}  // namespace
}  // namespace veddb::doc
