// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/pages.h"

#include <algorithm>
#include <array>

#include "base/number.h"

namespace veddb::tool {
namespace {

// Pages are as many documents as make about this many bytes, going by the page before.
constexpr size_t kPageBytes = 1024 * 1024;
constexpr int64_t kFirstPage = 100;
constexpr int64_t kPageMax = 5000;

int64_t PageAfter(const redisReply& documents) {
  size_t bytes = 1;
  for (size_t i = 0; i < documents.elements; ++i) bytes += documents.element[i]->len;
  const size_t fitting = kPageBytes * documents.elements / bytes;
  return std::clamp(static_cast<int64_t>(fitting), int64_t{1}, kPageMax);
}

}  // namespace

doc::JsonMode WireModeOf(const Options& options) {
  const Format format = options.format.value_or(Format::kNdjson);
  const bool as_text = format == Format::kNdjson || format == Format::kJsonArray;
  return as_text ? options.json : doc::JsonMode::kCanonical;
}

Result<Pages> Pages::Open(Connection* connection, const Options& options) {
  const std::string size = FormatInt64(kFirstPage);
  std::vector<Bytes> words = {"DOC.FIND", options.collection, options.filter, "BATCH", size};
  if (!options.projection.empty()) words.insert(words.end(), {"PROJECT", options.projection});
  if (!options.sort.empty()) words.insert(words.end(), {"SORT", options.sort});
  if (WireModeOf(options) == doc::JsonMode::kCanonical) {
    words.insert(words.end(), {"EJSON", "CANONICAL"});
  }
  return Pages(connection, TRY(connection->Run(words)));
}

Result<bool> Pages::Next(const Taker& take) {
  if (page_ == nullptr) page_ = TRY(connection_.Receive());
  const Reply page = std::move(page_);
  if (page->type == REDIS_REPLY_ERROR) return ErrorOf(*page);
  if (page->type != REDIS_REPLY_ARRAY || page->elements != 2 ||
      page->element[1]->type != REDIS_REPLY_ARRAY) {
    return Err("the server answers what no VedDB answers");
  }
  const Bytes cursor = TextOf(*page->element[0]);
  const redisReply& documents = *page->element[1];
  const bool more = cursor != "0";
  if (more) {
    const std::string size = FormatInt64(PageAfter(documents));
    const std::array<Bytes, 4> words = {"DOC.NEXT", cursor, "BATCH", size};
    connection_.Send(words);
    TRY(connection_.Flush());
  }
  for (size_t i = 0; i < documents.elements; ++i) {
    Status taken = take(TextOf(*documents.element[i]));
    if (taken.ok()) continue;
    if (more) Close(cursor);
    return std::move(taken.error());
  }
  return more;
}

// The next page is under way and nobody wants it.
void Pages::Close(Bytes cursor) {
  const std::array<Bytes, 2> words = {"DOC.CLOSE", cursor};
  connection_.Send(words);
  for (size_t replies = 0; replies < 2 && connection_.Receive().ok();) ++replies;
}

}  // namespace veddb::tool
