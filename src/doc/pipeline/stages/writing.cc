// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/writing.h"

#include <algorithm>
#include <array>

#include "doc/pipeline/set_path.h"
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

constexpr size_t kCollectionNameBytesMax = 255;
constexpr Bytes kNewVariable = "new";

template <typename Value>
struct Word {
  Bytes word;
  Value value;
};
constexpr std::array kMatchedWords = {
    Word<WhenMatched>{"replace", WhenMatched::kReplace},
    Word<WhenMatched>{"keepExisting", WhenMatched::kKeepExisting},
    Word<WhenMatched>{"merge", WhenMatched::kMerge},
    Word<WhenMatched>{"fail", WhenMatched::kFail},
};
constexpr std::array kNotMatchedWords = {
    Word<WhenNotMatched>{"insert", WhenNotMatched::kInsert},
    Word<WhenNotMatched>{"discard", WhenNotMatched::kDiscard},
    Word<WhenNotMatched>{"fail", WhenNotMatched::kFail},
};

template <typename Words, typename Value>
Status ReadWord(Bytes option, ValueView given, const Words& words, Value* value) {
  if (given.missing()) return Ok();
  for (const auto& one : words) {
    if (given.type == BsonType::kString && given.String() == one.word) {
      *value = one.value;
      return Ok();
    }
  }
  return BadStage("'" + std::string(option) + "' can't be " + JsonText(given));
}

Result<std::string> ReadTarget(ValueView target, const PipelineScope& scope) {
  if (target.type != BsonType::kString) return BadStage("the collection has to be a string");
  const Bytes name = target.String();
  if (name.empty() || name.size() > kCollectionNameBytesMax || name.find('\0') != Bytes::npos) {
    return BadStage("the collection's name has to have 1 to 255 bytes and no NUL");
  }
  if (name == "*") return BadStage("the collection '*' is no place to write to");
  if (scope.foreign == nullptr) return BadStage("no other collection can be written here");
  scope.foreign->push_back({std::string(name), true});
  return std::string(name);
}

Result<std::vector<FieldPath>> ReadOn(ValueView on) {
  std::vector<FieldPath> paths;
  if (on.missing()) {
    paths.emplace_back(kIdField);
  } else if (on.type == BsonType::kArray) {
    for (const Element& element : on.Document()) {
      paths.push_back(TRY(ParseStagePath(element.value, "on")));
    }
    if (paths.empty()) return BadStage("'on' has to have at least one path");
  } else {
    paths.push_back(TRY(ParseStagePath(on, "on")));
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (paths[i].text() == paths[j].text()) return BadStage("'on' has a path twice");
    }
  }
  return paths;
}

Status ReadPipeline(ValueView stages, const expression::Scope& scope,
                    std::vector<Transform>* pipeline) {
  for (const Element& element : stages.Document()) {
    const bool is_object = element.value.type == BsonType::kObject;
    if (!is_object || element.value.Document().Count() != 1) {
      return BadStage("'whenMatched': a stage is an object of one field");
    }
    const Element stage = *element.value.Document().begin();
    if (!Transform::IsName(stage.name)) {
      return BadStage("'whenMatched' has no stage '" + std::string(stage.name) + "'");
    }
    pipeline->push_back(TRY(Transform::Parse(stage, scope)));
  }
  return Ok();
}

Status ReadLet(ValueView let, const PipelineScope& scope,
               std::vector<MergeStage::Variable>* variables) {
  if (let.missing()) return Ok();
  for (const Element& element : let.Document()) {
    if (element.name == kNewVariable) {
      const bool is_root =
          element.value.type == BsonType::kString && element.value.String() == "$$ROOT";
      if (!is_root) return BadStage("'let': the variable 'new' is $$ROOT");
      continue;
    }
    if (!expression::MayBeUserVariable(element.name)) {
      return BadStage("'" + std::string(element.name) + "' can't be a variable's name");
    }
    Expression value = TRY(Expression::Parse(element.value, scope.expressions));
    variables->push_back({std::string(element.name), std::move(value)});
  }
  return Ok();
}

