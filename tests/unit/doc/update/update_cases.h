// SPDX-License-Identifier: BSD-3-Clause
// Cases of updates as tables: a document, an update, and what becomes of it.
#pragma once
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "doc/update/update.h"

namespace veddb::doc {

// 2024-01-02T03:04:05.678Z
inline constexpr int64_t kTestNowMs = 1704164645678;

struct UpdateCase {
  const char* before;
  const char* update;
  const char* after;             // null: nothing changes
  const char* filter = nullptr;  // for `$`
  const char* array_filters = nullptr;
  bool inserts = false;
};

struct RefusedUpdate {
  const char* before;
  const char* update;
  const char* message;  // a part of it
  const char* filter = nullptr;
  const char* array_filters = nullptr;
};

// The document afterwards as JSON, or the error's wire text.
inline std::string RunUpdate(const char* before_json, const char* update_json,
                             const char* filter_json, const char* array_filters, bool inserts) {
  const auto error = [](const auto& result) { return "!" + result.error().Wire(); };
  const auto before = ParseDocument(before_json);
  if (!before.ok()) return error(before);
  const auto update = Update::ParseJson(
      update_json, array_filters == nullptr ? std::nullopt : std::optional<Bytes>(array_filters));
  if (!update.ok()) return error(update);
  uint32_t array_index = kNoArrayIndex;
  if (filter_json != nullptr) {
    const auto filter = Filter::ParseJson(filter_json);
    if (!filter.ok()) return error(filter);
    Matcher matcher(&*filter);
    if (!matcher.Matches(DocView(*before))) return "!the filter does not match";
    array_index = matcher.array_index();
  }
  std::string after;
  const Status applied =
      update->Apply({.document = DocView(*before), .now_ms = kTestNowMs, .inserts = inserts},
                    array_index, {}, &after);
  return applied.ok() ? JsonText(DocView(after)) : error(applied);
}

inline void ExpectUpdates(std::span<const UpdateCase> cases) {
  for (const UpdateCase& one : cases) {
    SCOPED_TRACE(std::string(one.before) + " <- " + one.update);
    const std::string expected =
        JsonText(DocView(ParseDocument(one.after == nullptr ? one.before : one.after).TakeValue()));
    EXPECT_EQ(RunUpdate(one.before, one.update, one.filter, one.array_filters, one.inserts),
              expected);
  }
}

inline void ExpectRefused(std::span<const RefusedUpdate> cases) {
  for (const RefusedUpdate& one : cases) {
    SCOPED_TRACE(std::string(one.before) + " <- " + one.update);
    const std::string said =
        RunUpdate(one.before, one.update, one.filter, one.array_filters, false);
    EXPECT_TRUE(said.starts_with("!BADQUERY ")) << said;
    EXPECT_NE(said.find(one.message), std::string::npos) << said;
  }
}

}  // namespace veddb::doc
