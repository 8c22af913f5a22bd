// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/set_window_fields.h"

#include "doc/expression/parser.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/document_queue.h"
#include "doc/pipeline/read_all.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

// Of the memory: what waits for its answers, and what is being sorted; functions have the rest.
constexpr size_t kQueueShare = 4;
constexpr size_t kSorterShare = 2;

class WindowFieldsRun final : public InputRun {
 public:
  WindowFieldsRun(const WindowFieldsSpec* spec, Bytes stage, PipelineContext& context,
                  StageRunPtr input)
      : InputRun(std::move(input)),
        spec_(*spec),
        stage_(stage),
        context_(context),
        run_(context.NewEvaluation()),
        sorter_(context, context.memory_bytes_max() / kSorterShare),
        queue_(context, context.memory_bytes_max() / kQueueShare) {
    for (const auto& function : spec_.functions) runs_.push_back(function->Open());
    run_.ReserveVariables(spec_.first_slot + runs_.size());
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    Status filled = Fill(wanted);
    if (!filled.ok()) {
      std::string& message = filled.error().message;
      if (!message.starts_with(stage_)) message.insert(0, std::string(stage_) + ": ");
      return filled;
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override {
    return sorter_.memory_bytes() + queue_.memory_bytes() + buffer_.memory_bytes() +
           FunctionBytes();
  }
  uint64_t spilled_bytes() const override {
    return sorter_.spilled_bytes() + queue_.spilled_bytes();
  }

 private:
  Status Fill(size_t wanted) {
    if (!sorted_) TRY(Sort());
    sorted_ = true;
    buffer_.Clear();
    while (buffer_.size() < wanted && !buffer_.full()) {
      TRY(CountWork());
      if (!queue_.empty() && AllReady()) {
        TRY(Answer());
      } else if (more_) {
        TRY(Enter());
      } else if (partition_open_) {
        EndPartition();
      } else {
        break;
      }
    }
    return Ok();
  }

  // Where windows hold much, an answer may be much work.
  Status CountWork() {
    constexpr size_t kBytesOfOne = 16 * 1024;
    work_ += 1 + FunctionBytes() / kBytesOfOne;
    if (work_ < kCheckEvery) return Ok();
    work_ = 0;
    return context_.MayGoOn();
  }

  // By the partition's value, then the sort; what is equal stays in the order in which it came.
  Status Sort() {
    std::string key;
    std::string payload;
    const auto take = [&](DocView doc) -> Status {
      key.clear();
      payload.clear();
      TRY(AppendPartition(doc, &key));
      PutVarint(payload, key.size());
      if (spec_.sort) TRY(spec_.sort->AppendPathsKey(doc, &key));
      payload.append(doc.bytes());
      return sorter_.Add(key, payload);
    };
    TRY(ReadAll(*input_, take));
    TRY(sorter_.Finish());
    return Step();
  }
  Status AppendPartition(DocView doc, std::string* key) {
    if (!spec_.partition) return Ok();
    run_.Begin(doc);
    const ValueView value = TRY(spec_.partition->Evaluate(run_));
    if (value.type == BsonType::kArray) {
      return MakeError(ErrorCode::kBadQuery, "the value of a partition can't be an array");
    }
    AppendOrderedKey(value.missing() ? expression::Evaluation::Null() : value, key);
    return Ok();
  }

  // To the next document in order.
  Status Step() {
    more_ = TRY(sorter_.Next());
    if (!more_) return Ok();
    Bytes payload = sorter_.payload();
    uint64_t partition_bytes = 0;
    CHECK(GetVarint(&payload, &partition_bytes));
    document_ = DocView(payload);
    partition_ = sorter_.key().substr(0, partition_bytes);
    sort_key_ = sorter_.key().substr(partition_bytes);
    return Ok();
  }

  bool AllReady() const {
    for (const auto& run : runs_) {
      if (!run->Ready()) return false;
    }
    return true;
  }

  Status Enter() {
    if (partition_open_ && partition_ != open_partition_) {
      EndPartition();
      return Ok();
    }
    if (!partition_open_) {
      run_.Begin(document_);
      for (const auto& run : runs_) TRY(run->Begin(run_));
      open_partition_.assign(partition_);
      partition_open_ = true;
    }
    run_.Begin(document_);
    for (const auto& run : runs_) TRY(run->Enter(run_, sort_key_));
    TRY(queue_.Push(document_));
    if (FunctionBytes() > context_.memory_bytes_max()) {
      return MakeError(
          ErrorCode::kMemoryLimit,
          "the windows take more than " + std::to_string(context_.memory_bytes_max()) + " bytes");
    }
    return Step();
  }
  void EndPartition() {
    // Whoever is not answered yet is so before the next partition begins.
    if (!ended_) {
      for (const auto& run : runs_) run->End();
      ended_ = true;
    }
    if (!queue_.empty()) return;
    partition_open_ = false;
    ended_ = false;
  }

  Status Answer() {
    const DocView doc = TRY(queue_.Pop());
    run_.Begin(doc);
    for (size_t i = 0; i < runs_.size(); ++i) {
      run_.SetVariable(spec_.first_slot + i, TRY(runs_[i]->Next(run_)));
    }
    TRY(Projector(&*spec_.fields, &run_).Apply(doc, kNoArrayIndex, buffer_.Begin()));
    return buffer_.End(stage_);
  }

  size_t FunctionBytes() const {
    size_t bytes = 0;
    for (const auto& run : runs_) bytes += run->memory_bytes();
    return bytes;
  }

  const WindowFieldsSpec& spec_;
  const Bytes stage_;
  PipelineContext& context_;
  expression::Evaluation run_;
  RecordSorter sorter_;
  DocumentQueue queue_;  // documents that entered and are not answered
  std::vector<std::unique_ptr<WindowRun>> runs_;
  bool sorted_ = false;
  uint64_t work_ = 0;  // since it was last asked whether to go on
  // The next document in order, if there is one.
  bool more_ = false;
  DocView document_;
  Bytes partition_;
  Bytes sort_key_;
  // The partition whose documents enter.
  bool partition_open_ = false;
  bool ended_ = false;  // all of them did
  std::string open_partition_;
  DocumentBuffer buffer_;
};

}  // namespace

Status WindowFieldsSpec::SetOutput(DocView output, const PipelineScope& scope) {
  const expression::Scope& outer = scope.expressions;
  std::vector<std::string> free(outer.free.begin(), outer.free.end());
  first_slot = free.size();
  std::string set;
  DocBuilder builder(&set);
  const window::WindowScope own{.expressions = outer, .sort = sort ? &*sort : nullptr};
  for (const Element& field : output) {
    functions.push_back(TRY(WindowFunction::Parse(field.value, own)));
    free.push_back("w" + std::to_string(functions.size()));
    builder.String(field.name, "$$" + free.back());
  }
  builder.Finish();
  fields = TRY(Projection::Parse(DocView(set), ProjectionUse::kAddFields,
                                 {.variables = outer.variables, .free = free}));
  return Ok();
}

Result<StageRunPtr> SetWindowFieldsStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<WindowFieldsRun>(&spec_, name(), context, std::move(input)));
}

