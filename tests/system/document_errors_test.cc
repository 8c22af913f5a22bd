// SPDX-License-Identifier: BSD-3-Clause
// Every error that the document commands can give, by table, alone and inside of a transaction:
// afterwards everything is byte for byte as before.
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

// Small limits, so that little is too much.
constexpr int kBatchMax = 10;
constexpr int kBigDocuments = 30;
constexpr int kSlowDocuments = 600;

std::string Nested(int levels) {
  std::string text = "1";
  for (int i = 0; i < levels; ++i) text = R"({"a":)" + text + "}";
  return text;
}

struct Row {
  const char* code;
  Words command;
};

// c: {_id: 1…3, n, u unique, s a string by the schema}; other: no rules; big, slow: see above.
std::vector<Row> SyntaxRows() {
  return {
      {"ERR", {"DOC.INSERT", "c"}},
      {"ERR", {"DOC.INSERT", "", "{}"}},
      {"ERR", {"DOC.INSERT", std::string("a\0b", 3), "{}"}},
      {"ERR", {"DOC.INSERT", std::string(256, 'n'), "{}"}},
      {"ERR", {"DOC.CREATE", ""}},
      {"ERR", {"DOC.RENAME", "c", ""}},
      {"ERR", {"DOC.ALTER", "c", "VALIDATION", "MAYBE"}},
      {"ERR", {"DOC.ALTER", "c", "SCHEMA"}},
      {"ERR", {"DOC.FIND", "c", "{}", "NOPE"}},
      {"ERR", {"DOC.FIND", "c", "{}", "LIMIT", "x"}},
      {"ERR", {"DOC.FIND", "c", "{}", "LIMIT", "-1"}},
      {"ERR", {"DOC.FIND", "c", "{}", "SKIP", "-1"}},
      {"ERR", {"DOC.FIND", "c", "{}", "BATCH", "0"}},
      {"ERR", {"DOC.FIND", "c", "{}", "EJSON", "STRICT"}},
      {"ERR", {"DOC.FIND", "c", "{}", "TIMEOUT", "-1"}},
      {"ERR", {"DOC.FIND", "c", "{}", "SORT"}},
      {"ERR", {"DOC.FIND", "c", "{}", "LIMIT", "1", "LIMIT", "1"}},
      {"ERR", {"DOC.NEXT", "1", "BATCH", "0"}},
      {"ERR", {"DOC.GET", "c", "\xff"}},
      {"ERR", {"DOC.DEL", "c", "1", "\xff"}},
      {"ERR", {"DOC.PUT", "c", "9", "{}", "NX", "XX"}},
      {"ERR", {"DOC.PUT", "c", "1", R"({"s":"y"})", "IFVERSION", "-1"}},
      {"ERR", {"DOC.PUT", "c", "1", R"({"s":"y"})", "IFVERSION", "x"}},
      {"ERR", {"DOC.UPDATEONE", "c", "{}", R"({"$set":{"n":9}})", "UPSERT", "UPSERT"}},
      {"ERR", {"DOC.FINDONEANDUPDATE", "c", "{}", R"({"$set":{"n":9}})", "RETURN", "BOTH"}},
      {"ERR", {"DOC.UPDATEMANY", "c", "{}", R"({"$set":{"n":9}})", "IFVERSION", "1"}},
      {"ERR", {"DOC.COLLECTIONS", "LIMIT", "1"}},
      {"BADJSON", {"DOC.INSERT", "c", "{"}},
      {"BADJSON", {"DOC.INSERT", "c", R"({"_id":9,"s":"x"})", R"({"a" 1})"}},
      {"BADJSON", {"DOC.INSERT", "c", R"({"a":1,"a":2})"}},
      {"BADJSON", {"DOC.INSERT", "c", "{\"a\":\"\xff\"}"}},
      {"BADJSON", {"DOC.INSERT", "c", R"({"a":"\ud800"})"}},
      {"BADJSON", {"DOC.INSERT", "c", R"({"a":1e400})"}},
      {"BADJSON", {"DOC.INSERT", "c", R"({"a\u0000b":1})"}},
      {"BADJSON", {"DOC.INSERT", "c", R"({"a":{"$oid":"short"}})"}},
      {"BADJSON", {"DOC.GET", "c", R"({"$date":1.5})"}},
      {"BADJSON", {"DOC.DEL", "c", "1", "{"}},
      {"BADJSON", {"DOC.PUT", "c", "1", "nothing"}},
      {"BADJSON", {"DOC.FIND", "c", "{a:1}"}},
      {"BADJSON", {"DOC.FIND", "c", "{}", "PROJECT", "{"}},
      {"BADJSON", {"DOC.FIND", "c", "{}", "SORT", "{"}},
      {"BADJSON", {"DOC.FIND", "c", "{}", "LET", "{"}},
      {"BADJSON", {"DOC.UPDATEMANY", "c", "{}", "{"}},
      {"BADJSON", {"DOC.UPDATEMANY", "c", "{}", R"({"$set":{"n":9}})", "ARRAYFILTERS", "["}},
      {"BADJSON", {"DOC.REPLACEONE", "c", "{}", "{"}},
      {"BADJSON", {"DOC.DELETEMANY", "c", "{"}},
      {"BADJSON", {"DOC.BULK", "c", "[{]"}},
      {"BADJSON", {"DOC.CREATE", "new", "SCHEMA", "{"}},
      {"BADJSON", {"DOC.CREATEINDEX", "c", "{"}},
  };
}

