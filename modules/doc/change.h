// SPDX-License-Identifier: BSD-3-Clause
// What UPDATE…, REPLACEONE, FINDONEAND… and BULK do to documents: an update of operators, or a
// document in another's place. Every new document is made before the first is stored, so that an
// error leaves everything as it was.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "doc/update/update.h"
#include "modules/doc/new_document.h"
#include "modules/doc/targets.h"

namespace veddb {

struct ChangeQuery final : WriteQuery {
  std::optional<doc::Update> update;  // else:
  std::string replacement;            // BSON
};

struct Changed {
  size_t matched = 0;
  size_t modified = 0;
  std::optional<std::string> upserted;  // the new document's id as JSON
};

// A document before or after a change. Valid during the call.
struct ChangedDocument {
  doc::StoredDocument stored;
  uint32_t array_index = doc::kNoArrayIndex;
};
// Told of the one document of a query with only_first, before anything is stored: as it was
// (nothing: an upsert makes it) and as it will be. An error stops everything.
using ChangeObserver = std::function<Status(const std::optional<ChangedDocument>& before,
                                            const ChangedDocument& after)>;

// Reads the replacement's text.
Status ParseReplacement(Bytes json, ChangeQuery& query);

// BADQUERY, TOOLARGE, DUPLICATEKEY, VERSIONMISMATCH: nothing was changed.
Result<Changed> RunChange(Call& call, ChangeQuery& query, const ChangeObserver& observer = {});

}  // namespace veddb
