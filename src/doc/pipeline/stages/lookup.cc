// SPDX-License-Identifier: BSD-3-Clause
// $lookup: the documents of another collection that belong to each document, as an array in it.
//
// Which these are is told by equal values (localField, foreignField), by a pipeline with variables,
// or by both. Where a pipeline begins by asking for a path to be equal to a variable
// (`$expr: {$eq: ["$a", "$$x"]}`), that is used as an equality too, so that an index can serve it.
#include <absl/container/flat_hash_map.h>

#include <optional>

#include "base/coding.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/foreign_join.h"
#include "doc/pipeline/nested.h"
#include "doc/pipeline/set_path.h"
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/match.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

struct Variable {
  std::string name;
  Expression value;
};

// An equality that the pipeline itself asks for: necessary, not sufficient.
struct AskedEquality {
  FieldPath path;      // of the other collection
  Expression operand;  // of variables
};

struct Lookup {
  ForeignPipeline foreign;
  bool has_pipeline = false;
  FieldPath as{""};
  std::optional<FieldPath> local;  // both or none
  std::optional<FieldPath> other;
  std::vector<Variable> variables;
  std::optional<AskedEquality> asked;  // only without localField
  // The pipeline gives the same for the same variables.
  bool repeatable = true;
};

class LookupStage final : public Stage {
 public:
  LookupStage(const Element& written, Lookup lookup) : Stage(written), lookup_(std::move(lookup)) {}

