// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/aggregation.h"

#include <algorithm>

#include "base/clock.h"
#include "doc/pipeline/spill.h"
#include "doc/pipeline/stages/limit_skip.h"
#include "doc/pipeline/stages/match.h"
#include "doc/pipeline/stages/sort.h"
#include "doc/pipeline/stages/transform_stage.h"
#include "doc/value/id.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/option_sets.h"
#include "modules/doc/parallel_groups.h"
#include "modules/doc/planned_source.h"

namespace veddb {
namespace {

const doc::SortStage* SortAt(const doc::Pipeline& pipeline, size_t place) {
  if (place >= pipeline.stages().size()) return nullptr;
  return dynamic_cast<const doc::SortStage*>(pipeline.stages()[place].get());
}

// The first stage's filter becomes the query's.
Status TakeLeadingMatch(Aggregation& aggregation) {
  const doc::Stages& stages = aggregation.pipeline.stages();
  const auto* match =
      stages.empty() ? nullptr : dynamic_cast<const doc::MatchStage*>(stages[0].get());
  if (match == nullptr) return Ok();
  const doc::expression::Scope scope = ScopeOf(aggregation.options);
  aggregation.filter = TRY(doc::Filter::Parse(match->filter().document(), &scope));
  aggregation.first = 1;
  return Ok();
}

// The paths as an inclusion; a path whose beginning is there as well says nothing more.
std::string InclusionOf(const std::set<std::string>& paths) {
  std::string bson;
  doc::DocBuilder inclusion(&bson);
  bool has_id = false;
  for (const std::string& path : paths) {
    if (path == doc::kIdField || path.starts_with("_id.")) {
      has_id = true;
      continue;
    }
    const bool inside = std::any_of(paths.begin(), paths.end(), [&path](const std::string& other) {
      return path.starts_with(other + ".");
    });
    if (!inside) inclusion.Bool(path, true);
  }
  inclusion.Bool(doc::kIdField, has_id);
  inclusion.Finish();
  return bson;
}

// May the first stage that makes documents anew give fields the order that they had? A projection
// does, and there may be one inside of $facet; all others name what they read.
bool KeepsFieldOrder(const doc::Stages& stages, size_t first) {
  for (size_t i = first; i < stages.size(); ++i) {
    if (stages[i]->fields().replaces) {
      const bool projects = dynamic_cast<const doc::TransformStage*>(stages[i].get()) != nullptr;
      return projects || stages[i]->name() == "$facet";
    }
  }
  return true;
}

// Finds out which fields the stages behind the filter look at.
void FindNeeded(Aggregation& aggregation) {
  const doc::Stages& stages = aggregation.pipeline.stages();
  const auto begin = stages.begin() + static_cast<ptrdiff_t>(aggregation.first);
  const auto reads = doc::ReadsOf(doc::Pipeline(doc::Stages(begin, stages.end())));
  if (reads.whole_document) return;
  aggregation.needs_nothing = reads.paths.empty();
  if (aggregation.needs_nothing) return;
  const std::string inclusion = InclusionOf(reads.paths);
  auto projection = doc::Projection::Parse(doc::DocView(inclusion), doc::ProjectionUse::kStage);
  // Paths that only expressions may have are no projection's.
  if (projection.ok()) aggregation.needed = projection.TakeValue();
  aggregation.any_field_order = !KeepsFieldOrder(stages, aggregation.first);
}

// So many documents from the front are all that the stages ask for; 0: that is not known.
uint64_t LimitAt(const doc::Pipeline& pipeline, size_t place) {
  const doc::Stages& stages = pipeline.stages();
  uint64_t skip = 0;
  for (; place < stages.size(); ++place) {
    if (const auto* limit = dynamic_cast<const doc::LimitStage*>(stages[place].get())) {
      return limit->limit() > INT64_MAX - skip ? 0 : limit->limit() + skip;
    }
    const auto* skips = dynamic_cast<const doc::SkipStage*>(stages[place].get());
    if (skips == nullptr || skip != 0) return 0;
    skip = skips->skip();
  }
  return 0;
}

}  // namespace

namespace {

// `*` stands for the documents that $documents makes, and for nothing else.
Status CheckSource(Bytes collection, const doc::Pipeline& pipeline) {
  const bool own = !pipeline.empty() && pipeline.stages()[0]->name() == "$documents";
  if (own == (collection == kOwnDocuments)) return Ok();
  return MakeError(ErrorCode::kBadQuery,
                   own ? "$documents: a pipeline that begins with it has the collection '*'"
                       : "the collection '*' is for pipelines that begin with $documents");
}

Status Note(const Databases& databases, uint32_t database, Bytes name, Query& query) {
  const Collection* collection = databases.FindCollection(database, name);
  query.has_collection = collection != nullptr;
  return collection == nullptr ? Ok() : NoteCollection(databases, *collection, query);
}

Status NoteForeign(PrepareCall& prepare, const std::vector<doc::ForeignCollection>& named,
                   Aggregation& aggregation) {
  for (const doc::ForeignCollection& one : named) {
    if (one.written) {
      prepare.plan.collections.push_back(
          {one.name, Access::kRW | Access::kInsert | Access::kUpdate | Access::kDelete});
      continue;
    }
    const auto known =
        std::find_if(aggregation.foreign.begin(), aggregation.foreign.end(),
                     [&one](const ForeignQuery& foreign) { return foreign.name == one.name; });
    if (known != aggregation.foreign.end()) continue;
    prepare.plan.collections.push_back({one.name, Access::kRO | Access::kAccess});
    auto query = std::make_unique<Query>();
    query->options.timeout_ms = aggregation.options.timeout_ms;
    TRY(Note(prepare.databases, prepare.database, one.name, *query));
    aggregation.foreign.push_back({one.name, std::move(query)});
  }
  return Ok();
}

}  // namespace

void Aggregation::WatchClient(const std::atomic<int64_t>* gone_at) {
  client_gone_at = gone_at;
  for (const ForeignQuery& one : foreign) one.query->client_gone_at = gone_at;
}

void Aggregation::StartClock() {
  deadline_ns = DeadlineOf(options);
  for (const ForeignQuery& one : foreign) one.query->deadline_ns = deadline_ns;
}

const doc::WritingStage* Aggregation::writing() const {
  if (written.empty()) return nullptr;
  return dynamic_cast<const doc::WritingStage*>(written.stages().back().get());
}

Status NoteAgain(const Databases& databases, uint32_t database, Bytes collection,
                 Aggregation& aggregation) {
  TRY(Note(databases, database, collection, aggregation));
  for (const ForeignQuery& one : aggregation.foreign) {
    TRY(Note(databases, database, one.name, *one.query));
  }
  return Ok();
}

Status ParseAggregation(PrepareCall& prepare, Aggregation& aggregation) {
  TRY(CheckCollectionName(prepare.argv[1]));
  aggregation.name = std::string(prepare.argv[1]);
  aggregation.options = TRY(ParseDocOptions(prepare.argv.subspan(3), kAggregateOptions));
  const std::string array = TRY(doc::ParseArray(prepare.argv[2]));
  std::vector<doc::ForeignCollection> foreign;
  const doc::PipelineScope scope{.expressions = ScopeOf(aggregation.options), .foreign = &foreign};
  const doc::ValueView value = doc::DocView(array).AsValue(doc::BsonType::kArray);
  aggregation.written = TRY(doc::Pipeline::Parse(value, scope));
  TRY(CheckSource(prepare.argv[1], aggregation.written));
  aggregation.pipeline = doc::Optimise(aggregation.written, scope.expressions, &aggregation.passes);
  TRY(TakeLeadingMatch(aggregation));
  FindNeeded(aggregation);
  TRY(NoteForeign(prepare, foreign, aggregation));
  aggregation.StartClock();
  return Note(prepare.databases, prepare.database, prepare.argv[1], aggregation);
}

AggregationRun::AggregationRun(const Aggregation* aggregation, const Snapshot* snapshot)
    : aggregation_(aggregation),
      snapshot_(snapshot),
      memory_bytes_max_(static_cast<size_t>(aggregation->options.memory_bytes != 0
                                                ? aggregation->options.memory_bytes
                                                : CurrentDocLimits().memory_bytes_max)),
      now_ms_(aggregation->options.variables.Find("NOW").Date()),
      seed_(static_cast<uint64_t>(MonoNanos())) {}

Result<std::unique_ptr<AggregationRun>> AggregationRun::Open(const Aggregation* aggregation,
                                                             const Snapshot* snapshot,
                                                             RunMeasures* measures) {
  std::unique_ptr<AggregationRun> run(new AggregationRun(aggregation, snapshot));
  TRY(run->OpenStages(measures));
  return run;
}

Result<LeadingPlan> PlanLeading(const Aggregation& aggregation, const Snapshot& snapshot) {
  LeadingPlan leading{.plan = nullptr, .first = aggregation.first};
  PlanWish wish{.filter = &aggregation.filter};
  if (aggregation.needs_nothing) wish.output = doc::PlanOutput::kIds;
  if (aggregation.needed) wish.projection = &*aggregation.needed;
  wish.any_field_order = aggregation.any_field_order;
  const doc::SortStage* sort = SortAt(aggregation.pipeline, aggregation.first);
  if (sort != nullptr) {
    PlanWish sorted = wish;
    sorted.sort = &sort->sort();
    sorted.limit = sort->limit();
    leading.plan = TRY(QueryPlan::Choose(&aggregation, &snapshot, sorted));
    const doc::SortWork work = leading.plan->choice().winner.sort;
    // What has to be sorted as a whole is the stage's, which can do with little memory.
    if (work == doc::SortWork::kNone || (work == doc::SortWork::kGroups && sorted.limit > 0)) {
      ++leading.first;
      return leading;
    }
  }
  wish.limit = LimitAt(aggregation.pipeline, aggregation.first);
  leading.plan = TRY(QueryPlan::Choose(&aggregation, &snapshot, wish));
  return leading;
}

Status AggregationRun::OpenStages(RunMeasures* measures) {
  doc::StageRunPtr source = doc::EmptySource();
  size_t first = aggregation_->first;
  if (aggregation_->has_collection) {
    LeadingPlan leading = TRY(PlanLeading(*aggregation_, *snapshot_));
    first = leading.first;
    const std::optional<size_t> group =
        measures != nullptr ? std::nullopt : GroupOfParts(*aggregation_, *snapshot_, leading);
    if (group) {
      source = TRY(OpenGroupOfParts(*this, *aggregation_, *snapshot_, std::move(leading), *group));
      last_ = TRY(aggregation_->pipeline.Open(*this, std::move(source), *group + 1));
      return Ok();
    }
    auto planned =
        std::make_unique<PlannedSource>(*this, snapshot_, aggregation_, std::move(leading.plan));
    if (measures != nullptr) planned->Measure(&measures->plan);
    source = std::move(planned);
  }
  const doc::Pipeline& pipeline = aggregation_->pipeline;
  if (measures == nullptr) {
    last_ = TRY(pipeline.Open(*this, std::move(source), first));
    return Ok();
  }
  measures->first = first;
  measures->stages.resize(pipeline.stages().size() - first + 1);
  last_ = TRY(pipeline.OpenMeasured(*this, std::move(source), first, measures->stages));
  return Ok();
}

Status AggregationRun::Next(size_t wanted, doc::DocumentBatch* out) {
  out->clear();
  return last_->Next(wanted, out);
}

size_t AggregationRun::stage_memory_bytes() const {
  size_t bytes = 0;
  for (const doc::StageRun* run = last_.get(); run != nullptr; run = run->input()) {
    bytes += run->memory_bytes();
  }
  return bytes;
}

Status AggregationRun::MayGoOn() { return aggregation_->MayGoOn(); }

Result<std::unique_ptr<doc::SpillFile>> AggregationRun::NewSpillFile() {
  // The server works in its data directory.
  constexpr const char* kDirectory = "tmp";
  return doc::SpillFile::Create(kDirectory,
                                static_cast<uint64_t>(CurrentDocLimits().disk_bytes_min));
}

uint64_t AggregationRun::NewSeed() {
  seed_ += 0x9E3779B97F4A7C15ULL;
  return seed_ ^ (seed_ >> 29);
}

const Query* AggregationRun::FindForeign(Bytes collection) const {
  for (const ForeignQuery& foreign : aggregation_->foreign) {
    if (foreign.name == collection) return foreign.query.get();
  }
  return nullptr;
}

Result<doc::StageRunPtr> AggregationRun::OpenCollection(const doc::CollectionRead& read) {
  const Query* query = FindForeign(read.collection);
  CHECK(query != nullptr);
  if (!query->has_collection) return doc::EmptySource();
  const PlanWish wish{.filter = read.filter != nullptr ? read.filter : &query->filter};
  auto plan = TRY(QueryPlan::Choose(query, snapshot_, wish));
  auto source = std::make_unique<PlannedSource>(*this, snapshot_, query, std::move(plan));
  source->SetVariables(read.variables);
  return doc::StageRunPtr(std::move(source));
}

bool AggregationRun::HasIndex(Bytes collection, Bytes path) {
  const Query* query = FindForeign(collection);
  if (query == nullptr || path == doc::kIdField) return query != nullptr;
  return std::any_of(query->indexes.begin(), query->indexes.end(), [path](const QueryIndex& one) {
    const doc::IndexSpec& spec = one.index->spec;
    // One that lacks documents may not be used for every value.
    return spec.fields[0].path.text() == path && spec.partial == nullptr && !spec.sparse;
  });
}

}  // namespace veddb
