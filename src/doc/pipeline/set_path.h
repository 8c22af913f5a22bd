// SPDX-License-Identifier: BSD-3-Clause
// Values at dotted paths as stages see and set them: through objects, never into arrays. Pure.
#pragma once
#include <string>

#include "base/result.h"
#include "doc/value/builder.h"
#include "doc/value/path.h"

namespace veddb::doc {

// The value at the path; missing where an array or scalar is on the way.
ValueView PlainValueAt(DocView doc, const FieldPath& path);

// Appends the document with this value at the path: in the place of what is there, else at the end.
// Whatever is on the way and no object becomes one. A missing value: without the field, if all on
// the way are objects.
void AppendWithValue(DocView doc, const FieldPath& path, ValueView value, std::string* out);

// A path that a stage is to set or to read. BADQUERY without the stage's name: it is no string, or
// no path that a field may have. `what`: the option's name.
Result<FieldPath> ParseStagePath(ValueView value, Bytes what);
// The same with a '$' in front: "$a.b".
Result<FieldPath> ParseDollarPath(ValueView value, Bytes what);

}  // namespace veddb::doc
