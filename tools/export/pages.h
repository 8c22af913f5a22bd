// SPDX-License-Identifier: BSD-3-Clause
// Pages: the documents of a query, some at a time, so that memory holds one or two pages.
//
// Owned by: one thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "tools/connection.h"
#include "tools/options.h"

namespace veddb::tool {

class Pages {
 public:
  // Takes a document as JSON.
  using Taker = std::function<Status(Bytes json)>;

  virtual ~Pages() = default;
  // Hands the next page over. False: that was the last one.
  virtual Result<bool> Next(const Taker& take) = 0;
};

// How documents are to be written on the wire: what a format needs.
doc::JsonMode WireModeOf(const Options& options);

// A cursor of the server, which shows one moment; or, where the server has no cursors, ranges of
// `_id`: every document that is there all the time is exported once. ERR where that is not possible
// (another order, or `_id` left out). The connection outlives the pages.
Result<std::unique_ptr<Pages>> OpenPages(Connection* connection, const Options& options);

}  // namespace veddb::tool