StageFields SetWindowFieldsStage::fields() const {
  StageFields fields{.replaces = false, .reads = {}};
  if (spec_.partition) fields.reads.Add(spec_.partition->dependencies());
  if (spec_.sort) {
    for (const FieldPath& path : spec_.sort->paths()) fields.reads.paths.insert(path.text());
  }
  for (const auto& function : spec_.functions) fields.reads.Add(function->dependencies());
  return fields;
}

Result<StagePtr> ParseSetWindowFieldsStage(const Element& stage, const PipelineScope& scope) {
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(stage.name, "?partitionBy ?sortBy output", stage.value));
  WindowFieldsSpec spec;
  if (!values[0].missing()) spec.partition = TRY(Expression::Parse(values[0], scope.expressions));
  if (!values[1].missing()) {
    if (values[1].type != BsonType::kObject) return BadStage("'sortBy' must be an object");
    spec.sort = TRY(SortSpec::Parse(values[1].Document()));
    if (spec.sort->empty()) spec.sort.reset();
  }
  if (values[2].type != BsonType::kObject || values[2].Document().empty()) {
    return BadStage("'output' must be an object of at least one field");
  }
  TRY(spec.SetOutput(values[2].Document(), scope));
  return StagePtr(std::make_shared<SetWindowFieldsStage>(stage, std::move(spec)));
}

}  // namespace veddb::doc
