// SPDX-License-Identifier: BSD-3-Clause
// Each pass by itself, and that no pass changes what comes out.
#include "doc/pipeline/passes/passes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "../support/pipeline_context.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

Result<Pipeline> Parse(const std::string& json, std::vector<ForeignCollection>* foreign) {
  const std::string array = TRY(ParseArray(json));
  return Pipeline::Parse(DocView(array).AsValue(BsonType::kArray), {.foreign = foreign});
}

std::string Text(const Pipeline& pipeline) {
  std::string bson;
  DocBuilder builder(&bson);
  pipeline.AppendSpec("p", &builder);
  builder.Finish();
  const std::string text = JsonText(DocView(bson));
  return text.substr(5, text.size() - 6);
}

struct PassCase {
  const char* pass;
  const char* before;
  const char* after;  // nullptr: as before
};

constexpr PassCase kCases[] = {
    {"drop-useless", R"([{"$match":{}},{"$skip":0},{"$limit":1}])", R"([{"$limit":1}])"},
    {"drop-useless", R"([{"$match":{"a":1}},{"$skip":1}])", nullptr},

    {"push-match-down", R"([{"$set":{"a":1}},{"$match":{"b":1}}])",
     R"([{"$match":{"b":1}},{"$set":{"a":1}}])"},
    {"push-match-down", R"([{"$set":{"a":1}},{"$match":{"a":1}}])", nullptr},
    {"push-match-down", R"([{"$set":{"a.x":1}},{"$match":{"a.y":1}}])", nullptr},
    {"push-match-down", R"([{"$set":{"a":1}},{"$match":{"a":1,"b":2,"$and":[{"c":3},{"a":4}]}}])",
     R"([{"$match":{"$and":[{"b":2},{"c":3}]}},{"$set":{"a":1}},{"$match":{"$and":[{"a":1},{"a":4}]}}])"},
    {"push-match-down", R"([{"$set":{"a":1}},{"$match":{"$or":[{"b":1},{"a":1}]}}])", nullptr},
    {"push-match-down",
     R"([{"$project":{"a":1,"c":"$b"}},{"$match":{"a.x":1,"c":2,"_id":3,"b":4}}])",
     R"([{"$match":{"$and":[{"a.x":1},{"_id":3}]}},{"$project":{"a":1,"c":"$b"}},{"$match":{"$and":[{"c":2},{"b":4}]}}])"},
    {"push-match-down", R"([{"$project":{"a":0}},{"$match":{"b":1}}])",
     R"([{"$match":{"b":1}},{"$project":{"a":0}}])"},
    {"push-match-down", R"([{"$unset":"b"},{"$match":{"b":1}}])", nullptr},
    {"push-match-down", R"([{"$replaceWith":"$o"},{"$match":{"b":1}}])", nullptr},
    {"push-match-down", R"([{"$unwind":"$a"},{"$match":{"a":1,"b":2}}])",
     R"([{"$match":{"b":2}},{"$unwind":"$a"},{"$match":{"a":1}}])"},
    {"push-match-down", R"([{"$unwind":{"path":"$a","includeArrayIndex":"b"}},{"$match":{"b":2}}])",
     nullptr},
    {"push-match-down", R"([{"$sort":{"a":1}},{"$set":{"c":1}},{"$match":{"a":1}}])",
     R"([{"$match":{"a":1}},{"$sort":{"a":1}},{"$set":{"c":1}}])"},
    {"push-match-down",
     R"([{"$lookup":{"from":"d","localField":"a","foreignField":"b","as":"m"}},{"$match":{"a":1,"m.x":2}}])",
     R"([{"$match":{"a":1}},{"$lookup":{"from":"d","localField":"a","foreignField":"b","as":"m"}},{"$match":{"m.x":2}}])"},
    {"push-match-down", R"([{"$limit":5},{"$match":{"a":1}}])", nullptr},
    {"push-match-down", R"([{"$skip":5},{"$match":{"a":1}}])", nullptr},
    {"push-match-down", R"([{"$sample":{"size":3}},{"$match":{"a":1}}])", nullptr},
    {"push-match-down", R"([{"$group":{"_id":"$a"}},{"$match":{"_id":1}}])", nullptr},
    {"push-match-down", R"([{"$unionWith":"d"},{"$match":{"a":1}}])", nullptr},
    {"push-match-down", R"([{"$set":{"a":1}},{"$match":{"$expr":{"$lt":["$b",{"$rand":{}}]}}}])",
     nullptr},
    {"push-match-down", R"([{"$set":{"a":1}},{"$match":{"$expr":{"$eq":["$b","$c"]}}}])",
     R"([{"$match":{"$expr":{"$eq":["$b","$c"]}}},{"$set":{"a":1}}])"},

    {"merge-matches",
     R"([{"$match":{"a":1}},{"$match":{"a":2,"b":3}},{"$match":{"$and":[{"c":1}]}}])",
     R"([{"$match":{"$and":[{"a":1},{"a":2},{"b":3},{"c":1}]}}])"},
    {"merge-matches", R"([{"$match":{"a":1}},{"$limit":1},{"$match":{"a":2}}])", nullptr},

    {"pull-limit-forward", R"([{"$set":{"a":1}},{"$project":{"b":1}},{"$skip":2},{"$limit":1}])",
     R"([{"$skip":2},{"$limit":1},{"$set":{"a":1}},{"$project":{"b":1}}])"},
    {"pull-limit-forward", R"([{"$unwind":"$a"},{"$limit":1}])", nullptr},
    {"pull-limit-forward", R"([{"$redact":"$$KEEP"},{"$limit":1}])", nullptr},

    {"merge-limits", R"([{"$limit":5},{"$limit":3},{"$skip":1},{"$skip":2}])",
     R"([{"$limit":3},{"$skip":3}])"},
    {"merge-limits", R"([{"$skip":9223372036854775807},{"$skip":1}])",
     R"([{"$skip":9223372036854775807}])"},

    {"limit-into-sort", R"([{"$sort":{"a":1}},{"$limit":3}])",
     R"([{"$sort":{"sortKey":{"a":1},"limit":3}}])"},
    {"limit-into-sort", R"([{"$sort":{"a":1}},{"$skip":2},{"$limit":3}])",
     R"([{"$sort":{"sortKey":{"a":1},"limit":5}},{"$skip":2}])"},
    {"limit-into-sort", R"([{"$sort":{"a":1}},{"$match":{"a":1}},{"$limit":3}])", nullptr},
};

