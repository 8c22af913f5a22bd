// SPDX-License-Identifier: BSD-3-Clause
// The order of documents under sort specifications, by table and against a plain comparison.
#include "doc/query/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "doc/query/top_k.h"
#include "doc/value/compare.h"
#include "doc/value/multikey.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

struct Case {
  const char* spec;
  std::vector<const char*> docs;  // in the order expected
};

const std::vector<Case> kCases = {
    {R"({"a":1})", {R"({"_id":3,"a":1})", R"({"_id":2,"a":2})", R"({"_id":1,"a":3})"}},
    {R"({"a":-1})", {R"({"_id":1,"a":3})", R"({"_id":2,"a":2})", R"({"_id":3,"a":1})"}},
    {R"({"a":-1.0})", {R"({"_id":1,"a":3})", R"({"_id":2,"a":2.5})"}},
    {R"({"a":1})", {R"({"_id":1,"a":5})", R"({"_id":2,"a":5.0})", R"({"_id":3,"a":5})"}},
    {R"({"a":-1})", {R"({"_id":1,"a":5})", R"({"_id":2,"a":5})"}},
    {R"({"a":1})",
     {R"({"_id":9,"a":{"$minKey":1}})", R"({"_id":8,"a":[]})", R"({"_id":6})",
      R"({"_id":7,"a":null})", R"({"_id":5,"a":1})", R"({"_id":4,"a":"x"})", R"({"_id":3,"a":{}})",
      R"({"_id":2,"a":{"$maxKey":1}})"}},
    {R"({"a":-1})",
     {R"({"_id":1,"a":0})", R"({"_id":2})", R"({"_id":3,"a":null})", R"({"_id":0,"a":[]})"}},
    {R"({"a":1})", {R"({"_id":2,"a":[5,1]})", R"({"_id":1,"a":2})", R"({"_id":0,"a":[3,9]})"}},
    {R"({"a":-1})", {R"({"_id":0,"a":[3,9]})", R"({"_id":2,"a":[5,1]})", R"({"_id":1,"a":2})"}},
    {R"({"a":1})", {R"({"_id":2,"a":[[9]]})", R"({"_id":1,"a":[[10]]})"}},
    {R"({"a.b":1})",
     {R"({"_id":1,"a":5})", R"({"_id":2,"a":{"c":1}})", R"({"_id":9,"a":{"b":1}})",
      R"({"_id":8,"a":[{"b":2},{"b":7}]})", R"({"_id":7,"a":{"b":3}})"}},
    {R"({"a.b":1})", {R"({"_id":2,"a":[{"b":5},{"c":1}]})", R"({"_id":1,"a":{"b":1}})"}},
    {R"({"a.b":-1})", {R"({"_id":2,"a":[{"b":5},{"c":1}]})", R"({"_id":1,"a":{"b":1}})"}},
    {R"({"a":1,"b":-1})",
     {R"({"_id":1,"a":1,"b":2})", R"({"_id":0,"a":1,"b":1})", R"({"_id":2,"a":2,"b":9})"}},
    {R"({"b":-1,"a":1})",
     {R"({"_id":2,"a":2,"b":9})", R"({"_id":1,"a":1,"b":2})", R"({"_id":0,"a":1,"b":1})"}},
    // Both paths take the same element: (1, 9) sorts before (2, 0), (1, 9) after (1, 5).
    {R"({"a.b":1,"a.c":1})",
     {R"({"_id":2,"a":{"b":1,"c":5}})", R"({"_id":1,"a":[{"b":2,"c":0},{"b":1,"c":9}]})",
      R"({"_id":0,"a":{"b":2,"c":0}})"}},
    {R"({"a":1,"b":1})", {R"({"_id":2,"a":[1,2],"b":1})", R"({"_id":1,"a":[1,2],"b":2})"}},
    {R"({"a.0":1})", {R"({"_id":2,"a":[1,9]})", R"({"_id":1,"a":[2,0]})"}},
    {R"({"a.1.b":-1})", {R"({"_id":2,"a":[0,{"b":3}]})", R"({"_id":1,"a":[0,{"b":2}]})"}},
    {R"({"_id":-1})", {R"({"_id":3})", R"({"_id":2})", R"({"_id":1})"}},
    {R"({"_id":1})", {R"({"_id":1})", R"({"_id":"a"})", R"({"_id":{"x":1}})"}},
    {R"({"a":1})", {R"({"_id":1,"a":"A"})", R"({"_id":2,"a":"B"})", R"({"_id":0,"a":"a"})"}},
    {R"({"a":-1})", {R"({"_id":1,"a":"ab"})", R"({"_id":2,"a":"a"})", R"({"_id":0,"a":""})"}},
    {R"({"a":1})", {R"({"_id":2,"a":false})", R"({"_id":1,"a":true})"}},
    {R"({"a":1})",
     {R"({"_id":2,"a":{"$numberDecimal":"0.1"}})", R"({"_id":1,"a":0.1})", R"({"_id":0,"a":0.5})"}},
};

