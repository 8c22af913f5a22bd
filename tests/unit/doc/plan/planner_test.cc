// SPDX-License-Identifier: BSD-3-Clause
// Which plan wins, and what it costs to run: 2,000 documents `{_id: i, a: i % 10, b: i, c: "t" + i
// % 3, tags: [i % 7, i % 5], n: i % 2 ? null : i}`.
#include <gtest/gtest.h>

#include "doc/exec/plan_run.h"
#include "tests/unit/doc/support/model_store.h"

namespace veddb::doc {
namespace {

constexpr int kDocuments = 2000;

struct Query {
  Bytes filter;
  Bytes sort = "";
  Bytes projection = "";
  uint64_t limit = 0;
  Bytes hint = "";
  PlanOutput output = PlanOutput::kDocuments;
};

// "a_1 backward covered sort:groups", or "collection"; of a union "a_1 | b_1".
std::string Name(const Plan& plan) {
  std::string text = plan.is_empty ? "empty" : plan.is_collection_scan() ? "collection" : "";
  if (!plan.is_empty) {
    for (const IndexScan& scan : plan.scans) {
      text += (text.empty() ? "" : " | ") + scan.index->spec->name;
      if (scan.backward) text += " backward";
      if (scan.merged_fields > 0) text += " merged";
    }
  }
  if (plan.covered) text += " covered";
  if (plan.sort == SortWork::kGroups) text += " sort:groups";
  if (plan.sort == SortWork::kAll) text += " sort";
  if (!plan.residual.empty()) text += " filter";
  return text;
}

class Planner : public testing::Test {
 protected:
  Planner() {
    store_.AddIndex(R"({"a":1,"b":1})");
    store_.AddIndex(R"({"b":-1})");
    store_.AddIndex(R"({"c":1})");
    store_.AddIndex(R"({"tags":1})");
    store_.AddIndex(R"({"n":1})", "", false, true);
    store_.AddIndex(R"({"u":1})", R"({"a":{"$gte":8}})");
    for (int i = 0; i < kDocuments; ++i) {
      const std::string n = std::to_string(i);
      std::string doc = "{\"_id\":" + n + ",\"a\":" + std::to_string(i % 10) + ",\"b\":" + n +
                        ",\"c\":\"t" + std::to_string(i % 3) + "\",\"tags\":[" +
                        std::to_string(i % 7) + "," + std::to_string(i % 5) +
                        "],\"u\":" + std::to_string(i % 50);
      if (i % 2 == 0) doc += ",\"n\":" + n;
      EXPECT_TRUE(store_.Insert(doc + "}"));
    }
    indexes_ = store_.Indexes();
  }

  struct Ran {
    std::string name;
    RunCounts counts;
    std::string error;
  };

  Ran Run(const Query& query) {
    const doc::Filter filter = Filter::ParseJson(query.filter).TakeValue();
    SortSpec sort;
    if (!query.sort.empty()) sort = SortSpec::ParseJson(query.sort).TakeValue();
    Projection projection;
    if (!query.projection.empty()) {
      projection = Projection::ParseJson(query.projection).TakeValue();
    }
    PlanRequest request{.filter = &filter,
                        .sort = &sort,
                        .projection = query.projection.empty() ? nullptr : &projection,
                        .output = query.output,
                        .limit = query.limit,
                        .documents = kDocuments};
    for (const PlanIndex& index : indexes_) {
      if (index.spec->name == query.hint) request.hint = &index;
    }
    const Result<PlanChoice> choice = ChoosePlan(request, indexes_);
    if (!choice.ok()) return {.error = choice.error().message};
    PlanRun run(request, choice->winner, store_, 1);
    while (run.Next().TakeValue() != nullptr) {
    }
    return {.name = Name(choice->winner), .counts = run.counts()};
  }

  std::string Chosen(const Query& query) {
    Ran ran = Run(query);
    return ran.error.empty() ? ran.name : ran.error;
  }