std::vector<Row> QueryRows() {
  return {
      {"BADQUERY", {"DOC.FIND", "c", R"({"a":{"$foo":1}})"}},
      {"BADQUERY", {"DOC.FIND", "c", "[]"}},
      {"BADQUERY", {"DOC.FIND", "c", "{}", "PROJECT", R"({"a":1,"b":0})"}},
      {"BADQUERY", {"DOC.FIND", "c", "{}", "SORT", R"({"a":2})"}},
      {"BADQUERY", {"DOC.FIND", "other", "{}", "SORT", R"({"p":1,"q":1})"}},
      {"BADQUERY", {"DOC.DELETEMANY", "c", R"({"$nor":[]})"}},
      {"BADQUERY", {"DOC.FINDONEANDDELETE", "c", "{}", "PROJECT", R"({"s.$":1,"n.$":1})"}},
      {"BADQUERY", {"DOC.INSERT", "c", R"({"_id":[1],"s":"x"})"}},
      {"BADQUERY", {"DOC.INSERT", "c", R"({"_id":{"$undefined":true},"s":"x"})"}},
      {"BADQUERY",
       {"DOC.INSERT", "c", R"({"_id":{"$regularExpression":{"pattern":"","options":""}}})"}},
      {"BADQUERY", {"DOC.INSERT", "c", R"({"_id":{"$x":1},"s":"x"})"}},
      {"BADQUERY", {"DOC.INSERT", "c", R"({"_id":9,"s":"x"})", "[]"}},
      {"BADQUERY", {"DOC.PUT", "c", "1", R"({"_id":2,"s":"x"})"}},
      {"BADQUERY", {"DOC.PUT", "c", "1", R"({"$x":2,"s":"x"})"}},
      {"BADQUERY", {"DOC.PUT", "c", R"({"$undefined":true})", R"({"s":"x"})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$set":{"_id":5}})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$foo":{"n":5}})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"n":5})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$set":{"n":1,"n.x":2}})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$set":{"n.$[x]":2}})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$set":{"list.$":2}})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$inc":{"s":1}})"}},
      {"BADQUERY", {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$push":{"n":1}})"}},
      {"BADQUERY",
       {"DOC.UPDATEMANY", "c", "{}", R"({"$inc":{"odd":1}})"}},  // the last has text there
      {"BADQUERY", {"DOC.REPLACEONE", "c", R"({"_id":1})", R"({"_id":7,"s":"x"})"}},
      {"BADQUERY", {"DOC.REPLACEONE", "c", R"({"_id":1})", R"({"$set":{"s":"x"}})"}},
      {"BADQUERY", {"DOC.FINDONEANDUPDATE", "c", "{}", R"({"$inc":{"s":1}})"}},
      {"BADQUERY", {"DOC.BULK", "c", "[]"}},
      {"BADQUERY", {"DOC.BULK", "c", "{}"}},
      {"BADQUERY",
       {"DOC.BULK", "c", R"([{"insertOne":{"document":{"_id":9,"s":"x"}}},{"eraseOne":{}}])"}},
      {"BADQUERY",
       {"DOC.BULK", "c", R"([{"deleteMany":{"filter":{}}},{"updateOne":{"filter":{}}}])"}},
      {"BADQUERY", {"DOC.INSERT", "arrays", R"({"_id":9,"p":[1,2],"q":[3,4]})"}},
      {"BADQUERY", {"DOC.UPDATEMANY", "arrays", "{}", R"({"$set":{"p":[1],"q":[2]}})"}},
      {"BADQUERY", {"DOC.CREATE", "new", "SCHEMA", R"({"format":"x"})"}},
      {"BADQUERY", {"DOC.ALTER", "c", "SCHEMA", R"({"properties":{"a":{"$ref":"#"}}})"}},
      {"BADQUERY", {"DOC.CREATEINDEX", "c", R"({"a":2})"}},
      {"BADQUERY", {"DOC.CREATEINDEX", "c", "{}"}},
      {"BADQUERY", {"DOC.DROPINDEX", "c", "_id_"}},
  };
}

