// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/parser.h"

#include <algorithm>
#include <array>

namespace veddb::doc::expression {
namespace {

// What a constant worked out beforehand may take; what is larger is worked out when it is needed.
constexpr size_t kFoldedBytesMax = 256 * 1024;
constexpr uint64_t kFoldedStepsMax = 100'000;

Error BadText(Bytes text, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, "'" + std::string(text) + "': " + std::string(what));
}

// A letter, digit, '_', or a part of one beyond ASCII.
bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}

// The three answers of $redact's expression.
constexpr std::array<std::pair<Bytes, Bytes>, 3> kVerdicts = {
    {{"DESCEND", "descend"}, {"PRUNE", "prune"}, {"KEEP", "keep"}}};

Status CheckPath(const FieldPath& path, Bytes text) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.part(i).empty()) return BadText(text, "a path has no empty parts");
    if (path.part(i)[0] == '$') return BadText(text, "no part of a path begins with '$'");
    if (path.part(i).find('\0') != Bytes::npos) return BadText(text, "a path has no NUL");
  }
  return Ok();
}

Status CheckFieldName(Bytes name) {
  if (name.empty()) return MakeError(ErrorCode::kBadQuery, "a field of an expression has no name");
  if (name[0] == '$') return BadText(name, "an operator stands alone in its object");
  if (name.find('.') != Bytes::npos) {
    return BadText(name, "the fields of an object in an expression have no dots");
  }
  return Ok();
}

struct ArgumentName {
  Bytes name;
  bool optional;
};

std::vector<ArgumentName> SplitNames(Bytes names) {
  std::vector<ArgumentName> out;
  while (!names.empty()) {
    const size_t end = std::min(names.find(' '), names.size());
    Bytes name = names.substr(0, end);
    const bool optional = name[0] == '?';
    if (optional) name.remove_prefix(1);
    out.push_back({name, optional});
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return out;
}

// Is it `{name: …}` rather than an expression that is an argument by itself?
bool HasNames(ValueView operand) {
  if (operand.type != BsonType::kObject) return false;
  const auto first = operand.Document().begin();
  return first.done() || !first->name.starts_with('$');
}

std::string CountText(const List& list) {
  const std::string min = std::to_string(list.min);
  if (list.min == list.max) return min;
  if (list.max == kAny) return "at least " + min;
  return min + " to " + std::to_string(list.max);
}

class Deeper {
 public:
  explicit Deeper(uint32_t* depth) : depth_(depth) { ++*depth_; }
  ~Deeper() { --*depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  uint32_t* const depth_;
};

}  // namespace

bool MayBeUserVariable(Bytes name) {
  if (name == "CURRENT") return true;
  if (name.empty() || !((name[0] >= 'a' && name[0] <= 'z') || (name[0] & 0x80) != 0)) return false;
  return std::all_of(name.begin(), name.end(), IsNameByte);
}

Parser::Parser(const Scope& scope)
    : scope_(scope),
      bindings_(scope.free.begin(), scope.free.end()),
      slots_(static_cast<uint32_t>(bindings_.size())) {}

Error Parser::Bad(const Operator& row, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, std::string(row.name) + ": " + std::string(what));
}

Result<NodePtr> Parser::Parse(ValueView value) {
  const Deeper deeper(&depth_);
  if (depth_ > kDepthMax) {
    return MakeError(ErrorCode::kBadQuery,
                     "the expression nests deeper than " + std::to_string(kDepthMax) + " levels");
  }
  switch (value.type) {
    case BsonType::kString:
      return ParseText(value);
    case BsonType::kObject:
      return ParseObject(value.Document());
    case BsonType::kArray:
      return ParseArray(value.Document());
    default:
      return NodePtr(std::make_unique<ConstantNode>(value));
  }
}

