// SPDX-License-Identifier: BSD-3-Clause
// Values of one type as values of another, as $convert does it.
#pragma once
#include "base/result.h"
#include "doc/expression/evaluation.h"

namespace veddb::doc::expression {

// Is it a type that values can be converted to?
bool IsConversionTarget(BsonType type);

// BADQUERY if the value has no such form: the type does not convert, the text does not say it, the
// number does not fit. The message names no operator. REQUIRES: a target; not null or missing.
Result<ValueView> Convert(ValueView value, BsonType to, Evaluation& run);

}  // namespace veddb::doc::expression
