// SPDX-License-Identifier: BSD-3-Clause
// DOC.NEXT, DOC.CLOSE: the further batches of an answer that began with BATCH.
#include <array>

#include "modules/doc/doc_shared.h"
#include "modules/doc/document_cursor.h"
#include "modules/doc/options.h"

namespace veddb {
namespace {

struct NextPrepared final : Prepared {
  DocOptions options;
};

Status PrepareNext(PrepareCall& prepare) {
  auto prepared = std::make_unique<NextPrepared>();
  prepared->options = TRY(ParseDocOptions(prepare.argv.subspan(2), DocOption::kBatch));
  prepare.plan.prepared = std::move(prepared);
  prepare.plan.may_lag = true;  // the cursor has a snapshot of its own
  return Ok();
}

Status NextBatch(Call& call) {
  const Bytes id = call.argv[1];
  CursorPtr taken = TRY(call.cursors->Take(id, call.user));
  auto& cursor = static_cast<DocumentCursor&>(*taken);
  const uint64_t batch = call.prepared_as<NextPrepared>().options.batch;
  const Result<FoundDocuments> found = cursor.Next(batch != 0 ? batch : cursor.batch());
  if (!found.ok() || cursor.ended()) {
    call.cursors->Finish(id, std::move(taken));
    if (!found.ok()) return found.error();
    WriteBatch(kNoMoreBatches, *found, call.reply);
    return Ok();
  }
  TRY(call.cursors->Return(id, std::move(taken)));
  WriteBatch(id, *found, call.reply);
  return Ok();
}

void Next(Call& call) {
  const Status status = NextBatch(call);
  if (!status.ok()) call.reply.Error(status.error());
}

void Close(Call& call) {
  int64_t open = 0;
  for (const Bytes id : call.argv.subspan(1)) open += call.cursors->Close(id, call.user) ? 1 : 0;
  call.reply.Integer(open);
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.next",
                .summary = "Return the next batch of the answer that a cursor stands for.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of documents that are read for the "
                              "batch.",
                .syntax = "cursor [BATCH count]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .route = Route::kSnapshot,
                .handler = Next,
                .prepare = PrepareNext},
    CommandSpec{.name = "doc.close",
                .summary = "Close cursors.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of cursors.",
                .syntax = "cursor [cursor ...]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kDoc,
                .route = Route::kLoop,
                .handler = Close},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocCursorCommands() { return kTable; }

}  // namespace veddb
