// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/doc_module.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

constexpr size_t kCollectionNameBytesMax = 255;

// Written by the loop, read wherever commands run.
std::atomic<int64_t> document_bytes_max{DocLimits().document_bytes_max};
std::atomic<int64_t> batch_max{DocLimits().batch_max};
std::atomic<int64_t> memory_bytes_max{DocLimits().memory_bytes_max};
std::atomic<int64_t> disk_bytes_min{DocLimits().disk_bytes_min};

}  // namespace

std::span<const CommandSpec> DocCommands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> out;
    for (const auto table :
         {DocCollectionCommands(), DocStatsCommands(), DocInsertCommands(), DocGetCommands(),
          DocPutCommands(), DocDelCommands(), DocFindCommands(), DocCursorCommands(),
          DocDistinctCommands(), DocExplainCommands(), DocCountCommands(), DocDeleteCommands(),
          DocAggregateCommands(), DocUpdateCommands(), DocFindAndModifyCommands(),
          DocBulkCommands(), DocIndexCommands()}) {
      out.insert(out.end(), table.begin(), table.end());
    }
    return out;
  }();
  return all;
}

void SetDocLimits(const DocLimits& limits) {
  document_bytes_max.store(limits.document_bytes_max, std::memory_order_relaxed);
  batch_max.store(limits.batch_max, std::memory_order_relaxed);
  memory_bytes_max.store(limits.memory_bytes_max, std::memory_order_relaxed);
  disk_bytes_min.store(limits.disk_bytes_min, std::memory_order_relaxed);
}

DocLimits CurrentDocLimits() {
  return {document_bytes_max.load(std::memory_order_relaxed),
          batch_max.load(std::memory_order_relaxed),
          memory_bytes_max.load(std::memory_order_relaxed),
          disk_bytes_min.load(std::memory_order_relaxed)};
}

doc::ParseLimits DocumentParseLimits() {
  doc::ParseLimits limits;
  const int64_t bytes = CurrentDocLimits().document_bytes_max;
  limits.size_max = static_cast<uint32_t>(std::min<int64_t>(bytes, INT32_MAX));
  return limits;
}

Status CheckBatch(size_t documents) {
  const int64_t max = CurrentDocLimits().batch_max;
  if (documents <= static_cast<uint64_t>(max)) return Ok();
  return MakeError(ErrorCode::kTooLarge, "one command may not write more than " +
                                             std::to_string(max) + " documents (doc-batch-max)");
}

Status CheckCollectionName(Bytes name) {
  if (name.empty()) return Err("a collection's name may not be empty");
  if (name.size() > kCollectionNameBytesMax) {
    return Err("a collection's name may not have more than " +
               std::to_string(kCollectionNameBytesMax) + " bytes");
  }
  if (name.find('\0') != Bytes::npos) return Err("a collection's name may not hold a NUL");
  return Ok();
}

Error NoCollection(Bytes name) {
  return MakeError(ErrorCode::kNoCollection, "no collection '" + std::string(name) + "'");
}

Error NoIndex(Bytes name) {
  constexpr size_t kShownBytes = 128;
  return MakeError(ErrorCode::kNoIndex,
                   "no index '" + std::string(name.substr(0, kShownBytes)) + "'");
}

Result<std::string> OrderedIdArgument(Bytes argument) {
  const std::string id = TRY(doc::ParseIdArgument(argument));
  return doc::OrderedKey(doc::TaggedView(id));
}

}  // namespace veddb
