// SPDX-License-Identifier: BSD-3-Clause
// Actions and lists as the requests and replies of the server.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/consistency/operation.h"
#include "tests/support/resp_client.h"

namespace veddb::consistency {

inline constexpr char kDocuments[] = "consistency";

// How an action is asked for: some can be said in several ways.
enum class Wording : uint8_t { kPlain, kOther };

testing::Words WordsOf(const std::string& key, const Action& action, Wording wording,
                       size_t padding_bytes);

enum class Answer : uint8_t {
  kKnown,    // the result is in the action
  kInDoubt,  // the connection broke
  kRefused,  // an error that says: nothing was done
  kStrange,  // a reply that this action can't have
};
Answer ReadAnswer(const testing::RespReply& reply, Action& action);

// Lists as strings ("1,2,") and as documents ({"l":[1,2]}). Nothing if the bytes are no list.
std::string ListElement(int64_t element);
std::optional<std::vector<int64_t>> ParseList(const testing::RespReply& text);
std::string ListDocument(const std::vector<int64_t>& list);
std::optional<std::vector<int64_t>> ParseListDocument(const testing::RespReply& text);

}  // namespace veddb::consistency
