// SPDX-License-Identifier: BSD-3-Clause
#include "doc/index/index_keys.h"

#include <gtest/gtest.h>

#include <random>

#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/multikey.h"
#include "doc/value/ordered_key.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

IndexSpec SpecOf(Bytes keys, bool unique = false, bool sparse = false, Bytes partial = {}) {
  IndexSpec spec;
  spec.fields = ParseIndexKeys(keys).TakeValue();
  spec.name = DefaultIndexName(spec.fields);
  spec.unique = unique;
  spec.sparse = sparse;
  if (!partial.empty()) {
    spec.partial = std::make_shared<const Filter>(Filter::ParseJson(partial).TakeValue());
  }
  return spec;
}

// The values of each entry, "?" where they can't be read back; "-" for a missing one.
std::string Shown(const IndexSpec& spec, Bytes json) {
  const std::string bson = ParseDocument(json).TakeValue();
  const DocView doc(bson);
  IndexEntries made;
  const Status status = MakeIndexEntries(spec, doc, OrderedKey(doc.Find(kIdField)), &made);
  if (!status.ok()) return status.error().Wire();
  std::string out;
  for (const IndexEntry& entry : made.entries) {
    const IndexEntryView view = ParseIndexEntry(spec, entry.key, entry.value).TakeValue();
    EXPECT_EQ(view.ordered_id, OrderedKey(doc.Find(kIdField)));
    std::vector<std::string> tagged;
    if (!out.empty()) out += " ";
    if (!DecodeIndexEntry(spec, view, &tagged)) {
      out += "?";
      continue;
    }
    for (size_t i = 0; i + 1 < tagged.size(); ++i) {
      const ValueView value = TaggedView(tagged[i]);
      if (i > 0) out += ",";
      out += value.missing() ? "-" : JsonText(value);
    }
  }
  return out + (made.multikey != 0 ? " *" + std::to_string(made.multikey) : "");
}

struct Case {
  Bytes keys;
  Bytes document;
  Bytes entries;
};

constexpr Case kCases[] = {
    {R"({"a":1})", R"({"_id":1,"a":5})", "5"},
    {R"({"a":1})", R"({"_id":1,"a":5.5})", "5.5"},
    {R"({"a":1})", R"({"_id":1,"a":5.0})", "5.0"},
    {R"({"a":1})", R"({"_id":1,"a":{"$numberLong":"5"}})", "5"},
    {R"({"a":1})", R"({"_id":1,"a":-0.0})", "?"},
    {R"({"a":1})", R"({"_id":1,"a":0})", "0"},
    {R"({"a":1})", R"({"_id":1,"a":9007199254740993})", "?"},
    {R"({"a":1})", R"({"_id":1,"a":{"$numberDecimal":"1.5"}})", "?"},
    {R"({"a":-1})", R"({"_id":1,"a":-17})", "-17"},
    {R"({"a":-1})", R"({"_id":1,"a":"x\u0000y\u0001z"})", R"("x\u0000y\u0001z")"},
    {R"({"a":1})", R"({"_id":1})", "-"},
    {R"({"a":1})", R"({"_id":1,"a":null})", "null"},
    {R"({"a":1})", R"({"_id":1,"a":true})", "true"},
    {R"({"a":1})", R"({"_id":1,"a":{"$date":"1969-12-31T23:59:59.999Z"}})",
     R"({"$date":{"$numberLong":"-1"}})"},
    {R"({"a":1})", R"({"_id":1,"a":{"$oid":"507f1f77bcf86cd799439011"}})",
     R"({"$oid":"507f1f77bcf86cd799439011"})"},
    {R"({"a":1})", R"({"_id":1,"a":{"$binary":{"base64":"AQI=","subType":"80"}}})",
     R"({"$binary":{"base64":"AQI=","subType":"80"}})"},
    {R"({"a":1})", R"({"_id":1,"a":{"b":1}})", "?"},
    {R"({"a":1})", R"({"_id":1,"a":[3,1,2,1]})", "1 2 3 *1"},
    {R"({"a":1})", R"({"_id":1,"a":[]})", "? *1"},
    {R"({"a":1})", R"({"_id":1,"a":[[1,2],3]})", "3 ? *1"},
    {R"({"a":-1})", R"({"_id":1,"a":[3,1,2]})", "3 2 1 *1"},
    {R"({"a.b":1})", R"({"_id":1,"a":{"b":7}})", "7"},
    {R"({"a.b":1})", R"({"_id":1,"a":[{"b":7},{"b":8},{"c":1}]})", "- 7 8 *1"},
    {R"({"a.b":1})", R"({"_id":1,"a":5})", "-"},
    {R"({"a":1,"b":-1})", R"({"_id":1,"a":1,"b":"x"})", R"(1,"x")"},
    {R"({"a":1,"b":-1})", R"({"_id":1,"a":[1,2],"b":"x"})", R"(1,"x" 2,"x" *1)"},
    {R"({"a.b":1,"a.c":1})", R"({"_id":1,"a":[{"b":1,"c":2},{"b":3}]})", "1,2 3,- *3"},
    {R"({"a":1,"b":1})", R"({"_id":1,"a":[1,2],"b":[1]})",
     "BADQUERY parallel arrays under 'a' and 'b'"},
};

