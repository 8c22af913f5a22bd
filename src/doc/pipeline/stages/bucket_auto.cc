// SPDX-License-Identifier: BSD-3-Clause
// $bucketAuto: documents in order of a value, cut into a number of buckets of about one size.
// Values that are equal are never parted.
#include <cmath>

#include "doc/expression/parser.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/read_all.h"
#include "doc/pipeline/stages/granularity.h"
#include "doc/pipeline/stages/group_fields.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/compare.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

struct BucketAutoSpec {
  GroupSpec groups;
  uint64_t buckets = 1;
  std::optional<Granularity> granularity;
};

class BucketAutoRun final : public InputRun {
 public:
  BucketAutoRun(const BucketAutoSpec* spec, Bytes stage, PipelineContext& context,
                StageRunPtr input)
      : InputRun(std::move(input)),
        spec_(*spec),
        states_(&spec->groups),
        stage_(stage),
        context_(context),
        run_(context.NewEvaluation()),
        sorter_(context, context.memory_bytes_max() / 2),
        words_(spec->groups.states_bytes / sizeof(uint64_t) + 1) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (!filled_) TRY(Fill());
    buffer_.Clear();
    while (more_ && buffer_.size() < wanted && !buffer_.full()) {
      TRY(MakeBucket());
      TRY(buffer_.End(stage_));
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return sorter_.memory_bytes() + buffer_.memory_bytes(); }
  uint64_t spilled_bytes() const override { return sorter_.spilled_bytes(); }

 private:
  Status Fill() {
    filled_ = true;
    std::string key;
    std::string payload;
    const auto take = [&](DocView doc) -> Status {
      run_.Begin(doc);
      ValueView value = TRY(spec_.groups.id.Evaluate(run_));
      if (value.missing()) value = expression::Evaluation::Null();
      if (spec_.granularity) TRY(CheckNumber(value));
      key.clear();
      AppendOrderedKey(value, &key);
      payload = Tagged(value);
      payload.append(doc.bytes());
      TRY(sorter_.Add(key, payload));
      ++count_;
      return Ok();
    };
    TRY(ReadAll(*input_, take));
    TRY(sorter_.Finish());
    size_ =
        std::max(1.0, std::round(static_cast<double>(count_) / static_cast<double>(spec_.buckets)));
    TRY(Step());
    if (!more_) return Ok();
    next_min_ = Tagged(value());
    if (spec_.granularity) next_min_ = TaggedDouble(spec_.granularity->Below(ToDouble(value())));
    return Ok();
  }
  Status CheckNumber(ValueView value) const {
    if (value.IsNumber() && ToDouble(value) >= 0 && std::isfinite(ToDouble(value))) return Ok();
    return MakeError(
        ErrorCode::kBadQuery,
        std::string(stage_) + ": with a granularity the values must be finite numbers from 0 on");
  }

  // To the next document in order.
  Status Step() {
    more_ = TRY(sorter_.Next());
    return Ok();
  }
  ValueView value() const { return TaggedView(sorter_.payload()); }
  DocView document() const { return DocView(value().data + value().size()); }

  Status Take(size_t* heap_bytes) {
    if (++taken_ % kCheckEvery == 0) TRY(context_.MayGoOn());
    run_.Begin(document());
    Status added = states_.Add(states(), run_, &key_, heap_bytes);
    if (!added.ok()) return added;
    if (*heap_bytes > context_.memory_bytes_max() / 2) {
      return MakeError(ErrorCode::kMemoryLimit,
                       std::string(stage_) + ": one bucket takes more than " +
                           std::to_string(context_.memory_bytes_max() / 2) + " bytes");
    }
    return Step();
  }

