// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/id_pages.h"

#include <array>

#include "base/number.h"
#include "doc/value/compare.h"
#include "doc/value/id.h"
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

using doc::BsonType;

constexpr int64_t kPage = 1000;
// The types that an id may have, in the order of their ranks.
constexpr std::array kIdTypes = {BsonType::kMinKey, BsonType::kNull,          BsonType::kInt32,
                                 BsonType::kInt64,  BsonType::kDouble,        BsonType::kDecimal128,
                                 BsonType::kString, BsonType::kSymbol,        BsonType::kObject,
                                 BsonType::kBinary, BsonType::kObjectId,      BsonType::kBool,
                                 BsonType::kDate,   BsonType::kTimestamp,     BsonType::kDbPointer,
                                 BsonType::kCode,   BsonType::kCodeWithScope, BsonType::kMaxKey};

class IdPages final : public Pages {
 public:
  IdPages(Connection* connection, const Options& options)
      : connection_(*connection), options_(options), filter_(options.filter) {}

  Result<bool> Next(const Taker& take) override {
    const Reply page = TRY(connection_.Run(Words()));
    if (page->type != REDIS_REPLY_ARRAY) return Err("the server answers what no VedDB answers");
    for (size_t i = 0; i < page->elements; ++i) TRY(take(TextOf(*page->element[i])));
    if (page->elements > 0) {
      last_ = TRY(ParseText(TextOf(*page->element[page->elements - 1])));
      if (doc::DocView(last_).Find(doc::kIdField).missing()) return NeedsCursors("--project");
      behind_ = Behind::kOfItsKind;
    }
    if (page->elements == static_cast<size_t>(kPage)) return GoBehind(Behind::kOfItsKind);
    return GoBehind(Behind::kOtherKinds);
  }

  static Error NeedsCursors(Bytes what) {
    return Err("the server has no cursors: " + std::string(what) + " is not possible like this");
  }

 private:
  std::vector<Bytes> Words() {
    std::vector<Bytes> words = {
        "DOC.FIND", options_.collection, filter_, "SORT", "{\"_id\":1}", "LIMIT", limit_};
    if (!options_.projection.empty()) words.insert(words.end(), {"PROJECT", options_.projection});
    if (WireModeOf(options_) == doc::JsonMode::kCanonical) {
      words.insert(words.end(), {"EJSON", "CANONICAL"});
    }
    return words;
  }

  bool GoBehind(Behind behind) {
    // A page of other kinds that was not full was the last one.
    if (last_.empty() || (behind == Behind::kOtherKinds && behind_ == Behind::kOtherKinds)) {
      return false;
    }
    const auto filter =
        FilterBehind(options_.filter, doc::DocView(last_).Find(doc::kIdField), behind);
    if (filter) filter_ = *filter;
    behind_ = behind;
    return filter.has_value();
  }

  Connection& connection_;
  const Options& options_;
  const std::string limit_ = FormatInt64(kPage);
  std::string filter_;
  std::string last_;                     // the last document of all so far
  Behind behind_ = Behind::kOtherKinds;  // what filter_ is about
};

}  // namespace

std::optional<std::string> FilterBehind(Bytes filter, doc::ValueView id, Behind behind) {
  std::string condition;
  if (behind == Behind::kOfItsKind) {
    // No number is greater than NaN, which comes before all of them.
    const bool is_nan = id.IsNumber() && doc::IsNan(id);
    condition = is_nan ? R"("$gte":{"$numberDouble":"-Infinity"})" : R"("$gt":)";
    if (!is_nan) doc::WriteJsonValue(id, doc::JsonMode::kCanonical, &condition);
  } else {
    for (const BsonType type : kIdTypes) {
      if (doc::RankOf(type) <= doc::RankOf(id.type)) continue;
      doc::AppendJsonString(doc::TypeName(type), &(condition += condition.empty() ? "" : ","));
    }
    if (condition.empty()) return std::nullopt;
    condition = "\"$type\":[" + condition + "]";
  }
  return "{\"$and\":[" + std::string(filter) + ",{\"_id\":{" + condition + "}}]}";
}

Result<std::unique_ptr<Pages>> OpenIdPages(Connection* connection, const Options& options) {
  if (!options.sort.empty()) return IdPages::NeedsCursors("--sort");
  return std::unique_ptr<Pages>(std::make_unique<IdPages>(connection, options));
}

}  // namespace veddb::tool
