// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/update/update_cases.h"

namespace veddb::doc {
namespace {

TEST(UpdateFields, SetAndUnset) {
  constexpr UpdateCase kCases[] = {
      {R"({"_id":1})", R"({"$set":{"a":1}})", R"({"_id":1,"a":1})"},
      {R"({"a":1,"b":2,"c":3})", R"({"$set":{"b":"x"}})", R"({"a":1,"b":"x","c":3})"},
      {R"({"a":1})", R"({"$set":{"a":1}})", nullptr},
      {R"({"a":1})", R"({"$set":{"a":1.0}})", R"({"a":1.0})"},
      {R"({"a":1})", R"({"$set":{}})", nullptr},
      {R"({"a":1})", R"({})", nullptr},
      // New fields come in order of their names, numbers by value and first.
      {R"({"z":0})", R"({"$set":{"c":1,"a":2,"b":3}})", R"({"z":0,"a":2,"b":3,"c":1})"},
      {R"({})", R"({"$set":{"x.b":1,"x.10":2,"x.9":3}})", R"({"x":{"9":3,"10":2,"b":1}})"},
      {R"({})", R"({"$set":{"a.b.c":1}})", R"({"a":{"b":{"c":1}}})"},
      {R"({"a":{"x":1}})", R"({"$set":{"a.y":2}})", R"({"a":{"x":1,"y":2}})"},
      {R"({"a":{}})", R"({"$set":{"a.0":2}})", R"({"a":{"0":2}})"},
      {R"({"a":[1,2,3]})", R"({"$set":{"a.1":"x"}})", R"({"a":[1,"x",3]})"},
      {R"({"a":[1]})", R"({"$set":{"a.3":4}})", R"({"a":[1,null,null,4]})"},
      {R"({"a":[]})", R"({"$set":{"a.0":4}})", R"({"a":[4]})"},
      {R"({"a":[1]})", R"({"$set":{"a.3":4,"a.2":3}})", R"({"a":[1,null,3,4]})"},
      {R"({"a":[{"b":1},{"b":2}]})", R"({"$set":{"a.1.b":9,"a.0.c":8}})",
       R"({"a":[{"b":1,"c":8},{"b":9}]})"},
      {R"({"a":[[1,2],[3]]})", R"({"$set":{"a.1.0":9}})", R"({"a":[[1,2],[9]]})"},
      {R"({"a":[1]})", R"({"$set":{"a.1.b":2}})", R"({"a":[1,{"b":2}]})"},
      {R"({"_id":1,"a":2})", R"({"$set":{"_id":1,"a":3}})", R"({"_id":1,"a":3})"},
      // Names inside of values are free.
      {R"({})", R"({"$set":{"a":{"$x":1,"b.c":2}}})", R"({"a":{"$x":1,"b.c":2}})"},
      {R"({"a":null})", R"({"$set":{"a":{"b":1}}})", R"({"a":{"b":1}})"},
      {R"({"a":1,"b":2})", R"({"$unset":{"a":""}})", R"({"b":2})"},
      {R"({"a":1})", R"({"$unset":{"b":""}})", nullptr},
      {R"({"a":{"b":1}})", R"({"$unset":{"a.b":1}})", R"({"a":{}})"},
      {R"({"a":1})", R"({"$unset":{"a.b":1}})", nullptr},
      {R"({"a":null})", R"({"$unset":{"a.b":1}})", nullptr},
      {R"({})", R"({"$unset":{"a.b.c":1}})", nullptr},
      {R"({"a":[1,2,3]})", R"({"$unset":{"a.1":1}})", R"({"a":[1,null,3]})"},
      {R"({"a":[1,2,3]})", R"({"$unset":{"a.7":1}})", nullptr},
      {R"({"a":[1,2,3]})", R"({"$unset":{"a.x":1}})", nullptr},
      {R"({"a":[{"b":1}]})", R"({"$unset":{"a.0.b":1}})", R"({"a":[{}]})"},
      {R"({"a":1,"b":2})", R"({"$set":{"b":3},"$unset":{"a":1}})", R"({"b":3})"},
      // The manual's $set example.
      {R"({"_id":100,"quantity":250,"instock":true,"reorder":false,
          "details":{"model":"14QQ","make":"Clothes Corp"},"tags":["apparel","clothing"],
          "ratings":[{"by":"Customer007","rating":4}]})",
       R"({"$set":{"quantity":500,"details":{"model":"2600","make":"Fashionaires"},
          "tags":["coats","outerwear","clothing"]}})",
       R"({"_id":100,"quantity":500,"instock":true,"reorder":false,
          "details":{"model":"2600","make":"Fashionaires"},"tags":["coats","outerwear","clothing"],
          "ratings":[{"by":"Customer007","rating":4}]})"},
      {R"({"_id":100,"details":{"model":"2600","make":"Fashionaires"},
          "tags":["coats","outerwear","clothing"],"ratings":[{"by":"Customer007","rating":4}]})",
       R"({"$set":{"details.make":"Kustom Kidz","tags.1":"rain gear","ratings.0.rating":2}})",
       R"({"_id":100,"details":{"model":"2600","make":"Kustom Kidz"},
          "tags":["coats","rain gear","clothing"],"ratings":[{"by":"Customer007","rating":2}]})"},
  };
  ExpectUpdates(kCases);
}