TEST(IndexKeysTest, EntriesOfDocuments) {
  for (const bool unique : {false, true}) {
    for (const Case& one : kCases) {
      EXPECT_EQ(Shown(SpecOf(one.keys, unique), one.document), one.entries)
          << one.keys << " " << one.document;
    }
  }
}

TEST(IndexKeysTest, SparseAndPartialLeaveDocumentsOut) {
  const IndexSpec sparse = SpecOf(R"({"a":1,"b":1})", false, true);
  EXPECT_EQ(Shown(sparse, R"({"_id":1,"c":1})"), "");
  EXPECT_EQ(Shown(sparse, R"({"_id":1,"b":1})"), "-,1");
  EXPECT_EQ(Shown(sparse, R"({"_id":1,"a":null})"), "null,-");
  const IndexSpec partial = SpecOf(R"({"a":1})", false, false, R"({"b":{"$gt":5}})");
  EXPECT_EQ(Shown(partial, R"({"_id":1,"a":1,"b":5})"), "");
  EXPECT_EQ(Shown(partial, R"({"_id":1,"a":1,"b":6})"), "1");
}

// Entries lie in the order of the sort, and what is read back is what was there.
TEST(IndexKeysTest, RandomDocumentsAreReadBackAsTheyWere) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  RandomValues values(seed);
  size_t read_back = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool descending = random() % 2 == 0;
    const IndexSpec spec =
        SpecOf(descending ? R"({"a":-1,"b":1})" : R"({"a":1,"b":-1})", random() % 2 == 0);
    std::string bson;
    DocBuilder builder(&bson);
    builder.Int32(kIdField, static_cast<int32_t>(i));
    builder.Append("a", TaggedView(values.Value(2)));
    builder.Append("b", TaggedView(values.Value(2)));
    builder.Finish();
    const DocView doc(bson);
    IndexEntries made;
    if (!MakeIndexEntries(spec, doc, OrderedKey(doc.Find(kIdField)), &made).ok()) continue;
    ASSERT_FALSE(made.entries.empty());
    for (size_t k = 1; k < made.entries.size(); ++k) {
      ASSERT_LT(made.entries[k - 1].key, made.entries[k].key);
    }
    if (made.multikey != 0) continue;
    ASSERT_EQ(made.entries.size(), 1U);
    const IndexEntry& entry = made.entries[0];
    const IndexEntryView view = ParseIndexEntry(spec, entry.key, entry.value).TakeValue();
    std::vector<std::string> tagged;
    if (!DecodeIndexEntry(spec, view, &tagged)) continue;
    ++read_back;
    ASSERT_EQ(tagged[0], Tagged(doc.Find("a")));
    ASSERT_EQ(tagged[1], Tagged(doc.Find("b")));
    ASSERT_EQ(tagged[2], Tagged(doc.Find(kIdField)));
  }
  EXPECT_GT(read_back, 300U);
}

TEST(IndexKeysTest, DamagedEntriesAreErrors) {
  const IndexSpec spec = SpecOf(R"({"a":1})");
  EXPECT_FALSE(ParseIndexEntry(spec, Bytes("\x24\x01", 2), {}).ok());
  EXPECT_FALSE(ParseIndexEntry(spec, {}, {}).ok());
  EXPECT_FALSE(ParseIndexEntry(SpecOf(R"({"a":1})", true), Bytes("\x18", 1), {}).ok());
}

}  // namespace
}  // namespace veddb::doc