  Status MakeBucket() {
    const ValueView none;
    run_.Begin(DocView());
    TRY(states_.Begin(states(), none, run_));
    const auto end = [this](char* begun) { states_.End(begun); };
    const std::unique_ptr<char, decltype(end)> ends(states(), end);
    size_t heap_bytes = 0;
    const bool last = ++made_ == spec_.buckets;
    std::string max;
    for (uint64_t i = 0; more_ && (last || static_cast<double>(i) < size_); ++i) {
      if (max.empty() || !EqualValues(TaggedView(max), value())) max = Tagged(value());
      TRY(Take(&heap_bytes));
    }
    TRY(FillUp(&max, &heap_bytes));
    return AppendBucket(max);
  }

  // Takes what is not to be parted from the bucket, and sets where it ends and the next one begins.
  Status FillUp(std::string* max, size_t* heap_bytes) {
    if (!spec_.granularity) {
      while (more_ && EqualValues(value(), TaggedView(*max))) TRY(Take(heap_bytes));
      if (more_) *max = Tagged(value());
      return Ok();
    }
    double above = spec_.granularity->Above(ToDouble(TaggedView(*max)));
    while (more_ && ToDouble(value()) < above) TRY(Take(heap_bytes));
    // 0 has no number above it in any series: the next bucket's lower end is rounded instead.
    if (above == 0) {
      while (more_ && ToDouble(value()) == 0) TRY(Take(heap_bytes));
      if (more_) above = spec_.granularity->Below(ToDouble(value()));
    }
    *max = TaggedDouble(above);
    return Ok();
  }

  Status AppendBucket(const std::string& max) {
    DocBuilder doc(buffer_.Begin());
    DocBuilder id = doc.Object(kIdField);
    id.Append("min", TaggedView(next_min_));
    id.Append("max", TaggedView(max));
    id.Finish();
    TRY(states_.AppendFields(states(), run_, &doc));
    doc.Finish();
    next_min_ = max;
    return Ok();
  }
  char* states() { return reinterpret_cast<char*>(words_.data()); }

  const BucketAutoSpec& spec_;
  const GroupStates states_;
  const Bytes stage_;
  PipelineContext& context_;
  expression::Evaluation run_;
  RecordSorter sorter_;
  std::vector<uint64_t> words_;  // of the states
  std::string key_;
  bool filled_ = false;
  bool more_ = false;  // the sorter stands at a document
  uint64_t count_ = 0;
  uint64_t made_ = 0;
  uint64_t taken_ = 0;
  double size_ = 1;       // about how many documents a bucket gets
  std::string next_min_;  // tagged
  DocumentBuffer buffer_;
};

class BucketAutoStage final : public Stage {
 public:
  BucketAutoStage(const Element& written, BucketAutoSpec spec)
      : Stage(written), spec_(std::move(spec)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    return StageRunPtr(std::make_unique<BucketAutoRun>(&spec_, name(), context, std::move(input)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override { return {.replaces = true, .reads = spec_.groups.Reads()}; }

 private:
  const BucketAutoSpec spec_;
};

}  // namespace

Result<StagePtr> ParseBucketAutoStage(const Element& stage, const PipelineScope& scope) {
  const std::vector<ValueView> values = TRY(
      expression::NamedArguments(stage.name, "groupBy buckets ?output ?granularity", stage.value));
  TRY(CheckGroupBy(values[0], "'groupBy'"));
  BucketAutoSpec spec{.groups = GroupSpec(TRY(Expression::Parse(values[0], scope.expressions)))};
  const std::optional<int64_t> buckets = WholeNumber(values[1]);
  if (!buckets || *buckets < 1 || *buckets > INT32_MAX) {
    return BadStage("'buckets' must be a positive whole number of 31 bits");
  }
  spec.buckets = static_cast<uint64_t>(*buckets);
  TRY(AddOutput(values[2], &spec.groups, scope.expressions));
  if (!values[3].missing()) {
    if (values[3].type == BsonType::kString) {
      spec.granularity = Granularity::Find(values[3].String());
    }
    if (!spec.granularity) return BadStage("'granularity' is no series that is known");
  }
  return StagePtr(std::make_shared<BucketAutoStage>(stage, std::move(spec)));
}

}  // namespace veddb::doc
