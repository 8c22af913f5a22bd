// SPDX-License-Identifier: BSD-3-Clause
// DOC.BULK: many writes in one command. Each is atomic for itself; nobody sees or writes anything
// between them.
#include <algorithm>
#include <array>

#include "base/clock.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/change.h"
#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

enum class Model : uint8_t {
  kInsertOne,
  kUpdateOne,
  kUpdateMany,
  kReplaceOne,
  kDeleteOne,
  kDeleteMany
};

// The field that says what to write comes first; it and the filter are required.
struct ModelRow {
  Bytes name;
  Model model;
  std::array<Bytes, 2> required;
  std::array<Bytes, 4> optional;
};

constexpr std::array kModels = {
    ModelRow{"insertOne", Model::kInsertOne, {"document"}, {}},
    ModelRow{"updateOne",
             Model::kUpdateOne,
             {"filter", "update"},
             {"upsert", "arrayFilters", "sort", "hint"}},
    ModelRow{
        "updateMany", Model::kUpdateMany, {"filter", "update"}, {"upsert", "arrayFilters", "hint"}},
    ModelRow{
        "replaceOne", Model::kReplaceOne, {"filter", "replacement"}, {"upsert", "sort", "hint"}},
    ModelRow{"deleteOne", Model::kDeleteOne, {"filter"}, {"sort", "hint"}},
    ModelRow{"deleteMany", Model::kDeleteMany, {"filter"}, {"hint"}},
};

struct Operation {
  const ModelRow* row;
  doc::DocView fields;
};

struct BulkPrepared final : Prepared {
  std::string bson;  // the operations' fields point here
  std::vector<Operation> operations;
  DocOptions options;
  int64_t deadline_ns = 0;
};

struct BulkError {
  size_t index;
  Error error;
};

struct BulkResult {
  size_t inserted = 0;
  size_t matched = 0;
  size_t modified = 0;
  size_t deleted = 0;
  std::vector<std::pair<size_t, std::string>> upserted;
  std::vector<BulkError> errors;
};

Error BadOperation(size_t index, Bytes what) {
  return MakeError(ErrorCode::kBadQuery,
                   "operation " + std::to_string(index) + ": " + std::string(what));
}