TEST(UpdateFields, SetOnInsert) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":1})", R"({"$setOnInsert":{"b":2}})", nullptr},
      {R"({"a":1})", R"({"$setOnInsert":{"a.b":2}})", nullptr},
      {R"({"a":1})", R"({"$setOnInsert":{"b":2},"$set":{"c":3}})", R"({"a":1,"b":2,"c":3})",
       nullptr, nullptr, true},
      {R"({})", R"({"$setOnInsert":{"b.c":2}})", R"({"b":{"c":2}})", nullptr, nullptr, true},
  };
  ExpectUpdates(kCases);
}

TEST(UpdateFields, Rename) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":1,"b":2})", R"({"$rename":{"a":"c"}})", R"({"b":2,"c":1})"},
      {R"({"a":1,"b":2,"z":3})", R"({"$rename":{"a":"b"}})", R"({"b":1,"z":3})"},
      {R"({"b":2})", R"({"$rename":{"a":"c"}})", nullptr},
      {R"({"name":{"first":"G","last":"W"}})", R"({"$rename":{"name.first":"name.fname"}})",
       R"({"name":{"last":"W","fname":"G"}})"},
      {R"({"name":{"first":"G"}})", R"({"$rename":{"name.first":"contact.fname"}})",
       R"({"name":{},"contact":{"fname":"G"}})"},
      {R"({"a":{"b":[1,2]}})", R"({"$rename":{"a.b":"c"}})", R"({"a":{},"c":[1,2]})"},
      {R"({"nmae":"x","mobile":"1"})", R"({"$rename":{"nmae":"name","mobile":"cell"}})",
       R"({"cell":"1","name":"x"})"},
      {R"({"a":5})", R"({"$rename":{"b":"a.c"}})", nullptr},
      {R"({"a":5})", R"({"$rename":{"a.b":"c"}})", nullptr},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"a":1})", R"({"$rename":{"a":1}})", "$rename of 'a': the new name has to be a string"},
      {R"({"a":1})", R"({"$rename":{"a":"a"}})", "the new name is the old one"},
      {R"({"a":[{"b":1}]})", R"({"$rename":{"a.0.b":"c"}})", "may not lead into an array"},
      {R"({"a":1,"c":[1]})", R"({"$rename":{"a":"c.0"}})", "may not lead into an array"},
      {R"({"a":1})", R"({"$rename":{"a.$[]":"c"}})", "positional"},
      {R"({"a":1})", R"({"$rename":{"a":"b.$"}})", "positional"},
      {R"({"a":1})", R"({"$rename":{"a":"a.b"}})", "conflict at 'a'"},
      {R"({"a":1,"b":2})", R"({"$rename":{"a":"c","b":"c"}})", "conflict"},
      {R"({"a":1,"b":2})", R"({"$rename":{"a":"b.c"}})", "can't create the field 'c' in 'b'"},
      {R"({"a":1})", R"({"$rename":{"a":""}})", "is empty"},
      {R"({"_id":1,"a":1})", R"({"$rename":{"_id":"b"}})", "'_id'"},
      {R"({"_id":1,"a":2})", R"({"$rename":{"a":"_id"}})", "'_id'"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateFields, CurrentDate) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":1})", R"({"$currentDate":{"d":true}})",
       R"({"a":1,"d":{"$date":"2024-01-02T03:04:05.678Z"}})"},
      {R"({"d":1})", R"({"$currentDate":{"d":{"$type":"date"}}})",
       R"({"d":{"$date":"2024-01-02T03:04:05.678Z"}})"},
      {R"({})", R"({"$currentDate":{"a.t":{"$type":"timestamp"}}})",
       R"({"a":{"t":{"$timestamp":{"t":1704164645,"i":679}}}})"},
      {R"({})", R"({"$currentDate":{"d":false}})", R"({"d":{"$date":"2024-01-02T03:04:05.678Z"}})"},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {"{}", R"({"$currentDate":{"d":1}})", "$currentDate of 'd'"},
      {"{}", R"({"$currentDate":{"d":{"$type":"time"}}})", "is an option"},
      {"{}", R"({"$currentDate":{"d":{"$type":"date","x":1}}})", "is an option"},
      {"{}", R"({"$currentDate":{"d":{}}})", "is an option"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateFields, WhatMayNotBe) {
  constexpr RefusedUpdate kRefused[] = {
      {"{}", R"({"$sat":{"a":1}})", "unknown update operator '$sat'"},
      {"{}", R"({"a":1})", "unknown update operator 'a'"},
      {"{}", R"({"$set":1})", "$set: it takes an object of paths, not of type int"},
      {"{}", R"({"$set":{"":1}})", "is empty"},
      {"{}", R"({"$set":{"a..b":1}})", "is empty"},
      {"{}", R"({"$set":{"a.":1}})", "is empty"},
      {"{}", R"({"$set":{"$a":1}})", "begins with '$'"},
      {"{}", R"({"$set":{"a.$b":1}})", "begins with '$'"},
      {"{}", R"({"$set":{"$":1}})", "may not begin with a positional part"},
      {"{}", R"({"$set":{"$[]":1}})", "may not begin with a positional part"},
      {R"({"a":5})", R"({"$set":{"a.b":1}})",
       "$set of 'a.b': can't create the field 'b' in 'a', which is of type int"},
      {R"({"a":null})", R"({"$set":{"a.b":1}})", "of type null"},
      {R"({"x":{"a":"s"}})", R"({"$set":{"x.a.b.c":1}})", "'b' in 'x.a', which is of type string"},
      {R"({"a":[1]})", R"({"$set":{"a.b":1}})", "'b' in 'a', which is of type array"},
      {R"({"a":[1]})", R"({"$set":{"a.0.b":1}})", "'b' in 'a.0', which is of type int"},
      {R"({"a":[1]})", R"({"$set":{"a.1600000":1}})", "more than 1500000 behind the end"},
      {"{}", R"({"$set":{"a":1,"a.b":2}})", "conflict at 'a'"},
      {"{}", R"({"$set":{"a.b":1,"a":2}})", "conflict at 'a'"},
      {"{}", R"({"$set":{"a":1},"$inc":{"a":2}})", "$inc of 'a': the path would create a conflict"},
      {"{}", R"({"$set":{"a.b":1},"$unset":{"a.b.c":2}})", "conflict at 'a.b'"},
      {R"({"_id":1})", R"({"$set":{"_id":2}})", "'_id'"},
      {R"({"_id":1})", R"({"$set":{"_id":1.0}})", "'_id'"},
      {R"({"_id":1})", R"({"$inc":{"_id":1}})", "'_id'"},
      {R"({"_id":1})", R"({"$unset":{"_id":1}})", "'_id'"},
      {R"({"_id":{"a":1}})", R"({"$set":{"_id.a":2}})", "'_id'"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateFields, SizeAndDepthOfTheResultAreBounded) {
  const std::string before = ParseDocument(R"({"a":{"b":{}}})").TakeValue();
  const auto apply = [&before](const char* json, const ParseLimits& limits) {
    std::string after;
    const Update update = Update::ParseJson(json).TakeValue();
    const Status status =
        update.Apply({.document = DocView(before)}, kNoArrayIndex, limits, &after);
    return status.ok() ? std::string("OK") : status.error().Wire();
  };
  EXPECT_EQ(apply(R"({"$set":{"a.b.c":{}}})", {.depth_max = 4}), "OK");
  EXPECT_NE(apply(R"({"$set":{"a.b.c":{}}})", {.depth_max = 3}).find("TOOLARGE"),
            std::string::npos);
  EXPECT_NE(apply(R"({"$set":{"x":"0123456789"}})", {.size_max = 38}).find("TOOLARGE"),
            std::string::npos);
}

}  // namespace
}  // namespace veddb::doc