TEST(Passes, DoWhatTheySay) {
  for (const PassCase& one : kCases) {
    SCOPED_TRACE(std::string(one.pass) + ": " + one.before);
    std::vector<ForeignCollection> foreign;
    const auto before = Parse(one.before, &foreign);
    ASSERT_TRUE(before.ok()) << before.error().message;
    Stages stages = before->stages();
    for (const Pass& pass : Passes()) {
      if (pass.name != one.pass) continue;
      EXPECT_EQ(pass.run(stages, {}), one.after != nullptr);
    }
    EXPECT_EQ(Text(Pipeline(stages)), one.after != nullptr ? one.after : one.before);
  }
}

TEST(Passes, EachHasCases) {
  for (const Pass& pass : Passes()) {
    EXPECT_TRUE(pass.doc.ends_with('.')) << pass.name;
    EXPECT_GE(std::count_if(std::begin(kCases), std::end(kCases),
                            [&pass](const PassCase& one) { return pass.name == one.pass; }),
              2)
        << pass.name;
  }
}

TEST(Passes, AreShownInTheOrderInWhichTheyChangeSomething) {
  std::vector<ForeignCollection> foreign;
  const auto pipeline = Parse(
      R"([{"$sort":{"a":1}},{"$set":{"b":1}},{"$match":{"a":{"$gt":1}}},{"$limit":2}])", &foreign);
  std::vector<PassStep> steps;
  const Pipeline best = Optimise(*pipeline, {}, &steps);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].pass, "push-match-down");
  EXPECT_EQ(steps[1].pass, "pull-limit-forward");
  EXPECT_EQ(steps[2].pass, "limit-into-sort");
  EXPECT_EQ(
      Text(best),
      R"([{"$match":{"a":{"$gt":1}}},{"$sort":{"sortKey":{"a":1},"limit":2}},{"$set":{"b":1}}])");
}

// --- random pipelines ---

