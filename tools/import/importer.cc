// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/importer.h"

#include "doc/value/builder.h"
#include "doc/value/id.h"

namespace veddb::tool {
namespace {

constexpr size_t kBatchBytes = 1024 * 1024;
constexpr size_t kUnderWayBytes = 8 * 1024 * 1024;
// A state is written after so many bytes of input. Well below the window, so that the importer
// never has to wait because of it.
constexpr uint64_t kSaveEveryBytes = 4 * 1024 * 1024;
static_assert(kSaveEveryBytes + kUnderWayBytes < kResumeWindowBytes / 2);
static_assert(kBatchBytes < kResumeWindowBytes / 2);

bool IsFull(const Batch& batch, size_t documents_max) {
  const uint64_t span = batch.end.offset - batch.documents.front().offset;
  return batch.documents.size() >= documents_max || batch.bytes >= kBatchBytes ||
         span >= kBatchBytes;
}

}  // namespace

Importer::Importer(const Options* options, Input* input, Reader* reader, Connection* connection,
                   Progress* progress)
    : options_(*options),
      input_(*input),
      reader_(*reader),
      connection_(*connection),
      progress_(*progress),
      rejects_(reader, progress, options->shown_rejects),
      sender_(connection, *options) {
  state_.ids = IdSeed::Fresh();
}

Status Importer::Begin() {
  if (!options_.resume_file.empty()) {
    resume_ = TRY(ResumeFile::Of(options_));
    if (std::optional<ImportState> saved = TRY(resume_->Load())) {
      state_ = std::move(*saved);
      rejects_.Continue(state_.rejected);
      sender_.set_sent_before(state_.place.offset + kResumeWindowBytes);
      saved_offset_ = state_.place.offset;
      if (state_.place.offset > 0) TRY(reader_.Resume(state_.place));
    } else {
      TRY(Save());
    }
  }
  if (!options_.rejects_file.empty() && !state_.done) {
    TRY(rejects_.OpenFiles(options_.rejects_file, state_.reject_files));
  }
  if (options_.drop && !state_.dropped && !state_.done) {
    TRY(connection_.Run({"DOC.DROP", options_.collection}));
    state_.dropped = true;
    if (resume_) TRY(Save());
  }
  progress_.set_total_bytes(input_.size());
  progress_.Begin(state_.place.offset, state_.imported);
  return Ok();
}

Status Importer::Run() {
  TRY(Begin());
  if (state_.done) return Ok();
  TRY(ReadAndSend());
  state_.done = true;
  if (resume_) return Save();
  TRY(rejects_.Flush());
  return Ok();
}

Status Importer::ReadAndSend() {
  for (;;) {
    Result<std::optional<Record>> next = reader_.Next();
    if (!next.ok() || !*next) {
      // What stands before the place that can't be read is imported all the same.
      if (!filling_.empty()) TRY(SendBatch());
      TRY(ReceiveAll());
      return next.ok() ? Ok() : Status(std::move(next.error()));
    }
    TRY(Take(std::move(**next)));
  }
}

Status Importer::Take(Record record) {
  filling_.end = record.end;
  filling_.documents.push_back(Prepare(std::move(record)));
  const Outgoing& last = filling_.documents.back();
  filling_.bytes += last.json.size() + last.raw.size();
  const bool stops = last.rejection && !options_.ignore_errors;
  if (stops || IsFull(filling_, options_.batch)) TRY(SendBatch());
  return stops ? ReceiveAll() : Ok();
}

Outgoing Importer::Prepare(Record record) {
  Outgoing out;
  out.number = record.number;
  out.offset = record.offset;
  if (record.rejection) {
    out.raw = std::string(record.raw);
    out.rejection = std::move(record.rejection);
    return out;
  }
  doc::ValueView id = doc::DocView(record.bson).Find(doc::kIdField);
  std::string bson;
  const bool needs_id = options_.mode == ImportMode::kUpsert || resume_.has_value();
  if (id.missing() && options_.mode == ImportMode::kReplaceById) {
    out.raw = std::string(record.raw);
    out.rejection = Rejection{std::string(kNoId), "it has no _id"};
    return out;
  }
  if (id.missing() && needs_id) {
    const std::string made = doc::TaggedString(MadeId(state_.ids, record.offset));
    bson = doc::WithIdFirst(doc::DocView(record.bson), doc::TaggedView(made));
    id = doc::DocView(bson).Find(doc::kIdField);
  }
  if (!id.missing()) doc::WriteJsonValue(id, doc::JsonMode::kCanonical, &out.id);
  if (bson.empty() && reader_.IsJson()) {
    out.json = std::string(record.raw);
    return out;
  }
  out.raw = std::string(record.raw);
  doc::WriteJson(doc::DocView(bson.empty() ? record.bson : bson), doc::JsonMode::kCanonical,
                 &out.json);
  return out;
}

Status Importer::SendBatch() {
  TRY(sender_.Send(filling_));
  under_way_bytes_ += filling_.bytes;
  under_way_.push_back(std::move(filling_));
  filling_ = Batch();
  while (under_way_bytes_ > kUnderWayBytes) TRY(ReceiveOldest());
  const bool window_ends = resume_ && input_.offset() - saved_offset_ > kResumeWindowBytes / 2;
  if (!held_.empty() || window_ends) TRY(ReceiveAll());
  return SaveIfDue();
}

Status Importer::ReceiveOldest() {
  Batch batch = std::move(under_way_.front());
  under_way_.pop_front();
  under_way_bytes_ -= batch.bytes;
  batch.refused = !TRY(sender_.Receive(batch));
  if (!batch.refused && held_.empty()) return Account(batch);
  // What came after a refused batch is accounted for after it, so that the state is always that of
  // a place in the file.
  held_.push_back(std::move(batch));
  return Ok();
}

Status Importer::ReceiveAll() {
  while (!under_way_.empty()) TRY(ReceiveOldest());
  while (!held_.empty()) {
    Batch batch = std::move(held_.front());
    held_.pop_front();
    if (batch.refused) TRY(sender_.SendSingly(batch));
    TRY(Account(batch));
  }
  return SaveIfDue();
}

Status Importer::Account(const Batch& batch) {
  for (const Outgoing& document : batch.documents) {
    if (!document.rejection) {
      ++state_.imported;
      continue;
    }
    TRY(rejects_.Add(document.number, document.offset, *document.rejection, document.AsItStood()));
    TRY(CheckStop());
  }
  state_.place = batch.end;
  progress_.Show(state_.place.offset, state_.imported);
  return Ok();
}

Status Importer::CheckStop() const {
  if (options_.ignore_errors) return Ok();
  return Err(
      "stopped at the first rejected document; documents behind it may be stored already "
      "(--ignore-errors goes on)");
}

Status Importer::SaveIfDue() {
  const bool due =
      resume_ && held_.empty() && state_.place.offset - saved_offset_ >= kSaveEveryBytes;
  return due ? Save() : Ok();
}

Status Importer::Save() {
  state_.reject_files = TRY(rejects_.Flush());
  state_.rejected = rejects_.counts();
  saved_offset_ = state_.place.offset;
  return resume_->Save(state_);
}

}  // namespace veddb::tool
