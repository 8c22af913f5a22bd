// SPDX-License-Identifier: BSD-3-Clause
// $densify: documents in the gaps of a field's values, a step from one to the next. What comes out
// is in order of the partitions' values, then the field.
#include "doc/expression/calendar.h"
#include "doc/expression/parser.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/read_all.h"
#include "doc/pipeline/spill.h"
#include "doc/pipeline/stages/partition_fields.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/query/projection.h"
#include "doc/value/arithmetic.h"
#include "doc/value/builder.h"
#include "doc/value/compare.h"
#include "doc/value/ordered_key.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

// Documents that one run makes: more would be a mistake in the step.
constexpr uint64_t kMadeMax = 500'000;

enum class DensifyBounds : uint8_t { kFull, kPartition, kExplicit };

struct DensifySpec {
  std::string path;
  std::optional<Expression> value;      // at the path
  std::optional<Expression> partition;  // an array of what is at the paths
  std::optional<Projection> made;       // a document of the partition's values and the field's
  size_t first_slot = 0;                // of the variables of `made`
  size_t partition_paths = 0;
  DensifyBounds bounds = DensifyBounds::kFull;
  std::string lower;  // tagged, of kExplicit
  std::string upper;
  std::string step;  // tagged
  std::optional<expression::DateUnit> unit;
};

Status TooMany() {
  return MakeError(ErrorCode::kBadQuery,
                   "it would make more than " + std::to_string(kMadeMax) + " documents");
}

// The values to be there: a base and steps from it on.
class Grid {
 public:
  explicit Grid(const DensifySpec* spec) : spec_(*spec) {}

  void Begin(ValueView base) {
    base_ = Tagged(base);
    at_ = base_;
    steps_ = 0;
  }
  ValueView at() const { return TaggedView(at_); }
  Status Step() {
    ++steps_;
    if (spec_.unit) {
      const int64_t step = *WholeNumber(TaggedView(spec_.step));
      const int64_t base = TaggedView(base_).Date();
      const bool beyond = step > expression::kDateMsMax / static_cast<int64_t>(kMadeMax) ||
                          base > expression::kDateMsMax || base < -expression::kDateMsMax;
      const std::optional<int64_t> date =
          beyond ? std::nullopt
                 : expression::AddToDate(base, *spec_.unit, step * steps_, expression::TimeZone());
      if (!date) return MakeError(ErrorCode::kBadQuery, "a step leads to no date");
      at_.assign(1, static_cast<char>(BsonType::kDate));
      PutLE64(at_, static_cast<uint64_t>(*date));
      return Ok();
    }
    Number count;
    count.type = BsonType::kInt64;
    count.integer = steps_;
    const Number step = NumberOf(TaggedView(spec_.step));
    // By multiplication: what sums lose adds up. An int32 step is to leave int32 what it was.
    if (steps_ <= INT32_MAX && step.type == BsonType::kInt32) count.type = BsonType::kInt32;
    const std::optional<Number> way = Multiply(step, count);
    const std::optional<Number> sum = way ? Add(NumberOf(TaggedView(base_)), *way) : std::nullopt;
    if (!sum) return MakeError(ErrorCode::kBadQuery, "a step leads beyond 64 bits");
    at_.assign(1, static_cast<char>(sum->type));
    sum->AppendTo(&at_);
    return Ok();
  }

 private:
  const DensifySpec& spec_;
  std::string base_;
  std::string at_;
  int64_t steps_ = 0;
};

