// SPDX-License-Identifier: BSD-3-Clause
#include <hiredis/hiredis.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/bench/docs/session.h"

namespace veddb::bench {
namespace {

using Words = std::vector<std::string>;

std::string Date(int64_t unix_ms) { return R"({"$date":")" + IsoText(unix_ms) + "\"}"; }

class VeddbSession final : public Session {
 public:
  VeddbSession(redisContext* context, const OrderSet& orders)
      : context_(context), orders_(orders) {}

  uint64_t Insert(uint64_t number) override {
    return Run({"DOC.INSERT", "orders", orders_.Json(number, DateForm::kExtendedJson)});
  }
  uint64_t Get(uint64_t number) override {
    return Run({"DOC.GET", "orders", std::to_string(number)});
  }
  uint64_t FindOfCustomer(uint64_t customer) override {
    return Run({"DOC.FIND", "orders", R"({"customer.id":)" + std::to_string(customer) + "}"});
  }
  uint64_t FindMade(int64_t from_ms, int64_t to_ms) override {
    const std::string filter =
        R"({"created":{"$gte":)" + Date(from_ms) + R"(,"$lt":)" + Date(to_ms) + "}}";
    return Run({"DOC.FIND", "orders", filter, "SORT", R"({"created":1})", "LIMIT",
                std::to_string(kFoundLimit)});
  }
  uint64_t Increment(uint64_t number) override {
    const uint64_t fields =
        Run({"DOC.UPDATEONE", "orders", R"({"_id":)" + std::to_string(number) + "}",
             R"({"$inc":{"views":1}})"});
    if (fields != 6) Fail("DOC.UPDATEONE answered with another map");
    return static_cast<uint64_t>(reply_->element[3]->integer);  // "modified"
  }
  uint64_t CountReturned() override {
    return Run({"DOC.COUNT", "orders", R"({"status":"returned","total":{"$gt":200}})"});
  }
  uint64_t CountOfCustomers(uint64_t from, uint64_t to) override {
    return Run({"DOC.COUNT", "orders",
                R"({"customer.id":{"$gte":)" + std::to_string(from) + R"(,"$lt":)" +
                    std::to_string(to) + "}}"});
  }
  uint64_t GroupByState() override {
    return First(R"([{"$group":{"_id":"$status","n":{"$sum":1},"sum":{"$sum":"$total"},
                      "average":{"$avg":"$total"}}},{"$sort":{"_id":1}}])");
  }
  uint64_t BestSold() override {
    return First(R"([{"$unwind":"$items"},
                     {"$group":{"_id":"$items.sku","n":{"$sum":"$items.quantity"}}},
                     {"$sort":{"n":-1,"_id":1}},{"$limit":10}])");
  }
  uint64_t GroupOfCustomers(uint64_t from, uint64_t to) override {
    return First(R"([{"$match":{"customer.id":{"$gte":)" + std::to_string(from) + R"(,"$lt":)" +
                 std::to_string(to) + R"(}}},{"$group":{"_id":"$status","n":{"$sum":1},
                     "sum":{"$sum":"$total"}}},{"$sort":{"_id":1}}])");
  }
  uint64_t YearsByTotal() override {
    return First(R"([{"$match":{"total":{"$gt":100}}},
                     {"$project":{"status":1,"total":1,"year":{"$year":"$created"}}},
                     {"$group":{"_id":{"state":"$status","year":"$year"},"n":{"$sum":1},
                      "sum":{"$sum":"$total"}}},
                     {"$sort":{"sum":-1}},{"$limit":5}])");
  }

 private:
  // The field n of the first document.
  uint64_t First(const std::string& pipeline) {
    constexpr const char* kField = R"("n":)";
    Run({"DOC.AGGREGATE", "orders", pipeline});
    if (reply_->elements == 0) Fail("DOC.AGGREGATE answered nothing");
    const char* found = std::strstr(reply_->element[0]->str, kField);
    if (found == nullptr) Fail("DOC.AGGREGATE answered another document");
    return std::strtoull(found + std::strlen(kField), nullptr, 10);
  }

  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };

  // The number that came back; how many elements; 1 for a text, 0 for a nil.
  uint64_t Run(const Words& words) {
    starts_.clear();
    sizes_.clear();
    for (const std::string& word : words) {
      starts_.push_back(word.data());
      sizes_.push_back(word.size());
    }
    reply_.reset(static_cast<redisReply*>(redisCommandArgv(
        context_.get(), static_cast<int>(words.size()), starts_.data(), sizes_.data())));
    if (reply_ == nullptr) Fail(std::string("VedDB: ") + context_->errstr);
    if (reply_->type == REDIS_REPLY_ERROR) Fail(words[0] + ": " + reply_->str);
    if (reply_->type == REDIS_REPLY_INTEGER) return static_cast<uint64_t>(reply_->integer);
    if (reply_->type == REDIS_REPLY_ARRAY) return reply_->elements;
    return reply_->type == REDIS_REPLY_NIL ? 0 : 1;
  }

  std::unique_ptr<redisContext, FreeContext> context_;
  std::unique_ptr<redisReply, FreeReply> reply_;
  const OrderSet orders_;
  std::vector<const char*> starts_;
  std::vector<size_t> sizes_;
};

}  // namespace

std::unique_ptr<Session> OpenVeddb(const Target& target, const OrderSet& orders) {
  redisContext* context = redisConnect("127.0.0.1", target.port);
  if (context == nullptr || context->err != 0) Fail("can't connect to VedDB");
  return std::make_unique<VeddbSession>(context, orders);
}

}  // namespace veddb::bench
