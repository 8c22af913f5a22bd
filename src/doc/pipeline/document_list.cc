// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/document_list.h"

#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/read_all.h"

namespace veddb::doc {

class DocumentList::Reader final : public StageRun {
 public:
  explicit Reader(const DocumentList* list) : list_(list) {
    if (list->file_ == nullptr) return;
    file_ = std::make_unique<RecordReader>(RecordRange{list->file_.get(), 0, list->file_->size()});
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    TRY(list_->context_.MayGoOn());
    buffer_.Clear();
    while (file_ != nullptr && buffer_.size() < wanted && !buffer_.full()) {
      if (TRY(file_->Next())) {
        buffer_.Add(DocView(file_->payload()));
      } else {
        file_.reset();
      }
    }
    buffer_.Publish(out);
    while (file_ == nullptr && out->size() < wanted && at_ < list_->memory_.size()) {
      const DocView doc(list_->memory_.data() + at_);
      at_ += doc.size();
      out->documents.push_back(doc);
    }
    return Ok();
  }
  Status Rest() override { return Ok(); }
  size_t memory_bytes() const override { return buffer_.memory_bytes(); }

 private:
  const DocumentList* const list_;
  std::unique_ptr<RecordReader> file_;  // null: all of it was read
  size_t at_ = 0;                       // in memory
  DocumentBuffer buffer_;
};

Status DocumentList::Add(DocView doc) {
  if (!memory_.empty() && memory_.size() + doc.size() > memory_bytes_max_) {
    if (file_ == nullptr) file_ = TRY(context_.NewSpillFile());
    for (size_t at = 0; at < memory_.size();) {
      const DocView kept(memory_.data() + at);
      at += kept.size();
      TRY(AppendRecord({}, kept.bytes(), file_.get()));
    }
    TRY(file_->Flush());
    memory_.clear();
  }
  memory_.append(doc.bytes());
  return Ok();
}

Status DocumentList::AddAll(StageRun& input) {
  return ReadAll(input, [this](DocView doc) { return Add(doc); });
}

StageRunPtr DocumentList::Read() const { return std::make_unique<Reader>(this); }

}  // namespace veddb::doc
