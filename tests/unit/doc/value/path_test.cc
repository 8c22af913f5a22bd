// SPDX-License-Identifier: BSD-3-Clause
// How dotted paths run through documents, by table: every value visited, in order.
#include "doc/value/path.h"

#include <gtest/gtest.h>

#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

struct Case {
  const char* path;
  LeafArrays leaf;
  const char* doc;
  const char* visited;  // "value@place in the outermost array"; "-" is a missing value
};

constexpr LeafArrays kOpen = LeafArrays::kOpen;
constexpr LeafArrays kClosed = LeafArrays::kClosed;

constexpr Case kCases[] = {
    {"a", kOpen, R"({"a":5})", "5 "},
    {"a", kOpen, R"({})", "- "},
    {"a", kOpen, R"({"a":[5,6]})", "5@0 6@1 [5,6] "},
    {"a", kClosed, R"({"a":[5,6]})", "[5,6] "},
    {"a", kOpen, R"({"a":[]})", "[] "},
    {"a", kOpen, R"({"a":[[1]]})", "[1]@0 [[1]] "},
    {"a.b", kOpen, R"({"a":{"b":5}})", "5 "},
    {"a.b", kOpen, R"({"a":5})", "- "},
    {"a.b", kOpen, R"({"a":{"b":[5,6]}})", "5@0 6@1 [5,6] "},
    {"a.b", kOpen, R"({"a":[{"b":5},3,{},{"b":[9,11]},{"b":7}]})",
     "5@0 -@2 9@3 11@3 [9,11]@3 7@4 "},
    {"a.b", kClosed, R"({"a":[{"b":5},3,{},{"b":[9,11]},{"b":7}]})", "5@0 -@2 [9,11]@3 7@4 "},
    {"a.b", kOpen, R"({"a":[[{"b":5}]]})", ""},
    {"a.b", kOpen, R"({"a":[]})", ""},
    {"a.1", kOpen, R"({"a":[5,7,3]})", "7@1 "},
    {"a.1", kOpen, R"({"a":[5,[2,4],3]})", "[2,4]@1 "},
    {"a.1", kOpen, R"({"a":[5,{"1":4},3]})", "4@1 {\"1\":4}@1 "},
    {"a.1.b", kOpen, R"({"a":[5,{"b":4},3]})", "-@1 4@1 "},
    {"a.1.b", kOpen, R"({"a":[5,[{"b":4}],3]})", "4@1 "},
    {"a.b.1", kOpen, R"({"a":[{"b":[4,5]}]})", "5@0 "},
    {"a.1.0", kOpen, R"({"a":[5,[6,7]]})", "6@1 "},
    {"a.01", kOpen, R"({"a":[5,6]})", ""},
    {"", kOpen, R"({"":1,"a":2})", "1 "},
    {"a..b", kOpen, R"({"a":{"":{"b":1}}})", "1 "},
};

TEST(VisitPath, SeesTheValuesInOrder) {
  for (const Case& row : kCases) {
    const std::string doc = *ParseDocument(row.doc);
    std::string visited;
    VisitPath(DocView(doc), FieldPath(row.path), row.leaf, [&](ValueView value, uint32_t index) {
      visited += value.missing() ? "-" : JsonText(value);
      if (index != kNoArrayIndex) visited += "@" + std::to_string(index);
      visited += ' ';
      return false;
    });
    EXPECT_EQ(visited, row.visited) << row.path << " in " << row.doc;
  }
}

TEST(VisitPath, StopsWhenTheVisitorHasEnough) {
  const std::string doc = *ParseDocument(R"({"a":[1,2,3]})");
  int calls = 0;
  EXPECT_TRUE(VisitPath(DocView(doc), FieldPath("a"), kOpen,
                        [&](ValueView value, uint32_t) { return ++calls, value.Int32() == 2; }));
  EXPECT_EQ(calls, 2);
}

TEST(FieldPath, PlacesAreCanonicalNumbers) {
  EXPECT_EQ(ArrayIndexOf("0"), 0);
  EXPECT_EQ(ArrayIndexOf("999999999"), 999'999'999);
  for (const char* text : {"", "00", "01", "-1", "+1", "1a", "1.0", "9999999999999"}) {
    EXPECT_EQ(ArrayIndexOf(text), FieldPath::kNotNumeric) << text;
  }
  const FieldPath path("a.0.b");
  EXPECT_EQ(path.size(), 3u);
  EXPECT_EQ(path.index(1), 0);
  EXPECT_FALSE(path.HasEmptyPart());
  EXPECT_TRUE(FieldPath("a.").HasEmptyPart());
}

}  // namespace
}  // namespace veddb::doc
