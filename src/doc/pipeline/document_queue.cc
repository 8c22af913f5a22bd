// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/document_queue.h"

namespace veddb::doc {
namespace {

size_t BytesOf(const std::string& document) { return document.capacity() + sizeof(std::string); }

}  // namespace

Status DocumentQueue::Push(DocView doc) {
  documents_.emplace_back(doc.bytes());
  memory_bytes_ += BytesOf(documents_.back());
  ++count_;
  return memory_bytes_ > memory_bytes_max_ && documents_.size() > 1 ? Spill() : Ok();
}

// All that is in memory, which is behind all that was written out before.
Status DocumentQueue::Spill() {
  TRY(context_.MayGoOn());
  if (file_ == nullptr) file_ = TRY(context_.NewSpillFile());
  const uint64_t begin = file_->size();
  for (const std::string& document : documents_) {
    TRY(AppendRecord({}, document, file_.get()));
  }
  TRY(file_->Flush());
  spilled_.push_back({file_.get(), begin, file_->size()});
  spilled_bytes_ += file_->size() - begin;
  documents_.clear();
  memory_bytes_ = 0;
  return Ok();
}

Result<DocView> DocumentQueue::Pop() {
  --count_;
  for (;;) {
    if (reader_) {
      if (TRY(reader_->Next())) return DocView(reader_->payload());
      reader_.reset();
    }
    if (spilled_.empty()) break;
    reader_.emplace(spilled_.front());
    spilled_.pop_front();
  }
  // Nobody needs what is in the file any more.
  file_.reset();
  popped_ = std::move(documents_.front());
  documents_.pop_front();
  memory_bytes_ -= BytesOf(popped_);
  return DocView(popped_);
}

}  // namespace veddb::doc