TEST(SortSpec, KeysFollowTheSpecification) {
  for (const Case& row : kCases) {
    const Result<SortSpec> spec = SortSpec::ParseJson(row.spec);
    ASSERT_TRUE(spec.ok()) << row.spec << ": " << spec.error().message;
    std::string last;
    const char* last_doc = "";
    for (const char* text : row.docs) {
      const std::string doc = *ParseDocument(text);
      std::string key;
      ASSERT_TRUE(spec->AppendKey(DocView(doc), &key).ok()) << text;
      EXPECT_LT(last, key) << row.spec << ": " << last_doc << " before " << text;
      last = key;
      last_doc = text;
    }
  }
}

TEST(SortSpec, WhatIsWrongIsRefused) {
  constexpr const char* kWrong[] = {
      R"({"a":0})",   R"({"a":2})",    R"({"a":true})", R"({"a":"1"})",
      R"({"a":1.5})", R"({"a":null})", R"({"":1})",     R"({"a.":1})",
      R"({".a":1})",  R"({"$a":1})",   R"({"a.$":1})",  R"({"a":{"$meta":"textScore"}})",
      R"({"a":[1]})",
  };
  for (const char* text : kWrong) {
    const Result<SortSpec> spec = SortSpec::ParseJson(text);
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_EQ(spec.error().code, ErrorCode::kBadQuery) << text;
  }
  std::string many = "{";
  for (int i = 0; i < 32; ++i) many += "\"f" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(SortSpec::ParseJson(many.substr(0, many.size() - 1) + "}").ok());
  EXPECT_FALSE(SortSpec::ParseJson(many + "\"last\":1}").ok());
  EXPECT_TRUE(SortSpec::ParseJson("{}")->empty());
}

TEST(SortSpec, ParallelArraysAreAnError) {
  const SortSpec spec = *SortSpec::ParseJson(R"({"a":1,"b":1})");
  const std::string doc = *ParseDocument(R"({"_id":1,"a":[1],"b":[2]})");
  std::string key;
  const Status status = spec.AppendKey(DocView(doc), &key);
  ASSERT_FALSE(status.ok());
}

TEST(SortSpec, AgreesWithAPlainComparisonOnRandomDocuments) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  const SortSpec spec = *SortSpec::ParseJson(R"({"x":-1,"y":1})");
  struct Row {
    std::string x, y, key;
  };
  std::vector<Row> rows;
  for (int i = 0; i < 400; ++i) {
    Row row{random.Number(), random.Number(), {}};
    std::string doc;
    DocBuilder builder(&doc);
    builder.Int32("_id", 0);
    builder.Append("x", TaggedView(row.x));
    builder.Append("y", TaggedView(row.y));
    builder.Finish();
    ASSERT_TRUE(spec.AppendKey(DocView(doc), &row.key).ok());
    rows.push_back(row);
  }
  for (const Row& a : rows) {
    for (const Row& b : rows) {
      int order = CompareValues(TaggedView(b.x), TaggedView(a.x));
      if (order == 0) order = CompareValues(TaggedView(a.y), TaggedView(b.y));
      ASSERT_EQ(order < 0, a.key < b.key) << "seed " << seed;
      ASSERT_EQ(order == 0, a.key == b.key) << "seed " << seed;
    }
  }
}

