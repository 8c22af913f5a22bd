// SPDX-License-Identifier: BSD-3-Clause
// Pages: the documents of a query as they are at one moment, some at a time by a cursor, so that
// memory holds two pages at most: while one is written out, the server makes the next.
//
// Owned by: one thread.
#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "tools/connection.h"
#include "tools/options.h"

namespace veddb::tool {

// How documents are to be written on the wire: what a format needs.
doc::JsonMode WireModeOf(const Options& options);

class Pages {
 public:
  // Takes a document as JSON.
  using Taker = std::function<Status(Bytes json)>;

  // Asks for the first page. The connection outlives the pages.
  static Result<Pages> Open(Connection* connection, const Options& options);

  // Hands the next page over. False: that was the last one. After an error, one of `take` included,
  // there are no more, and the server's cursor is closed.
  Result<bool> Next(const Taker& take);

 private:
  Pages(Connection* connection, Reply first) : connection_(*connection), page_(std::move(first)) {}
  void Close(Bytes cursor);

  Connection& connection_;
  Reply page_;  // received already; null: it is under way
};

}  // namespace veddb::tool