Result<NodePtr> Parser::ParseText(ValueView value) {
  Bytes text = value.String();
  if (!text.starts_with('$')) return NodePtr(std::make_unique<ConstantNode>(value));
  text.remove_prefix(1);
  if (text.empty()) return BadText(value.String(), "by itself it is no path");
  if (!text.starts_with('$')) return ParsePath("CURRENT", text);
  text.remove_prefix(1);
  const size_t dot = text.find('.');
  const Bytes name = text.substr(0, dot);
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameByte)) {
    return BadText(value.String(), "'$$' needs the name of a variable");
  }
  if (dot == Bytes::npos) return ParsePath(name, {});
  if (dot + 1 == text.size()) return BadText(value.String(), "a path has no empty parts");
  return ParsePath(name, text.substr(dot + 1));
}

std::optional<uint32_t> Parser::SlotOf(Bytes name) const {
  for (size_t i = bindings_.size(); i-- > 0;) {
    if (bindings_[i] == name) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

NodePtr Parser::PathFrom(uint32_t slot, std::optional<FieldPath> path) {
  if (slot == kNoSlot) {
    if (path) {
      dependencies_.paths.insert(path->text());
    } else {
      dependencies_.whole_document = true;
    }
  }
  return std::make_unique<PathNode>(slot, std::move(path));
}

NodePtr Parser::Current() { return PathFrom(SlotOf("CURRENT").value_or(kNoSlot), std::nullopt); }

// `path` empty: the variable itself.
Result<NodePtr> Parser::ParsePath(Bytes variable, Bytes path) {
  std::optional<FieldPath> parts;
  if (!path.empty()) {
    parts.emplace(path);
    TRY(CheckPath(*parts, path));
  }
  if (const auto slot = SlotOf(variable)) return PathFrom(*slot, std::move(parts));
  if (variable == "CURRENT" || variable == "ROOT") return PathFrom(kNoSlot, std::move(parts));
  if (variable == "REMOVE") return NodePtr(std::make_unique<ConstantNode>(ValueView()));
  const auto verdict = std::find_if(kVerdicts.begin(), kVerdicts.end(),
                                    [variable](const auto& one) { return one.first == variable; });
  if (verdict != kVerdicts.end()) {
    return NodePtr(std::make_unique<ConstantNode>(TaggedView(TaggedString(verdict->second))));
  }
  const ValueView value =
      scope_.variables == nullptr ? ValueView() : scope_.variables->Find(variable);
  if (value.missing()) {
    return BadText("$$" + std::string(variable), "there is no such variable");
  }
  if (!parts) return NodePtr(std::make_unique<ConstantNode>(value));
  // A path into a value that is known: the variable is the document for a moment.
  Evaluation run;
  ValueView found;
  if (value.type == BsonType::kObject) {
    found = TRY(ValueAtPath(value.Document(), *parts, 0, run));
  } else if (value.type == BsonType::kArray) {
    run.ReserveVariables(1);
    run.SetVariable(0, value);
    found = TRY(PathNode(0, std::move(parts)).Evaluate(run));
  }
  return NodePtr(std::make_unique<ConstantNode>(found));
}

Result<NodePtr> Parser::ParseObject(DocView object) {
  const auto first = object.begin();
  if (!first.done() && first->name.starts_with('$')) {
    const Operator* row = FindOperator(first->name);
    if (row == nullptr) {
      return MakeError(ErrorCode::kBadQuery,
                       "unknown expression operator '" + std::string(first->name) + "'");
    }
    if (object.Count() != 1) return Bad(*row, "an operator stands alone in its object");
    return ParseCall(*row, first->value);
  }
  std::vector<ObjectNode::Field> fields;
  Needs needs;
  for (const Element& element : object) {
    TRY(CheckFieldName(element.name));
    // Apart from the name: GCC forgets a part of an aggregate when TRY returns from the next one.
    NodePtr value = TRY(Parse(element.value));
    needs.Add(value->needs());
    fields.push_back({std::string(element.name), std::move(value)});
  }
  return Fold(std::make_unique<ObjectNode>(std::move(fields), needs));
}

Result<NodePtr> Parser::ParseArray(DocView array) {
  std::vector<NodePtr> elements;
  Needs needs;
  for (const Element& element : array) {
    elements.push_back(TRY(Parse(element.value)));
    needs.Add(elements.back()->needs());
  }
  return Fold(std::make_unique<ArrayNode>(std::move(elements), needs));
}

Result<NodePtr> Parser::ParseCall(const Operator& row, ValueView operand) {
  if (row.by_chance) dependencies_.chance = true;
  if (row.parse != nullptr) return row.parse(*this, row, operand);
  if (!row.names.empty() && (!row.list || HasNames(operand))) return ParseNamed(row, operand);
  return ParseList(row, operand);
}

Result<NodePtr> Parser::ParseList(const Operator& row, ValueView operand) {
  CallNode::Parts parts{.row = &row};
  if (operand.type == BsonType::kArray) {
    for (const Element& element : operand.Document()) {
      parts.arguments.push_back(TRY(Parse(element.value)));
    }
  } else if (row.list->max != 0) {
    parts.arguments.push_back(TRY(Parse(operand)));
  } else if (operand.type != BsonType::kObject || !operand.Document().empty()) {
    return Bad(row, "it takes no arguments");
  }
  const size_t count = parts.arguments.size();
  if (count < row.list->min || (row.list->max != kAny && count > row.list->max)) {
    return Bad(row, "it takes " + CountText(*row.list) +
                        (row.list->max == 1 ? " argument" : " arguments") + ", not " +
                        std::to_string(count));
  }
  return Finish(std::move(parts));
}

Result<std::vector<ValueView>> NamedArguments(Bytes owner, Bytes names, ValueView operand) {
  const auto bad = [owner](const std::string& what) {
    return MakeError(ErrorCode::kBadQuery, std::string(owner) + ": " + what);
  };
  if (operand.type != BsonType::kObject) return bad("it takes an object of arguments");
  const std::vector<ArgumentName> known = SplitNames(names);
  std::vector<ValueView> values(known.size());
  for (const Element& element : operand.Document()) {
    const auto place =
        std::find_if(known.begin(), known.end(),
                     [&element](const ArgumentName& one) { return one.name == element.name; });
    if (place == known.end()) {
      return bad("unknown argument '" + std::string(element.name) + "'");
    }
    values[static_cast<size_t>(place - known.begin())] = element.value;
  }
  for (size_t i = 0; i < known.size(); ++i) {
    if (values[i].missing() && !known[i].optional) {
      return bad("the argument '" + std::string(known[i].name) + "' is missing");
    }
  }
  return values;
}

Result<NodePtr> Parser::ParseNamed(const Operator& row, ValueView operand) {
  CallNode::Parts parts{.row = &row};
  const std::vector<ValueView> values = TRY(NamedValues(row, row.names, operand));
  for (const ValueView value : values) parts.arguments.push_back(TRY(ParseGiven(value)));
  return Finish(std::move(parts));
}

Result<uint32_t> Parser::Bind(const Operator& row, Bytes name) {
  if (!MayBeUserVariable(name)) {
    return Bad(row, "'" + std::string(name) +
                        "' can't be a variable's name: a lower case letter, then letters, digits "
                        "and underscores");
  }
  const uint32_t slot = next_slot();
  bindings_.emplace_back(name);
  slots_ = std::max(slots_, next_slot());
  return slot;
}

Result<NodePtr> Parser::Finish(CallNode::Parts parts, size_t first_bound) {
  Needs needs{.varies = parts.row->by_chance};
  for (size_t i = 0; i < parts.arguments.size(); ++i) {
    if (parts.arguments[i] == nullptr) continue;
    const Needs& own = parts.arguments[i]->needs();
    needs.Add(i >= first_bound && !parts.slots.empty() ? own.Without(parts.slots[0]) : own);
  }
  return Fold(std::make_unique<CallNode>(std::move(parts), needs));
}

// A constant that fails is left as it is: it is an error only if it is needed.
NodePtr Parser::Fold(NodePtr node) {
  if (!node->needs().nothing()) return node;
  Evaluation run(1, {.memory_bytes = kFoldedBytesMax, .steps = kFoldedStepsMax});
  run.ReserveVariables(slots_);
  const Result<ValueView> value = node->Evaluate(run);
  if (!value.ok()) return node;
  return std::make_unique<ConstantNode>(*value);
}

}  // namespace veddb::doc::expression
