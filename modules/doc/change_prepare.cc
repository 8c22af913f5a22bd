// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/change_prepare.h"

#include "modules/doc/doc_shared.h"

namespace veddb {

Status PrepareChange(PrepareCall& prepare, DocOption allowed, ChangeKind kind) {
  auto query = std::make_unique<ChangeQuery>();
  query->only_first = kind != ChangeKind::kUpdateMany;
  TRY(ParseQuery(prepare, prepare.argv[2], prepare.argv.subspan(4), allowed, *query));
  query->may_insert = query->options.upsert;
  query->graves = query->may_insert ? GraveUse::kRead : GraveUse::kNone;
  const Bytes change = prepare.argv[3];
  if (kind == ChangeKind::kReplaceOne) {
    TRY(ParseReplacement(change, *query));
  } else {
    std::optional<Bytes> array_filters;
    if (query->options.array_filters) array_filters = *query->options.array_filters;
    query->update = TRY(doc::Update::ParseJson(change, array_filters, ScopeOf(query->options),
                                               DocumentParseLimits()));
  }
  PlanWrite(prepare, *query);
  prepare.plan.prepared = std::move(query);
  return Ok();
}

}  // namespace veddb
