// SPDX-License-Identifier: BSD-3-Clause
// $graphLookup: the documents of another collection that can be reached from each document, step by
// step, as an array in it: the nearest first, those of one depth in order of `_id`.
#include <absl/container/flat_hash_set.h>

#include <optional>

#include "base/coding.h"
#include "doc/match/filter.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/foreign_join.h"
#include "doc/pipeline/nested.h"
#include "doc/pipeline/set_path.h"
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

struct GraphLookup {
  std::string from;
  std::optional<Expression> start;
  FieldPath connect_from{""};
  FieldPath connect_to{""};
  FieldPath as{""};
  std::optional<int64_t> depth_max;
  std::optional<FieldPath> depth_field;
  std::optional<Filter> restriction;
};

class GraphLookupStage final : public Stage {
 public:
  GraphLookupStage(const Element& written, GraphLookup lookup)
      : Stage(written), lookup_(std::move(lookup)) {}

  const GraphLookup& lookup() const { return lookup_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override {
    return {.flow = StageFlow::kStreams, .may_run_in_parts = true, .one_to_one = true};
  }
  StageFields fields() const override {
    StageFields fields{.replaces = false, .reads = lookup_.start->dependencies()};
    if (lookup_.as.size() > 1) fields.reads.paths.emplace(lookup_.as.part(0));
    return fields;
  }
  bool Leaves(Bytes path) const override {
    return path.substr(0, path.find('.')) != lookup_.as.part(0);
  }

 private:
  const GraphLookup lookup_;
};

class GraphLookupRun final : public InputRun {
 public:
  GraphLookupRun(const GraphLookupStage* stage, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)),
        lookup_(stage->lookup()),
        context_(context),
        run_(context.NewEvaluation()),
        join_(context, lookup_.from, lookup_.connect_to, context.memory_bytes_max() / 2) {
    if (lookup_.restriction) {
      matcher_.emplace(&*lookup_.restriction, context.NewSeed(), context.variables());
    }
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (at_ == batch_.size()) {
      batch_.clear();
      at_ = 0;
      TRY(input_->Next(wanted, &batch_));
    }
    buffer_.Clear();
    while (at_ < batch_.size() && buffer_.size() < wanted && !buffer_.full()) {
      const DocView doc = batch_.documents[at_++];
      TRY(Search(doc));
      AppendWithValue(doc, lookup_.as, {BsonType::kArray, array_.data()}, buffer_.Begin());
      TRY(buffer_.End("$graphLookup"));
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return buffer_.memory_bytes() + join_.memory_bytes(); }

 private:
  using Frontier = std::vector<JoinKey>;

  // Where the search goes on from a value: each value is followed once.
  void Follow(ValueView value, Frontier* frontier) {
    if (value.missing()) return;
    JoinKey key = MakeJoinKey(value);
    if (!followed_.insert(key.encoded).second) return;
    seen_bytes_ += key.encoded.size();
    frontier->push_back(std::move(key));
  }
  // The same from the elements of an array.
  void FollowEach(ValueView value, Frontier* frontier) {
    if (value.type != BsonType::kArray) return Follow(value, frontier);
    for (const Element& element : value.Document()) Follow(element.value, frontier);
  }

  // Into array_: all that can be reached.
  Status Search(DocView doc) {
    followed_.clear();
    reached_.clear();
    seen_bytes_ = 0;
    array_.clear();
    ArrayBuilder array(&array_);
    run_.Begin(doc);
    Frontier frontier;
    FollowEach(TRY(lookup_.start->Evaluate(run_)), &frontier);
    for (int64_t depth = 0; !frontier.empty(); ++depth) {
      if (lookup_.depth_max && depth > *lookup_.depth_max) break;
      TRY(context_.MayGoOn());
      Frontier next;
      TRY(Step(frontier, depth, &array, &next));
      frontier = std::move(next);
    }
    array.Finish();
    return Ok();
  }

  Status Step(const Frontier& frontier, int64_t depth, ArrayBuilder* array, Frontier* next) {
    if (!TRY(join_.Fetch(frontier))) return TooMuch();
    for (const DocView found : join_.Find(frontier)) {
      if (matcher_ && !matcher_->Matches(found)) {
        if (matcher_->error()) return *matcher_->error();
        continue;
      }
      std::string id = OrderedKey(found.Find(kIdField));
      seen_bytes_ += id.size();
      if (!reached_.insert(std::move(id)).second) continue;
      Append(found, depth, array);
      if (array_.size() + seen_bytes_ > context_.memory_bytes_max() / 2) return TooMuch();
      VisitPath(found, lookup_.connect_from, LeafArrays::kClosed, [&](ValueView value, uint32_t) {
        FollowEach(value, next);
        return false;
      });
    }
    return Ok();
  }

  void Append(DocView found, int64_t depth, ArrayBuilder* array) {
    if (!lookup_.depth_field) return array->Append(found.AsValue(BsonType::kObject));
    char bytes[sizeof depth];
    StoreLE64(bytes, static_cast<uint64_t>(depth));
    array->Next(BsonType::kObject);
    AppendWithValue(found, *lookup_.depth_field, {BsonType::kInt64, bytes}, array->out());
  }

  Error TooMuch() const {
    return MakeError(ErrorCode::kMemoryLimit,
                     "$graphLookup: what is reached from one document takes more than " +
                         std::to_string(context_.memory_bytes_max()) + " bytes");
  }

  const GraphLookup& lookup_;
  PipelineContext& context_;
  expression::Evaluation run_;
  ForeignJoin join_;
  std::optional<Matcher> matcher_;
  DocumentBatch batch_;
  size_t at_ = 0;
  absl::flat_hash_set<std::string> followed_;  // values, encoded
  absl::flat_hash_set<std::string> reached_;   // documents, by their ordered _id
  size_t seen_bytes_ = 0;
  std::string array_;
  DocumentBuffer buffer_;
};

Result<StageRunPtr> GraphLookupStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<GraphLookupRun>(this, context, std::move(input)));
}

