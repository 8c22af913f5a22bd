// SPDX-License-Identifier: BSD-3-Clause
// Whatever index answers, the answer is that of a scan: random documents, indexes and queries over
// the wire; by choice and by HINT, at once and in batches, in transactions that see their own
// writes, for counts and for writes. VEDDB_TEST_SEED replays a run.
#include <set>

#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "tests/system/server_test.h"
#include "tests/unit/doc/support/random_query.h"
#include "tests/unit/doc/support/random_value.h"
#include "tests/unit/doc/support/scan_answer.h"

namespace veddb::testing {
namespace {

using doc::AskedQuery;
using doc::Lines;
using doc::ParsedQuery;

constexpr int kRounds = 24;
constexpr int kQueries = 40;
constexpr int64_t kDocuments = 60;

class DocumentPlansTest : public ServerTest {
 protected:
  // A new collection with indexes, some made before the documents and some after.
  void Fill(doc::RandomQueries& random, int round) {
    static constexpr std::array kArrays = {"", "", "a", "d", "ad", "abcd"};
    random.set_array_fields(kArrays[random.Below(kArrays.size())]);
    collection_ = "c" + std::to_string(round);
    indexes_ = {"_id_"};
    for (uint64_t i = random.Below(3); i > 0; --i) AddIndex(random.Index());
    for (int64_t id = 0; id < kDocuments; ++id) {
      one_.Run({"DOC.INSERT", collection_, random.Document(id)});
    }
    for (uint64_t i = 1 + random.Below(2); i > 0; --i) AddIndex(random.Index());
  }

  void AddIndex(const doc::RandomIndex& index) {
    Words words{"DOC.CREATEINDEX", collection_, index.keys};
    if (index.unique) words.push_back("UNIQUE");
    if (index.sparse) words.push_back("SPARSE");
    if (!index.partial.empty()) words.insert(words.end(), {"PARTIAL", index.partial});
    const RespReply reply = one_.Run(words);
    if (!reply.is_error()) indexes_.insert(reply.text);
  }

  void ReadDocuments() {
    documents_.clear();
    const RespReply all = one_.Run({"DOC.FIND", collection_, "{}", "EJSON", "CANONICAL"});
    for (const RespReply& each : all.elements) {
      const std::string bson = doc::ParseDocument(each.text).TakeValue();
      const doc::DocView view(bson);
      documents_[doc::OrderedKey(view.Find(doc::kIdField))] = doc::EncodeStored(1, view);
    }
  }

  static AskedQuery Ask(doc::RandomQueries& random) {
    AskedQuery asked{
        .filter = random.Filter(2), .sort = random.Sort(), .projection = random.Projection()};
    if (random.Chance(4)) asked.skip = random.Below(4);
    if (random.Chance(2)) asked.limit = 1 + random.Below(6);
    return asked;
  }

  Words FindWords(const AskedQuery& asked, const std::string& hint) const {
    Words words{"DOC.FIND", collection_, asked.filter, "EJSON", "CANONICAL"};
    if (!asked.sort.empty()) words.insert(words.end(), {"SORT", asked.sort});
    if (!asked.projection.empty()) words.insert(words.end(), {"PROJECT", asked.projection});
    if (asked.skip > 0) words.insert(words.end(), {"SKIP", std::to_string(asked.skip)});
    if (asked.limit > 0) words.insert(words.end(), {"LIMIT", std::to_string(asked.limit)});
    if (!hint.empty()) words.insert(words.end(), {"HINT", hint});
    return words;
  }

  static Lines LinesOf(const RespReply& reply) {
    Lines lines;
    for (const RespReply& each : reply.elements) lines.push_back(each.text);
    return lines;
  }

  RespReply InTransaction(const Words& write, const Words& words) {
    one_.Run({"MULTI"});
    one_.Run(write);
    one_.Run(words);
    const RespReply replies = one_.Run({"EXEC"});
    return replies.elements.size() == 2 ? replies.elements[1] : replies;
  }