  ModelStore store_;
  std::vector<PlanIndex> indexes_;
};

TEST_F(Planner, TakesTheIndexThatNarrowsMost) {
  EXPECT_EQ(Chosen({R"({"a":3,"b":103})"}), "a_1_b_1");
  EXPECT_EQ(Chosen({R"({"b":103})"}), "b_-1");
  EXPECT_EQ(Chosen({R"({"c":"t1","b":{"$gt":1990}})"}), "b_-1 filter");
  EXPECT_EQ(Chosen({R"({"_id":{"$gte":10,"$lt":20}})"}), "_id_");
  EXPECT_EQ(Chosen({R"({"_id":{"$in":[5,7]}})"}), "_id_");
  EXPECT_EQ(Chosen({R"({"x":1})"}), "collection filter");
  // Most documents are met: going to each of them by its id would take longer.
  EXPECT_EQ(Chosen({R"({"b":{"$gt":5}})"}), "collection filter");
  EXPECT_EQ(Chosen({R"({})"}), "collection");
  EXPECT_EQ(Chosen({R"({"b":{"$gt":9,"$lt":2}})"}), "empty");
}

TEST_F(Planner, UnitesIndexesForOr) {
  EXPECT_EQ(Chosen({R"({"$or":[{"b":7},{"a":3,"b":13}]})"}), "b_-1 filter");
  EXPECT_EQ(Chosen({R"({"$or":[{"b":7},{"_id":9}]})"}), "b_-1 | _id_ filter");
  EXPECT_EQ(Chosen({R"({"$or":[{"b":7},{"x":1}]})"}), "collection filter");
}

TEST_F(Planner, SortsByAnIndex) {
  EXPECT_EQ(Chosen({.filter = "{}", .sort = R"({"b":-1})", .limit = 5}), "b_-1");
  EXPECT_EQ(Chosen({.filter = "{}", .sort = R"({"b":1})", .limit = 5}),
            "b_-1 backward sort:groups");
  EXPECT_EQ(Chosen({.filter = R"({"a":4})", .sort = R"({"b":1})", .limit = 5}), "a_1_b_1");
  EXPECT_EQ(Chosen({.filter = "{}", .sort = R"({"a":1,"c":1})", .limit = 5}),
            "a_1_b_1 sort:groups");
  EXPECT_EQ(Chosen({.filter = R"({"a":{"$in":[2,4]}})", .sort = R"({"b":1})", .limit = 5}),
            "a_1_b_1 merged");
  EXPECT_EQ(Chosen({.filter = "{}", .sort = R"({"_id":-1})", .limit = 5}), "_id_ backward");
  // The order of an array's keys is not that of documents.
  EXPECT_EQ(Chosen({.filter = "{}", .sort = R"({"tags":1})", .limit = 5}), "collection sort");
}

TEST_F(Planner, ReadsKeysOnly) {
  EXPECT_EQ(Chosen({.filter = R"({"a":3})", .projection = R"({"b":1,"_id":0})"}),
            "a_1_b_1 covered");
  EXPECT_EQ(Chosen({.filter = R"({"a":3})", .projection = R"({"b":1})"}), "a_1_b_1 covered");
  EXPECT_EQ(Chosen({.filter = R"({"a":3,"b":{"$mod":[2,1]}})", .projection = R"({"b":1})"}),
            "a_1_b_1 covered filter");
  EXPECT_EQ(Run({.filter = R"({"a":3})", .projection = R"({"b":1})"}).counts.documents, 0U);
  const Ran counted = Run({.filter = R"({"a":3})", .output = PlanOutput::kCount});
  EXPECT_EQ(counted.name, "a_1_b_1");
  EXPECT_EQ(counted.counts.documents, 0U);
  EXPECT_EQ(counted.counts.matched, kDocuments / 10U);
}

TEST_F(Planner, UsesSparseAndPartialIndexesWhereTheyHaveAllThatMatches) {
  EXPECT_EQ(Chosen({R"({"n":{"$gte":1990}})"}), "n_1");
  EXPECT_EQ(Chosen({R"({"n":null})"}), "collection filter");
  EXPECT_EQ(Chosen({R"({"u":8})"}), "collection filter");
  EXPECT_EQ(Chosen({R"({"u":8,"a":8})"}), "u_1 filter");
  EXPECT_EQ(Chosen({R"({"u":8,"a":{"$gt":8}})"}), "u_1 filter");
  EXPECT_EQ(Chosen({.filter = R"({"u":8,"a":{"$gt":5}})", .hint = "u_1"}),
            "HINT: the index 'u_1' does not have all documents that the filter may match");
}

TEST_F(Planner, ObeysAHint) {
  EXPECT_EQ(Chosen({.filter = R"({"b":103})", .hint = "c_1"}), "c_1 filter");
  EXPECT_EQ(Chosen({.filter = R"({"b":103})", .hint = "_id_"}), "_id_ filter");
  EXPECT_EQ(Chosen({.filter = R"({"b":103})", .sort = R"({"a":1})", .hint = "b_-1"}), "b_-1 sort");
}

TEST_F(Planner, LooksAtNoKeyTooMany) {
  struct Row {
    Query query;
    uint64_t keys;
    uint64_t documents;
  };
  const Row rows[] = {
      {{.filter = R"({"b":103})"}, 1, 1},
      {{.filter = R"({"a":3,"b":{"$lt":50}})"}, 5, 5},
      {{.filter = R"({"a":3,"b":103})"}, 1, 1},
      {{.filter = "{}", .sort = R"({"b":-1})", .limit = 5}, 5, 5},
      {{.filter = "{}", .sort = R"({"_id":-1})", .limit = 5}, 5, 5},
      // The key behind each value's last tells that there are no more, but for the last value.
      {{.filter = R"({"a":{"$in":[3,5]},"b":{"$lt":30}})"}, 7, 6},
      {{.filter = R"({"a":{"$in":[2,4]}})", .sort = R"({"b":1})", .limit = 4}, 5, 4},
  };
  for (const Row& row : rows) {
    const Ran ran = Run(row.query);
    ASSERT_EQ(ran.counts.scans.size(), 1U) << ran.name;
    EXPECT_EQ(ran.counts.scans[0].keys, row.keys) << row.query.filter << " " << ran.name;
    EXPECT_EQ(ran.counts.documents, row.documents) << row.query.filter << " " << ran.name;
  }
}

// Values in front of which nothing is asked are gone through by leaps.
TEST_F(Planner, LeapsOverValuesNobodyAsksFor) {
  const Ran ran = Run({.filter = R"({"b":{"$gte":1000,"$lt":1005}})", .hint = "a_1_b_1"});
  EXPECT_EQ(ran.name, "a_1_b_1");
  EXPECT_EQ(ran.counts.matched, 5U);
  EXPECT_LE(ran.counts.scans[0].keys, 40U);
}

}  // namespace
}  // namespace veddb::doc
