// SPDX-License-Identifier: BSD-3-Clause
// $sortByCount: how often each value is there, the most frequent first; of equally frequent ones
// the least.
#include "doc/pipeline/pipeline.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class SortByCountStage final : public Stage {
 public:
  // `pipeline`: a $group and a $sort.
  SortByCountStage(const Element& written, Pipeline pipeline)
      : Stage(written), pipeline_(std::move(pipeline)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    return pipeline_.Open(context, std::move(input));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override {
    return {.replaces = true, .reads = pipeline_.stages()[0]->fields().reads};
  }

 private:
  const Pipeline pipeline_;
};

// `{$group: {_id: value, count: {$sum: 1}}}, {$sort: {count: -1}}`
std::string StagesFor(ValueView value) {
  std::string bson;
  DocBuilder list(&bson);
  DocBuilder first = list.Object("0");
  DocBuilder group = first.Object("$group");
  group.Append("_id", value);
  DocBuilder count = group.Object("count");
  count.Int32("$sum", 1);
  count.Finish();
  group.Finish();
  first.Finish();
  DocBuilder second = list.Object("1");
  DocBuilder sort = second.Object("$sort");
  sort.Int32("count", -1);
  sort.Finish();
  second.Finish();
  list.Finish();
  return bson;
}

}  // namespace

Result<StagePtr> ParseSortByCountStage(const Element& stage, const PipelineScope& scope) {
  const ValueView value = stage.value;
  const bool is_path = value.type == BsonType::kString && value.String().starts_with('$');
  const bool is_call = value.type == BsonType::kObject && !value.Document().empty() &&
                       value.Document().begin()->name.starts_with('$');
  if (!is_path && !is_call) return BadStage("it takes a path with a '$' in front, or an operator");
  const std::string bson = StagesFor(value);
  Pipeline pipeline = TRY(Pipeline::Parse(DocView(bson).AsValue(BsonType::kArray), scope));
  return StagePtr(std::make_shared<SortByCountStage>(stage, std::move(pipeline)));
}

}  // namespace veddb::doc