struct KeysCase {
  const char* doc;
  std::vector<const char*> paths;
  const char* keys;
};

TEST(ForEachKey, GivesAKeyForEveryElement) {
  const std::vector<KeysCase> cases = {
      {R"({"a":1})", {"a"}, "(1)"},
      {R"({})", {"a"}, "(-)"},
      {R"({"a":[1,2]})", {"a"}, "(1)(2)"},
      {R"({"a":[]})", {"a"}, R"(({"$undefined":true}))"},
      {R"({"a":[]})", {"a.b"}, "(-)"},
      {R"({"a":[[1,2],3]})", {"a"}, "([1,2])(3)"},
      {R"({"a":[{"b":1},{"b":[2,3]},4]})", {"a.b"}, "(1)(2)(3)(-)"},
      {R"({"a":[{"b":1,"c":2},{"b":3}]})", {"a.b", "a.c"}, "(1,2)(3,-)"},
      {R"({"a":[{"b":1},{"b":2}],"d":5})", {"d", "a.b"}, "(5,1)(5,2)"},
      {R"({"a":[{"b":[1,2]},{"b":3}]})",
       {"a.b", "a"},
       R"((1,{"b":[1,2]})(2,{"b":[1,2]})(3,{"b":3}))"},
      {R"({"a":[5,6]})", {"a.1"}, "(6)"},
      {R"({"a":[5,6]})", {"a.2"}, "(-)(-)"},
      {R"({"a":[{"0":7},{"0":8}]})", {"a.0"}, "(7)(8)"},
      {R"({"a":[5,{"b":6}]})", {"a.1.b"}, "(6)"},
      {R"({"a":[1],"b":[2]})", {"a", "b"}, "error"},
      {R"({"a":[1],"b":[]})", {"a", "b"}, "error"},
  };
  for (const KeysCase& row : cases) {
    const std::string doc = *ParseDocument(row.doc);
    std::vector<FieldPath> paths;
    for (const char* path : row.paths) paths.emplace_back(path);
    std::string keys;
    const Status status = ForEachKey(DocView(doc), paths, [&](std::span<const ValueView> key) {
      keys += '(';
      for (size_t i = 0; i < key.size(); ++i) {
        keys += i == 0 ? "" : ",";
        keys += key[i].missing() ? "-" : JsonText(key[i]);
      }
      keys += ')';
    });
    EXPECT_EQ(status.ok() ? keys : "error", row.keys) << row.doc;
  }
}

TEST(TopK, KeepsTheLeastInOrder) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 dice(seed);
  for (const size_t k : {1u, 2u, 7u, 100u, 1000u}) {
    TopK<int> top(k);
    std::vector<std::string> all;
    for (int i = 0; i < 500; ++i) {
      all.push_back(std::to_string(dice() % 10'000));
      const size_t before = top.size();
      EXPECT_EQ(top.Push(all.back(), i).has_value(), before == k) << "one comes in, one goes";
    }
    const std::vector<std::string> given = all;
    std::sort(all.begin(), all.end());
    const auto kept = top.TakeSorted();
    ASSERT_EQ(kept.size(), std::min<size_t>(k, 500));
    for (size_t i = 0; i < kept.size(); ++i) {
      ASSERT_EQ(kept[i].key, all[i]) << "seed " << seed;
      ASSERT_EQ(given[static_cast<size_t>(kept[i].payload)], all[i]) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace veddb::doc