  const Lookup& lookup() const { return lookup_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override {
    return {.flow = StageFlow::kStreams, .may_run_in_parts = true, .one_to_one = true};
  }
  StageFields fields() const override {
    StageFields fields{.replaces = false, .reads = {}};
    if (lookup_.local) fields.reads.paths.insert(lookup_.local->text());
    if (lookup_.as.size() > 1) fields.reads.paths.emplace(lookup_.as.part(0));
    for (const Variable& variable : lookup_.variables) {
      fields.reads.Add(variable.value.dependencies());
    }
    fields.reads.chance |= !lookup_.repeatable;
    return fields;
  }
  bool Leaves(Bytes path) const override {
    return path.substr(0, path.find('.')) != lookup_.as.part(0);
  }

 private:
  const Lookup lookup_;
};

// --- the run ---

class LookupRun final : public InputRun {
 public:
  LookupRun(const LookupStage* stage, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)),
        lookup_(stage->lookup()),
        outer_(context),
        inner_(context),
        run_(context.NewEvaluation()),
        asked_run_(context.NewEvaluation()) {
    if (lookup_.local || lookup_.asked) {
      const FieldPath& path = lookup_.local ? *lookup_.other : lookup_.asked->path;
      // The other half is for what pipelines gave.
      const size_t memory = context.memory_bytes_max() / (lookup_.has_pipeline ? 2 : 1);
      join_.emplace(inner_, lookup_.foreign.collection, path, memory);
      if (!context.HasIndex(lookup_.foreign.collection, path.text())) at_once_ = kManyAtOnce;
    }
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    TRY(outer_.MayGoOn());
    buffer_.Clear();
    if (at_ == batch_.size()) {
      batch_.clear();
      at_ = 0;
      prepared_ = 0;
      TRY(input_->Next(at_once_, &batch_));
      TRY(ReadVariables());
    }
    while (at_ < batch_.size() && buffer_.size() < wanted && !buffer_.full()) {
      if (at_ == prepared_) TRY(Prepare());
      TRY(WriteOne(batch_.documents[at_], locals_[at_]));
      ++at_;
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override {
    return buffer_.memory_bytes() + cached_bytes_ + (join_ ? join_->memory_bytes() : 0);
  }

 private:
  // Where each question is a scan of the other collection: so many documents share one.
  static constexpr size_t kManyAtOnce = 2048;

  // What a document of the batch asks the other collection for.
  struct Local {
    std::vector<std::string> variables;  // tagged
    bool joins = false;
    std::vector<JoinKey> keys;
  };

  // Of the whole batch.
  Status ReadVariables() {
    locals_.clear();
    for (const DocView doc : batch_.documents) {
      Local local;
      run_.Begin(doc);
      for (const Variable& variable : lookup_.variables) {
        const ValueView value = TRY(variable.value.Evaluate(run_));
        local.variables.push_back(Tagged(value.missing() ? expression::Evaluation::Null() : value));
      }
      if (lookup_.local) {
        local.joins = true;
        AppendJoinKeys(doc, *lookup_.local, &local.keys);
      } else if (lookup_.asked) {
        TRY(ReadAsked(&local));
      }
      locals_.push_back(std::move(local));
    }
    return Ok();
  }

  // The value that the pipeline asks for, unless it is one that a filter would take otherwise.
  Status ReadAsked(Local* local) {
    asked_run_.Begin(DocView());
    const size_t outer = outer_.variables().size();
    asked_run_.ReserveVariables(outer + local->variables.size());
    for (size_t i = 0; i < local->variables.size(); ++i) {
      asked_run_.SetVariable(outer + i, TaggedView(local->variables[i]));
    }
    const Result<ValueView> value = lookup_.asked->operand.Evaluate(asked_run_);
    // The pipeline itself will fail, if it comes to that.
    if (!value.ok() || value->IsNullish() || value->type == BsonType::kArray ||
        value->type == BsonType::kRegex) {
      return Ok();
    }
    local->joins = true;
    local->keys.push_back(MakeJoinKey(*value));
    return Ok();
  }

  // Fetches for as many documents of the batch as memory allows.
  Status Prepare() {
    size_t count = batch_.size() - at_;
    for (;; count = (count + 1) / 2) {
      prepared_ = at_ + count;
      if (!join_) return Ok();
      std::vector<JoinKey> keys;
      for (size_t i = at_; i < prepared_; ++i) {
        keys.insert(keys.end(), locals_[i].keys.begin(), locals_[i].keys.end());
      }
      if (keys.empty() || TRY(join_->Fetch(keys))) return Ok();
      if (count == 1) {
        return MakeError(ErrorCode::kMemoryLimit,
                         "$lookup: what belongs to one document takes more than " +
                             std::to_string(outer_.memory_bytes_max()) + " bytes");
      }
    }
  }

  Status WriteOne(DocView doc, Local& local) {
    array_.clear();
    if (!lookup_.has_pipeline) {
      ArrayBuilder array(&array_);
      for (const DocView found : join_->Find(local.keys)) {
        array.Append(found.AsValue(BsonType::kObject));
      }
      array.Finish();
    } else {
      TRY(RunPipeline(local));
    }
    AppendWithValue(doc, lookup_.as, {BsonType::kArray, array_.data()}, buffer_.Begin());
    return buffer_.End("$lookup");
  }

  // What decides what the pipeline gives.
  static std::string KeyOf(const Local& local) {
    std::string key;
    for (const std::string& value : local.variables) {
      PutVarint(key, value.size());
      key += value;
    }
    for (const JoinKey& join : local.keys) key += join.encoded;
    return key;
  }

  Status RunPipeline(Local& local) {
    const std::string key = lookup_.repeatable ? KeyOf(local) : std::string();
    if (lookup_.repeatable) {
      const auto known = cache_.find(key);
      if (known != cache_.end()) {
        array_ = known->second;
        return Ok();
      }
    }
    inner_.SetVariables(std::move(local.variables));
    StageRunPtr last;
    if (local.joins) {
      last = TRY(lookup_.foreign.pipeline.Open(inner_, ListSource(join_->Find(local.keys))));
    } else {
      last = TRY(lookup_.foreign.Open(inner_));
    }
    ArrayBuilder array(&array_);
    DocumentBatch batch;
    for (;;) {
      batch.clear();
      TRY(last->Next(kBatchDocuments, &batch));
      if (batch.empty()) break;
      for (const DocView found : batch.documents) array.Append(found.AsValue(BsonType::kObject));
      if (array_.size() > kStageDocumentBytesMax) break;  // what is made of it is too large
    }
    array.Finish();
    if (lookup_.repeatable) Keep(key);
    return Ok();
  }

  void Keep(const std::string& key) {
    constexpr size_t kEntryBytes = 64;
    const size_t bytes = key.size() + array_.size() + kEntryBytes;
    if (cached_bytes_ + bytes > outer_.memory_bytes_max() / 2) {
      cache_.clear();
      cached_bytes_ = 0;
    }
    if (bytes > outer_.memory_bytes_max() / 2) return;
    cache_.emplace(key, array_);
    cached_bytes_ += bytes;
  }

  const Lookup& lookup_;
  PipelineContext& outer_;
  NestedContext inner_;
  expression::Evaluation run_;
  expression::Evaluation asked_run_;
  std::optional<ForeignJoin> join_;
  size_t at_once_ = kBatchDocuments;
  DocumentBatch batch_;
  std::vector<Local> locals_;  // of the batch
  size_t at_ = 0;
  size_t prepared_ = 0;  // up to there the join knows what is asked for
  std::string array_;
  absl::flat_hash_map<std::string, std::string> cache_;
  size_t cached_bytes_ = 0;
  DocumentBuffer buffer_;
};

Result<StageRunPtr> LookupStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<LookupRun>(this, context, std::move(input)));
}

// --- parsing ---

// "$a.b", a field; nothing for all else.
std::optional<FieldPath> FieldOf(ValueView operand) {
  if (operand.type != BsonType::kString) return std::nullopt;
  const Bytes text = operand.String();
  if (text.size() < 2 || text[0] != '$' || text[1] == '$') return std::nullopt;
  return FieldPath(text.substr(1));
}