Status ParseOptional(StageOptions& given, const PipelineScope& scope, GraphLookup* lookup) {
  const ValueView depth_max = given.Take("maxDepth");
  if (!depth_max.missing()) {
    lookup->depth_max = WholeNumber(depth_max);
    if (!lookup->depth_max || *lookup->depth_max < 0) {
      return BadStage("'maxDepth' has to be a whole number that is not negative");
    }
  }
  const ValueView depth_field = given.Take("depthField");
  if (!depth_field.missing()) lookup->depth_field = TRY(ParseStagePath(depth_field, "depthField"));
  const ValueView restriction = TRY(given.TakeTyped("restrictSearchWithMatch", BsonType::kObject));
  if (!restriction.missing()) {
    lookup->restriction = TRY(Filter::Parse(restriction.Document(), &scope.expressions));
  }
  return Ok();
}

}  // namespace

Result<StagePtr> ParseGraphLookupStage(const Element& stage, const PipelineScope& scope) {
  if (stage.value.type != BsonType::kObject) return BadStage("it takes an object");
  StageOptions given(stage.value.Document());
  GraphLookup lookup;
  const ValueView from = TRY(given.Need("from"));
  const ValueView start = TRY(given.Need("startWith"));
  const ValueView connect_from = TRY(given.Need("connectFromField"));
  const ValueView connect_to = TRY(given.Need("connectToField"));
  const ValueView as = TRY(given.Need("as"));
  lookup.from = TRY(ParseForeignPipeline(from, {}, {}, scope)).collection;
  lookup.start = TRY(Expression::Parse(start, scope.expressions));
  lookup.connect_from = TRY(ParseStagePath(connect_from, "connectFromField"));
  lookup.connect_to = TRY(ParseStagePath(connect_to, "connectToField"));
  lookup.as = TRY(ParseStagePath(as, "as"));
  TRY(ParseOptional(given, scope, &lookup));
  TRY(given.Finish());
  return StagePtr(std::make_shared<GraphLookupStage>(stage, std::move(lookup)));
}

}  // namespace veddb::doc
