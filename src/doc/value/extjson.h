// SPDX-License-Identifier: BSD-3-Clause
// JSON text to BSON and back: MongoDB Extended JSON v2, relaxed or canonical on input. What is
// stored is exactly what came in: field order, number types, the deprecated types.
//   - BADJSON "… at byte N": not JSON, not UTF-8, a malformed extended type, a duplicate field
//   name, a
//     NUL in a field name, a lone surrogate, a number outside double's range.
//   - TOOLARGE: more than `depth_max` levels of objects and arrays (the outermost is level 1, an
//     extended type is a scalar), or more than `size_max` bytes of BSON.
//   - BADQUERY: sound JSON, but no object (array) where one is due.
// The parser does not recurse on its input's depth beyond depth_max. Any thread; pure.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "doc/value/document.h"

namespace veddb::doc {

struct ParseLimits {
  uint32_t size_max = 16 * 1024 * 1024;
  uint32_t depth_max = 100;
};

// A document as BSON bytes.
Result<std::string> ParseDocument(Bytes json, const ParseLimits& limits = {});
// An array as the BSON bytes of a document named "0", "1", …
Result<std::string> ParseArray(Bytes json, const ParseLimits& limits = {});
// Any JSON value, tagged (document.h).
Result<std::string> ParseValue(Bytes json, const ParseLimits& limits = {});

enum class JsonMode : uint8_t { kRelaxed, kCanonical };

// Append JSON text without spaces.
void WriteJson(DocView doc, JsonMode mode, std::string* out);
void WriteJsonValue(ValueView value, JsonMode mode, std::string* out);
// The same as a string of its own, relaxed; for messages and ids.
std::string JsonText(ValueView value);
std::string JsonText(DocView doc);

// The shortest text that reads back as the same finite double; always with a point or an exponent.
void AppendJsonDouble(double v, std::string* out);
// `text` in quotes, escaped.
void AppendJsonString(Bytes text, std::string* out);

}  // namespace veddb::doc
