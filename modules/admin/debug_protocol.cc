// SPDX-License-Identifier: BSD-3-Clause
// DEBUG PROTOCOL: one reply of each type, for those who write clients. The values are Redis's.
#include "base/glob.h"
#include "modules/admin/debug_handlers.h"

namespace veddb {
namespace {

struct Sample {
  Bytes name;
  void (*reply)(Reply&);
};

constexpr int kElements = 3;

void ReplyNumbers(Reply& reply) {
  for (int i = 0; i < kElements; ++i) reply.Integer(i);
}

constexpr Sample kSamples[] = {
    {"string", [](Reply& reply) { reply.Bulk("Hello World"); }},
    {"integer", [](Reply& reply) { reply.Integer(12345); }},
    {"double", [](Reply& reply) { reply.Double(3.141); }},
    {"null", [](Reply& reply) { reply.Null(); }},
    {"array",
     [](Reply& reply) {
       reply.Array(kElements);
       ReplyNumbers(reply);
     }},
    {"set",
     [](Reply& reply) {
       reply.Set(kElements);
       ReplyNumbers(reply);
     }},
    {"map",
     [](Reply& reply) {
       reply.Map(kElements);
       for (int i = 0; i < kElements; ++i) {
         reply.Integer(i);
         reply.Bool(i == 1);
       }
     }},
    {"attrib",
     [](Reply& reply) {
       if (reply.Attribute(1)) {
         reply.Bulk("key-popularity");
         reply.Array(2);
         reply.Bulk("key:123");
         reply.Integer(90);
       }
       // What a client without attributes sees as well.
       reply.Bulk("Some real reply following the attribute");
     }},
    {"push",
     [](Reply& reply) {
       if (!reply.resp3()) return reply.Error(Err("RESP2 is not supported by this command"));
       reply.Push(2);
       reply.Bulk("server-cpu-usage");
       reply.Integer(42);
       reply.Bulk("Some real reply following the push reply");
     }},
    {"true", [](Reply& reply) { reply.Bool(true); }},
    {"false", [](Reply& reply) { reply.Bool(false); }},
    {"verbatim", [](Reply& reply) { reply.Verbatim("txt", "This is a verbatim\nstring"); }},
    {"bignum", [](Reply& reply) { reply.BigNumber("1234567999999999999999999999999999999"); }},
};

}  // namespace

void DebugProtocol(Call& call) {
  for (const Sample& sample : kSamples) {
    if (EqualsIgnoreCase(sample.name, call.argv[2])) return sample.reply(call.reply);
  }
  call.reply.Error(
      Err("Wrong protocol type name. Please use one of the following: string|integer|double|bignum|"
          "null|array|set|map|attrib|push|verbatim|true|false"));
}

}  // namespace veddb
