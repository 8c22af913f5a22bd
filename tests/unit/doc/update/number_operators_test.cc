// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/update/update_cases.h"

namespace veddb::doc {
namespace {

TEST(UpdateNumbers, IncAndMul) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":1})", R"({"$inc":{"a":2}})", R"({"a":3})"},
      {R"({"a":1})", R"({"$inc":{"a":-3}})", R"({"a":-2})"},
      {R"({"a":1})", R"({"$inc":{"a":0}})", nullptr},
      {R"({})", R"({"$inc":{"a":2}})", R"({"a":2})"},
      {R"({})", R"({"$inc":{"a.b":2.5}})", R"({"a":{"b":2.5}})"},
      {R"({"a":[1,2]})", R"({"$inc":{"a.1":2}})", R"({"a":[1,4]})"},
      {R"({"a":1})", R"({"$inc":{"a":1.5}})", R"({"a":2.5})"},
      {R"({"a":1.5})", R"({"$inc":{"a":1}})", R"({"a":2.5})"},
      {R"({"a":2147483647})", R"({"$inc":{"a":1}})", R"({"a":2147483648})"},
      {R"({"a":-2147483648})", R"({"$inc":{"a":-1}})", R"({"a":-2147483649})"},
      {R"({"a":{"$numberLong":"5"}})", R"({"$inc":{"a":1}})", R"({"a":{"$numberLong":"6"}})"},
      {R"({"a":1})", R"({"$inc":{"a":{"$numberLong":"1"}}})", R"({"a":{"$numberLong":"2"}})"},
      {R"({"a":{"$numberDecimal":"0.1"}})", R"({"$inc":{"a":{"$numberDecimal":"0.2"}}})",
       R"({"a":{"$numberDecimal":"0.3"}})"},
      {R"({"a":1})", R"({"$inc":{"a":{"$numberDecimal":"1.50"}}})",
       R"({"a":{"$numberDecimal":"2.50"}})"},
      {R"({"a":{"$numberDecimal":"1"}})", R"({"$inc":{"a":0.5}})",
       R"({"a":{"$numberDecimal":"1.500000000000000"}})"},
      {R"({"a":{"$numberDecimal":"9999999999999999999999999999999999"}})",
       R"({"$inc":{"a":{"$numberDecimal":"2"}}})",
       R"({"a":{"$numberDecimal":"1.000000000000000000000000000000000E+34"}})"},
      {R"({"a":{"$numberDouble":"Infinity"}})", R"({"$inc":{"a":1}})",
       R"({"a":{"$numberDouble":"Infinity"}})"},
      {R"({"a":3})", R"({"$mul":{"a":4}})", R"({"a":12})"},
      {R"({"a":3})", R"({"$mul":{"a":1}})", nullptr},
      {R"({})", R"({"$mul":{"a":4}})", R"({"a":0})"},
      {R"({})", R"({"$mul":{"a":{"$numberLong":"4"}}})", R"({"a":{"$numberLong":"0"}})"},
      {R"({})", R"({"$mul":{"a":4.5}})", R"({"a":0.0})"},
      {R"({})", R"({"$mul":{"a":{"$numberDecimal":"2.5"}}})", R"({"a":{"$numberDecimal":"0.0"}})"},
      {R"({"a":65536})", R"({"$mul":{"a":65536}})", R"({"a":4294967296})"},
      {R"({"a":10.5})", R"({"$mul":{"a":2}})", R"({"a":21.0})"},
      {R"({"a":{"$numberDecimal":"10.99"}})", R"({"$mul":{"a":2}})",
       R"({"a":{"$numberDecimal":"21.98"}})"},
      {R"({"a":5,"b":2})", R"({"$inc":{"a":1},"$mul":{"b":5}})", R"({"a":6,"b":10})"},
      // The manual's $inc and $mul examples.
      {R"({"_id":1,"sku":"abc123","quantity":10,"metrics":{"orders":2,"ratings":3.5}})",
       R"({"$inc":{"quantity":-2,"metrics.orders":1}})",
       R"({"_id":1,"sku":"abc123","quantity":8,"metrics":{"orders":3,"ratings":3.5}})"},
      {R"({"_id":1,"item":"Hats","price":{"$numberDecimal":"10.99"},"quantity":25})",
       R"({"$mul":{"price":{"$numberDecimal":"1.25"},"quantity":2}})",
       R"({"_id":1,"item":"Hats","price":{"$numberDecimal":"13.7375"},"quantity":50})"},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"a":1})", R"({"$inc":{"a":"x"}})", "$inc of 'a': it takes a number, not of type string"},
      {R"({"a":1})", R"({"$mul":{"a":null}})", "$mul of 'a': it takes a number"},
      {R"({"_id":7,"a":"x"})", R"({"$inc":{"a":1}})",
       "the value is no number but of type string, in the document with _id 7"},
      {R"({"a":null})", R"({"$inc":{"a":1}})", "of type null"},
      {R"({"a":[1]})", R"({"$inc":{"a":1}})", "of type array"},
      {R"({"a":"x"})", R"({"$mul":{"a":1}})", "of type string"},
      {R"({"a":9223372036854775807})", R"({"$inc":{"a":1}})", "does not fit 64 bits"},
      {R"({"a":-9223372036854775808})", R"({"$inc":{"a":-1}})", "does not fit 64 bits"},
      {R"({"a":4611686018427387904})", R"({"$mul":{"a":2}})", "does not fit 64 bits"},
  };
  ExpectRefused(kRefused);
}