Status ReadMatched(StageOptions& given, const PipelineScope& scope, MergeStage::Options* options) {
  const ValueView matched = given.Take("whenMatched");
  const ValueView let = TRY(given.TakeTyped("let", BsonType::kObject));
  if (matched.type != BsonType::kArray) {
    if (!let.missing()) return BadStage("'let' is for a pipeline in 'whenMatched'");
    return ReadWord("whenMatched", matched, kMatchedWords, &options->matched);
  }
  options->matched = WhenMatched::kPipeline;
  TRY(ReadLet(let, scope, &options->variables));
  std::vector<std::string> free = {std::string(kNewVariable)};
  for (const MergeStage::Variable& variable : options->variables) free.push_back(variable.name);
  return ReadPipeline(matched, {.variables = scope.expressions.variables, .free = free},
                      &options->pipeline);
}

// The document under the id of the existing one.
void AppendUnderId(DocView document, ValueView id, std::string* out) {
  DocBuilder builder(out);
  builder.Append(kIdField, id);
  for (const Element& element : document) {
    if (element.name != kIdField) builder.Append(element.name, element.value);
  }
  builder.Finish();
}

// The existing document's fields with the new one's values, and the new one's others behind.
void AppendMerged(DocView existing, DocView incoming, std::string* out) {
  DocBuilder builder(out);
  for (const Element& element : existing) {
    const ValueView value = incoming.Find(element.name);
    builder.Append(element.name, value.missing() ? element.value : value);
  }
  for (const Element& element : incoming) {
    if (existing.Find(element.name).missing()) builder.Append(element.name, element.value);
  }
  builder.Finish();
}

}  // namespace

Status MergeStage::RunPipeline(DocView existing, DocView incoming, PipelineContext& context,
                               std::string* out) const {
  expression::Evaluation run = context.NewEvaluation();
  run.ReserveVariables(options_.variables.size() + 1);
  run.SetVariable(0, incoming.AsValue(BsonType::kObject));
  std::vector<std::string> values;
  for (const Variable& variable : options_.variables) {
    run.Begin(incoming);
    const ValueView value = TRY(variable.value.Evaluate(run));
    values.push_back(Tagged(value.missing() ? expression::Evaluation::Null() : value));
  }
  for (size_t i = 0; i < values.size(); ++i) run.SetVariable(i + 1, TaggedView(values[i]));
  std::string document(existing.bytes());
  for (const Transform& transform : options_.pipeline) {
    std::string next;
    TRY(transform.Apply(DocView(document), run, &next));
    document = std::move(next);
  }
  out->append(document);
  return Ok();
}

Status MergeStage::Combine(DocView existing, DocView incoming, PipelineContext& context,
                           std::string* out) const {
  switch (options_.matched) {
    case WhenMatched::kReplace: {
      const ValueView own = incoming.Find(kIdField);
      AppendUnderId(incoming, own.missing() ? existing.Find(kIdField) : own, out);
      return Ok();
    }
    case WhenMatched::kMerge:
      AppendMerged(existing, incoming, out);
      return Ok();
    case WhenMatched::kPipeline:
      return RunPipeline(existing, incoming, context, out);
    case WhenMatched::kKeepExisting:
    case WhenMatched::kFail:
      break;
  }
  CHECK(false);
  return Ok();
}

Result<StagePtr> ParseOutStage(const Element& stage, const PipelineScope& scope) {
  std::string target = TRY(ReadTarget(stage.value, scope));
  return StagePtr(std::make_shared<OutStage>(stage, std::move(target)));
}

Result<StagePtr> ParseMergeStage(const Element& stage, const PipelineScope& scope) {
  MergeStage::Options options;
  if (stage.value.type != BsonType::kObject) {
    options.target = TRY(ReadTarget(stage.value, scope));
    options.on.emplace_back(kIdField);
    return StagePtr(std::make_shared<MergeStage>(stage, std::move(options)));
  }
  StageOptions given(stage.value.Document());
  const ValueView into = TRY(given.Need("into"));
  options.target = TRY(ReadTarget(into, scope));
  options.on = TRY(ReadOn(given.Take("on")));
  TRY(ReadMatched(given, scope, &options));
  TRY(ReadWord("whenNotMatched", given.Take("whenNotMatched"), kNotMatchedWords,
               &options.not_matched));
  TRY(given.Finish());
  return StagePtr(std::make_shared<MergeStage>(stage, std::move(options)));
}

}  // namespace veddb::doc