bool Names(std::span<const Bytes> names, Bytes name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<Operation> ParseOperation(size_t index, doc::ValueView value) {
  if (value.type != doc::BsonType::kObject || value.Document().Count() != 1) {
    return BadOperation(index, "it has to be an object with one model");
  }
  const doc::Element model = *value.Document().begin();
  const auto row = std::find_if(kModels.begin(), kModels.end(),
                                [&model](const ModelRow& one) { return one.name == model.name; });
  if (row == kModels.end()) {
    return BadOperation(index, "unknown model '" + std::string(model.name) + "'");
  }
  if (model.value.type != doc::BsonType::kObject) {
    return BadOperation(index, std::string(model.name) + " has to be an object");
  }
  const doc::DocView fields = model.value.Document();
  for (const doc::Element& field : fields) {
    const bool known = Names(row->required, field.name) || Names(row->optional, field.name);
    if (field.name.empty() || !known) {
      return BadOperation(
          index, std::string(model.name) + " has no field '" + std::string(field.name) + "'");
    }
  }
  for (const Bytes name : row->required) {
    if (!name.empty() && fields.Find(name).missing()) {
      return BadOperation(index,
                          std::string(model.name) + " needs a field '" + std::string(name) + "'");
    }
  }
  return Operation{&*row, fields};
}

Status PrepareBulk(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  auto bulk = std::make_unique<BulkPrepared>();
  bulk->options = TRY(ParseDocOptions(
      prepare.argv.subspan(3), DocOption::kUnordered | DocOption::kLet | DocOption::kTimeout));
  bulk->deadline_ns = DeadlineOf(bulk->options);
  // Each document has its own limit.
  bulk->bson = TRY(doc::ParseArray(prepare.argv[2], {.size_max = INT32_MAX}));
  for (const doc::Element& element : doc::DocView(bulk->bson)) {
    bulk->operations.push_back(TRY(ParseOperation(bulk->operations.size(), element.value)));
  }
  if (bulk->operations.empty()) {
    return MakeError(ErrorCode::kBadQuery, "the array of operations is empty");
  }
  TRY(CheckBatch(bulk->operations.size()));
  prepare.plan.route = Route::kAllShards;
  prepare.plan.prepared = std::move(bulk);
  return Ok();
}

// --- one operation; its errors are its own ---

Result<doc::DocView> ObjectField(const Operation& operation, Bytes name) {
  const doc::ValueView value = operation.fields.Find(name);
  if (value.type == doc::BsonType::kObject) return value.Document();
  return MakeError(ErrorCode::kBadQuery, "the " + std::string(name) + " has to be an object");
}

Status ReadFilter(const Operation& operation, const BulkPrepared& bulk, WriteQuery& query) {
  const doc::DocView filter = TRY(ObjectField(operation, "filter"));
  const doc::expression::Scope scope = ScopeOf(bulk.options);
  query.filter = TRY(doc::Filter::Parse(filter, &scope));
  query.options.timeout_ms = bulk.options.timeout_ms;
  query.deadline_ns = bulk.deadline_ns;
  if (!operation.fields.Find("sort").missing()) {
    const doc::DocView sort = TRY(ObjectField(operation, "sort"));
    query.options.sort = TRY(doc::SortSpec::Parse(sort));
  }
  if (const doc::ValueView hint = operation.fields.Find("hint"); !hint.missing()) {
    TRY(ReadHintValue(hint, query.options));
  }
  if (const auto id = doc::IdEquality(query.filter)) {
    query.by_id = true;
    query.ids.push_back(doc::OrderedKey(*id));
    query.count = 1;
  }
  return Ok();
}

Status CheckHintOf(const Call& call, WriteQuery& query) {
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  return collection == nullptr ? Ok() : NoteCollection(*call.databases, *collection, query);
}

Status InsertOne(Call& call, const Operation& operation, BulkResult& result) {
  const doc::DocView document = TRY(ObjectField(operation, "document"));
  NewDocument inserted = TRY(MakeInsert(std::string(document.bytes())));
  NamedDocuments named;
  named.graves = GraveUse::kRead;
  named.ids.push_back(inserted.ordered_id);
  named.count = 1;
  DocumentSet set = TRY(FindDocuments(call, named));
  if (set.Find(call, 0) != nullptr) return DuplicateId(inserted.id());
  TRY(StoreNew(call, named, set, inserted.value));
  ++result.inserted;
  return Ok();
}

Status ReadUpdate(const Operation& operation, const BulkPrepared& bulk, ChangeQuery& query) {
  const doc::ValueView update = operation.fields.Find("update");
  const doc::ValueView filters = operation.fields.Find("arrayFilters");
  if (update.type == doc::BsonType::kArray) {
    if (!filters.missing()) {
      return MakeError(ErrorCode::kBadQuery, "arrayFilters are for updates of operators");
    }
    query.update = TRY(doc::Update::ParsePipeline(update.Document(), ScopeOf(bulk.options)));
    return Ok();
  }
  if (!filters.missing() && filters.type != doc::BsonType::kArray) {
    return MakeError(ErrorCode::kBadQuery, "arrayFilters has to be an array");
  }
  const doc::DocView operators = TRY(ObjectField(operation, "update"));
  query.update =
      TRY(doc::Update::Parse(operators, filters.missing() ? doc::DocView() : filters.Document()));
  return Ok();
}

Status Change(Call& call, const Operation& operation, const BulkPrepared& bulk, size_t index,
              BulkResult& result) {
  ChangeQuery query;
  query.only_first = operation.row->model != Model::kUpdateMany;
  TRY(ReadFilter(operation, bulk, query));
  if (const doc::ValueView upsert = operation.fields.Find("upsert"); !upsert.missing()) {
    if (upsert.type != doc::BsonType::kBool) {
      return MakeError(ErrorCode::kBadQuery, "upsert has to be true or false");
    }
    query.may_insert = upsert.Bool();
  }
  query.graves = query.may_insert ? GraveUse::kRead : GraveUse::kNone;
  if (operation.row->model == Model::kReplaceOne) {
    const doc::DocView replacement = TRY(ObjectField(operation, "replacement"));
    TRY(doc::ValidateDocument(replacement, doc::DocumentUse::kReplacement));
    query.replacement = std::string(replacement.bytes());
  } else {
    TRY(ReadUpdate(operation, bulk, query));
  }
  TRY(CheckHintOf(call, query));
  const Changed changed = TRY(RunChange(call, query));
  result.matched += changed.matched;
  result.modified += changed.modified;
  if (changed.upserted) result.upserted.emplace_back(index, *changed.upserted);
  return Ok();
}

Status Delete(Call& call, const Operation& operation, const BulkPrepared& bulk,
              BulkResult& result) {
  WriteQuery query;
  query.only_first = operation.row->model == Model::kDeleteOne;
  query.graves = GraveUse::kWrite;
  TRY(ReadFilter(operation, bulk, query));
  TRY(CheckHintOf(call, query));
  const Targets targets = TRY(FindTargets(call, query));
  if (targets.size() > 0) result.deleted += TRY(DeleteDocuments(call, query, targets.set));
  return Ok();
}

Status RunOperation(Call& call, const BulkPrepared& bulk, size_t index, BulkResult& result) {
  const Operation& operation = bulk.operations[index];
  if (bulk.deadline_ns != 0 && MonoNanos() >= bulk.deadline_ns) return TookTooLong(bulk.options);
  switch (operation.row->model) {
    case Model::kInsertOne:
      return InsertOne(call, operation, result);
    case Model::kUpdateOne:
    case Model::kUpdateMany:
    case Model::kReplaceOne:
      return Change(call, operation, bulk, index, result);
    case Model::kDeleteOne:
    case Model::kDeleteMany:
      return Delete(call, operation, bulk, result);
  }
  return Ok();
}

void WriteCount(Reply& reply, Bytes name, size_t count) {
  reply.Bulk(name);
  reply.Integer(static_cast<int64_t>(count));
}

void WriteResult(const BulkResult& result, Reply& reply) {
  reply.Map(6);
  WriteCount(reply, "inserted", result.inserted);
  WriteCount(reply, "matched", result.matched);
  WriteCount(reply, "modified", result.modified);
  WriteCount(reply, "deleted", result.deleted);
  reply.Bulk("upserted");
  reply.Array(result.upserted.size());
  for (const auto& [index, id] : result.upserted) {
    reply.Array(2);
    reply.Integer(static_cast<int64_t>(index));
    reply.Bulk(id);
  }
  reply.Bulk("errors");
  reply.Array(result.errors.size());
  for (const BulkError& one : result.errors) {
    reply.Array(3);
    reply.Integer(static_cast<int64_t>(one.index));
    reply.Bulk(ErrorWord(one.error.code));
    reply.Bulk(one.error.message);
  }
}

void Bulk(Call& call) {
  const auto& bulk = call.prepared_as<BulkPrepared>();
  BulkResult result;
  for (size_t i = 0; i < bulk.operations.size(); ++i) {
    Status status = RunOperation(call, bulk, i, result);
    if (status.ok()) continue;
    const bool over = status.error().code == ErrorCode::kTimeout || !bulk.options.unordered;
    result.errors.push_back({i, std::move(status.error())});
    if (over) break;
  }
  WriteResult(result, call.reply);
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.bulk",
                .summary = "Run many writes of documents as one command.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "The sum of what the operations take by themselves.",
                .syntax = "collection operations [UNORDERED] [LET variables] [TIMEOUT "
                          "milliseconds]",
                .arity = -3,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = Bulk,
                .prepare = PrepareBulk},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocBulkCommands() { return kTable; }

}  // namespace veddb
