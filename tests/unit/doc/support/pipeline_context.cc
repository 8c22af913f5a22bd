// SPDX-License-Identifier: BSD-3-Clause
#include "pipeline_context.h"

#include <algorithm>
#include <filesystem>

#include "doc/match/filter.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

// Its views are as short-lived as they may be: a batch is a copy that goes with the next question.
class VectorSource final : public StageRun {
 public:
  VectorSource(VectorContext* context, const std::vector<std::string>* documents,
               const CollectionRead& read)
      : context_(context), documents_(documents) {
    if (read.filter != nullptr) matcher_.emplace(read.filter, 1, read.variables);
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    constexpr size_t kAtOnce = 7;
    batch_ = std::make_unique<std::vector<std::string>>();
    TRY(context_->MayGoOn());
    while (at_ < documents_->size() && batch_->size() < std::min(wanted, kAtOnce)) {
      const std::string& doc = (*documents_)[at_++];
      if (!matcher_ || matcher_->Matches(DocView(doc))) batch_->push_back(doc);
      if (matcher_ && matcher_->error()) return *matcher_->error();
    }
    for (const std::string& doc : *batch_) out->documents.emplace_back(doc);
    return Ok();
  }
  Status Rest() override { return Ok(); }

 private:
  VectorContext* const context_;
  const std::vector<std::string>* const documents_;
  std::optional<Matcher> matcher_;
  std::unique_ptr<std::vector<std::string>> batch_;
  size_t at_ = 0;
};

}  // namespace

VectorContext::VectorContext(size_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {
  std::string name = std::filesystem::temp_directory_path() / "veddb-pipeline-XXXXXX";
  directory_ = mkdtemp(name.data());
}

VectorContext::~VectorContext() { std::filesystem::remove_all(directory_); }

StageRunPtr VectorContext::Source(const std::string& collection) {
  return std::make_unique<VectorSource>(this, &collections[collection], CollectionRead());
}

Status VectorContext::MayGoOn() {
  if (++looks <= looks_max) return Ok();
  return MakeError(ErrorCode::kTimeout, "it took too long");
}

Result<std::unique_ptr<SpillFile>> VectorContext::NewSpillFile() {
  if (may_spill) return SpillFile::Create(directory_);
  return MakeError(ErrorCode::kMemoryLimit, "nothing may be spilled");
}

Result<StageRunPtr> VectorContext::OpenCollection(const CollectionRead& read) {
  const auto& documents = collections[std::string(read.collection)];
  return StageRunPtr(std::make_unique<VectorSource>(this, &documents, read));
}

Result<std::vector<std::string>> VectorContext::Inspect(Inspection what) {
  const char* text = what == Inspection::kCollection
                         ? R"({"ns":"c","count":2,"storageStats":{"storageSize":10}})"
                         : R"({"name":"_id_","key":{"_id":1}})";
  return std::vector<std::string>{TRY(ParseDocument(text))};
}

Result<std::vector<std::string>> RunAll(const Pipeline& pipeline, VectorContext& context,
                                        const std::string& collection) {
  const StageRunPtr last = TRY(pipeline.Open(context, context.Source(collection)));
  std::vector<std::string> all;
  DocumentBatch batch;
  // Odd numbers of documents, so that batches end anywhere.
  for (size_t wanted = 1;; wanted = wanted % 5 + 1) {
    batch.clear();
    TRY(last->Next(wanted, &batch));
    if (batch.empty()) return all;
    if (batch.size() > wanted) return Err("more documents than were wanted");
    for (const DocView doc : batch.documents) all.emplace_back(doc.bytes());
    TRY(last->Rest());
  }
}

}  // namespace veddb::doc
