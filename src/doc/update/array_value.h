// SPDX-License-Identifier: BSD-3-Clause
// Arrays as lists of their elements, as the array operators work on them. Views borrow the array.
#pragma once
#include <string>
#include <vector>

#include "doc/update/modifier.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"

namespace veddb::doc {

// None if it is missing. REQUIRES: missing, or an array.
std::vector<ValueView> ElementsOf(ValueView array);
Result<Outcome> WriteArray(const std::vector<ValueView>& elements, BsonType* type,
                           std::string* out);
// What to say of a value that should be an array.
std::string NoArray(ValueView value, DocView document);

}  // namespace veddb::doc
