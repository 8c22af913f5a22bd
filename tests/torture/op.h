// SPDX-License-Identifier: BSD-3-Clause
// Op: one atomic write (or read) of a client over one or several items: the requests that make it,
// and what it does to the oracle's picture.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/resp_client.h"
#include "tests/torture/item.h"

namespace veddb::torture {

struct Op {
  enum class Kind {
    kGet,
    kSet,  // SET, without expiry after it
    kIncr,
    kAppend,
    kDel,  // of all its items in one command
    kExpireAt,
    kMset,      // the same value to all its items
    kRename,    // items[0] to items[1]
    kTogether,  // MULTI: the same value to all its items, keys and document, EXEC
    kInsert,
    kPut,  // IFVERSION where the version is known
    kDocDel,
    kSetInDb,  // SELECT, SET, SELECT 0
    kFlushDb,  // all items of the database of items[0]
    kSwapDb,   // items come in pairs: of the first, of the second database
  };
  Kind kind = Kind::kGet;
  std::vector<size_t> items;  // of the worker's
  std::string value;          // or what is appended
  int64_t number = -1;        // the expiry, or the version asked for (-1: none)
  bool last_is_document = false;

  bool writes() const { return kind != Kind::kGet; }
};

// Adds the op's requests; returns how many there are and which of their replies tells the outcome.
struct Requests {
  size_t count = 1;
  size_t answer = 0;
};
Requests Send(const Op& op, const std::vector<Item>& items, testing::RespClient& client);

// What the op makes of its items' states. With a reply, checks that it is the one that is due and
// learns versions from it; the text says what was due. Without, the op is assumed to have run.
std::optional<std::string> Apply(const Op& op, const std::vector<State*>& states,
                                 const testing::RespReply* reply);

// Errors that say: nothing was written.
bool Refuses(const testing::RespReply& reply);

std::string Print(const Op& op, const std::vector<Item>& items);

}  // namespace veddb::torture
