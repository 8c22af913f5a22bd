// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/group.h"

#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/read_all.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class GroupRun final : public InputRun {
 public:
  GroupRun(GroupTable::Form form, bool merges, Bytes stage, const GroupSpec* spec,
           PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)),
        form_(form),
        merges_(merges),
        stage_(stage),
        context_(context),
        table_(spec, stage, form, context) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (!filled_) TRY(Fill());
    filled_ = true;
    TRY(context_.MayGoOn());
    buffer_.Clear();
    while (buffer_.size() < wanted && !buffer_.full()) {
      if (!TRY(table_.Next(buffer_.Begin()))) {
        buffer_.Drop();
        break;
      }
      // What parts hold is not yet what becomes of it.
      if (form_ == GroupTable::Form::kDocuments) TRY(buffer_.End(stage_));
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return table_.memory_bytes() + buffer_.memory_bytes(); }
  uint64_t spilled_bytes() const override { return table_.spilled_bytes(); }

 private:
  Status Fill() {
    const auto take = [&](DocView doc) -> Status {
      Status added = merges_ ? table_.Merge(doc) : table_.Add(doc);
      if (!added.ok()) return Named(std::move(added));
      return Ok();
    };
    TRY(ReadAll(*input_, take));
    return table_.Finish();
  }
  Status Named(Status failed) const {
    std::string& message = failed.error().message;
    if (!message.starts_with(stage_)) message.insert(0, std::string(stage_) + ": ");
    return failed;
  }

  const GroupTable::Form form_;
  const bool merges_;
  const Bytes stage_;
  PipelineContext& context_;
  GroupTable table_;
  bool filled_ = false;
  DocumentBuffer buffer_;
};

}  // namespace

Result<StageRunPtr> GroupStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<GroupRun>(GroupTable::Form::kDocuments, false, name(), &spec_,
                                                context, std::move(input)));
}

Result<StageRunPtr> GroupStage::OpenPart(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<GroupRun>(GroupTable::Form::kParts, false, name(), &spec_,
                                                context, std::move(input)));
}

Result<StageRunPtr> GroupStage::OpenMerge(PipelineContext& context, StageRunPtr parts) const {
  return StageRunPtr(std::make_unique<GroupRun>(GroupTable::Form::kDocuments, true, name(), &spec_,
                                                context, std::move(parts)));
}

Result<StagePtr> ParseGroupStage(const Element& stage, const PipelineScope& scope) {
  if (stage.value.type != BsonType::kObject) return BadStage("it takes an object");
  const DocView fields = stage.value.Document();
  const ValueView id = fields.Find("_id");
  if (id.missing()) return BadStage("the field _id, what to group by, is missing");
  GroupSpec spec(TRY(Expression::Parse(id, scope.expressions)));
  for (const Element& field : fields) {
    if (field.name != "_id") TRY(spec.AddField(field, scope.expressions));
  }
  return StagePtr(std::make_shared<GroupStage>(stage, std::move(spec)));
}

}  // namespace veddb::doc