class DensifyRun final : public InputRun {
 public:
  DensifyRun(const DensifySpec* spec, Bytes stage, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)),
        spec_(*spec),
        stage_(stage),
        context_(context),
        run_(context.NewEvaluation()),
        sorter_(context, context.memory_bytes_max()),
        grid_(spec) {
    run_.ReserveVariables(spec_.first_slot + spec_.partition_paths + 1);
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    Status filled = Fill(wanted);
    if (!filled.ok()) {
      filled.error().message.insert(0, std::string(stage_) + ": ");
      return filled;
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return sorter_.memory_bytes() + buffer_.memory_bytes(); }
  uint64_t spilled_bytes() const override { return sorter_.spilled_bytes(); }

 private:
  Status Fill(size_t wanted) {
    if (!sorted_) TRY(Sort());
    sorted_ = true;
    buffer_.Clear();
    while (buffer_.size() < wanted && !buffer_.full()) {
      if (++turns_ % kCheckEvery == 0) TRY(context_.MayGoOn());
      if (!open_ && !more_) break;
      if (!open_) OpenPartition();
      TRY(Advance());
    }
    return Ok();
  }

  Status Sort() {
    std::string key;
    std::string payload;
    const auto take = [&](DocView doc) -> Status {
      run_.Begin(doc);
      const ValueView value = TRY(spec_.value->Evaluate(run_));
      TRY(CheckValue(value));
      const ValueView partition =
          spec_.partition ? TRY(spec_.partition->Evaluate(run_)) : expression::Evaluation::Null();
      NoteEnds(value);
      key.clear();
      AppendOrderedKey(partition, &key);
      payload.clear();
      PutVarint(payload, key.size());
      AppendOrderedKey(value.missing() ? expression::Evaluation::Null() : value, &key);
      payload.append(Tagged(partition));
      payload.append(doc.bytes());
      return sorter_.Add(key, payload);
    };
    TRY(ReadAll(*input_, take));
    TRY(sorter_.Finish());
    TRY(Step());
    // A range of its own is filled even where there is nothing at all.
    open_ = !more_ && spec_.bounds == DensifyBounds::kExplicit && spec_.partition_paths == 0;
    if (open_) {
      partition_ = Tagged(expression::Evaluation::Null());
      OpenGrid(TaggedView(spec_.lower));
    }
    return Ok();
  }
  Status CheckValue(ValueView value) const {
    if (value.IsNullish()) return Ok();
    const bool fits = spec_.unit ? value.type == BsonType::kDate : value.IsNumber();
    if (fits && !(value.IsNumber() && IsNan(value))) return Ok();
    return MakeError(ErrorCode::kBadQuery,
                     std::string("the field must be ") +
                         (spec_.unit ? "a date where the range has a unit"
                                     : "a number where the range has no unit") +
                         ", not of type " + std::string(TypeName(value.type)));
  }
  void NoteEnds(ValueView value) {
    if (value.IsNullish() || spec_.bounds != DensifyBounds::kFull) return;
    if (least_.empty() || CompareValues(value, TaggedView(least_)) < 0) least_ = Tagged(value);
    if (greatest_.empty() || CompareValues(value, TaggedView(greatest_)) > 0) {
      greatest_ = Tagged(value);
    }
  }

  // To the next document in order.
  Status Step() {
    more_ = TRY(sorter_.Next());
    if (!more_) return Ok();
    Bytes payload = sorter_.payload();
    uint64_t partition_bytes = 0;
    CHECK(GetVarint(&payload, &partition_bytes));
    partition_key_ = sorter_.key().substr(0, partition_bytes);
    own_partition_ = TaggedView(payload);
    document_ = DocView(own_partition_.data + own_partition_.size());
    run_.Begin(document_);
    value_ = Tagged(TRY(spec_.value->Evaluate(run_)));
    return Ok();
  }

  void OpenPartition() {
    open_ = true;
    open_key_.assign(partition_key_);
    partition_ = Tagged(own_partition_);
    grid_open_ = false;
    if (spec_.bounds == DensifyBounds::kExplicit) OpenGrid(TaggedView(spec_.lower));
    if (spec_.bounds == DensifyBounds::kFull && !least_.empty()) OpenGrid(TaggedView(least_));
  }
  void OpenGrid(ValueView base) {
    grid_open_ = true;
    grid_.Begin(base);
  }

  // Does the grid go on at its present place? `kPartition` has no end but its last document.
  bool GridGoesOn() const {
    if (!grid_open_) return false;
    switch (spec_.bounds) {
      case DensifyBounds::kExplicit:
        return CompareValues(grid_.at(), TaggedView(spec_.upper)) < 0;
      case DensifyBounds::kFull:
        return CompareValues(grid_.at(), TaggedView(greatest_)) <= 0;
      case DensifyBounds::kPartition:
        return true;
    }
    return false;
  }

  // One document, or the end of the partition.
  Status Advance() {
    const bool has_document = more_ && partition_key_ == open_key_;
    const ValueView value = TaggedView(value_);
    if (has_document && value.IsNullish()) return HandOn();
    if (has_document && !grid_open_) OpenGrid(value);
    if (!has_document) {
      if (spec_.bounds != DensifyBounds::kPartition && GridGoesOn()) return Make();
      open_ = false;
      return Ok();
    }
    const int order = CompareValues(grid_.at(), value);
    if (order < 0 && GridGoesOn()) return Make();
    if (order == 0) TRY(grid_.Step());
    return HandOn();
  }
  Status HandOn() {
    buffer_.Add(document_);
    return Step();
  }
  Status Make() {
    if (++made_ > kMadeMax) return TooMany();
    run_.Begin(DocView());
    size_t slot = spec_.first_slot;
    if (spec_.partition_paths > 0) {
      for (const Element& element : TaggedView(partition_).Document()) {
        run_.SetVariable(slot++, element.value);
      }
    }
    run_.SetVariable(slot, grid_.at());
    TRY(Projector(&*spec_.made, &run_).Apply(DocView(), kNoArrayIndex, buffer_.Begin()));
    return grid_.Step();
  }

  const DensifySpec& spec_;
  const Bytes stage_;
  PipelineContext& context_;
  expression::Evaluation run_;
  RecordSorter sorter_;
  Grid grid_;
  bool grid_open_ = false;
  bool sorted_ = false;
  uint64_t turns_ = 0;
  uint64_t made_ = 0;
  std::string least_;  // of all values, tagged
  std::string greatest_;
  // The next document in order, if there is one.
  bool more_ = false;
  DocView document_;
  Bytes partition_key_;
  ValueView own_partition_;
  std::string value_;  // tagged
  // The partition that is being handed out.
  bool open_ = false;
  std::string open_key_;
  std::string partition_;  // tagged
  DocumentBuffer buffer_;
};

