// SPDX-License-Identifier: BSD-3-Clause
// Replies, byte for byte, in both protocols.
#include "resp/reply.h"

#include <gtest/gtest.h>

#include <limits>

#include "resp/value.h"

namespace veddb {
namespace {

template <typename Write>
std::string Encoded(Protocol protocol, Write write) {
  std::string out;
  Reply reply(out, protocol);
  write(reply);
  return out;
}

struct Case {
  void (*write)(Reply&);
  std::string resp2;
  std::string resp3;
};

const double kInfinity = std::numeric_limits<double>::infinity();

TEST(Reply, EachTypeInBothProtocols) {
  const std::vector<Case> cases = {
      {[](Reply& r) { r.Ok(); }, "+OK\r\n", "+OK\r\n"},
      {[](Reply& r) { r.Simple("QUEUED"); }, "+QUEUED\r\n", "+QUEUED\r\n"},
      {[](Reply& r) { r.Integer(0); }, ":0\r\n", ":0\r\n"},
      {[](Reply& r) { r.Integer(42); }, ":42\r\n", ":42\r\n"},
      {[](Reply& r) { r.Integer(-1); }, ":-1\r\n", ":-1\r\n"},
      {[](Reply& r) { r.Integer(100); }, ":100\r\n", ":100\r\n"},
      {[](Reply& r) { r.Integer(std::numeric_limits<int64_t>::min()); },
       ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"},
      {[](Reply& r) { r.Bulk(""); }, "$0\r\n\r\n", "$0\r\n\r\n"},
      {[](Reply& r) { r.Bulk("a\r\nb"); }, "$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n"},
      {[](Reply& r) { r.BulkInteger(-7); }, "$2\r\n-7\r\n", "$2\r\n-7\r\n"},
      {[](Reply& r) { r.Null(); }, "$-1\r\n", "_\r\n"},
      {[](Reply& r) { r.NullArray(); }, "*-1\r\n", "_\r\n"},
      {[](Reply& r) { r.Array(2); }, "*2\r\n", "*2\r\n"},
      {[](Reply& r) { r.Map(6); }, "*12\r\n", "%6\r\n"},
      {[](Reply& r) { r.Set(3); }, "*3\r\n", "~3\r\n"},
      {[](Reply& r) { r.Push(3); }, "*3\r\n", ">3\r\n"},
      {[](Reply& r) {
         if (r.Attribute(1)) {
           r.Bulk("ttl");
           r.Integer(3);
         }
         r.Ok();
       },
       "+OK\r\n", "|1\r\n$3\r\nttl\r\n:3\r\n+OK\r\n"},
      {[](Reply& r) { r.Double(0.1); }, "$19\r\n0.10000000000000001\r\n",
       ",0.10000000000000001\r\n"},
      {[](Reply& r) { r.Double(10); }, "$2\r\n10\r\n", ",10\r\n"},
      {[](Reply& r) { r.Double(kInfinity); }, "$3\r\ninf\r\n", ",inf\r\n"},
      {[](Reply& r) { r.Double(-kInfinity); }, "$4\r\n-inf\r\n", ",-inf\r\n"},
      {[](Reply& r) { r.LongDouble(3.5L); }, "$3\r\n3.5\r\n", ",3.5\r\n"},
      {[](Reply& r) { r.Bool(true); }, ":1\r\n", "#t\r\n"},
      {[](Reply& r) { r.Bool(false); }, ":0\r\n", "#f\r\n"},
      {[](Reply& r) { r.BigNumber("123456789012345678901"); }, "$21\r\n123456789012345678901\r\n",
       "(123456789012345678901\r\n"},
      {[](Reply& r) { r.Verbatim("txt", "a\nb"); }, "$3\r\na\nb\r\n", "=7\r\ntxt:a\nb\r\n"},
      {[](Reply& r) { r.Error(Err("no such thing")); }, "-ERR no such thing\r\n",
       "-ERR no such thing\r\n"},
      {[](Reply& r) { r.Error(MakeError(ErrorCode::kWrongType, "a\r\nb\n")); },
       "-WRONGTYPE a  b\r\n", "-WRONGTYPE a  b\r\n"},
      {[](Reply& r) { r.Status(Ok()); }, "+OK\r\n", "+OK\r\n"},
      {[](Reply& r) { r.Status(Err("x")); }, "-ERR x\r\n", "-ERR x\r\n"},
      {[](Reply& r) { r.Integer(Result<int64_t>(7)); }, ":7\r\n", ":7\r\n"},
      {[](Reply& r) { r.Integer(Result<int64_t>(Err("y"))); }, "-ERR y\r\n", "-ERR y\r\n"},
      {[](Reply& r) { r.Raw("+PONG\r\n"); }, "+PONG\r\n", "+PONG\r\n"},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(Encoded(Protocol::kResp2, cases[i].write), cases[i].resp2) << i;
    EXPECT_EQ(Encoded(Protocol::kResp3, cases[i].write), cases[i].resp3) << i;
  }
}

TEST(Reply, DeferredLengthsOfAnySizeNest) {
  for (const size_t inner_count : {0u, 9u, 10u, 12345u}) {
    std::string out = "before";
    Reply reply(out, Protocol::kResp3);
    const size_t outer = reply.Defer();
    for (int i = 0; i < 12; ++i) {
      const size_t inner = reply.Defer();
      for (size_t k = 0; k < inner_count; ++k) reply.Integer(static_cast<int64_t>(k));
      reply.EndSet(inner, inner_count);
    }
    reply.EndArray(outer, 12);
    ASSERT_EQ(out.substr(0, 6), "before");
    auto parsed = ParseReply(Bytes(out).substr(6));
    ASSERT_TRUE(parsed.ok() && parsed->has_value());
    EXPECT_EQ((*parsed)->consumed, out.size() - 6);
    const Value& value = (*parsed)->value;
    ASSERT_EQ(value.items.size(), 12u);
    EXPECT_EQ(value.items[11].kind, Value::Kind::kSet);
    EXPECT_EQ(value.items[11].items.size(), inner_count);
  }
}

TEST(Reply, ADeferredMapCountsItemsInResp2) {
  for (const Protocol protocol : {Protocol::kResp2, Protocol::kResp3}) {
    std::string out;
    Reply reply(out, protocol);
    const size_t mark = reply.Defer();
    for (int i = 0; i < 14; ++i) reply.Integer(i);
    reply.EndMap(mark, 7);
    EXPECT_EQ(out.substr(0, 6), protocol == Protocol::kResp2 ? "*14\r\n:" : "%7\r\n:0");
  }
}

TEST(Reply, CountsItsErrorsAndKeepsTheFirst) {
  std::string out = "earlier";
  Reply reply(out, Protocol::kResp2);
  EXPECT_EQ(reply.errors(), 0u);
  EXPECT_EQ(reply.first_error(), "");
  const size_t mark = reply.Defer();
  reply.ErrorText("NOAUTH first\r\n");
  for (int i = 0; i < 200; ++i) reply.Null();
  reply.Error(Err("second"));
  // The header grows by two bytes in front of the error.
  reply.EndArray(mark, 202);
  EXPECT_EQ(reply.errors(), 2u);
  EXPECT_EQ(reply.first_error(), "NOAUTH first");
}

TEST(Reply, RewindDropsWhatWasBegun) {
  std::string out;
  Reply reply(out, Protocol::kResp2);
  reply.Ok();
  const size_t position = reply.size();
  reply.Array(3);
  reply.Integer(1);
  reply.Rewind(position);
  reply.Error(Err("instead"));
  EXPECT_EQ(out, "+OK\r\n-ERR instead\r\n");
}

TEST(Reply, TheProtocolMayChangeOnTheWay) {
  std::string out;
  Reply reply(out, Protocol::kResp2);
  reply.Null();
  reply.set_protocol(Protocol::kResp3);
  reply.Null();
  EXPECT_EQ(out, "$-1\r\n_\r\n");
}

}  // namespace
}  // namespace veddb