  Lines InBatches(Words words) {
    words.insert(words.end(), {"BATCH", "2"});
    Lines lines;
    RespReply reply = one_.Run(words);
    while (reply.elements.size() == 2) {
      for (const RespReply& each : reply.elements[1].elements) lines.push_back(each.text);
      if (reply.elements[0].text == "0") return lines;
      reply = one_.Run({"DOC.NEXT", reply.elements[0].text});
    }
    lines.push_back(reply.Print());
    return lines;
  }

  // A sparse or partial index may not be able to answer.
  static bool IsRefused(const RespReply& reply) {
    return reply.is_error() && reply.text.find("does not have all documents") != std::string::npos;
  }

  void CompareFinds(doc::RandomQueries& random, const AskedQuery& asked) {
    const ParsedQuery parsed(asked);
    std::set<std::string> hints = indexes_;
    hints.insert("");
    for (const std::string& hint : hints) {
      SCOPED_TRACE("hint " + hint);
      const Words words = FindWords(asked, hint);
      RespReply reply;
      if (random.Chance(3)) {
        const std::string id = std::to_string(random.Below(kDocuments));
        const Words write = random.Chance(2)
                                ? Words{"DOC.DEL", collection_, id}
                                : Words{"DOC.INSERT", collection_, random.Document(std::stoi(id))};
        reply = InTransaction(write, words);
        ReadDocuments();
      } else {
        reply = one_.Run(words);
      }
      const auto expected = doc::ScanAnswer(documents_, parsed, asked);
      if (!expected) {
        ASSERT_TRUE(reply.is_error() || !hint.empty() || reply.kind == RespReply::Kind::kArray);
        continue;
      }
      if (!hint.empty() && IsRefused(reply)) continue;
      ASSERT_FALSE(reply.is_error()) << reply.text;
      ASSERT_EQ(doc::Difference(*expected, LinesOf(reply), asked), "");
      ASSERT_EQ(doc::Difference(*expected, InBatches(words), asked), "");
    }
  }

  void CompareWrites(doc::RandomQueries& random, AskedQuery asked) {
    const ParsedQuery parsed(asked);
    const auto expected = doc::ScanAnswer(documents_, parsed, asked);
    if (!expected) return;
    const std::string count = std::to_string(expected->size());
    EXPECT_EQ(one_.Say({"DOC.COUNT", collection_, asked.filter}), count);
    const RespReply changed =
        one_.Run({"DOC.UPDATEMANY", collection_, asked.filter, R"({"$inc":{"counted":1}})"});
    ASSERT_EQ(changed.elements.size(), 6U) << changed.Print();
    EXPECT_EQ(changed.elements[1].Print(), count);
    if (!asked.sort.empty() && random.Chance(2)) {
      ReadDocuments();
      asked = {.filter = asked.filter, .sort = asked.sort};
      const auto first = doc::ScanAnswer(documents_, parsed, asked);
      const RespReply gone = one_.Run({"DOC.FINDONEANDDELETE", collection_, asked.filter, "SORT",
                                       asked.sort, "EJSON", "CANONICAL"});
      EXPECT_EQ(gone.Print(), first->empty() ? "nil" : first->front());
    }
    ReadDocuments();
  }

  // Each value's encoding, as the same number may stand there in several types.
  std::set<std::string> ValuesAt(const doc::FieldPath& path, const doc::Filter& filter) {
    std::set<std::string> values;
    doc::Matcher matcher(&filter);
    for (const auto& [id, value] : documents_) {
      const doc::DocView view = doc::DecodeStored(value).TakeValue().doc;
      if (!matcher.Matches(view)) continue;
      doc::VisitPath(view, path, doc::LeafArrays::kClosed, [&](doc::ValueView at, uint32_t) {
        if (at.type == doc::BsonType::kArray) {
          for (const doc::Element& each : at.Document()) values.insert(doc::OrderedKey(each.value));
        } else if (!at.missing()) {
          values.insert(doc::OrderedKey(at));
        }
        return false;
      });
    }
    return values;
  }

