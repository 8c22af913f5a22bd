// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/pages.h"

#include <algorithm>
#include <array>

#include "base/number.h"
#include "tools/export/id_pages.h"

namespace veddb::tool {
namespace {

// Pages are as many documents as make about this many bytes.
constexpr size_t kPageBytes = 1024 * 1024;
constexpr int64_t kFirstPage = 100;
constexpr int64_t kPageMax = 5000;

Error Unexpected() { return Err("the server answers what no VedDB answers"); }

// The words of the query without its collection's pages.
std::vector<Bytes> QueryWords(const Options& options) {
  std::vector<Bytes> words = {"DOC.FIND", options.collection, options.filter};
  if (!options.projection.empty()) words.insert(words.end(), {"PROJECT", options.projection});
  if (!options.sort.empty()) words.insert(words.end(), {"SORT", options.sort});
  if (WireModeOf(options) == doc::JsonMode::kCanonical) {
    words.insert(words.end(), {"EJSON", "CANONICAL"});
  }
  return words;
}

// While a page is written out, the server makes the next one.
class CursorPages final : public Pages {
 public:
  CursorPages(Connection* connection, Reply first)
      : connection_(*connection), page_(std::move(first)) {}

  Result<bool> Next(const Taker& take) override {
    if (page_ == nullptr) page_ = TRY(connection_.Receive());
    const Reply page = std::move(page_);
    if (page->type == REDIS_REPLY_ERROR) return ErrorOf(*page);
    if (page->type != REDIS_REPLY_ARRAY || page->elements != 2 ||
        page->element[1]->type != REDIS_REPLY_ARRAY) {
      return Unexpected();
    }
    const std::string cursor(TextOf(*page->element[0]));
    const redisReply& documents = *page->element[1];
    const bool more = cursor != "0";
    if (more) {
      const std::string size = FormatInt64(PageAfter(documents));
      const std::array<Bytes, 4> words = {"DOC.NEXT", cursor, "BATCH", size};
      connection_.Send(words);
      TRY(connection_.Flush());
    }
    for (size_t i = 0; i < documents.elements; ++i) TRY(take(TextOf(*documents.element[i])));
    return more;
  }

 private:
  static int64_t PageAfter(const redisReply& documents) {
    size_t bytes = 1;
    for (size_t i = 0; i < documents.elements; ++i) bytes += documents.element[i]->len;
    const size_t fitting = kPageBytes * documents.elements / bytes;
    return std::clamp(static_cast<int64_t>(fitting), int64_t{1}, kPageMax);
  }

  Connection& connection_;
  Reply page_;  // received already; null: the next one is asked for
};

}  // namespace

doc::JsonMode WireModeOf(const Options& options) {
  const Format format = options.format.value_or(Format::kNdjson);
  const bool as_text = format == Format::kNdjson || format == Format::kJsonArray;
  return as_text ? options.json : doc::JsonMode::kCanonical;
}

Result<std::unique_ptr<Pages>> OpenPages(Connection* connection, const Options& options) {
  std::vector<Bytes> words = QueryWords(options);
  const std::string first_page = FormatInt64(kFirstPage);
  words.insert(words.end(), {"BATCH", first_page});
  Result<Reply> first = connection->Run(words);
  if (first.ok()) {
    return std::unique_ptr<Pages>(std::make_unique<CursorPages>(connection, first.TakeValue()));
  }
  const Error& error = first.error();
  if (error.code == ErrorCode::kBadQuery && error.message.starts_with("BATCH ")) {
    return OpenIdPages(connection, options);
  }
  return std::move(first.error());
}

}  // namespace veddb::tool
