// SPDX-License-Identifier: BSD-3-Clause
// DOC.EXPLAIN: how a query would get at its documents, the plans it was weighed against, and with
// EXECUTE what it really took. Writes are not carried out.
#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/glob.h"
#include "doc/exec/explain.h"
#include "modules/doc/distinct.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/explain_plan.h"
#include "modules/doc/option_sets.h"

namespace veddb {

void AppendEstimates(const doc::Plan& plan, doc::DocBuilder* out) {
  out->Int64("estimatedRows", static_cast<int64_t>(plan.rows + 0.5));
  out->Int64("estimatedCost", static_cast<int64_t>(plan.cost + 0.5));
}

void AppendRejected(const QueryPlan& plan, Bytes outer, doc::DocBuilder* out) {
  doc::ArrayBuilder rejected = out->Array("rejected");
  for (const doc::Plan& one : plan.choice().rejected) {
    doc::DocBuilder entry = rejected.Object();
    AppendEstimates(one, &entry);
    doc::AppendPlan("plan", {outer}, plan.request(), one, nullptr, &entry);
    entry.Finish();
  }
  rejected.Finish();
}

namespace {

using doc::PlanOutput;

struct ExplainedCommand {
  Bytes name;
  DocOption options;
  size_t filter;  // where it stands, with the command's name as 0
  size_t first_option;
  PlanOutput output;
  bool only_first;
  Bytes outer;  // the stage around the plan's
};

constexpr std::array kExplained = {
    ExplainedCommand{"FIND", kFindOptions, 2, 3, PlanOutput::kDocuments, false, ""},
    ExplainedCommand{"FINDONE", kFindOneOptions, 2, 3, PlanOutput::kDocuments, true, ""},
    ExplainedCommand{"COUNT", kCountOptions, 2, 3, PlanOutput::kCount, false, ""},
    ExplainedCommand{"DISTINCT", kDistinctOptions, 3, 4, PlanOutput::kDocuments, false, "DISTINCT"},
    ExplainedCommand{"UPDATEONE", kUpdateOneOptions, 2, 4, PlanOutput::kIds, true, "UPDATE"},
    ExplainedCommand{"UPDATEMANY", kUpdateManyOptions, 2, 4, PlanOutput::kIds, false, "UPDATE"},
    ExplainedCommand{"REPLACEONE", kReplaceOneOptions, 2, 4, PlanOutput::kIds, true, "UPDATE"},
    ExplainedCommand{"DELETEONE", kDeleteOneOptions, 2, 3, PlanOutput::kIds, true, "DELETE"},
    ExplainedCommand{"DELETEMANY", kDeleteManyOptions, 2, 3, PlanOutput::kIds, false, "DELETE"},
    ExplainedCommand{"FINDONEANDUPDATE", kFindAndUpdateOptions, 2, 4, PlanOutput::kIds, true,
                     "UPDATE"},
    ExplainedCommand{"FINDONEANDREPLACE", kFindAndReplaceOptions, 2, 4, PlanOutput::kIds, true,
                     "UPDATE"},
    ExplainedCommand{"FINDONEANDDELETE", kFindAndDeleteOptions, 2, 3, PlanOutput::kIds, true,
                     "DELETE"},
};

struct ExplainPrepared final : Prepared {
  const ExplainedCommand* command = nullptr;
  bool executes = false;
  bool by_id = false;
  std::string collection;
  DistinctQuery query;                       // of every command; the path is DISTINCT's
  std::unique_ptr<Aggregation> aggregation;  // of AGGREGATE, which has neither of these
};

bool IsDistinct(const ExplainedCommand& command) { return command.outer == "DISTINCT"; }

Bytes WithoutPrefix(Bytes word) {
  if (word.size() > 4 && EqualsIgnoreCase(word.substr(0, 4), "DOC.")) word.remove_prefix(4);
  return word;
}

Result<const ExplainedCommand*> FindExplained(Bytes word) {
  word = WithoutPrefix(word);
  for (const ExplainedCommand& command : kExplained) {
    if (EqualsIgnoreCase(word, command.name)) return &command;
  }
  return MakeError(ErrorCode::kBadQuery,
                   "EXPLAIN does not know the command '" + std::string(word.substr(0, 64)) + "'");
}

Status ParseExplained(PrepareCall& prepare, ExplainPrepared& explain) {
  const ExplainedCommand& command = *explain.command;
  DistinctQuery& query = explain.query;
  if (IsDistinct(command)) {
    if (prepare.argv.size() < 3) return Err("EXPLAIN: the command has too few arguments");
    return ParseDistinct(prepare, query);
  }
  const bool counts = command.output == PlanOutput::kCount;
  const bool has_filter = !counts || prepare.argv.size() % 2 == 1;
  const size_t first_option = has_filter ? command.first_option : command.filter;
  if (prepare.argv.size() < first_option) {
    return Err("EXPLAIN: the command has too few arguments");
  }
  TRY(ParseQuery(prepare, has_filter ? prepare.argv[command.filter] : Bytes("{}"),
                 prepare.argv.subspan(first_option), command.options, query));
  if (command.only_first) query.options.limit = 1;
  return Ok();
}

Status PrepareExplain(PrepareCall& prepare) {
  auto explain = std::make_unique<ExplainPrepared>();
  explain->executes = EqualsIgnoreCase(prepare.argv[1], "EXECUTE");
  const std::span<const Bytes> inner = prepare.argv.subspan(explain->executes ? 2 : 1);
  if (inner.size() < 2) return Err("EXPLAIN needs a command with its arguments");
  PrepareCall command(inner, prepare.database, prepare.databases, prepare.plan);
  if (EqualsIgnoreCase(WithoutPrefix(inner[0]), "AGGREGATE")) {
    if (inner.size() < 3) return Err("EXPLAIN: the command has too few arguments");
    explain->aggregation = std::make_unique<Aggregation>();
    TRY(ParseAggregation(command, *explain->aggregation));
    explain->collection = std::string(inner[1]);
    prepare.plan.prepared = std::move(explain);
    return Ok();
  }
  explain->command = TRY(FindExplained(inner[0]));
  TRY(ParseExplained(command, *explain));
  explain->collection = std::string(inner[1]);
  const bool by_id = doc::IdEquality(explain->query.filter).has_value();
  explain->by_id = by_id && !IsDistinct(*explain->command);
  // What is looked up by its id is found in no other way.
  if (explain->by_id)
    explain->query.options.hint = IndexHint{.text = std::string(doc::kIdIndexName)};
  prepare.plan.route = explain->query.has_collection ? Route::kSnapshot : Route::kLoop;
  prepare.plan.prepared = std::move(explain);
  return Ok();
}

struct Execution {
  uint64_t rows = 0;
  int64_t nanos = 0;
  doc::RunCounts counts;
};

Result<Execution> RunPlan(const QueryPlan& plan, doc::PlanSource& source) {
  Execution execution;
  const int64_t begin = MonoNanos();
  doc::PlanRun run = plan.Run(source);
  run.Measure();
  while (TRY(run.Next()) != nullptr) ++execution.rows;
  execution.nanos = MonoNanos() - begin;
  execution.counts = run.counts();
  return execution;
}

Result<Execution> RunLeaps(const DistinctQuery& query, const doc::DistinctScan& leaps,
                           doc::PlanSource& source) {
  Execution execution;
  execution.counts.scans.resize(1);
  const int64_t begin = MonoNanos();
  DistinctValues values;
  TRY(LeapThrough(query, leaps, source, &values, &execution.counts.scans[0]));
  execution.nanos = MonoNanos() - begin;
  execution.rows = values.size();
  return execution;
}

void AppendExecution(const Execution& execution, doc::DocBuilder* out) {
  constexpr int64_t kNanosPerMicro = 1000;
  uint64_t keys = 0;
  for (const doc::ScanCounts& scan : execution.counts.scans) keys += scan.keys;
  doc::DocBuilder part = out->Object("execution");
  part.Int64("rows", static_cast<int64_t>(execution.rows));
  part.Int64("keysExamined", static_cast<int64_t>(keys));
  part.Int64("documentsExamined", static_cast<int64_t>(execution.counts.documents));
  part.Int64("microseconds", execution.nanos / kNanosPerMicro);
  part.Int64("spilledBytes", 0);
  part.Finish();
}

Bytes OuterOf(const ExplainPrepared& explain) {
  if (explain.by_id && explain.command->outer.empty()) return "IDHACK";
  return explain.command->outer;
}

Status AppendPlanned(const ExplainPrepared& explain, const Snapshot& snapshot,
                     doc::DocBuilder* out) {
  SnapshotSource source(&snapshot, &explain.query);
  const auto plan = TRY(QueryPlan::Choose(&explain.query, &snapshot, explain.command->output));
  std::optional<Execution> execution;
  if (explain.executes) execution = TRY(RunPlan(*plan, source));
  const Bytes outer = OuterOf(explain);
  const doc::Plan& winner = plan->choice().winner;
  AppendEstimates(winner, out);
  doc::AppendPlan("winningPlan", {outer}, plan->request(), winner,
                  execution ? &execution->counts : nullptr, out);
  AppendRejected(*plan, outer, out);
  if (execution) AppendExecution(*execution, out);
  return Ok();
}

Status AppendDistinct(const ExplainPrepared& explain, const Snapshot& snapshot,
                      doc::DocBuilder* out) {
  const DistinctPlan plan = TRY(PlanDistinct(explain.query, snapshot));
  if (!plan.leaps) return AppendPlanned(explain, snapshot, out);
  SnapshotSource source(&snapshot, &explain.query);
  std::optional<Execution> execution;
  if (explain.executes) execution = TRY(RunLeaps(explain.query, *plan.leaps, source));
  out->Int64("estimatedRows", static_cast<int64_t>(plan.leaps->values + 0.5));
  out->Int64("estimatedCost", static_cast<int64_t>(plan.leaps->cost + 0.5));
  doc::AppendDistinctScan("winningPlan", plan.leaps->scan,
                          execution ? &execution->counts.scans[0] : nullptr, out);
  AppendRejected(*plan.documents, explain.command->outer, out);
  if (execution) AppendExecution(*execution, out);
  return Ok();
}

// Where nothing has to be searched.
void AppendStage(Bytes name, doc::DocBuilder* out) {
  doc::DocBuilder plan = out->Object("winningPlan");
  plan.String("stage", name);
  plan.Finish();
  out->Array("rejected").Finish();
}

Result<std::string> ExplainQuery(const Call& call) {
  const auto& explain = call.prepared_as<ExplainPrepared>();
  if (explain.aggregation != nullptr) {
    return ExplainAggregation(*explain.aggregation, explain.collection, call.snapshot,
                              explain.executes);
  }
  std::string bson;
  doc::DocBuilder out(&bson);
  out.String("command", explain.command->name);
  out.String("collection", explain.collection);
  out.Int64("documents", static_cast<int64_t>(explain.query.documents));
  const bool counts = explain.command->output == PlanOutput::kCount;
  if (call.snapshot == nullptr) {
    AppendStage("EOF", &out);
  } else if (counts && explain.query.filter.MatchesAll()) {
    AppendStage("RECORD_COUNT", &out);
  } else {
    TRY(IsDistinct(*explain.command) ? AppendDistinct(explain, *call.snapshot, &out)
                                     : AppendPlanned(explain, *call.snapshot, &out));
  }
  out.Finish();
  return doc::JsonText(doc::DocView(bson));
}

void Explain(Call& call) {
  const Result<std::string> text = ExplainQuery(call);
  if (!text.ok()) return call.reply.Error(text.error());
  call.reply.Bulk(*text);
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.explain",
                .summary = "Show how a command gets at its documents.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(1); with EXECUTE that of the command.",
                .syntax = "[EXECUTE] command [argument ...]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kSnapshot | Flag::kMovableKeys,
                .categories = Category::kDoc,
                .route = Route::kSnapshot,
                .handler = Explain,
                .prepare = PrepareExplain},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocExplainCommands() { return kTable; }

}  // namespace veddb
