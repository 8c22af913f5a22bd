// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/update/update_cases.h"

namespace veddb::doc {
namespace {

TEST(UpdateArrays, Push) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":[1]})", R"({"$push":{"a":2}})", R"({"a":[1,2]})"},
      {R"({})", R"({"$push":{"a":2}})", R"({"a":[2]})"},
      {R"({})", R"({"$push":{"a.b":2}})", R"({"a":{"b":[2]}})"},
      {R"({"a":[1]})", R"({"$push":{"a":[2,3]}})", R"({"a":[1,[2,3]]})"},
      {R"({"a":[1]})", R"({"$push":{"a":{"$each":[2,3]}}})", R"({"a":[1,2,3]})"},
      {R"({"a":[1]})", R"({"$push":{"a":{"$each":[]}}})", nullptr},
      {R"({})", R"({"$push":{"a":{"$each":[]}}})", R"({"a":[]})"},
      {R"({"a":[1,2]})", R"({"$push":{"a":{"$each":[8,9],"$position":0}}})", R"({"a":[8,9,1,2]})"},
      {R"({"a":[1,2,3]})", R"({"$push":{"a":{"$each":[9],"$position":1}}})", R"({"a":[1,9,2,3]})"},
      {R"({"a":[1,2,3]})", R"({"$push":{"a":{"$each":[9],"$position":-1}}})", R"({"a":[1,2,9,3]})"},
      {R"({"a":[1,2,3]})", R"({"$push":{"a":{"$each":[9],"$position":-7}}})", R"({"a":[9,1,2,3]})"},
      {R"({"a":[1,2,3]})", R"({"$push":{"a":{"$each":[9],"$position":50}}})", R"({"a":[1,2,3,9]})"},
      {R"({"a":[1,2]})", R"({"$push":{"a":{"$each":[3,4],"$slice":3}}})", R"({"a":[1,2,3]})"},
      {R"({"a":[1,2]})", R"({"$push":{"a":{"$each":[3,4],"$slice":-3}}})", R"({"a":[2,3,4]})"},
      {R"({"a":[1,2]})", R"({"$push":{"a":{"$each":[3],"$slice":0}}})", R"({"a":[]})"},
      {R"({"a":[1,2,3]})", R"({"$push":{"a":{"$each":[],"$slice":-2}}})", R"({"a":[2,3]})"},
      {R"({"a":[1]})", R"({"$push":{"a":{"$each":[2],"$slice":9}}})", R"({"a":[1,2]})"},
      {R"({"a":[3,1]})", R"({"$push":{"a":{"$each":[2],"$sort":1}}})", R"({"a":[1,2,3]})"},
      {R"({"a":[3,1]})", R"({"$push":{"a":{"$each":[2],"$sort":-1}}})", R"({"a":[3,2,1]})"},
      {R"({"a":[89,70,89,50]})", R"({"$push":{"a":{"$each":[40,60],"$sort":1}}})",
       R"({"a":[40,50,60,70,89,89]})"},
      {R"({"a":[3,"x",null,1]})", R"({"$push":{"a":{"$each":[],"$sort":1}}})",
       R"({"a":[null,1,3,"x"]})"},
      {R"({"a":[{"k":2},{"k":1}]})", R"({"$push":{"a":{"$each":[{"k":0}],"$sort":{"k":1}}}})",
       R"({"a":[{"k":0},{"k":1},{"k":2}]})"},
      {R"({"a":[{"x":{"y":2},"n":1},{"n":2},{"x":{"y":2},"n":3}]})",
       R"({"$push":{"a":{"$each":[],"$sort":{"x.y":1,"n":-1}}}})",
       R"({"a":[{"n":2},{"x":{"y":2},"n":3},{"x":{"y":2},"n":1}]})"},
      // The manual: sorted, then cut.
      {R"({"_id":5,"quizzes":[{"wk":1,"score":10},{"wk":2,"score":8},{"wk":3,"score":5},
          {"wk":4,"score":6}]})",
       R"({"$push":{"quizzes":{"$each":[{"wk":5,"score":8},{"wk":6,"score":7},
          {"wk":7,"score":6}],"$sort":{"score":-1},"$slice":3}}})",
       R"({"_id":5,"quizzes":[{"wk":1,"score":10},{"wk":2,"score":8},{"wk":5,"score":8}]})"},
      {R"({"_id":1,"scores":[40,50,60]})",
       R"({"$push":{"scores":{"$each":[80,78,86],"$slice":-5}}})",
       R"({"_id":1,"scores":[50,60,80,78,86]})"},
      // Without $each there are no options.
      {R"({"a":[]})", R"({"$push":{"a":{"$slice":1}}})", R"({"a":[{"$slice":1}]})"},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"_id":3,"a":1})", R"({"$push":{"a":2}})",
       "$push of 'a': the value is no array but of type int, in the document with _id 3"},
      {R"({"a":null})", R"({"$push":{"a":2}})", "of type null"},
      {"{}", R"({"$push":{"a":{"$each":1}}})", "$each takes an array"},
      {"{}", R"({"$push":{"a":{"$each":[],"$slice":1.5}}})", "$slice takes a whole number"},
      {"{}", R"({"$push":{"a":{"$each":[],"$slice":"x"}}})", "$slice takes a whole number"},
      {"{}", R"({"$push":{"a":{"$each":[],"$position":null}}})", "$position takes a whole number"},
      {"{}", R"({"$push":{"a":{"$each":[],"$sort":2}}})", "$sort takes 1 or -1"},
      {"{}", R"({"$push":{"a":{"$each":[],"$sort":{}}}})", "$sort names no path"},
      {"{}", R"({"$push":{"a":{"$each":[],"$sort":{"a":0}}}})", "$sort takes 1 or -1"},
      {"{}", R"({"$push":{"a":{"$each":[],"$sort":{"a..b":1}}}})", "$sort"},
      {"{}", R"({"$push":{"a":{"$each":[],"$max":1}}})", "unknown '$max' beside $each"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateArrays, AddToSet) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":[1]})", R"({"$addToSet":{"a":2}})", R"({"a":[1,2]})"},
      {R"({"a":[1]})", R"({"$addToSet":{"a":1}})", nullptr},
      {R"({"a":[1]})", R"({"$addToSet":{"a":1.0}})", nullptr},
      {R"({"a":[1,1]})", R"({"$addToSet":{"a":1}})", nullptr},
      {R"({})", R"({"$addToSet":{"a":1}})", R"({"a":[1]})"},
      {R"({"a":["x"]})", R"({"$addToSet":{"a":["y","z"]}})", R"({"a":["x",["y","z"]]})"},
      {R"({"a":[1]})", R"({"$addToSet":{"a":{"$each":[1,2,2,3]}}})", R"({"a":[1,2,3]})"},
      {R"({})", R"({"$addToSet":{"a":{"$each":[2,2]}}})", R"({"a":[2]})"},
      {R"({})", R"({"$addToSet":{"a":{"$each":[]}}})", R"({"a":[]})"},
      {R"({"a":[{"x":1,"y":2}]})", R"({"$addToSet":{"a":{"x":1,"y":2}}})", nullptr},
      {R"({"a":[{"x":1,"y":2}]})", R"({"$addToSet":{"a":{"y":2,"x":1}}})",
       R"({"a":[{"x":1,"y":2},{"y":2,"x":1}]})"},
      {R"({"_id":2,"item":"cable","tags":["electronics","supplies"]})",
       R"({"$addToSet":{"tags":{"$each":["camera","electronics","accessories"]}}})",
       R"({"_id":2,"item":"cable","tags":["electronics","supplies","camera","accessories"]})"},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"a":1})", R"({"$addToSet":{"a":2}})", "$addToSet of 'a': the value is no array"},
      {"{}", R"({"$addToSet":{"a":{"$each":1}}})", "$each takes an array"},
      {"{}", R"({"$addToSet":{"a":{"$each":[],"$slice":1}}})", "nothing may stand beside $each"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateArrays, PopPullPullAll) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":[1,2,3]})", R"({"$pop":{"a":1}})", R"({"a":[1,2]})"},
      {R"({"a":[1,2,3]})", R"({"$pop":{"a":-1}})", R"({"a":[2,3]})"},
      {R"({"a":[1]})", R"({"$pop":{"a":1.0}})", R"({"a":[]})"},
      {R"({"a":[]})", R"({"$pop":{"a":1}})", nullptr},
      {R"({})", R"({"$pop":{"a":1}})", nullptr},
      {R"({"a":1})", R"({"$pop":{"a.b":1}})", nullptr},
      {R"({"a":[1,2,1,3]})", R"({"$pull":{"a":1}})", R"({"a":[2,3]})"},
      {R"({"a":[1,2]})", R"({"$pull":{"a":5}})", nullptr},
      {R"({"a":[1,1]})", R"({"$pull":{"a":1.0}})", R"({"a":[]})"},
      {R"({})", R"({"$pull":{"a":1}})", nullptr},
      {R"({"a":5})", R"({"$pull":{"a.b":1}})", nullptr},
      {R"({"a":[1,null,2]})", R"({"$pull":{"a":null}})", R"({"a":[1,2]})"},
      {R"({"a":[1,5,8,3]})", R"({"$pull":{"a":{"$gte":4}}})", R"({"a":[1,3]})"},
      {R"({"a":[1,5,8,3]})", R"({"$pull":{"a":{"$gte":4,"$lt":8}}})", R"({"a":[1,8,3]})"},
      {R"({"a":["apple","kiwi","orange"]})", R"({"$pull":{"a":{"$in":["apple","orange"]}}})",
       R"({"a":["kiwi"]})"},
      {R"({"a":[1,2,3]})", R"({"$pull":{"a":{"$ne":2}}})", R"({"a":[2]})"},
      {R"({"a":["abc","xbc"]})",
       R"({"$pull":{"a":{"$regularExpression":{"pattern":"^a","options":""}}}})",
       R"({"a":["xbc"]})"},
      {R"({"a":[[1,2],[3]]})", R"({"$pull":{"a":[1,2]}})", R"({"a":[[3]]})"},
      {R"({"a":[{"b":1,"c":1},{"b":2},7]})", R"({"$pull":{"a":{"b":1}}})", R"({"a":[{"b":2},7]})"},
      {R"({"_id":1,"results":[{"item":"A","score":5},{"item":"B","score":8}]})",
       R"({"$pull":{"results":{"score":8,"item":"B"}}})",
       R"({"_id":1,"results":[{"item":"A","score":5}]})"},
      {R"({"_id":1,"results":[
          {"item":"A","answers":[{"q":1,"a":4},{"q":2,"a":6}]},
          {"item":"B","answers":[{"q":1,"a":8},{"q":2,"a":9}]}]})",
       R"({"$pull":{"results":{"answers":{"$elemMatch":{"q":2,"a":{"$gte":8}}}}}})",
       R"({"_id":1,"results":[{"item":"A","answers":[{"q":1,"a":4},{"q":2,"a":6}]}]})"},
      {R"({"a":[{"b":1},{"b":9}]})", R"({"$pull":{"a":{"b":{"$gt":5}}}})", R"({"a":[{"b":1}]})"},
      {R"({"a":[{"b":1},{"b":9},{"b":5}]})", R"({"$pull":{"a":{"$or":[{"b":1},{"b":5}]}}})",
       R"({"a":[{"b":9}]})"},
      {R"({"a":[1,2,1,3,2]})", R"({"$pullAll":{"a":[1,2]}})", R"({"a":[3]})"},
      {R"({"a":[1]})", R"({"$pullAll":{"a":[5]}})", nullptr},
      {R"({"a":[1]})", R"({"$pullAll":{"a":[]}})", nullptr},
      {R"({})", R"({"$pullAll":{"a":[1]}})", nullptr},
      {R"({"_id":1,"scores":[0,2,5,5,1,0]})", R"({"$pullAll":{"scores":[0,5]}})",
       R"({"_id":1,"scores":[2,1]})"},
      {R"({"a":[{"b":1,"c":2},{"b":1}]})", R"({"$pullAll":{"a":[{"b":1}]}})",
       R"({"a":[{"b":1,"c":2}]})"},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"a":1})", R"({"$pop":{"a":1}})", "$pop of 'a': the value is no array"},
      {R"({"a":[1]})", R"({"$pop":{"a":2}})", "it takes 1"},
      {R"({"a":[1]})", R"({"$pop":{"a":"x"}})", "it takes 1"},
      {R"({"a":1})", R"({"$pull":{"a":1}})", "$pull of 'a': the value is no array"},
      {R"({"a":1})", R"({"$pullAll":{"a":[1]}})", "$pullAll of 'a': the value is no array"},
      {R"({"a":[1]})", R"({"$pullAll":{"a":1}})", "it takes an array of values"},
      {R"({"a":[1]})", R"({"$pull":{"a":{"$foo":1}}})", "unknown operator $foo"},
      {R"({"a":[{"b":1}]})", R"({"$pull":{"a":{"b":{"$in":5}}}})", "$in of 'b'"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateArrays, Positional) {
  constexpr UpdateCase kCases[] = {
      {R"({"_id":1,"grades":[85,80,80]})", R"({"$set":{"grades.$":82}})",
       R"({"_id":1,"grades":[85,82,80]})", R"({"grades":80})"},
      {R"({"g":[{"grade":80,"std":8},{"grade":85,"std":5}]})", R"({"$set":{"g.$.std":6}})",
       R"({"g":[{"grade":80,"std":8},{"grade":85,"std":6}]})", R"({"g.grade":85})"},
      {R"({"g":[{"grade":80,"mean":75},{"grade":85,"mean":90}]})", R"({"$set":{"g.$.std":6}})",
       R"({"g":[{"grade":80,"mean":75},{"grade":85,"mean":90,"std":6}]})",
       R"({"g":{"$elemMatch":{"grade":{"$lte":90},"mean":{"$gt":80}}}})"},
      {R"({"a":[1,2,3]})", R"({"$unset":{"a.$":1}})", R"({"a":[1,null,3]})", R"({"a":2})"},
      {R"({"a":[1,2]})", R"({"$inc":{"a.$":5,"n":1}})", R"({"a":[1,7],"n":1})", R"({"a":2})"},
      {R"({"a":[{"x":1}]})", R"({"$set":{"a.$.y":2,"a.0.z":3}})", R"({"a":[{"x":1,"y":2,"z":3}]})",
       R"({"a.x":1})"},
      {R"({"grades":[95,92,90]})", R"({"$set":{"grades.$[]":100}})", R"({"grades":[100,100,100]})"},
      {R"({"grades":[85,82,80]})", R"({"$inc":{"grades.$[]":10}})", R"({"grades":[95,92,90]})"},
      {R"({"g":[{"std":6},{"std":8}]})", R"({"$inc":{"g.$[].std":-2}})",
       R"({"g":[{"std":4},{"std":6}]})"},
      {R"({"a":[]})", R"({"$set":{"a.$[].b":1}})", nullptr},
      {R"({"a":[[1,2],[3]]})", R"({"$inc":{"a.$[].$[]":1}})", R"({"a":[[2,3],[4]]})"},
      {R"({"a":[{"b":1},{"b":2}]})", R"({"$unset":{"a.$[].b":1}})", R"({"a":[{},{}]})"},
      {R"({"a":[1,2]})", R"({"$unset":{"a.$[]":1}})", R"({"a":[null,null]})"},
      {R"({"grades":[95,102,90]})", R"({"$set":{"grades.$[element]":100}})",
       R"({"grades":[95,100,90]})", nullptr, R"([{"element":{"$gte":100}}])"},
      {R"({"grades":[{"grade":80,"mean":75},{"grade":85,"mean":90},{"grade":87,"mean":85}]})",
       R"({"$set":{"grades.$[elem].mean":100}})",
       R"({"grades":[{"grade":80,"mean":75},{"grade":85,"mean":100},{"grade":87,"mean":100}]})",
       nullptr, R"([{"elem.grade":{"$gte":85}}])"},
      {R"({"g":[{"grade":80,"std":6},{"grade":85,"std":5},{"grade":85,"std":1}]})",
       R"({"$inc":{"g.$[elem].std":-1}})",
       R"({"g":[{"grade":80,"std":6},{"grade":85,"std":4},{"grade":85,"std":1}]})", nullptr,
       R"([{"elem.grade":{"$gte":80},"elem.std":{"$gte":5,"$lt":6}}])"},
      {R"({"g":[{"type":"quiz","q":[10,8,5]},{"type":"hw","q":[8,7]}]})",
       R"({"$inc":{"g.$[t].q.$[s]":90}})",
       R"({"g":[{"type":"quiz","q":[100,98,5]},{"type":"hw","q":[8,7]}]})", nullptr,
       R"([{"t.type":"quiz"},{"s":{"$gte":8}}])"},
      {R"({"a":[{"b":1},{"b":5}]})", R"({"$set":{"a.$[x].c":1,"a.$[y].d":2}})",
       R"({"a":[{"b":1,"d":2},{"b":5,"c":1,"d":2}]})", nullptr,
       R"([{"x.b":{"$gt":3}},{"y.b":{"$gt":0}}])"},
      {R"({"a":[1,2,3]})", R"({"$set":{"a.$[x]":0}})", nullptr, nullptr, R"([{"x":{"$gt":9}}])"},
      {R"({"a":[1,2,3]})", R"({"$set":{"a.$[x]":0}})", R"({"a":[0,2,0]})", nullptr,
       R"([{"$or":[{"x":1},{"x":3}]}])"},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"a":[1]})", R"({"$set":{"a.$":1}})", "'$' stands for nothing"},
      {R"({"a":[1],"b":1})", R"({"$set":{"a.$":1}})", "'$' stands for nothing", R"({"b":1})"},
      {R"({"a":[1]})", R"({"$set":{"a.$.b.$":1}})", "only once", R"({"a":1})"},
      {R"({"a":[1]})", R"({"$set":{"a.$":1,"a.0":2}})", "conflict", R"({"a":1})"},
      {"{}", R"({"$set":{"a.$[]":1}})", "'a' has to be there"},
      {R"({"a":5})", R"({"$set":{"a.$[]":1}})", "'a' is no array but of type int"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "there is no array filter 'x'"},
      {R"({"a":[1]})", R"({"$set":{"a.$[]":1,"a.0":1}})", "conflict at 'a'"},
      {R"({"a":[1]})", R"({"$set":{"a.$[]":1,"a.$[].b":1}})", "conflict"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "no path names 'y'", nullptr,
       R"([{"x":1},{"y":1}])"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "has two of them", nullptr,
       R"([{"x":1},{"x":2}])"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "one names both 'x' and 'y'", nullptr,
       R"([{"x":1,"y":2}])"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "one names no element", nullptr, R"([{}])"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "'X' is no name", nullptr, R"([{"X":1}])"},
      {R"({"a":[1]})", R"({"$set":{"a.$[x]":1}})", "each has to be an object", nullptr, R"([1])"},
      {R"({"a":[5]})", R"({"$set":{"a.$[x]":1,"a.$[y]":2}})", "conflict", nullptr,
       R"([{"x":5},{"y":5}])"},
  };
  ExpectRefused(kRefused);
}

}  // namespace
}  // namespace veddb::doc
