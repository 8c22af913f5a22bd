// SPDX-License-Identifier: BSD-3-Clause
// Hostile arguments: a thousand generated JSON texts, filters and options each get the error that
// is documented for them, and everything the server holds stays as it was. The seed is printed.
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <string>

#include "tests/system/dump.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int kCases = 1000;

struct Malformed {
  Words command;
  std::string answer;  // the beginning of the error
};

class MalformedTest : public ServerTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Start());
    RespClient client = Connect();
    ASSERT_EQ(Fill(client, "k", 50, 20), 50);
    ASSERT_EQ(client.Say({"DOC.INSERT", "c", R"({"_id":1,"a":[1,2],"s":"x"})", R"({"_id":2})"}),
              "[1, 2]");
    before_ = Dump(client);
    seed_ = std::random_device()();
    random_.seed(seed_);
  }

  template <typename Generate>
  void Run(Generate generate) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    RespClient client = Connect();
    for (int i = 0; i < kCases; ++i) {
      const Malformed one = generate();
      const RespReply reply = client.Run(one.command);
      std::string shown;
      for (const std::string& word : one.command) shown += word.substr(0, 120) + " ";
      ASSERT_TRUE(reply.is_error()) << shown << "-> " << reply.Print();
      ASSERT_EQ(reply.text.substr(0, one.answer.size()), one.answer) << shown << reply.text;
    }
    EXPECT_EQ(Dump(client), before_);
    EXPECT_TRUE(server_.Running());
  }

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  std::string OneOf(std::initializer_list<const char*> words) {
    return words.begin()[Below(words.size())];
  }
  std::string Number() { return std::to_string(Below(1000)); }

  // JSON that is not, or not valid Extended JSON, whatever the random part.
  std::string BadJson() {
    const std::string good = R"({"n":)" + Number() + R"(,"s":"abc","a":[1,2,{"b":null}]})";
    switch (Below(6)) {
      case 0:
        return good.substr(
            0, Below(good.size() - 1) + 1 == good.size() ? 1 : 1 + Below(good.size() - 1));
      case 1:
        return good + OneOf({"}", "x", ",", "{}", "\"", "]"});
      case 2:
        return R"({"n":)" +
               OneOf({"01", "+1", "1.", ".5", "1e", "NaN", "0x1", "1e400", "tru", "'a'"}) + "}";
      case 3:
        return R"({"s":")" + OneOf({"\\x", "\\u12", "\\ud800", "\\udc00x", "\n", "\xff"}) + R"("})";
      case 4:
        return R"({"a":)" + Number() + R"(,"b":1,"a":2})";
      default:
        return R"({"v":)" +
               OneOf({R"({"$oid":"12"})", R"({"$date":"never"})", R"({"$numberLong":"1.5"})",
                      R"({"$numberInt":"99999999999"})", R"({"$numberDecimal":"x"})",
                      R"({"$binary":{"base64":"?","subType":"00"}})", R"({"$uuid":"1"})",
                      R"({"$timestamp":{"t":-1,"i":0}})", R"({"$oid":"5f","x":1})"}) +
               "}";
    }
  }

  std::string BadFilter() {
    const std::string field = "f" + Number();
    switch (Below(4)) {
      case 0:
        return R"({")" + field + R"(":{"$no)" + Number() + R"(":1}})";
      case 1:
        return R"({"$)" + OneOf({"and", "or", "nor"}) + R"(":)" + OneOf({"1", "[]", "{}", "[1]"}) +
               "}";
      case 2:
        return R"({")" + field + R"(":{)" +
               OneOf({R"("$in":1)", R"("$size":-1)", R"("$mod":[0,1])", R"("$mod":[1])",
                      R"("$type":"nope")", R"("$regex":"(")", R"("$elemMatch":1)", R"("$all":1)",
                      R"("$bitsAllSet":-1)", R"("$not":1)"}) +
               "}}";
      default:
        return OneOf({R"({"$where":"1"})", R"({"$expr":{"$no":1}})", R"({"$text":{}})", "[]", "1"});
    }
  }

  std::mt19937_64 random_;
  uint64_t seed_ = 0;
  std::string before_;
};

TEST_F(MalformedTest, AThousandJsonTextsAreRefusedAndChangeNothing) {
  Run([this]() -> Malformed {
    const std::string json = BadJson();
    switch (Below(4)) {
      case 0:
        return {{"DOC.INSERT", "c", R"({"_id":"good"})", json}, "BADJSON"};
      case 1:
        return {{"DOC.PUT", "c", "1", json}, "BADJSON"};
      case 2:
        return {{"DOC.INSERT", "new" + Number(), json}, "BADJSON"};
      default:
        return {{"DOC.DELETEMANY", "c", json}, "BADJSON"};
    }
  });
}

TEST_F(MalformedTest, AThousandFiltersAreRefusedAndChangeNothing) {
  Run([this]() -> Malformed {
    const std::string command =
        OneOf({"DOC.FIND", "DOC.FINDONE", "DOC.COUNT", "DOC.DELETEONE", "DOC.DELETEMANY"});
    return {{command, "c", BadFilter()}, "BADQUERY"};
  });
}

TEST_F(MalformedTest, AThousandOptionsAreRefusedAndChangeNothing) {
  Run([this]() -> Malformed {
    switch (Below(7)) {
      case 0:
        return {{"DOC.FIND", "c", "{}", "NO" + Number(), "1"}, "ERR"};
      case 1:
        return {{"DOC.FIND", "c", "{}", "LIMIT", "-" + std::to_string(1 + Below(99))}, "ERR"};
      case 2:
        return {{"DOC.PUT", "c", Number(), "{}", "NX", "XX"}, "ERR"};
      case 3:
        return {{"DOC.PUT", "c", "1", "{}", "IFVERSION", std::to_string(50 + Below(50))},
                "VERSIONMISMATCH"};
      case 4:
        return {{"SET", "k1", "poison", OneOf({"EX", "PX", "EXAT"}),
                 "-" + std::to_string(1 + Below(999))},
                "ERR invalid expire time in 'set' command"};
      case 5:
        return {{"SET", "k1", "poison", "XX", "KEEPTTL", "EX", Number()}, "ERR syntax error"};
      default:
        return {
            {"CONFIG", "SET", OneOf({"maxmemory", "timeout", "hz", "appendfsync"}), "x" + Number()},
            "ERR CONFIG SET failed"};
    }
  });
}

}  // namespace
}  // namespace veddb::testing