class Random {
 public:
  explicit Random(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return random_() % n; }
  template <size_t N>
  std::string OneOf(const char* const (&all)[N]) {
    return all[Below(N)];
  }
  std::string Field() { return OneOf({"a", "b", "c", "a.x", "c.y", "d"}); }
  std::string Value() {
    return OneOf({"1", "2", "3", "null", "\"s\"", "[1,2]", "[]", "{\"x\":1}", "[{\"x\":2},3]",
                  "{\"y\":[1,{\"x\":3}]}", "true"});
  }
  std::string Document(size_t id) {
    std::string text = "{\"_id\":" + std::to_string(id);
    for (const char* field : {"a", "b", "c", "d"}) {
      if (Below(4) > 0) text += ",\"" + std::string(field) + "\":" + Value();
    }
    return text + "}";
  }
  std::string Condition() {
    const std::string field = "\"" + Field() + "\":";
    switch (Below(6)) {
      case 0:
        return field + Value();
      case 1:
        return field + R"({"$gte":)" + std::to_string(Below(3)) + "}";
      case 2:
        return field + R"({"$exists":)" + (Below(2) == 0 ? "true}" : "false}");
      case 3:
        return R"("$expr":{"$ne":["$)" + Field() + R"(","$)" + Field() + R"("]})";
      case 4:
        return R"("$or":[{)" + field + R"(1},{"b":{"$ne":2}}])";
      default:
        return field + R"({"$ne":)" + Value() + "}";
    }
  }
  std::string Stage() {
    const std::string field = Field();
    const std::string number = std::to_string(1 + Below(6));
    switch (Below(14)) {
      case 0:
      case 1:
      case 2:
        return R"({"$match":{)" + Condition() + "}}";
      case 3:
        return R"({"$match":{"$and":[{)" + Condition() + "},{" + Condition() + "}]}}";
      case 4:
        return R"({"$set":{")" + field + R"(":"$)" + Field() + "\"}}";
      case 5:
        return R"({"$project":{")" + field + R"(":1,"n":"$b"}})";
      case 6:
        return R"({"$unset":")" + field + "\"}";
      case 7:
        return R"({"$sort":{")" + OneOf({"a", "b", "d"}) + R"(":)" + OneOf({"1", "-1"}) + "}}";
      case 8:
        return R"({"$limit":)" + number + "}";
      case 9:
        return R"({"$skip":)" + std::to_string(Below(3)) + "}";
      case 10:
        return R"({"$unwind":{"path":"$)" + field + R"(","preserveNullAndEmptyArrays":true}})";
      case 11:
        return R"({"$lookup":{"from":"c","localField":")" + field +
               R"(","foreignField":"b","as":"m"}})";
      case 12:
        return R"({"$group":{"_id":"$)" + field + R"(","b":{"$sum":1},"a":{"$first":"$a"}}})";
      default:
        return R"({"$replaceWith":{"$mergeObjects":["$$ROOT",{"d":"$)" + field + R"("}]}})";
    }
  }
  std::string Pipeline() {
    std::string text = "[";
    const size_t count = 1 + Below(6);
    for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + Stage();
    return text + "]";
  }

 private:
  std::mt19937 random_;
};

TEST(Passes, LeaveWhatComesOutOfRandomPipelines) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  size_t changed = 0;
  size_t compared = 0;
  for (int round = 0; round < 3000; ++round) {
    VectorContext context(round % 3 == 0 ? 20'000 : 100 << 20);
    context.has_indexes = round % 2 == 0;
    const size_t count = random.Below(20);
    for (size_t i = 0; i < count; ++i) {
      context.collections["c"].push_back(ParseDocument(random.Document(i)).TakeValue());
    }
    const std::string text = random.Pipeline();
    SCOPED_TRACE(text);
    std::vector<ForeignCollection> foreign;
    const auto pipeline = Parse(text, &foreign);
    ASSERT_TRUE(pipeline.ok()) << pipeline.error().message;
    const Pipeline best = Optimise(*pipeline, {}, nullptr);
    changed += Text(best) != Text(*pipeline) ? 1 : 0;
    const auto expected = RunAll(*pipeline, context, "c");
    if (!expected.ok()) continue;  // it may meet an error that the other does not
    ++compared;
    const auto got = RunAll(best, context, "c");
    ASSERT_TRUE(got.ok()) << Text(best) << got.error().message;
    ASSERT_EQ(*got, *expected) << Text(best);
  }
  EXPECT_GT(changed, 500U);
  EXPECT_GT(compared, 1500U);
}

}  // namespace
}  // namespace veddb::doc
