// SPDX-License-Identifier: BSD-3-Clause
// Whatever the plan, the answer is that of a scan: random documents, indexes and queries; every
// plan that is considered is run, not only the one that wins. VEDDB_PLAN_QUERIES says how many
// queries, VEDDB_TEST_SEED replays a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "doc/exec/plan_run.h"
#include "tests/unit/doc/support/model_store.h"
#include "tests/unit/doc/support/random_query.h"
#include "tests/unit/doc/support/random_value.h"
#include "tests/unit/doc/support/scan_answer.h"

namespace veddb::doc {
namespace {

constexpr size_t kQueriesAtEachStore = 40;
constexpr int64_t kDocuments = 60;

size_t QueryCount() {
  const char* text = std::getenv("VEDDB_PLAN_QUERIES");
  return text == nullptr ? 10'000 : std::strtoull(text, nullptr, 10);
}

std::string PlanText(const Plan& plan) {
  std::string text = plan.is_collection_scan() ? "collection" : plan.is_empty ? "empty" : "";
  for (const IndexScan& scan : plan.scans) {
    text += " " + scan.index->spec->name + (scan.backward ? " backward" : "") + " merged " +
            std::to_string(scan.merged_fields) + " multikey " +
            std::to_string(scan.index->multikey);
    for (const IntervalSet& set : scan.bounds) {
      text += " {";
      for (const Interval& one : set.intervals()) text += IntervalText(one) + " ";
      text += "}";
    }
  }
  return text + " residual " + std::to_string(plan.residual.size()) + " sort " +
         std::to_string(static_cast<int>(plan.sort)) + " group_end " +
         std::to_string(plan.group_end) + (plan.covered ? " covered" : "") +
         (plan.fetches ? " fetches" : "");
}

class RandomPlans : public testing::Test {
 protected:
  static void Fill(RandomQueries& random, ModelStore* store) {
    static constexpr std::array kArrays = {"", "", "a", "d", "ad", "abcd"};
    random.set_array_fields(kArrays[random.Below(kArrays.size())]);
    for (uint64_t i = 1 + random.Below(4); i > 0; --i) {
      const RandomIndex index = random.Index();
      store->AddIndex(index.keys, index.partial, index.unique, index.sparse);
    }
    for (int64_t id = 0; id < kDocuments; ++id) store->Insert(random.Document(id));
  }

  static AskedQuery Ask(RandomQueries& random) {
    AskedQuery asked{
        .filter = random.Filter(2), .sort = random.Sort(), .projection = random.Projection()};
    if (random.Chance(4)) asked.skip = random.Below(4);
    if (random.Chance(2)) asked.limit = 1 + random.Below(6);
    if (random.Chance(4)) asked.output = PlanOutput::kIds;
    if (random.Chance(6)) asked.output = PlanOutput::kCount;
    return asked;
  }

  void RunPlan(ModelStore& store, const PlanRequest& request, const Plan& plan,
               const ParsedQuery& parsed, const AskedQuery& asked, const Lines& expected) {
    SCOPED_TRACE("plan" + PlanText(plan));
    ++plans_;
    if (plan.covered) ++covered_;
    if (plan.sort == SortWork::kGroups) ++groups_;
    if (plan.scans.size() > 1) ++unions_;
    if (!plan.scans.empty() && plan.scans[0].merged_fields > 0) ++merges_;
    PlanRun run(request, plan, store, 1);
    Lines got;
    for (;;) {
      const Result<const FoundDocument*> next = run.Next();
      ASSERT_TRUE(next.ok()) << next.error().message;
      if (*next == nullptr) break;
      got.push_back(
          LineOf((*next)->ordered_id, (*next)->stored, (*next)->array_index, parsed, asked));
      if (got.size() % 3 == 2 && !run.Rest().TakeValue()) break;
    }
    if (!got.empty()) ++answered_;
    EXPECT_EQ(Difference(expected, std::move(got), asked), "");
  }

  void RunAll(ModelStore& store, const std::vector<PlanIndex>& indexes, const AskedQuery& asked) {
    const ParsedQuery parsed(asked);
    const std::optional<Lines> expected = ScanAnswer(store.documents(), parsed, asked);
    if (!expected) return;
    PlanRequest request{.filter = &parsed.filter,
                        .sort = &parsed.sort,
                        .projection = asked.projection.empty() ? nullptr : &parsed.projection,
                        .output = asked.output,
                        .skip = asked.skip,
                        .limit = asked.limit,
                        .documents = store.documents().size()};
    const PlanChoice choice = ChoosePlan(request, indexes).TakeValue();
    RunPlan(store, request, choice.winner, parsed, asked, *expected);
    for (const Plan& plan : choice.rejected) {
      RunPlan(store, request, plan, parsed, asked, *expected);
    }
    for (const PlanIndex& index : indexes) {
      request.hint = &index;
      const Result<PlanChoice> hinted = ChoosePlan(request, indexes);
      if (!hinted.ok()) {
        EXPECT_TRUE(index.spec->sparse || index.spec->partial) << hinted.error().message;
        continue;
      }
      RunPlan(store, request, hinted->winner, parsed, asked, *expected);
    }
  }

  size_t plans_ = 0;
  size_t answered_ = 0;
  size_t covered_ = 0;
  size_t groups_ = 0;
  size_t unions_ = 0;
  size_t merges_ = 0;
};

TEST_F(RandomPlans, GiveTheAnswerOfAScan) {
  const uint64_t seed = TestSeed();
  const size_t count = QueryCount();
  for (size_t done = 0; done < count && !HasFailure(); done += kQueriesAtEachStore) {
    RandomQueries random(seed + done);
    ModelStore store;
    Fill(random, &store);
    const std::vector<PlanIndex> indexes = store.Indexes();
    for (size_t i = 0; i < kQueriesAtEachStore && !HasFailure(); ++i) {
      const AskedQuery asked = Ask(random);
      SCOPED_TRACE("seed " + std::to_string(seed) + " " + asked.Text());
      RunAll(store, indexes, asked);
    }
  }
  std::printf(
      "seed %lu: %zu plans, %zu with an answer, %zu covered, %zu sorted in groups, %zu unions, "
      "%zu merged\n",
      seed, plans_, answered_, covered_, groups_, unions_, merges_);
  // Every kind of plan was among them.
  EXPECT_GT(covered_, 0U);
  EXPECT_GT(groups_, 0U);
  EXPECT_GT(unions_, 0U);
  EXPECT_GT(merges_, 0U);
}

}  // namespace
}  // namespace veddb::doc