TEST(UpdateNumbers, MinAndMax) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":5})", R"({"$min":{"a":3}})", R"({"a":3})"},
      {R"({"a":5})", R"({"$min":{"a":7}})", nullptr},
      {R"({"a":5})", R"({"$min":{"a":5.0}})", nullptr},
      {R"({})", R"({"$min":{"a":5}})", R"({"a":5})"},
      {R"({"a":5})", R"({"$max":{"a":7}})", R"({"a":7})"},
      {R"({"a":5})", R"({"$max":{"a":3}})", nullptr},
      {R"({})", R"({"$max":{"a.b":3}})", R"({"a":{"b":3}})"},
      {R"({"a":"x"})", R"({"$min":{"a":3}})", R"({"a":3})"},
      {R"({"a":3})", R"({"$max":{"a":"x"}})", R"({"a":"x"})"},
      {R"({"a":null})", R"({"$max":{"a":-5}})", R"({"a":-5})"},
      {R"({"a":null})", R"({"$min":{"a":-5}})", nullptr},
      {R"({"a":[1,2]})", R"({"$max":{"a":[1,3]}})", R"({"a":[1,3]})"},
      {R"({"d":{"$date":"2013-10-01T05:00:00Z"}})",
       R"({"$min":{"d":{"$date":"2013-09-25T00:00:00Z"}}})",
       R"({"d":{"$date":"2013-09-25T00:00:00Z"}})"},
  };
  ExpectUpdates(kCases);
}

TEST(UpdateNumbers, Bit) {
  constexpr UpdateCase kCases[] = {
      {R"({"a":13})", R"({"$bit":{"a":{"and":10}}})", R"({"a":8})"},
      {R"({"a":3})", R"({"$bit":{"a":{"or":5}}})", R"({"a":7})"},
      {R"({"a":1})", R"({"$bit":{"a":{"xor":5}}})", R"({"a":4})"},
      {R"({"a":1})", R"({"$bit":{"a":{"xor":5,"and":6}}})", R"({"a":4})"},
      {R"({})", R"({"$bit":{"a":{"or":5}}})", R"({"a":5})"},
      {R"({})", R"({"$bit":{"a":{"and":5}}})", R"({"a":0})"},
      {R"({"a":1})", R"({"$bit":{"a":{"or":{"$numberLong":"8"}}}})",
       R"({"a":{"$numberLong":"9"}})"},
      {R"({"a":{"$numberLong":"1"}})", R"({"$bit":{"a":{"or":8}}})",
       R"({"a":{"$numberLong":"9"}})"},
      {R"({"a":-1})", R"({"$bit":{"a":{"and":255}}})", R"({"a":255})"},
      {R"({"a":8})", R"({"$bit":{"a":{"or":8}}})", nullptr},
  };
  ExpectUpdates(kCases);
  constexpr RefusedUpdate kRefused[] = {
      {R"({"a":1})", R"({"$bit":{"a":1}})", "$bit of 'a': it takes an object"},
      {R"({"a":1})", R"({"$bit":{"a":{}}})", "it takes an object"},
      {R"({"a":1})", R"({"$bit":{"a":{"nand":1}}})", "it takes an object"},
      {R"({"a":1})", R"({"$bit":{"a":{"and":1.0}}})", "it takes an object"},
      {R"({"a":1.5})", R"({"$bit":{"a":{"and":1}}})", "the value is no integer"},
      {R"({"a":"x"})", R"({"$bit":{"a":{"and":1}}})", "the value is no integer"},
  };
  ExpectRefused(kRefused);
}

}  // namespace
}  // namespace veddb::doc