std::vector<Row> ConflictRows() {
  return {
      {"DUPLICATEKEY", {"DOC.INSERT", "c", R"({"_id":9,"s":"x"})", R"({"_id":1,"s":"x"})"}},
      {"DUPLICATEKEY", {"DOC.INSERT", "c", R"({"_id":9,"s":"x"})", R"({"_id":9.0,"s":"x"})"}},
      {"DUPLICATEKEY", {"DOC.INSERT", "c", R"({"_id":8,"s":"x"})", R"({"_id":9,"s":"x","u":1})"}},
      {"DUPLICATEKEY", {"DOC.PUT", "c", "2", R"({"s":"x","u":1})"}},
      {"DUPLICATEKEY", {"DOC.PUT", "c", "9", R"({"s":"x","u":1})"}},
      {"DUPLICATEKEY", {"DOC.UPDATEONE", "c", R"({"_id":2})", R"({"$set":{"u":1}})"}},
      {"DUPLICATEKEY", {"DOC.UPDATEMANY", "c", "{}", R"({"$set":{"u":7}})"}},
      {"DUPLICATEKEY",
       {"DOC.UPDATEONE", "c", R"({"_id":9})", R"({"$set":{"s":"x","u":1}})", "UPSERT"}},
      {"DUPLICATEKEY",
       {"DOC.UPDATEONE", "c", R"({"_id":1,"n":99})", R"({"$set":{"s":"x"}})", "UPSERT"}},
      {"DUPLICATEKEY", {"DOC.REPLACEONE", "c", R"({"_id":2})", R"({"s":"x","u":1})"}},
      {"DUPLICATEKEY", {"DOC.FINDONEANDUPDATE", "c", R"({"_id":2})", R"({"$set":{"u":1}})"}},
      {"DUPLICATEKEY", {"DOC.FINDONEANDREPLACE", "c", R"({"_id":2})", R"({"s":"x","u":1})"}},
      {"VERSIONMISMATCH", {"DOC.PUT", "c", "1", R"({"s":"x"})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH", {"DOC.PUT", "c", "1", R"({"s":"x"})", "IFVERSION", "0"}},
      {"VERSIONMISMATCH", {"DOC.PUT", "c", "9", R"({"s":"x"})", "IFVERSION", "1"}},
      {"VERSIONMISMATCH", {"DOC.DEL", "c", "1", "IFVERSION", "9"}},
      {"VERSIONMISMATCH",
       {"DOC.UPDATEONE", "c", R"({"_id":1})", R"({"$set":{"n":9}})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH",
       {"DOC.UPDATEONE", "c", R"({"n":1})", R"({"$set":{"n":9}})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH",
       {"DOC.UPDATEONE", "c", R"({"_id":9})", R"({"$set":{"s":"x"}})", "UPSERT", "IFVERSION", "3"}},
      {"VERSIONMISMATCH",
       {"DOC.REPLACEONE", "c", R"({"_id":1})", R"({"s":"x"})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH", {"DOC.DELETEONE", "c", R"({"n":1})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH",
       {"DOC.FINDONEANDUPDATE", "c", R"({"_id":1})", R"({"$set":{"n":9}})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH",
       {"DOC.FINDONEANDREPLACE", "c", R"({"_id":1})", R"({"s":"x"})", "IFVERSION", "9"}},
      {"VERSIONMISMATCH", {"DOC.FINDONEANDDELETE", "c", R"({"_id":1})", "IFVERSION", "9"}},
      {"VALIDATION", {"DOC.INSERT", "c", R"({"_id":9,"s":"x"})", R"({"_id":8,"s":1})"}},
      {"VALIDATION", {"DOC.PUT", "c", "1", R"({"n":1})"}},
      {"VALIDATION", {"DOC.PUT", "c", "9", R"({"n":1})"}},
      {"VALIDATION", {"DOC.UPDATEONE", "c", R"({"n":1})", R"({"$set":{"s":5}})"}},
      {"VALIDATION", {"DOC.UPDATEMANY", "c", "{}", R"({"$inc":{"n":98}})"}},  // at most 100
      {"VALIDATION", {"DOC.UPDATEONE", "c", R"({"_id":9})", R"({"$set":{"n":5}})", "UPSERT"}},
      {"VALIDATION", {"DOC.REPLACEONE", "c", R"({"_id":1})", R"({"n":1})"}},
      {"VALIDATION", {"DOC.FINDONEANDUPDATE", "c", R"({"_id":1})", R"({"$unset":{"s":1}})"}},
      {"VALIDATION", {"DOC.FINDONEANDREPLACE", "c", R"({"_id":1})", R"({"n":1})"}},
      {"NOCOLLECTION", {"DOC.ALTER", "absent", "SCHEMA", "{}"}},
      {"NOCOLLECTION", {"DOC.RENAME", "absent", "new"}},
      {"NOCOLLECTION", {"DOC.STATS", "absent"}},
      {"NOCOLLECTION", {"DOC.DROPINDEX", "absent", "u_1"}},
      {"COLLECTIONEXISTS", {"DOC.CREATE", "c"}},
      {"COLLECTIONEXISTS", {"DOC.CREATE", "c", "SCHEMA", "{}"}},
      {"COLLECTIONEXISTS", {"DOC.RENAME", "c", "other"}},
      {"NOINDEX", {"DOC.DROPINDEX", "c", "nothing"}},
      {"NOINDEX", {"DOC.FIND", "c", R"({"n":1})", "HINT", "nothing"}},
      {"NOINDEX", {"DOC.COUNT", "c", R"({"n":1})", "HINT", R"({"n":-1})"}},
      {"NOINDEX", {"DOC.UPDATEMANY", "c", "{}", R"({"$set":{"n":9}})", "HINT", "nothing"}},
      {"NOINDEX", {"DOC.DELETEMANY", "c", "{}", "HINT", "nothing"}},
      {"INDEXEXISTS", {"DOC.CREATEINDEX", "c", R"({"n":1})", "NAME", "u_1"}},
      {"INDEXEXISTS", {"DOC.CREATEINDEX", "c", R"({"u":1})"}},
      {"NOCURSOR", {"DOC.NEXT", "12345"}},
  };
}

std::vector<Row> LimitRows() {
  const std::string large = R"({"_id":9,"s":")" + std::string(70'000, 'x') + R"("})";
  const std::string slow = R"({"s":{"$regex":"^(a+)+$"}})";
  Words many{"DOC.INSERT", "other"};
  std::string operations = "[";
  for (int i = 0; i <= kBatchMax; ++i) {
    many.push_back(R"({"_id":)" + std::to_string(100 + i) + "}");
    operations += (i == 0 ? "" : ",") + std::string(R"({"deleteMany":{"filter":{}}})");
  }
  return {
      {"TOOLARGE", {"DOC.INSERT", "c", R"({"_id":8,"s":"x"})", large}},
      {"TOOLARGE", {"DOC.PUT", "c", "9", large}},
      {"TOOLARGE", {"DOC.INSERT", "other", Nested(101)}},
      {"TOOLARGE", {"DOC.FIND", "other", Nested(101)}},
      {"TOOLARGE", many},
      {"TOOLARGE", {"DOC.BULK", "c", operations + "]"}},
      {"TOOLARGE", {"DOC.UPDATEMANY", "big", "{}", R"({"$set":{"m":1}})"}},
      {"TOOLARGE", {"DOC.DELETEMANY", "big", R"({"n":{"$gte":0}})"}},
      {"TOOLARGE",
       {"DOC.UPDATEONE", "other", R"({"_id":1})",
        R"({"$push":{"list":{"$each":[")" + std::string(60'000, 'x') + R"("]}}})"}},
      {"TOOLARGE",
       {"DOC.UPDATEONE", "other", R"({"_id":2})", R"({"$set":{"deep.a.x":)" + Nested(98) + "}}"}},
      {"MEMORYLIMIT", {"DOC.FIND", "big", "{}", "SORT", R"({"n":-1})", "BATCH", "1"}},
      {"TIMEOUT", {"DOC.FIND", "slow", slow, "TIMEOUT", "1"}},
      {"TIMEOUT", {"DOC.COUNT", "slow", slow, "TIMEOUT", "1"}},
      {"TIMEOUT", {"DOC.FIND", "slow", slow, "BATCH", "1", "TIMEOUT", "1"}},
      {"TIMEOUT", {"DOC.UPDATEONE", "slow", slow, R"({"$set":{"s":"b"}})", "TIMEOUT", "1"}},
      {"TIMEOUT", {"DOC.UPDATEMANY", "slow", slow, R"({"$set":{"s":"b"}})", "TIMEOUT", "1"}},
      {"TIMEOUT", {"DOC.DELETEONE", "slow", slow, "TIMEOUT", "1"}},
      {"TIMEOUT", {"DOC.FINDONEANDDELETE", "slow", slow, "TIMEOUT", "1"}},
  };
}

class DocumentErrorsTest : public ServerTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Start({"--shards", "3", "--doc-max-size", "64kb", "--doc-batch-max",
                       std::to_string(kBatchMax), "--doc-memory-limit", "1mb",
                       "--enable-debug-command", "yes"}));
    client_ = Connect();
    const std::string schema =
        R"({"required":["s"],"properties":{"s":{"bsonType":"string"},"n":{"maximum":100}}})";
    Expect("OK", {"DOC.CREATE", "c", "SCHEMA", schema});
    Expect("u_1", {"DOC.CREATEINDEX", "c", R"({"u":1})", "UNIQUE", "SPARSE"});
    Expect("[1, 2, 3]",
           {"DOC.INSERT", "c", R"({"_id":1,"s":"a","n":1,"u":1,"list":[1,2]})",
            R"({"_id":2,"s":"b","n":2,"u":2})", R"({"_id":3,"s":"c","n":3,"u":3,"odd":"text"})"});
    Expect("[1, 2]",
           {"DOC.INSERT", "other",
            R"({"_id":1,"p":[1,2],"q":[3],"list":[")" + std::string(10'000, 'y') + R"("]})",
            R"({"_id":2,"deep":{"a":{"b":1}}})"});
    Expect("p_1_q_1", {"DOC.CREATEINDEX", "arrays", R"({"p":1,"q":1})"});
    Expect("[1]", {"DOC.INSERT", "arrays", R"({"_id":1,"p":[1,2],"q":3})"});
    Fill("big", kBigDocuments, std::string(60'000, 'b'));
    Fill("slow", kSlowDocuments, std::string(14, 'a') + "b");
  }

  void Expect(const std::string& reply, const Words& words) {
    ASSERT_EQ(client_.Say(words), reply) << words[0] << ' ' << words[1];
  }

  void Fill(const std::string& collection, int count, const std::string& text) {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      client_.Add({"DOC.INSERT", collection,
                   R"({"_id":)" + number + R"(,"n":)" + number + R"(,"s":")" + text + R"("})"});
    }
    for (int i = 0; i < count; ++i) ASSERT_FALSE(client_.Next().is_error());
  }

  // Without how often documents were looked up.
  std::string StatsOf(const char* collection) {
    const RespReply stats = client_.Run({"DOC.STATS", collection});
    std::string text = "\n" + stats.text;
    for (size_t i = 0; i + 1 < stats.elements.size(); i += 2) {
      if (stats.elements[i].text.starts_with("cache_")) continue;
      text += stats.elements[i].text + ' ' + stats.elements[i + 1].Print() + ' ';
    }
    return text;
  }

  // All there is: in full where commands look, and a digest of everything.
  std::string State() {
    std::string state = client_.Say({"DEBUG", "DIGEST"}) + client_.Say({"DOC.COLLECTIONS"});
    for (const char* collection : {"c", "other", "arrays"}) {
      state +=
          '\n' + client_.Say({"DOC.FIND", collection, "{}", "WITHVERSION", "EJSON", "CANONICAL"});
      state += '\n' + client_.Say({"DOC.INDEXES", collection});
      state += StatsOf(collection);
    }
    return state;
  }

  void Check(const std::vector<Row>& rows) {
    const std::string before = State();
    ASSERT_NE(before.find("[arrays, big, c, other, slow]"), std::string::npos) << before;
    for (const Row& row : rows) {
      std::string text;
      for (const std::string& word : row.command) text += word.substr(0, 200) + ' ';
      const std::string begin = "-" + std::string(row.code) + " ";
      EXPECT_EQ(client_.Say(row.command).substr(0, begin.size()), begin) << text;
      ASSERT_EQ(State(), before) << text;
      client_.Run({"MULTI"});
      if (!client_.Run(row.command).is_error()) {  // else its number of arguments is wrong
        const std::string answer = client_.Say({"EXEC"});
        EXPECT_EQ(answer.substr(0, begin.size() + 1), "[" + begin) << text;
      } else {
        EXPECT_EQ(client_.Say({"EXEC"}).substr(0, 10), "-EXECABORT") << text;
      }
      ASSERT_EQ(State(), before) << text << "(in a transaction)";
    }
    EXPECT_EQ(InfoNumber(client_, "cursors_open"), 0);
  }

  RespClient client_;
};

TEST_F(DocumentErrorsTest, OfSyntaxAndJson) { Check(SyntaxRows()); }
TEST_F(DocumentErrorsTest, OfQueriesAndUpdates) { Check(QueryRows()); }
TEST_F(DocumentErrorsTest, OfConflictsAndRules) { Check(ConflictRows()); }
TEST_F(DocumentErrorsTest, OfLimits) { Check(LimitRows()); }

}  // namespace
}  // namespace veddb::testing