  void CompareDistinct(const std::string& path, const std::string& filter) {
    const doc::Filter parsed = doc::Filter::ParseJson(filter).TakeValue();
    const std::set<std::string> expected = ValuesAt(doc::FieldPath(path), parsed);
    std::set<std::string> hints = indexes_;
    hints.insert("");
    for (const std::string& hint : hints) {
      SCOPED_TRACE("distinct " + path + " hint " + hint);
      Words words{"DOC.DISTINCT", collection_, path, filter, "EJSON", "CANONICAL"};
      if (!hint.empty()) words.insert(words.end(), {"HINT", hint});
      const RespReply reply = one_.Run(words);
      if (IsRefused(reply)) continue;
      ASSERT_FALSE(reply.is_error()) << reply.text;
      std::vector<std::string> got;
      for (const RespReply& each : reply.elements) {
        got.push_back(doc::OrderedKey(doc::TaggedView(doc::ParseValue(each.text).TakeValue())));
      }
      ASSERT_EQ(got, std::vector<std::string>(expected.begin(), expected.end()));
    }
  }

  RespClient one_;
  std::string collection_;
  std::set<std::string> indexes_;
  doc::StoredDocuments documents_;
};

TEST_F(DocumentPlansTest, GiveTheAnswerOfAScan) {
  ASSERT_TRUE(Start({"--shards", "3"}));
  one_ = Connect();
  const uint64_t seed = doc::TestSeed();
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    doc::RandomQueries random(seed + static_cast<uint64_t>(round));
    Fill(random, round);
    ReadDocuments();
    for (int i = 0; i < kQueries && !HasFailure(); ++i) {
      const AskedQuery asked = Ask(random);
      SCOPED_TRACE("seed " + std::to_string(seed) + " round " + std::to_string(round) + " " +
                   asked.Text());
      CompareFinds(random, asked);
      for (const char* path : {"a", "d.x"}) {
        if (HasFailure() || !random.Chance(4)) continue;
        CompareDistinct(path, random.Chance(2) ? "{}" : asked.filter);
      }
      if (!HasFailure() && random.Chance(3)) {
        CompareWrites(random, {.filter = asked.filter, .sort = asked.sort});
      }
    }
  }
}

// What EXECUTE says was done.
TEST_F(DocumentPlansTest, ExplainTellsWhatWasLookedAt) {
  ASSERT_TRUE(Start());
  one_ = Connect();
  ASSERT_EQ(one_.Say({"DOC.CREATEINDEX", "c", R"({"k":1})"}), "k_1");
  Words insert{"DOC.INSERT", "c"};
  for (int i = 0; i < 1000; ++i) {
    insert.push_back(R"({"_id":)" + std::to_string(i) + R"(,"k":)" + std::to_string(i % 100) + "}");
  }
  ASSERT_FALSE(one_.Run(insert).is_error());
  const auto says = [&](const Words& command, const std::string& text) {
    Words words{"DOC.EXPLAIN", "EXECUTE"};
    words.insert(words.end(), command.begin(), command.end());
    const std::string reply = one_.Say(words);
    EXPECT_NE(reply.find(text), std::string::npos) << reply;
  };
  says({"FIND", "c", R"({"k":7})"}, R"("rows":10,"keysExamined":10,"documentsExamined":10,)");
  says({"COUNT", "c", R"({"k":7})"}, R"("rows":10,"keysExamined":10,"documentsExamined":0,)");
  says({"FIND", "c", R"({"x":7})"}, R"("rows":0,"keysExamined":0,"documentsExamined":1000,)");
  says({"DISTINCT", "c", "k"}, R"("rows":100,"keysExamined":)");
  says({"DELETEMANY", "c", R"({"k":{"$lt":3}})"}, R"("rows":30,"keysExamined":30,)");
  EXPECT_EQ(one_.Say({"DOC.COUNT", "c"}), "1000");
}

}  // namespace
}  // namespace veddb::testing
