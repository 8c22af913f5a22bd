// SPDX-License-Identifier: BSD-3-Clause
// What the files of this module share: their tables, the limits, and how names and ids are read.
#pragma once
#include <span>
#include <string>

#include "base/result.h"
#include "command/spec.h"
#include "doc/value/extjson.h"
#include "modules/doc/doc_module.h"

namespace veddb {

std::span<const CommandSpec> DocCollectionCommands();
std::span<const CommandSpec> DocStatsCommands();
std::span<const CommandSpec> DocGetCommands();
std::span<const CommandSpec> DocInsertCommands();
std::span<const CommandSpec> DocPutCommands();
std::span<const CommandSpec> DocDelCommands();
std::span<const CommandSpec> DocAggregateCommands();
std::span<const CommandSpec> DocFindCommands();
std::span<const CommandSpec> DocCursorCommands();
std::span<const CommandSpec> DocDistinctCommands();
std::span<const CommandSpec> DocExplainCommands();
std::span<const CommandSpec> DocCountCommands();
std::span<const CommandSpec> DocDeleteCommands();
std::span<const CommandSpec> DocUpdateCommands();
std::span<const CommandSpec> DocFindAndModifyCommands();
std::span<const CommandSpec> DocBulkCommands();
std::span<const CommandSpec> DocIndexCommands();

// What SetDocLimits said.
DocLimits CurrentDocLimits();
// For the text of a document that is to be stored.
doc::ParseLimits DocumentParseLimits();
// TOOLARGE if one command may not write so many documents.
Status CheckBatch(size_t documents);

// ERR unless it has 1 to 255 bytes and no NUL.
Status CheckCollectionName(Bytes name);
Error NoCollection(Bytes name);
Error NoIndex(Bytes name);

// An id argument as the ordered encoding by which documents are stored.
Result<std::string> OrderedIdArgument(Bytes argument);

// Of commands with a filter.
inline constexpr Bytes kFilterComplexity =
    "O(1) where the filter says what _id is; else O(N) where N is the number of entries that an "
    "index has for it, or of documents in the collection.";
inline constexpr Bytes kDocGroup = "doc";
inline constexpr Bytes kDocSince = "1.0.0";

}  // namespace veddb
