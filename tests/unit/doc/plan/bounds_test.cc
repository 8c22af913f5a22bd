// SPDX-License-Identifier: BSD-3-Clause
// Filter and index give bounds: a table. `multikey` names the fields (by number) that have been
// arrays. Where several sets of bounds are sound, all stand there, one behind the other. A star
// behind a set: the bounds prove the whole filter.
#include <gtest/gtest.h>

#include <algorithm>

#include "doc/plan/bounds.h"

namespace veddb::doc {
namespace {

struct Row {
  Bytes keys;
  uint32_t multikey;
  Bytes filter;
  Bytes bounds;
};

std::string TextOf(const IndexBounds& bounds) {
  std::string text;
  for (const IntervalSet& set : bounds.fields) {
    if (!text.empty()) text += " / ";
    if (set.empty()) text += "nothing";
    for (const Interval& one : set.intervals()) {
      if (&one != &set.intervals().front()) text += " ";
      text += IntervalText(one);
    }
  }
  const bool whole =
      std::all_of(bounds.proved.begin(), bounds.proved.end(), [](bool proved) { return proved; });
  return whole ? text + " *" : text;
}

std::string BoundsText(Bytes keys, uint32_t multikey, Bytes json) {
  IndexSpec spec;
  spec.fields = ParseIndexKeys(keys).TakeValue();
  PlanIndex index;
  index.spec = &spec;
  index.multikey = multikey;
  Result<Filter> filter = Filter::ParseJson(json);
  if (!filter.ok()) return filter.error().message;
  std::vector<Condition> conditions;
  for (const MatchNode* node : Conjuncts(*filter)) conditions.push_back(NormalForm(*node));
  std::string text;
  for (const IndexBounds& bounds : BoundsOf(conditions, index)) {
    if (!text.empty()) text += " | ";
    text += TextOf(bounds);
  }
  return text;
}

constexpr Bytes kA = R"({"a":1})";
constexpr Bytes kAB = R"({"a":1,"b":1})";
constexpr Bytes kAx = R"({"a.x":1})";
constexpr Bytes kAxAy = R"({"a.x":1,"a.y":1})";
constexpr Bytes kAzxAzy = R"({"a.z.x":1,"a.z.y":1})";

const Row kRows[] = {
    {kA, 0, R"({})", R"([MinKey, MaxKey] *)"},
    {kA, 0, R"({"a":5})", R"([5, 5] *)"},
    {kA, 0, R"({"a":{"$eq":"x"}})", R"(["x", "x"] *)"},
    {kA, 0, R"({"a":{"$gt":5}})", R"((5, Infinity] *)"},
    {kA, 0, R"({"a":{"$gte":5}})", R"([5, Infinity] *)"},
    {kA, 0, R"({"a":{"$lt":5}})", R"([-Infinity, 5) *)"},
    {kA, 0, R"({"a":{"$lte":5}})", R"([-Infinity, 5] *)"},
    {kA, 0, R"({"a":{"$gt":1,"$lt":5}})", R"((1, 5) *)"},
    {kA, 0, R"({"a":{"$gt":5,"$lt":1}})", R"(nothing *)"},
    {kA, 0, R"({"a":{"$gt":"m"}})", R"(("m", {}) *)"},
    {kA, 0, R"({"a":{"$lt":"m"}})", R"(["", "m") *)"},
    {kA, 0, R"({"a":{"$gte":{"x":1}}})", R"([{"x":1}, []) *)"},
    {kA, 0, R"({"a":{"$lt":{"$date":"1970-01-01T00:00:01Z"}}})",
     R"([Date(), {"$date":"1970-01-01T00:00:01Z"}) *)"},
    {kA, 0, R"({"a":{"$gt":false}})", R"((false, true] *)"},
    {kA, 0, R"({"a":{"$gt":null}})", R"(nothing *)"},
    {kA, 0, R"({"a":{"$gte":null}})", R"([undefined, undefined] [null, null] *)"},
    {kA, 0, R"({"a":null})", R"([undefined, undefined] [null, null] *)"},
    {kA, 1, R"({"a":null})", R"([undefined, undefined] [null, null])"},
    {kA, 0, R"({"a":{"$ne":null}})", R"([MinKey, undefined) (undefined, null) (null, MaxKey] *)"},
    {kA, 1, R"({"a":{"$ne":null}})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"a":{"$gt":{"$minKey":1}}})", R"((MinKey, MaxKey] *)"},
    {kA, 1, R"({"a":{"$gt":{"$minKey":1}}})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"a":{"$lt":{"$maxKey":1}}})", R"([MinKey, MaxKey) *)"},
    {kA, 0, R"({"a":{"$gte":{"$minKey":1}}})", R"([MinKey, MaxKey] *)"},
    {kA, 0, R"({"a":{"$numberDouble":"NaN"}})", R"([NaN, NaN] *)"},
    {kA, 0, R"({"a":{"$gt":{"$numberDouble":"NaN"}}})", R"(nothing *)"},
    {kA, 0, R"({"a":{"$in":[3,1,2,1]}})", R"([1, 1] [2, 2] [3, 3] *)"},
    {kA, 0, R"({"a":{"$in":[]}})", R"(nothing *)"},
    {kA, 0, R"({"a":{"$in":["x",null]}})", R"([undefined, undefined] [null, null] ["x", "x"] *)"},
    {kA, 0, R"({"a":{"$in":[{"$regularExpression":{"pattern":"^ab","options":""}},7]}})",
     R"([7, 7] ["ab", "ac") [/^ab/, /^ab/] *)"},
    {kA, 0, R"({"a":{"$ne":5}})", R"([MinKey, 5) (5, MaxKey] *)"},
    {kA, 1, R"({"a":{"$ne":5}})", R"([MinKey, 5) (5, MaxKey])"},
    {kA, 0, R"({"a":{"$nin":[1,2]}})", R"([MinKey, 1) (1, 2) (2, MaxKey] *)"},
    {kA, 0, R"({"a":{"$not":{"$gt":5}}})", R"([MinKey, 5] (Infinity, MaxKey] *)"},
    {kA, 1, R"({"a":{"$not":{"$gt":5}}})", R"([MinKey, 5] (Infinity, MaxKey])"},
    {kA, 0, R"({"a":{"$not":{"$gt":1,"$lt":5}}})", R"([MinKey, 1] [5, MaxKey] *)"},
    {kA, 0, R"({"a":{"$not":{"$ne":5}}})", R"([5, 5] *)"},
    {kA, 1, R"({"a":{"$not":{"$ne":5}}})", R"([5, 5])"},
    {kA, 0, R"({"a":{"$not":{"$regex":"^a"}}})", R"([MinKey, "a") ["b", /^a/) (/^a/, MaxKey] *)"},
    {kA, 0, R"({"a":{"$not":{"$regex":"a"}}})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"$nor":[{"a":1},{"a":{"$gt":7}}]})", R"([MinKey, 1) (1, 7] (Infinity, MaxKey] *)"},
    {kA, 0, R"({"a":{"$exists":true}})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"a":{"$exists":false}})", R"([null, null])"},
    {kA, 0, R"({"a":{"$type":"string"}})", R"(["", {}))"},
    {kA, 0, R"({"a":{"$type":["string","symbol"]}})", R"(["", {}) *)"},
    {kA, 0, R"({"a":{"$type":"int"}})", R"([NaN, Infinity])"},
    {kA, 0, R"({"a":{"$type":"number"}})", R"([NaN, Infinity] *)"},
    {kA, 0, R"({"a":{"$type":"bool"}})", R"([false, true] *)"},
    {kA, 0, R"({"a":{"$type":"null"}})", R"([null, null])"},
    {kA, 1, R"({"a":{"$type":"array"}})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"a":{"$regex":"^abc"}})", R"(["abc", "abd") [/^abc/, /^abc/] *)"},
    {kA, 0, R"({"a":{"$regex":"^abc.*"}})", R"(["abc", "abd") [/^abc.*/, /^abc.*/])"},
    {kA, 0, R"({"a":{"$regex":"^abc*"}})", R"(["ab", "ac") [/^abc*/, /^abc*/])"},
    {kA, 0, R"({"a":{"$regex":"^abc+"}})", R"(["abc", "abd") [/^abc+/, /^abc+/])"},
    {kA, 0, R"({"a":{"$regex":"^a\\.b"}})", R"(["a.b", "a.c") [/^a\.b/, /^a\.b/] *)"},
    {kA, 0, R"({"a":{"$regex":"^a|b"}})", R"(["", {}) [/^a|b/, /^a|b/])"},
    {kA, 0, R"({"a":{"$regex":"^abc","$options":"i"}})", R"(["", {}) [/^abc/i, /^abc/i])"},
    {kA, 0, R"({"a":{"$regex":"abc"}})", R"(["", {}) [/abc/, /abc/])"},
    {kA, 0, R"({"a":{"$regex":"^äöü*"}})", R"(["äö", "äö"*] [/^äöü*/, /^äöü*/])"},
    {kA, 0, R"({"a":{"$mod":[2,1]}})", R"([NaN, Infinity])"},
    {kA, 0, R"({"a":{"$bitsAllSet":1}})", R"([NaN, Infinity] [BinData(), ObjectId()))"},
    {kA, 1, R"({"a":{"$size":0}})", R"([undefined, undefined])"},
    {kA, 1, R"({"a":{"$size":2}})", R"([MinKey, MaxKey])"},
    {kA, 1, R"({"a":[1,2]})", R"([1, 1] [[1,2], [1,2]])"},
    {kA, 1, R"({"a":[]})", R"([undefined, undefined] [[], []])"},
    {kA, 0, R"({"a":[1,2]})", R"([[1,2], [1,2]] *)"},
    {kA, 1, R"({"a":{"$gt":[1]}})", R"([MinKey, MaxKey])"},
    {kA, 1, R"({"a":{"$gt":1,"$lt":5}})", R"((1, Infinity] | [-Infinity, 5))"},
    {kA, 1, R"({"a":{"$elemMatch":{"$gt":1,"$lt":5}}})", R"((1, 5))"},
    {kA, 0, R"({"a":{"$elemMatch":{"$gt":1,"$lt":5}}})", R"(nothing)"},
    {kA, 1, R"({"a":{"$elemMatch":{"$nin":[1,2]}}})", R"([MinKey, 1) (1, 2) (2, MaxKey])"},
    {kA, 1, R"({"a":{"$all":[1,2]}})", R"([1, 1] | [2, 2])"},
    {kA, 1, R"({"a":{"$all":[[1,2]]}})", R"([1, 1] [[1,2], [1,2]])"},
    {kA, 0, R"({"a":{"$all":[]}})", R"(nothing *)"},
    {kA, 0, R"({"a":{"$gt":1},"$and":[{"a":{"$lt":5}},{"a":{"$ne":3}}]})", R"((1, 3) (3, 5) *)"},
    {kA, 0, R"({"$or":[{"a":1},{"a":{"$gt":7}}]})", R"([1, 1] (7, Infinity] *)"},
    {kA, 0, R"({"$or":[{"a":1,"b":2},{"a":3}]})", R"([1, 1] [3, 3])"},
    {kA, 0, R"({"$or":[{"a":1},{"b":2}]})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"b":1})", R"([MinKey, MaxKey])"},
    {kA, 0, R"({"$sampleRate":0.5})", R"([MinKey, MaxKey])"},
    {kAB, 0, R"({"a":1,"b":2})", R"([1, 1] / [2, 2] *)"},
    {kAB, 0, R"({"a":1,"b":{"$gt":2}})", R"([1, 1] / (2, Infinity] *)"},
    {kAB, 0, R"({"a":{"$gt":1},"b":2})", R"((1, Infinity] / [2, 2] *)"},
    {kAB, 0, R"({"b":2})", R"([MinKey, MaxKey] / [2, 2] *)"},
    {kAB, 0, R"({"a":{"$in":[1,2]},"b":{"$lte":3}})", R"([1, 1] [2, 2] / [-Infinity, 3] *)"},
    {kAB, 1, R"({"a":1,"b":2})", R"([1, 1] / [2, 2])"},
    {kAB, 3, R"({"a":1,"b":2})", R"([1, 1] / [2, 2])"},
    {kAB, 0, R"({"$or":[{"a":1,"b":2},{"a":3,"b":4}]})", R"([1, 1] [3, 3] / [2, 2] [4, 4])"},
    {kAB, 0, R"({"a":1,"c":2})", R"([1, 1] / [MinKey, MaxKey])"},
    {kAx, 0, R"({"a.x":1})", R"([1, 1] *)"},
    {kAx, 0, R"({"a":{"x":1}})", R"([MinKey, MaxKey])"},
    {kAx, 1, R"({"a":{"$elemMatch":{"x":1}}})", R"([1, 1])"},
    {kAx, 1, R"({"a":{"$elemMatch":{"x":{"$gt":1,"$lt":5}}}})",
     R"((1, Infinity] | [-Infinity, 5))"},
    {kAx, 1, R"({"a":{"$elemMatch":{"x":{"$ne":1}}}})", R"([MinKey, 1) (1, MaxKey])"},
    {kAx, 1, R"({"a":{"$not":{"$elemMatch":{"x":1}}}})", R"([MinKey, MaxKey])"},
    {kAxAy, 3, R"({"a.x":1,"a.y":2})", R"([1, 1] / [MinKey, MaxKey])"},
    {kAxAy, 1, R"({"a.x":1,"a.y":2})", R"([1, 1] / [2, 2])"},
    {kAxAy, 3, R"({"a":{"$elemMatch":{"x":1,"y":2}}})", R"([1, 1] / [2, 2])"},
    {kAxAy, 3, R"({"a":{"$elemMatch":{"x":1}},"a.y":2})", R"([1, 1] / [MinKey, MaxKey])"},
    {kAxAy, 3, R"({"a":{"$elemMatch":{"x":1,"y":2}},"a.x":7})",
     R"([1, 1] / [2, 2] | [7, 7] / [MinKey, MaxKey])"},
    {kAxAy, 3, R"({"a":{"$all":[{"$elemMatch":{"x":1,"y":2}},{"$elemMatch":{"x":3,"y":4}}]}})",
     R"([1, 1] / [2, 2] | [3, 3] / [4, 4])"},
    {kAzxAzy, 3, R"({"a":{"$elemMatch":{"z.x":1,"z.y":2}}})", R"([1, 1] / [MinKey, MaxKey])"},
    {kAzxAzy, 3, R"({"a.z":{"$elemMatch":{"x":1,"y":2}}})", R"([1, 1] / [2, 2])"},
    {kAzxAzy, 3, R"({"a":{"$elemMatch":{"z":{"$elemMatch":{"x":1,"y":2}}}}})",
     R"([1, 1] / [2, 2])"},
    {R"({"a.0":1})", 0, R"({"a.0":1})", R"([MinKey, MaxKey])"},
    {R"({"a":1,"a.x":1})", 3, R"({"a":1,"a.x":2})", R"([1, 1] / [MinKey, MaxKey])"},
    {R"({"_id":1})", 0, R"({"_id":{"$in":["k1","k2"]}})", R"(["k1", "k1"] ["k2", "k2"] *)"},
    {R"({"_id":1})", 0, R"({"_id":{"$gte":"a","$lt":"b"}})", R"(["a", "b") *)"},
};

TEST(Bounds, FollowFromFilterAndIndex) {
  for (const Row& row : kRows) {
    EXPECT_EQ(BoundsText(row.keys, row.multikey, row.filter), row.bounds)
        << row.keys << " multikey " << row.multikey << " " << row.filter;
  }
}

}  // namespace
}  // namespace veddb::doc