// `$eq: ["$a", "$$x.y"]` in either order.
std::optional<AskedEquality> EqualityOf(ValueView operands, const expression::Scope& scope) {
  if (operands.type != BsonType::kArray || operands.Document().Count() != 2) return std::nullopt;
  auto it = operands.Document().begin();
  const ValueView first = it->value;
  ++it;
  const ValueView second = it->value;
  for (const auto& [field, other] : {std::pair(first, second), std::pair(second, first)}) {
    std::optional<FieldPath> path = FieldOf(field);
    if (!path || other.type != BsonType::kString || !other.String().starts_with("$$")) continue;
    Result<Expression> operand = Expression::Parse(other, scope);
    if (!operand.ok()) continue;
    const expression::Dependencies& reads = operand->dependencies();
    if (reads.whole_document || !reads.paths.empty()) continue;
    return AskedEquality{std::move(*path), operand.TakeValue()};
  }
  return std::nullopt;
}

std::optional<AskedEquality> FindEqualityIn(ValueView expression, const expression::Scope& scope) {
  if (expression.type != BsonType::kObject) return std::nullopt;
  const ValueView equals = expression.Document().Find("$eq");
  if (!equals.missing()) return EqualityOf(equals, scope);
  const ValueView all = expression.Document().Find("$and");
  if (all.type != BsonType::kArray) return std::nullopt;
  for (const Element& element : all.Document()) {
    if (auto found = FindEqualityIn(element.value, scope)) return found;
  }
  return std::nullopt;
}

// In the filter that the pipeline begins with; in what has to hold in any case.
std::optional<AskedEquality> FindEquality(DocView filter, const expression::Scope& scope) {
  for (const Element& element : filter) {
    if (element.name == "$expr") {
      if (auto found = FindEqualityIn(element.value, scope)) return found;
    }
    if (element.name != "$and" || element.value.type != BsonType::kArray) continue;
    for (const Element& part : element.value.Document()) {
      if (part.value.type != BsonType::kObject) continue;
      if (auto found = FindEquality(part.value.Document(), scope)) return found;
    }
  }
  return std::nullopt;
}

Result<std::vector<Variable>> ParseLet(ValueView let, const PipelineScope& scope) {
  std::vector<Variable> variables;
  if (let.missing()) return variables;
  for (const Element& element : let.Document()) {
    if (!expression::MayBeUserVariable(element.name)) {
      return BadStage("'" + std::string(element.name) + "' can't be a variable's name");
    }
    Expression value = TRY(Expression::Parse(element.value, scope.expressions));
    variables.push_back({std::string(element.name), std::move(value)});
  }
  return variables;
}

Status ParsePaths(StageOptions& given, Lookup* lookup) {
  const ValueView local = given.Take("localField");
  const ValueView other = given.Take("foreignField");
  if (local.missing() != other.missing()) {
    return BadStage("localField and foreignField are given together or not at all");
  }
  if (local.missing()) return Ok();
  lookup->local = TRY(ParseStagePath(local, "localField"));
  lookup->other = TRY(ParseStagePath(other, "foreignField"));
  return Ok();
}

}  // namespace

Result<StagePtr> ParseLookupStage(const Element& stage, const PipelineScope& scope) {
  if (stage.value.type != BsonType::kObject) return BadStage("it takes an object");
  StageOptions given(stage.value.Document());
  Lookup lookup;
  const ValueView as = TRY(given.Need("as"));
  lookup.as = TRY(ParseStagePath(as, "as"));
  const ValueView from = given.Take("from");
  const ValueView let = TRY(given.TakeTyped("let", BsonType::kObject));
  const ValueView pipeline = TRY(given.TakeTyped("pipeline", BsonType::kArray));
  TRY(ParsePaths(given, &lookup));
  TRY(given.Finish());
  lookup.has_pipeline = !pipeline.missing();
  if (!lookup.has_pipeline && !lookup.local) {
    return BadStage("localField and foreignField are due, or a pipeline");
  }
  if (!lookup.has_pipeline && !let.missing()) return BadStage("'let' is for a pipeline");
  lookup.variables = TRY(ParseLet(let, scope));
  std::vector<std::string> free(scope.expressions.free.begin(), scope.expressions.free.end());
  for (const Variable& variable : lookup.variables) free.push_back(variable.name);
  lookup.foreign = TRY(ParseForeignPipeline(from, pipeline, free, scope));
  if (lookup.foreign.collection.empty() && lookup.local) {
    return BadStage("localField and foreignField need a collection");
  }
  lookup.repeatable = !ReadsOf(lookup.foreign.pipeline).chance;
  const Pipeline& inner = lookup.foreign.pipeline;
  const auto* match =
      inner.empty() ? nullptr : dynamic_cast<const MatchStage*>(inner.stages()[0].get());
  if (match != nullptr && !lookup.local && !lookup.foreign.collection.empty()) {
    const expression::Scope variables{.variables = scope.expressions.variables, .free = free};
    lookup.asked = FindEquality(match->filter().document(), variables);
  }
  return StagePtr(std::make_shared<LookupStage>(stage, std::move(lookup)));
}

}  // namespace veddb::doc
