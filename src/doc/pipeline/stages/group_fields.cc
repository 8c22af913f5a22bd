// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/group_fields.h"

#include "doc/pipeline/stage_table.h"

namespace veddb::doc {

Status CheckGroupBy(ValueView expression, Bytes what) {
  if (expression.type == BsonType::kString && expression.String().starts_with('$')) return Ok();
  if (expression.type == BsonType::kObject) {
    const auto first = expression.Document().begin();
    if (!first.done() && first->name.starts_with('$')) return Ok();
  }
  return BadStage(std::string(what) + " must be a path that begins with '$', or an expression");
}

Status AddOutput(ValueView output, GroupSpec* spec, const expression::Scope& scope) {
  std::string count;
  if (output.missing()) {
    DocBuilder builder(&count);
    DocBuilder call = builder.Object("count");
    call.Int32("$sum", 1);
    call.Finish();
    builder.Finish();
    output = DocView(count).AsValue(BsonType::kObject);
  }
  if (output.type != BsonType::kObject) return BadStage("'output' must be an object");
  for (const Element& field : output.Document()) {
    if (field.name == "_id") return BadStage("'output' can't have a field _id");
    TRY(spec->AddField(field, scope));
  }
  return Ok();
}

}  // namespace veddb::doc