class DensifyStage final : public Stage {
 public:
  DensifyStage(const Element& written, DensifySpec spec) : Stage(written), spec_(std::move(spec)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    return StageRunPtr(std::make_unique<DensifyRun>(&spec_, name(), context, std::move(input)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override {
    StageFields fields{.replaces = false, .reads = spec_.value->dependencies()};
    if (spec_.partition) fields.reads.Add(spec_.partition->dependencies());
    return fields;
  }

 private:
  const DensifySpec spec_;
};

Status ParseBounds(ValueView bounds, DensifySpec* spec) {
  if (bounds.type == BsonType::kString) {
    if (bounds.String() != "full" && bounds.String() != "partition") {
      return BadStage("'bounds' in words are 'full' or 'partition'");
    }
    spec->bounds = bounds.String() == "full" ? DensifyBounds::kFull : DensifyBounds::kPartition;
    return Ok();
  }
  if (bounds.type != BsonType::kArray || bounds.Document().Count() != 2) {
    return BadStage("'bounds' must be 'full', 'partition' or an array of two");
  }
  spec->bounds = DensifyBounds::kExplicit;
  for (const Element& bound : bounds.Document()) {
    const bool fits = spec->unit ? bound.value.type == BsonType::kDate
                                 : bound.value.IsNumber() && !IsNan(bound.value);
    if (!fits) {
      return BadStage(spec->unit ? "'bounds' must be dates where there is a 'unit'"
                                 : "'bounds' must be numbers where there is no 'unit'");
    }
    (bound.name == "0" ? spec->lower : spec->upper) = Tagged(bound.value);
  }
  if (CompareValues(TaggedView(spec->lower), TaggedView(spec->upper)) > 0) {
    return BadStage("the lower of 'bounds' lies above the upper one");
  }
  return Ok();
}

Status ParseRange(ValueView range, DensifySpec* spec) {
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments("'range'", "step bounds ?unit", range));
  const ValueView step = values[0];
  const std::string zero = TaggedInt64(0);
  if (!step.IsNumber() || IsNan(step) || CompareNumbers(step, TaggedView(zero)) <= 0) {
    return BadStage("'step' must be a number above 0");
  }
  spec->step = Tagged(step);
  if (!values[2].missing()) {
    if (values[2].type == BsonType::kString) {
      spec->unit = expression::DateUnitOf(values[2].String());
    }
    if (!spec->unit) return BadStage("unknown 'unit'");
    if (!WholeNumber(step))
      return BadStage("'step' must be a whole number where there is a 'unit'");
  }
  return ParseBounds(values[1], spec);
}

// How the documents that are made are put together.
Status SetMade(const std::vector<std::string>& partition, const PipelineScope& scope,
               DensifySpec* spec) {
  const expression::Scope& outer = scope.expressions;
  std::vector<std::string> free(outer.free.begin(), outer.free.end());
  spec->first_slot = free.size();
  spec->partition_paths = partition.size();
  std::string set;
  DocBuilder builder(&set);
  std::string paths;
  ArrayBuilder values(&paths);
  for (const std::string& path : partition) {
    free.push_back("p" + std::to_string(free.size()));
    builder.String(path, "$$" + free.back());
    // What is missing is null.
    values.String("$" + path);
  }
  values.Finish();
  free.emplace_back("value");
  builder.String(spec->path, "$$value");
  builder.Finish();
  spec->made = TRY(Projection::Parse(DocView(set), ProjectionUse::kAddFields,
                                     {.variables = outer.variables, .free = free}));
  if (!partition.empty()) {
    spec->partition = TRY(Expression::Parse(DocView(paths).AsValue(BsonType::kArray), outer));
  }
  return Ok();
}

}  // namespace

Result<StagePtr> ParseDensifyStage(const Element& stage, const PipelineScope& scope) {
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(stage.name, "field ?partitionByFields range", stage.value));
  DensifySpec spec;
  if (values[0].type != BsonType::kString || values[0].String().empty() ||
      values[0].String()[0] == '$') {
    return BadStage("'field' must be a path");
  }
  spec.path = values[0].String();
  TRY(CheckQueryPath(FieldPath(spec.path), "densify"));
  TRY(ParseRange(values[2], &spec));
  std::vector<std::string> partition;
  if (!values[1].missing()) partition = TRY(ParsePartitionFields(values[1]));
  const std::string path = TaggedString("$" + spec.path);
  spec.value = TRY(Expression::Parse(TaggedView(path), scope.expressions));
  TRY(SetMade(partition, scope, &spec));
  return StagePtr(std::make_shared<DensifyStage>(stage, std::move(spec)));
}

}  // namespace veddb::doc
