// SPDX-License-Identifier: BSD-3-Clause
// What the grammars of $bucket, $bucketAuto and $sortByCount share. Errors are BADQUERY without the
// stage's name.
#pragma once
#include "doc/pipeline/stages/group_table.h"

namespace veddb::doc {

// Is it a path or an expression, rather than a constant by mistake?
Status CheckGroupBy(ValueView expression, Bytes what);
// Of the field `output`; missing: `{count: {$sum: 1}}`.
Status AddOutput(ValueView output, GroupSpec* spec, const expression::Scope& scope);

}  // namespace veddb::doc
