// SPDX-License-Identifier: BSD-3-Clause
// What filters match, by table.
#include "doc/match/filter.h"

#include <gtest/gtest.h>

namespace veddb::doc {
namespace {

struct Case {
  const char* filter;
  const char* doc;
  bool matches;
};

void Check(const Case& row) {
  const expression::Scope scope;
  const Result<Filter> filter = Filter::ParseJson(row.filter, &scope);
  ASSERT_TRUE(filter.ok()) << row.filter << ": " << filter.error().message;
  const Result<std::string> doc = ParseDocument(row.doc);
  ASSERT_TRUE(doc.ok()) << row.doc << ": " << doc.error().message;
  Matcher matcher(&*filter);
  EXPECT_EQ(matcher.Matches(DocView(*doc)), row.matches) << row.filter << " on " << row.doc;
  EXPECT_FALSE(matcher.error().has_value()) << row.filter;
}

template <size_t N>
void CheckAll(const Case (&rows)[N]) {
  for (const Case& row : rows) Check(row);
}

TEST(Filter, Equality) {
  constexpr Case kCases[] = {
      {"{}", "{}", true},
      {"{}", R"({"a":1})", true},
      {R"({"a":1})", R"({"a":1})", true},
      {R"({"a":1})", R"({"a":2})", false},
      {R"({"a":1})", R"({"a":1.0})", true},
      {R"({"a":1})", R"({"a":{"$numberLong":"1"}})", true},
      {R"({"a":1})", R"({"a":{"$numberDecimal":"1.0"}})", true},
      {R"({"a":1})", R"({"a":"1"})", false},
      {R"({"a":1})", R"({"a":true})", false},
      {R"({"a":1})", "{}", false},
      {R"({"a":1,"b":2})", R"({"b":2,"a":1})", true},
      {R"({"a":1,"b":2})", R"({"a":1})", false},
      {R"({"a":"x"})", R"({"a":{"$symbol":"x"}})", true},
      {R"({"a":{"$eq":1}})", R"({"a":1})", true},
      {R"({"a":{"$eq":1,"$lt":0}})", R"({"a":1})", false},
      {R"({"a":{"b":1}})", R"({"a":{"b":1}})", true},
      {R"({"a":{"b":1}})", R"({"a":{"b":1.0}})", true},
      {R"({"a":{"b":1}})", R"({"a":{"b":1,"c":2}})", false},
      {R"({"a":{"b":1,"c":2}})", R"({"a":{"c":2,"b":1}})", false},
      {R"({"a":{}})", R"({"a":{}})", true},
      {R"({"a":{}})", R"({"a":{"b":1}})", false},
      {R"({"a":{"b":1,"$gt":2}})", R"({"a":{"b":1,"$gt":2}})", true},
      {R"({"a":{"$ref":"c","$id":1}})", R"({"a":{"$ref":"c","$id":1}})", true},
      {R"({"a":{"$eq":{"$gt":1}}})", R"({"a":{"$gt":1}})", true},
      {R"({"":1})", R"({"":1})", true},
      {R"({"a":{"$numberDouble":"NaN"}})", R"({"a":{"$numberDouble":"NaN"}})", true},
      {R"({"a":{"$numberDouble":"NaN"}})", R"({"a":{"$numberDecimal":"NaN"}})", true},
      {R"({"a":{"$numberDouble":"NaN"}})", R"({"a":0})", false},
      {R"({"a":0})", R"({"a":-0.0})", true},
      {R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"}})",
       R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"}})", true},
      {R"({"a":{"$date":"2020-01-01T00:00:00Z"}})",
       R"({"a":{"$date":{"$numberLong":"1577836800000"}}})", true},
      {R"({"a":{"$date":{"$numberLong":"1"}}})", R"({"a":1})", false},
      {R"({"a":{"$minKey":1}})", R"({"a":{"$minKey":1}})", true},
      {R"({"a":{"$minKey":1}})", R"({"a":null})", false},
  };
  CheckAll(kCases);
}

TEST(Filter, NullMatchesMissingAndUndefined) {
  constexpr Case kCases[] = {
      {R"({"a":null})", R"({"a":null})", true},
      {R"({"a":null})", "{}", true},
      {R"({"a":null})", R"({"a":{"$undefined":true}})", true},
      {R"({"a":null})", R"({"a":0})", false},
      {R"({"a":null})", R"({"a":[]})", false},
      {R"({"a":null})", R"({"a":[null]})", true},
      {R"({"a":null})", R"({"a":[1]})", false},
      {R"({"a.b":null})", R"({"a":1})", true},
      {R"({"a.b":null})", R"({"a":{"c":1}})", true},
      {R"({"a.b":null})", R"({"a":[]})", false},
      {R"({"a.b":null})", R"({"a":[1,2]})", false},
      {R"({"a.b":null})", R"({"a":[1,{"c":1}]})", true},
      {R"({"a.b":null})", R"({"a":[{"b":1},{"c":1}]})", true},
      {R"({"a.b":null})", R"({"a":[{"b":1}]})", false},
      {R"({"a":{"$ne":null}})", "{}", false},
      {R"({"a":{"$ne":null}})", R"({"a":1})", true},
      {R"({"a":{"$gte":null}})", "{}", true},
      {R"({"a":{"$lte":null}})", R"({"a":null})", true},
      {R"({"a":{"$gt":null}})", R"({"a":null})", false},
      {R"({"a":{"$gt":null}})", R"({"a":1})", false},
      {R"({"a":{"$in":[null]}})", "{}", true},
      {R"({"a":{"$in":[null,1]}})", R"({"a":null})", true},
      {R"({"a":{"$in":[1]}})", "{}", false},
      {R"({"a":{"$nin":[null]}})", "{}", false},
  };
  CheckAll(kCases);
}

TEST(Filter, ComparisonStaysWithinAType) {
  constexpr Case kCases[] = {
      {R"({"a":{"$gt":1}})", R"({"a":2})", true},
      {R"({"a":{"$gt":1}})", R"({"a":1})", false},
      {R"({"a":{"$gt":1}})", R"({"a":1.5})", true},
      {R"({"a":{"$gt":1}})", R"({"a":"2"})", false},
      {R"({"a":{"$gt":1}})", "{}", false},
      {R"({"a":{"$gt":1}})", R"({"a":{"$date":{"$numberLong":"5"}}})", false},
      {R"({"a":{"$gte":1}})", R"({"a":1})", true},
      {R"({"a":{"$lt":1}})", R"({"a":0})", true},
      {R"({"a":{"$lt":1}})", R"({"a":null})", false},
      {R"({"a":{"$lte":1}})", R"({"a":{"$numberDecimal":"1"}})", true},
      {R"({"a":{"$lte":0.1}})", R"({"a":{"$numberDecimal":"0.1"}})", true},
      {R"({"a":{"$gte":0.1}})", R"({"a":{"$numberDecimal":"0.1"}})", false},
      {R"({"a":{"$gt":9007199254740992}})", R"({"a":9007199254740993})", true},
      {R"({"a":{"$gt":9007199254740992.0}})", R"({"a":9007199254740993})", true},
      {R"({"a":{"$gt":1,"$lt":3}})", R"({"a":2})", true},
      {R"({"a":{"$gt":1,"$lt":3}})", R"({"a":3})", false},
      {R"({"a":{"$gt":"a"}})", R"({"a":"b"})", true},
      {R"({"a":{"$gt":"a"}})", R"({"a":"B"})", false},
      {R"({"a":{"$gt":"a"}})", R"({"a":"aa"})", true},
      {R"({"a":{"$gt":{"b":1}}})", R"({"a":{"b":2}})", true},
      {R"({"a":{"$lt":true}})", R"({"a":false})", true},
      {R"({"a":{"$gt":{"$numberDouble":"NaN"}}})", R"({"a":1})", false},
      {R"({"a":{"$gte":{"$numberDouble":"NaN"}}})", R"({"a":{"$numberDouble":"NaN"}})", true},
      {R"({"a":{"$lte":{"$numberDouble":"NaN"}}})", R"({"a":1})", false},
      {R"({"a":{"$lt":5}})", R"({"a":{"$numberDouble":"NaN"}})", false},
      {R"({"a":{"$lt":{"$numberDouble":"Infinity"}}})", R"({"a":5})", true},
      {R"({"a":{"$gt":{"$minKey":1}}})", R"({"a":1})", true},
      {R"({"a":{"$gt":{"$minKey":1}}})", "{}", true},
      {R"({"a":{"$gt":{"$minKey":1}}})", R"({"a":{"$minKey":1}})", false},
      {R"({"a":{"$gte":{"$minKey":1}}})", R"({"a":{"$minKey":1}})", true},
      {R"({"a":{"$lt":{"$minKey":1}}})", R"({"a":1})", false},
      {R"({"a":{"$lt":{"$maxKey":1}}})", R"({"a":"x"})", true},
      {R"({"a":{"$gt":{"$maxKey":1}}})", R"({"a":"x"})", false},
      {R"({"a":{"$lte":{"$maxKey":1}}})", R"({"a":{"$maxKey":1}})", true},
      {R"({"a":{"$gt":{"$timestamp":{"t":1,"i":1}}}})", R"({"a":{"$timestamp":{"t":1,"i":2}}})",
       true},
  };
  CheckAll(kCases);
}

TEST(Filter, ArraysAreEntered) {
  constexpr Case kCases[] = {
      {R"({"a":1})", R"({"a":[1,2]})", true},
      {R"({"a":3})", R"({"a":[1,2]})", false},
      {R"({"a":1})", R"({"a":[[1]]})", false},
      {R"({"a":[1,2]})", R"({"a":[1,2]})", true},
      {R"({"a":[1,2]})", R"({"a":[2,1]})", false},
      {R"({"a":[1,2]})", R"({"a":[1,2,3]})", false},
      {R"({"a":[1,2]})", R"({"a":[[1,2],3]})", true},
      {R"({"a":[]})", R"({"a":[]})", true},
      {R"({"a":[]})", R"({"a":[[]]})", true},
      {R"({"a":[]})", R"({"a":[1]})", false},
      {R"({"a":{"$gt":1}})", R"({"a":[0,5]})", true},
      {R"({"a":{"$gt":1,"$lt":3}})", R"({"a":[0,5]})", true},
      {R"({"a":{"$ne":1}})", R"({"a":[1,2]})", false},
      {R"({"a":{"$ne":3}})", R"({"a":[1,2]})", true},
      {R"({"a":{"$ne":1}})", "{}", true},
      {R"({"a":{"$nin":[1,5]}})", R"({"a":[1,2]})", false},
      {R"({"a":{"$nin":[3,5]}})", R"({"a":[1,2]})", true},
      {R"({"a":{"$gt":[1,2]}})", R"({"a":[1,3]})", true},
      {R"({"a":{"$gt":[1,2]}})", R"({"a":[1,2]})", false},
      {R"({"a":{"$gt":[1,2]}})", R"({"a":5})", false},
      {R"({"a.b":1})", R"({"a":{"b":1}})", true},
      {R"({"a.b":1})", R"({"a":[{"b":1}]})", true},
      {R"({"a.b":1})", R"({"a":[{"b":2},{"b":[3,1]}]})", true},
      {R"({"a.b":1})", R"({"a":[[{"b":1}]]})", false},
      {R"({"a.b":1})", R"({"a.b":1})", false},
      {R"({"a.b.c":1})", R"({"a":[{"b":[{"c":1}]}]})", true},
      {R"({"a.0":1})", R"({"a":[1,2]})", true},
      {R"({"a.1":1})", R"({"a":[1,2]})", false},
      {R"({"a.0":1})", R"({"a":{"0":1}})", true},
      {R"({"a.0":1})", R"({"a":[{"0":1}]})", true},
      {R"({"a.00":1})", R"({"a":[1]})", false},
      {R"({"a.1":4})", R"({"a":[5,{"1":4},3]})", true},
      {R"({"a.1":{"1":4}})", R"({"a":[5,{"1":4},3]})", true},
      {R"({"a.1":[2,4]})", R"({"a":[5,[2,4],3]})", true},
      {R"({"a.1":2})", R"({"a":[5,[2,4],3]})", false},
      {R"({"a.1.b":4})", R"({"a":[5,{"b":4},3]})", true},
      {R"({"a.1.b":4})", R"({"a":[5,[{"b":4}],3]})", true},
      {R"({"a.0.b":4})", R"({"a":[5,{"b":4},3]})", false},
      {R"({"a.1.1":4})", R"({"a":[5,[2,4]]})", true},
      {R"({"a.b.1":7})", R"({"a":[{"b":[6,7]}]})", true},
      {R"({"a":{"b":1}})", R"({"a":[{"b":1},{"b":2}]})", true},
      {R"({"a":{"$gte":{"$minKey":1}}})", R"({"a":[]})", true},
      {R"({"a.b":{"$gt":1}})", R"({"a":[{"b":0},{"b":2}]})", true},
      {R"({"a.b":{"$ne":2}})", R"({"a":[{"b":0},{"b":2}]})", false},
  };
  CheckAll(kCases);
}

TEST(Filter, InAndNin) {
  constexpr Case kCases[] = {
      {R"({"a":{"$in":[1,2]}})", R"({"a":2})", true},
      {R"({"a":{"$in":[1,2]}})", R"({"a":2.0})", true},
      {R"({"a":{"$in":[1,2]}})", R"({"a":3})", false},
      {R"({"a":{"$in":[]}})", R"({"a":3})", false},
      {R"({"a":{"$in":[]}})", "{}", false},
      {R"({"a":{"$nin":[]}})", "{}", true},
      {R"({"a":{"$in":["x",1,null,true]}})", R"({"a":"x"})", true},
      {R"({"a":{"$in":[1,2]}})", R"({"a":[5,2]})", true},
      {R"({"a":{"$in":[[1,2]]}})", R"({"a":[1,2]})", true},
      {R"({"a":{"$in":[[1,2]]}})", R"({"a":[[1,2]]})", true},
      {R"({"a":{"$in":[[1,2]]}})", R"({"a":[2,1]})", false},
      {R"({"a":{"$in":[{"b":1}]}})", R"({"a":{"b":1}})", true},
      {R"({"a":{"$in":[{"$regularExpression":{"pattern":"^x","options":""}}]}})", R"({"a":"xy"})",
       true},
      {R"({"a":{"$in":[1,{"$regularExpression":{"pattern":"^x","options":"i"}}]}})",
       R"({"a":["z","Xy"]})", true},
      {R"({"a":{"$nin":[{"$regularExpression":{"pattern":"^x","options":""}}]}})", R"({"a":"xy"})",
       false},
      {R"({"a":{"$in":[{"$regularExpression":{"pattern":"^x","options":""}}]}})",
       R"({"a":{"$regularExpression":{"pattern":"^x","options":""}}})", true},
      {R"({"a":{"$in":[{"$numberDouble":"NaN"}]}})", R"({"a":{"$numberDouble":"NaN"}})", true},
      {R"({"a":{"$in":[{"$minKey":1}]}})", R"({"a":1})", false},
  };
  CheckAll(kCases);
}

TEST(Filter, Logic) {
  constexpr Case kCases[] = {
      {R"({"$and":[{"a":1},{"b":2}]})", R"({"a":1,"b":2})", true},
      {R"({"$and":[{"a":1},{"b":2}]})", R"({"a":1})", false},
      {R"({"$and":[{}]})", "{}", true},
      {R"({"$or":[{"a":1},{"b":2}]})", R"({"b":2})", true},
      {R"({"$or":[{"a":1},{"b":2}]})", R"({"b":3})", false},
      {R"({"$or":[{"a":1},{"b":2}],"c":3})", R"({"b":2})", false},
      {R"({"$or":[{"a":1},{"b":2}],"c":3})", R"({"b":2,"c":3})", true},
      {R"({"$nor":[{"a":1},{"b":2}]})", R"({"a":2})", true},
      {R"({"$nor":[{"a":1},{"b":2}]})", R"({"b":2})", false},
      {R"({"a":{"$not":{"$gt":1}}})", R"({"a":1})", true},
      {R"({"a":{"$not":{"$gt":1}}})", R"({"a":2})", false},
      {R"({"a":{"$not":{"$gt":1}}})", "{}", true},
      {R"({"a":{"$not":{"$gt":1}}})", R"({"a":"x"})", true},
      {R"({"a":{"$not":{"$gt":1}}})", R"({"a":[0,2]})", false},
      {R"({"a":{"$not":{"$gt":1,"$lt":5}}})", R"({"a":9})", true},
      {R"({"a":{"$not":{"$not":{"$eq":1}}}})", R"({"a":1})", true},
      {R"({"a":{"$not":{"$eq":1},"$gt":0}})", R"({"a":1})", false},
      {R"({"a":{"$not":{"$regularExpression":{"pattern":"x","options":""}}}})", R"({"a":"y"})",
       true},
      {R"({"a":{"$not":{"$regex":"x"}}})", R"({"a":"x"})", false},
      {R"({"$comment":"why","a":1})", R"({"a":1})", true},
      {R"({"a":{"$eq":1,"$comment":{"any":"thing"}}})", R"({"a":2})", false},
      {R"({"$or":[{"$and":[{"a":1},{"$nor":[{"b":1}]}]},{"c":1}]})", R"({"a":1,"b":2})", true},
      {R"({"$sampleRate":1})", "{}", true},
      {R"({"$sampleRate":0})", "{}", false},
  };
  CheckAll(kCases);
}

TEST(Filter, ExistsAndType) {
  constexpr Case kCases[] = {
      {R"({"a":{"$exists":true}})", R"({"a":null})", true},
      {R"({"a":{"$exists":true}})", "{}", false},
      {R"({"a":{"$exists":false}})", "{}", true},
      {R"({"a":{"$exists":1}})", R"({"a":[]})", true},
      {R"({"a":{"$exists":0}})", R"({"a":[]})", false},
      {R"({"a":{"$exists":null}})", "{}", true},
      {R"({"a.b":{"$exists":true}})", R"({"a":[{"c":1},{"b":1}]})", true},
      {R"({"a.b":{"$exists":false}})", R"({"a":[{"c":1},{"b":1}]})", false},
      {R"({"a.b":{"$exists":false}})", R"({"a":[1]})", true},
      {R"({"a.1":{"$exists":true}})", R"({"a":[1]})", false},
      {R"({"a.0":{"$exists":true}})", R"({"a":[1]})", true},
      {R"({"a":{"$type":"string"}})", R"({"a":"x"})", true},
      {R"({"a":{"$type":2}})", R"({"a":"x"})", true},
      {R"({"a":{"$type":2.0}})", R"({"a":1})", false},
      {R"({"a":{"$type":"number"}})", R"({"a":1})", true},
      {R"({"a":{"$type":"number"}})", R"({"a":{"$numberDecimal":"1"}})", true},
      {R"({"a":{"$type":"int"}})", R"({"a":1.0})", false},
      {R"({"a":{"$type":"long"}})", R"({"a":{"$numberLong":"1"}})", true},
      {R"({"a":{"$type":["int","string"]}})", R"({"a":1})", true},
      {R"({"a":{"$type":["bool","string"]}})", R"({"a":1})", false},
      {R"({"a":{"$type":"array"}})", R"({"a":[1]})", true},
      {R"({"a":{"$type":"int"}})", R"({"a":[1]})", true},
      {R"({"a":{"$type":"array"}})", R"({"a":1})", false},
      {R"({"a":{"$type":"null"}})", R"({"a":null})", true},
      {R"({"a":{"$type":"null"}})", "{}", false},
      {R"({"a":{"$type":"undefined"}})", R"({"a":{"$undefined":true}})", true},
      {R"({"a":{"$type":-1}})", R"({"a":{"$minKey":1}})", true},
      {R"({"a":{"$type":127}})", R"({"a":{"$maxKey":1}})", true},
      {R"({"a":{"$type":"object"}})", R"({"a":{}})", true},
      {R"({"a":{"$type":"binData"}})", R"({"a":{"$binary":{"base64":"","subType":"00"}}})", true},
      {R"({"a":{"$type":"date"}})", R"({"a":{"$date":{"$numberLong":"1"}}})", true},
      {R"({"a":{"$type":"timestamp"}})", R"({"a":{"$timestamp":{"t":1,"i":1}}})", true},
      {R"({"a":{"$type":"objectId"}})", R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"}})", true},
      {R"({"a":{"$type":"javascript"}})", R"({"a":{"$code":"x"}})", true},
  };
  CheckAll(kCases);
}

TEST(Filter, Regex) {
  constexpr Case kCases[] = {
      {R"({"a":{"$regex":"^ab"}})", R"({"a":"abc"})", true},
      {R"({"a":{"$regex":"^ab"}})", R"({"a":"cab"})", false},
      {R"({"a":{"$regex":"^AB","$options":"i"}})", R"({"a":"abc"})", true},
      {R"({"a":{"$options":"i","$regex":"^AB"}})", R"({"a":"abc"})", true},
      {R"({"a":{"$regex":"^b","$options":"m"}})", R"({"a":"a\nb"})", true},
      {R"({"a":{"$regex":"^b"}})", R"({"a":"a\nb"})", false},
      {R"({"a":{"$regex":"a.b","$options":"s"}})", R"({"a":"a\nb"})", true},
      {R"({"a":{"$regex":"a.b"}})", R"({"a":"a\nb"})", false},
      {R"({"a":{"$regex":"a b # note","$options":"x"}})", R"({"a":"ab"})", true},
      {R"({"a":{"$regex":"Ä","$options":"i"}})", R"({"a":"ä"})", true},
      {R"({"a":{"$regex":"^.$"}})", R"({"a":"€"})", true},
      {R"({"a":{"$regex":"x","$options":"u"}})", R"({"a":"x"})", true},
      {R"({"a":{"$regex":"a"}})", R"({"a":["b","ca"]})", true},
      {R"({"a":{"$regex":"a"}})", R"({"a":1})", false},
      {R"({"a":{"$regex":"a"}})", "{}", false},
      {R"({"a":{"$regex":"a"}})", R"({"a":{"$symbol":"xa"}})", true},
      {R"({"a":{"$regex":""}})", R"({"a":""})", true},
      {R"({"a":{"$regularExpression":{"pattern":"^a","options":""}}})", R"({"a":"ab"})", true},
      {R"({"a":{"$regex":{"$regularExpression":{"pattern":"^A","options":"i"}}}})", R"({"a":"ab"})",
       true},
      {R"({"a":{"$regex":{"$regularExpression":{"pattern":"^A","options":""}},"$options":"i"}})",
       R"({"a":"ab"})", true},
      {R"({"a":{"$regex":"x","$options":"mi"}})",
       R"({"a":{"$regularExpression":{"pattern":"x","options":"im"}}})", true},
      {R"({"a":{"$regularExpression":{"pattern":"x","options":""}}})",
       R"({"a":{"$regularExpression":{"pattern":"x","options":"i"}}})", false},
      {R"({"a":{"$eq":{"$regularExpression":{"pattern":"x","options":""}}}})", R"({"a":"x"})",
       false},
      {R"({"a":{"$eq":{"$regularExpression":{"pattern":"x","options":""}}}})",
       R"({"a":{"$regularExpression":{"pattern":"x","options":""}}})", true},
      {R"({"a":{"$regex":"a","$ne":"ab"}})", R"({"a":"ab"})", false},
      {R"({"a":{"$regex":"(?i)AB"}})", R"({"a":"ab"})", true},
      {R"({"a":{"$regex":"a\\x00b"}})", R"({"a":"a\u0000b"})", true},
  };
  CheckAll(kCases);
}

TEST(Filter, Mod) {
  constexpr Case kCases[] = {
      {R"({"a":{"$mod":[4,0]}})", R"({"a":8})", true},
      {R"({"a":{"$mod":[4,1]}})", R"({"a":8})", false},
      {R"({"a":{"$mod":[4,-1]}})", R"({"a":-5})", true},
      {R"({"a":{"$mod":[4,3]}})", R"({"a":-5})", false},
      {R"({"a":{"$mod":[4.9,0.5]}})", R"({"a":8.7})", true},
      {R"({"a":{"$mod":[4,0]}})", R"({"a":{"$numberDecimal":"8.5"}})", true},
      {R"({"a":{"$mod":[4,0]}})", R"({"a":{"$numberDouble":"NaN"}})", false},
      {R"({"a":{"$mod":[4,0]}})", R"({"a":{"$numberDouble":"Infinity"}})", false},
      {R"({"a":{"$mod":[4,0]}})", R"({"a":1e300})", false},
      {R"({"a":{"$mod":[4,0]}})", R"({"a":"8"})", false},
      {R"({"a":{"$mod":[4,0]}})", R"({"a":[1,8]})", true},
      {R"({"a":{"$mod":[-1,0]}})", R"({"a":-9223372036854775808})", true},
      {R"({"a":{"$mod":[9223372036854775807,5]}})", R"({"a":5})", true},
  };
  CheckAll(kCases);
}

TEST(Filter, AllElemMatchSize) {
  constexpr Case kCases[] = {
      {R"({"a":{"$all":[1,2]}})", R"({"a":[2,1,3]})", true},
      {R"({"a":{"$all":[1,2]}})", R"({"a":[1]})", false},
      {R"({"a":{"$all":[1]}})", R"({"a":1})", true},
      {R"({"a":{"$all":[]}})", R"({"a":[]})", false},
      {R"({"a":{"$all":[[1,2]]}})", R"({"a":[1,2]})", true},
      {R"({"a":{"$all":[[1,2]]}})", R"({"a":[[1,2]]})", true},
      {R"({"a":{"$all":[null]}})", "{}", true},
      {R"({"a":{"$all":[{"$regularExpression":{"pattern":"^x","options":""}},"y"]}})",
       R"({"a":["xx","y"]})", true},
      {R"({"a":{"$all":[{"$elemMatch":{"b":1}},{"$elemMatch":{"b":2}}]}})",
       R"({"a":[{"b":1},{"b":2}]})", true},
      {R"({"a":{"$all":[{"$elemMatch":{"b":1,"c":1}},{"$elemMatch":{"b":2}}]}})",
       R"({"a":[{"b":1},{"b":2,"c":1}]})", false},
      {R"({"a.b":{"$all":[1,2]}})", R"({"a":[{"b":1},{"b":2}]})", true},
      {R"({"a":{"$elemMatch":{"$gt":1,"$lt":3}}})", R"({"a":[0,2,5]})", true},
      {R"({"a":{"$elemMatch":{"$gt":1,"$lt":3}}})", R"({"a":[0,5]})", false},
      {R"({"a":{"$elemMatch":{"$gt":1}}})", R"({"a":5})", false},
      {R"({"a":{"$elemMatch":{"b":1,"c":2}}})", R"({"a":[{"b":1,"c":2}]})", true},
      {R"({"a":{"$elemMatch":{"b":1,"c":2}}})", R"({"a":[{"b":1},{"c":2}]})", false},
      {R"({"a":{"$elemMatch":{"b":1}}})", R"({"a":{"b":1}})", false},
      {R"({"a":{"$elemMatch":{}}})", R"({"a":[{}]})", true},
      {R"({"a":{"$elemMatch":{}}})", R"({"a":[1]})", false},
      {R"({"a":{"$elemMatch":{"0":1}}})", R"({"a":[[1]]})", true},
      {R"({"a":{"$elemMatch":{"$elemMatch":{"$eq":1}}}})", R"({"a":[[1]]})", true},
      {R"({"a":{"$elemMatch":{"$eq":[1]}}})", R"({"a":[[1]]})", true},
      {R"({"a":{"$elemMatch":{"$eq":1}}})", R"({"a":[[1]]})", false},
      {R"({"a":{"$elemMatch":{"$or":[{"b":1},{"b":2}]}}})", R"({"a":[{"b":2}]})", true},
      {R"({"a":{"$elemMatch":{"$and":[{"b":1},{"c":1}]}}})", R"({"a":[{"b":1},{"c":1}]})", false},
      {R"({"a":{"$elemMatch":{"$not":{"$gt":1}}}})", R"({"a":[2,1]})", true},
      {R"({"a":{"$elemMatch":{"$not":{"$gt":0}}}})", R"({"a":[2,1]})", false},
      {R"({"a":{"$elemMatch":{"$nin":[1,2]}}})", R"({"a":[1,3]})", true},
      {R"({"a":{"$elemMatch":{"$ne":1}}})", R"({"a":[1]})", false},
      {R"({"a":{"$elemMatch":{"$in":[2,3]}}})", R"({"a":[1,3]})", true},
      {R"({"a":{"$elemMatch":{"$regex":"^x"}}})", R"({"a":["y","xx"]})", true},
      {R"({"a":{"$elemMatch":{"$exists":true}}})", R"({"a":[null]})", true},
      {R"({"a":{"$elemMatch":{"$type":"string"}}})", R"({"a":[1,"x"]})", true},
      {R"({"a":{"$elemMatch":{"$size":1}}})", R"({"a":[[],[1]]})", true},
      {R"({"a.b":{"$elemMatch":{"c":1}}})", R"({"a":[{"b":[{"c":1}]}]})", true},
      {R"({"a":{"$elemMatch":{"b":null}}})", R"({"a":[{"c":1}]})", true},
      {R"({"a":{"$elemMatch":{"$ref":"c","$id":1}}})", R"({"a":[{"$ref":"c","$id":1}]})", true},
      {R"({"a":{"$not":{"$elemMatch":{"$gt":1}}}})", R"({"a":[0,1]})", true},
      {R"({"a":{"$size":2}})", R"({"a":[1,2]})", true},
      {R"({"a":{"$size":2.0}})", R"({"a":[1,2,3]})", false},
      {R"({"a":{"$size":0}})", R"({"a":[]})", true},
      {R"({"a":{"$size":0}})", "{}", false},
      {R"({"a":{"$size":2}})", R"({"a":[[1,2]]})", false},
      {R"({"a.0":{"$size":2}})", R"({"a":[[1,2]]})", true},
      {R"({"a.b":{"$size":1}})", R"({"a":[{"b":[]},{"b":[1]}]})", true},
  };
  CheckAll(kCases);
}

TEST(Filter, Bits) {
  constexpr Case kCases[] = {
      {R"({"a":{"$bitsAllSet":[1,5]}})", R"({"a":54})", true},
      {R"({"a":{"$bitsAllSet":[0]}})", R"({"a":54})", false},
      {R"({"a":{"$bitsAllSet":50}})", R"({"a":54})", true},
      {R"({"a":{"$bitsAllSet":50}})", R"({"a":20})", false},
      {R"({"a":{"$bitsAllSet":50.0}})", R"({"a":54.0})", true},
      {R"({"a":{"$bitsAllSet":1}})", R"({"a":1.5})", false},
      {R"({"a":{"$bitsAllSet":1}})", R"({"a":"1"})", false},
      {R"({"a":{"$bitsAllSet":[]}})", R"({"a":0})", true},
      {R"({"a":{"$bitsAllSet":[]}})", R"({"a":"x"})", false},
      {R"({"a":{"$bitsAnySet":[]}})", R"({"a":5})", false},
      {R"({"a":{"$bitsAllClear":[0,3]}})", R"({"a":54})", true},
      {R"({"a":{"$bitsAllClear":[0,1]}})", R"({"a":54})", false},
      {R"({"a":{"$bitsAnySet":[0,1]}})", R"({"a":54})", true},
      {R"({"a":{"$bitsAnySet":[0,3]}})", R"({"a":54})", false},
      {R"({"a":{"$bitsAnyClear":[1,3]}})", R"({"a":54})", true},
      {R"({"a":{"$bitsAnyClear":[1,2]}})", R"({"a":54})", false},
      {R"({"a":{"$bitsAllSet":[200]}})", R"({"a":-1})", true},
      {R"({"a":{"$bitsAllSet":[200]}})", R"({"a":1})", false},
      {R"({"a":{"$bitsAllClear":[200]}})", R"({"a":1})", true},
      {R"({"a":{"$bitsAllSet":[63]}})", R"({"a":-9223372036854775808})", true},
      {R"({"a":{"$bitsAllSet":{"$binary":{"base64":"Ng==","subType":"00"}}}})", R"({"a":54})",
       true},
      {R"({"a":{"$bitsAllSet":[1,2]}})", R"({"a":{"$binary":{"base64":"Ng==","subType":"00"}}})",
       true},
      {R"({"a":{"$bitsAllSet":[9]}})", R"({"a":{"$binary":{"base64":"Ng==","subType":"00"}}})",
       false},
      {R"({"a":{"$bitsAllClear":[9]}})", R"({"a":{"$binary":{"base64":"Ng==","subType":"00"}}})",
       true},
      {R"({"a":{"$bitsAllSet":1}})", R"({"a":[2,3]})", true},
      {R"({"a":{"$bitsAllSet":1}})", R"({"a":{"$numberDecimal":"3"}})", true},
      {R"({"a":{"$bitsAllSet":1}})", R"({"a":1e300})", false},
  };
  CheckAll(kCases);
}

TEST(Filter, SampleRateIsARate) {
  const Result<Filter> filter = Filter::ParseJson(R"({"$sampleRate":0.25})");
  Matcher matcher(&*filter, 42);
  int matches = 0;
  for (int i = 0; i < 10'000; ++i) matches += matcher.Matches(DocView()) ? 1 : 0;
  EXPECT_NEAR(matches, 2500, 250);
}

struct IdCase {
  const char* filter;
  const char* id;  // nullptr: none
};

TEST(IdEquality, IsFoundWhereAllMustHold) {
  constexpr IdCase kCases[] = {
      {R"({"_id":1})", "1"},
      {R"({"_id":{"$eq":"x"},"a":{"$gt":1}})", "\"x\""},
      {R"({"a":1,"_id":{"a":1}})", R"({"a":1})"},
      {R"({"$and":[{"a":1},{"_id":5}]})", "5"},
      {R"({"$and":[{"$and":[{"_id":5}]},{"b":1}]})", "5"},
      {R"({"_id":{"$gt":1}})", nullptr},
      {R"({"_id":{"$in":[1]}})", nullptr},
      {R"({"_id":{"$ne":1}})", nullptr},
      {R"({"$or":[{"_id":5},{"_id":6}]})", nullptr},
      {R"({"_id":{"$regularExpression":{"pattern":"x","options":""}}})", nullptr},
      {R"({"_id.a":1})", nullptr},
      {"{}", nullptr},
  };
  for (const IdCase& row : kCases) {
    const Result<Filter> filter = Filter::ParseJson(row.filter);
    const std::optional<ValueView> id = IdEquality(*filter);
    ASSERT_EQ(id.has_value(), row.id != nullptr) << row.filter;
    if (id) {
      EXPECT_EQ(JsonText(*id), row.id) << row.filter;
    }
  }
}

struct IndexCase {
  const char* filter;
  const char* doc;
  uint32_t index;
};

TEST(Matcher, TellsWhereInTheArrayItMatched) {
  constexpr IndexCase kCases[] = {
      {R"({"a":2})", R"({"a":[1,2,3]})", 1},
      {R"({"a":{"$gt":2}})", R"({"a":[1,2,3]})", 2},
      {R"({"a":2})", R"({"a":2})", kNoArrayIndex},
      {R"({"a.b":2})", R"({"a":[{"b":1},{"b":[0,2]}]})", 1},
      {R"({"a":{"$elemMatch":{"b":2}}})", R"({"a":[{"b":1},{"b":2}]})", 1},
      {R"({"a.b":{"$elemMatch":{"$gt":5}}})", R"({"a":{"b":[1,2,9]}})", 2},
      {R"({"a":{"$in":[3]},"b":1})", R"({"a":[1,2,3],"b":1})", 2},
      {R"({"a":{"$ne":9}})", R"({"a":[1,2,3]})", kNoArrayIndex},
      {"{}", R"({"a":[1]})", kNoArrayIndex},
  };
  for (const IndexCase& row : kCases) {
    const Result<Filter> filter = Filter::ParseJson(row.filter);
    const std::string doc = *ParseDocument(row.doc);
    Matcher matcher(&*filter);
    ASSERT_TRUE(matcher.Matches(DocView(doc))) << row.filter;
    EXPECT_EQ(matcher.array_index(), row.index) << row.filter << " on " << row.doc;
  }
}

TEST(Filter, Expressions) {
  constexpr Case kCases[] = {
      {R"({"$expr":{"$gt":["$a","$b"]}})", R"({"a":2,"b":1})", true},
      {R"({"$expr":{"$gt":["$a","$b"]}})", R"({"a":1,"b":2})", false},
      {R"({"$expr":"$a"})", R"({"a":0})", false},
      {R"({"$expr":"$a"})", R"({"a":"x"})", true},
      {R"({"$expr":"$none"})", R"({"a":1})", false},
      {R"({"$expr":true,"a":1})", R"({"a":1})", true},
      {R"({"$or":[{"$expr":{"$eq":["$a",5]}},{"b":1}]})", R"({"a":5})", true},
      {R"({"$nor":[{"$expr":{"$eq":["$a",5]}}]})", R"({"a":5})", false},
      {R"({"$and":[{"$expr":{"$lt":["$a.b","$c"]}}]})", R"({"a":{"b":1},"c":2})", true},
  };
  CheckAll(kCases);
}

TEST(Filter, AnExpressionMayNameVariables) {
  expression::Variables variables(5);
  ASSERT_TRUE(variables.Let(DocView(*ParseDocument(R"({"x":7})"))).ok());
  const expression::Scope scope{.variables = &variables, .free = {}};
  const Filter filter = Filter::ParseJson(R"({"$expr":{"$eq":["$a","$$x"]}})", &scope).TakeValue();
  variables = expression::Variables();
  Matcher matcher(&filter);
  EXPECT_TRUE(matcher.Matches(DocView(*ParseDocument(R"({"a":7})"))));
  EXPECT_FALSE(matcher.Matches(DocView(*ParseDocument(R"({"a":8})"))));
}

TEST(Filter, AnExpressionThatFailsEndsTheRun) {
  for (const char* text :
       {R"({"$expr":{"$add":["$a",1]}})", R"({"$nor":[{"$expr":{"$add":["$a",1]}}]})"}) {
    const expression::Scope scope;
    const Filter filter = Filter::ParseJson(text, &scope).TakeValue();
    Matcher matcher(&filter);
    EXPECT_FALSE(matcher.Matches(DocView(*ParseDocument(R"({"a":"x"})"))));
    ASSERT_TRUE(matcher.error().has_value());
    EXPECT_EQ(matcher.error()->code, ErrorCode::kBadQuery);
  }
}

TEST(Filter, MatchesAllIsSeen) {
  EXPECT_TRUE(Filter().MatchesAll());
  EXPECT_TRUE(Filter::ParseJson(R"({"$comment":"x"})")->MatchesAll());
  EXPECT_FALSE(Filter::ParseJson(R"({"a":1})")->MatchesAll());
}

}  // namespace
}  // namespace veddb::doc
