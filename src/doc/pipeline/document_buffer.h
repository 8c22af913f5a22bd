// SPDX-License-Identifier: BSD-3-Clause
// DocumentBuffer: the documents of one batch that a run makes itself, one behind the other in one
// string. Owned by: one run.
//
//   buffer.Clear();
//   while (… && !buffer.full()) { TRY(Make(buffer.Begin())); buffer.End(); }
//   buffer.Publish(out);       // views are good until the next Clear
#pragma once
#include <string>
#include <vector>

#include "doc/pipeline/stage.h"

namespace veddb::doc {

class DocumentBuffer {
 public:
  void Clear() {
    // A few large documents are no reason to keep as much for ever.
    if (bytes_.capacity() > 4 * kBatchBytes) std::string().swap(bytes_);
    bytes_.clear();
    begins_.clear();
  }
  // Where the next document is appended.
  std::string* Begin() {
    begins_.push_back(bytes_.size());
    return &bytes_;
  }
  // Drops what was begun last.
  void Drop() {
    bytes_.resize(begins_.back());
    begins_.pop_back();
  }
  void Add(DocView doc) { Begin()->append(doc.bytes()); }
  // The document begun last is complete. TOOLARGE.
  Status End(Bytes stage) const;

  size_t size() const { return begins_.size(); }
  bool full() const { return bytes_.size() >= kBatchBytes; }
  size_t memory_bytes() const { return bytes_.capacity() + begins_.capacity() * sizeof(size_t); }
  void Publish(DocumentBatch* out) const {
    for (const size_t begin : begins_) out->documents.emplace_back(bytes_.data() + begin);
  }

 private:
  std::string bytes_;
  std::vector<size_t> begins_;
};

inline Status DocumentBuffer::End(Bytes stage) const {
  if (bytes_.size() - begins_.back() <= kStageDocumentBytesMax) return Ok();
  return MakeError(ErrorCode::kTooLarge, std::string(stage) + ": a document of more than " +
                                             std::to_string(kStageDocumentBytesMax) +
                                             " bytes comes of it");
}

}  // namespace veddb::doc
