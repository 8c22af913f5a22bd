// SPDX-License-Identifier: BSD-3-Clause
// $fill: in place of null and missing fields, the last value before (locf) or what lies on a line
// between values (linear), as $setWindowFields has them; or a value of its own, as $addFields.
#include "doc/expression/parser.h"
#include "doc/pipeline/stages/chain.h"
#include "doc/pipeline/stages/partition_fields.h"
#include "doc/pipeline/stages/set_window_fields.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/builder.h"

namespace veddb::doc {
namespace {

// The specifications that the fields come to.
struct Outputs {
  std::string methods;  // of $setWindowFields' output
  std::string values;   // of $addFields
};

// `{$name: "$path"}` and the like.
void AppendCall(Bytes field, Bytes function, Bytes path, DocBuilder* out) {
  DocBuilder call = out->Object(field);
  call.String(function, "$" + std::string(path));
  call.Finish();
}

void AppendIfNull(Bytes path, ValueView value, DocBuilder* out) {
  DocBuilder call = out->Object(path);
  ArrayBuilder arguments = call.Array("$ifNull");
  arguments.String("$" + std::string(path));
  arguments.Append(value);
  arguments.Finish();
  call.Finish();
}

Result<Outputs> ParseOutput(ValueView output) {
  if (output.type != BsonType::kObject || output.Document().empty()) {
    return BadStage("'output' must be an object of at least one field");
  }
  Outputs outputs;
  DocBuilder methods(&outputs.methods);
  DocBuilder values(&outputs.values);
  for (const Element& field : output.Document()) {
    const std::string what = "the field '" + std::string(field.name) + "'";
    const auto given = expression::NamedArguments(what, "?value ?method", field.value);
    const std::vector<ValueView> arguments = TRY(Result(given));
    if (arguments[0].missing() == arguments[1].missing()) {
      return BadStage(what + " needs either 'value' or 'method'");
    }
    if (!arguments[0].missing()) {
      AppendIfNull(field.name, arguments[0], &values);
      continue;
    }
    const Bytes method = arguments[1].type == BsonType::kString ? arguments[1].String() : Bytes();
    if (method != "locf" && method != "linear") {
      return BadStage(what + ": the method must be 'locf' or 'linear'");
    }
    AppendCall(field.name, method == "locf" ? "$locf" : "$linearFill", field.name, &methods);
  }
  methods.Finish();
  values.Finish();
  return outputs;
}

Result<std::optional<Expression>> ParsePartition(ValueView expression, ValueView fields,
                                                 const PipelineScope& scope) {
  if (!expression.missing() && !fields.missing()) {
    return BadStage("there is either 'partitionBy' or 'partitionByFields'");
  }
  std::optional<Expression> partition;
  if (!expression.missing()) partition = TRY(Expression::Parse(expression, scope.expressions));
  if (fields.missing()) return partition;
  const std::vector<std::string> paths = TRY(ParsePartitionFields(fields));
  if (paths.empty()) return partition;
  std::string object;
  DocBuilder builder(&object);
  for (size_t i = 0; i < paths.size(); ++i) {
    builder.String("p" + std::to_string(i), "$" + paths[i]);
  }
  builder.Finish();
  partition = TRY(Expression::Parse(DocView(object).AsValue(BsonType::kObject), scope.expressions));
  return partition;
}

}  // namespace

Result<std::vector<std::string>> ParsePartitionFields(ValueView paths) {
  const char* const kWrong = "'partitionByFields' must be an array of paths";
  if (paths.type != BsonType::kArray) return BadStage(kWrong);
  std::vector<std::string> out;
  for (const Element& element : paths.Document()) {
    if (element.value.type != BsonType::kString) return BadStage(kWrong);
    out.emplace_back(element.value.String());
    if (out.back().empty() || out.back()[0] == '$') return BadStage(kWrong);
    TRY(CheckQueryPath(FieldPath(out.back()), "partition by"));
  }
  return out;
}

Result<StagePtr> ParseFillStage(const Element& stage, const PipelineScope& scope) {
  const std::vector<ValueView> values = TRY(expression::NamedArguments(
      stage.name, "?partitionBy ?partitionByFields ?sortBy output", stage.value));
  const Outputs outputs = TRY(ParseOutput(values[3]));
  std::vector<StagePtr> stages;
  WindowFieldsSpec spec;
  spec.partition = TRY(ParsePartition(values[0], values[1], scope));
  if (!values[2].missing()) {
    if (values[2].type != BsonType::kObject) return BadStage("'sortBy' must be an object");
    spec.sort = TRY(SortSpec::Parse(values[2].Document()));
  }
  if (!DocView(outputs.methods).empty()) {
    TRY(spec.SetOutput(DocView(outputs.methods), scope));
    stages.push_back(std::make_shared<SetWindowFieldsStage>(stage, std::move(spec)));
  }
  if (!DocView(outputs.values).empty()) {
    const Element add{"$addFields", DocView(outputs.values).AsValue(BsonType::kObject)};
    stages.push_back(TRY(ParseTransformStage(add, scope)));
  }
  return StagePtr(std::make_shared<ChainStage>(stage, std::move(stages)));
}

}  // namespace veddb::doc
