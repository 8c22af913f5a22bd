// SPDX-License-Identifier: BSD-3-Clause
// $bucket and $sortByCount: a $group whose groups are put in order.
#include "doc/expression/parser.h"
#include "doc/pipeline/stages/chain.h"
#include "doc/pipeline/stages/group.h"
#include "doc/pipeline/stages/group_fields.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/builder.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

Result<StagePtr> GroupsInOrder(const Element& stage, GroupSpec groups, Bytes path,
                               int32_t direction, const PipelineScope& scope) {
  std::string order;
  DocBuilder builder(&order);
  builder.Int32(path, direction);
  builder.Finish();
  const Element sort{"$sort", DocView(order).AsValue(BsonType::kObject)};
  std::vector<StagePtr> stages;
  stages.push_back(std::make_shared<GroupStage>(stage, std::move(groups)));
  stages.push_back(TRY(ParseSortStage(sort, scope)));
  return StagePtr(std::make_shared<ChainStage>(stage, std::move(stages)));
}

}  // namespace

// Of equally frequent values the least comes first: $sort breaks ties by `_id`.
Result<StagePtr> ParseSortByCountStage(const Element& stage, const PipelineScope& scope) {
  TRY(CheckGroupBy(stage.value, "what it takes"));
  GroupSpec groups(TRY(Expression::Parse(stage.value, scope.expressions)));
  TRY(AddOutput({}, &groups, scope.expressions));
  return GroupsInOrder(stage, std::move(groups), "count", -1, scope);
}

Result<StagePtr> ParseBucketStage(const Element& stage, const PipelineScope& scope) {
  const std::vector<ValueView> values = TRY(
      expression::NamedArguments(stage.name, "groupBy boundaries ?default ?output", stage.value));
  TRY(CheckGroupBy(values[0], "'groupBy'"));
  GroupSpec groups(TRY(Expression::Parse(values[0], scope.expressions)));
  groups.buckets = TRY(Buckets::Parse(values[1], values[2], scope.expressions));
  TRY(AddOutput(values[3], &groups, scope.expressions));
  return GroupsInOrder(stage, std::move(groups), kIdField, 1, scope);
}

}  // namespace veddb::doc
