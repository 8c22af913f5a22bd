// SPDX-License-Identifier: BSD-3-Clause
// Keywords of objects: properties, patternProperties, additionalProperties, required,
// minProperties, maxProperties, dependencies. Values of other types follow them all.
#include <algorithm>
#include <unordered_map>

#include "doc/schema/keywords.h"
#include "doc/schema/rest.h"

namespace veddb::doc {
namespace {

struct NameHash {
  using is_transparent = void;
  size_t operator()(Bytes name) const { return std::hash<Bytes>()(name); }
};
template <typename T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

struct PatternSchema {
  Regex regex;
  SchemaNodePtr schema;
};

// properties, patternProperties and additionalProperties are one rule: the last is for the fields
// that the others do not name.
class FieldsRule final : public SchemaRule {
 public:
  using ByName = NameMap<SchemaNodePtr>;
  FieldsRule(ByName by_name, std::vector<PatternSchema> by_pattern, Rest rest)
      : by_name_(std::move(by_name)), by_pattern_(std::move(by_pattern)), rest_(std::move(rest)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kObject) return true;
    for (const Element& field : value.Document()) {
      if (!run.Work() || !FieldHolds(field, Place{&place, field.name}, run)) return false;
    }
    return true;
  }

 private:
  bool FieldHolds(const Element& field, const Place& place, SchemaRun& run) const {
    bool named = false;
    if (const auto found = by_name_.find(field.name); found != by_name_.end()) {
      if (!found->second->Holds(field.value, place, run)) return false;
      named = true;
    }
    for (const PatternSchema& pattern : by_pattern_) {
      if (!run.Search(pattern.regex, field.name)) continue;
      if (!pattern.schema->Holds(field.value, place, run)) return false;
      named = true;
    }
    return named || rest_.Holds(field.value, place, run, "additionalProperties: false");
  }

  const ByName by_name_;
  const std::vector<PatternSchema> by_pattern_;
  const Rest rest_;
};

// Names of fields that an object must have.
class NeededFields {
 public:
  explicit NeededFields(const std::vector<Bytes>& names) : names_(names.begin(), names.end()) {
    for (size_t i = 0; i < names_.size(); ++i) places_[names_[i]] = i;
  }

  // The first that the object does not have; null: it has all, or the run gave up.
  const std::string* MissingIn(DocView doc, SchemaRun& run) const {
    std::vector<bool> seen(names_.size());
    size_t found = 0;
    for (const Element& field : doc) {
      if (!run.Work()) return nullptr;
      const auto place = places_.find(field.name);
      if (place == places_.end()) continue;
      seen[place->second] = true;
      if (++found == names_.size()) return nullptr;
    }
    const auto missing = std::find(seen.begin(), seen.end(), false);
    return missing == seen.end() ? nullptr : &names_[missing - seen.begin()];
  }

 private:
  const std::vector<std::string> names_;
  NameMap<size_t> places_;
};

class RequiredRule final : public SchemaRule {
 public:
  explicit RequiredRule(const std::vector<Bytes>& names) : names_(names) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kObject) return true;
    const std::string* missing = names_.MissingIn(value.Document(), run);
    return missing == nullptr || run.Breaks(Place{&place, *missing}, "required");
  }

 private:
  const NeededFields names_;
};

class FieldCountRule final : public SchemaRule {
 public:
  FieldCountRule(uint64_t min, uint64_t max, std::string text)
      : min_(min), max_(max), text_(std::move(text)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kObject) return true;
    const size_t count = value.Document().Count();
    if (!run.Work(count / kFieldsPerStep)) return false;
    return (count >= min_ && count <= max_) || run.Breaks(place, text_);
  }

 private:
  // What is counted in the time of a step.
  static constexpr size_t kFieldsPerStep = 4;

  const uint64_t min_;
  const uint64_t max_;
  const std::string text_;
};

// Where a field is there, others must be, or the object follows a schema.
struct Dependency {
  std::string field;
  std::optional<NeededFields> names;
  SchemaNodePtr schema;  // where there are no names
};

class DependenciesRule final : public SchemaRule {
 public:
  explicit DependenciesRule(std::vector<Dependency> dependencies)
      : dependencies_(std::move(dependencies)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kObject) return true;
    const DocView doc = value.Document();
    for (const Dependency& dependency : dependencies_) {
      if (!run.Work(1 + doc.size() / kBytesPerStep)) return false;
      if (doc.Find(dependency.field).missing()) continue;
      if (dependency.schema != nullptr) {
        if (!dependency.schema->Holds(value, place, run)) return false;
      } else if (const std::string* missing = dependency.names->MissingIn(doc, run)) {
        return run.Breaks(Place{&place, *missing}, "dependencies of '" + dependency.field + "'");
      }
    }
    return true;
  }

 private:
  // What is walked over in the time of a step.
  static constexpr size_t kBytesPerStep = 128;

  const std::vector<Dependency> dependencies_;
};

Result<FieldsRule::ByName> ParseByName(const KeywordOperand& operand) {
  FieldsRule::ByName by_name;
  const ValueView value = operand.schema.Find("properties");
  if (value.missing()) return by_name;
  const Place place{operand.place.outer, "properties"};
  if (value.type != BsonType::kObject) return BadKeyword(place, "has to be an object of schemas");
  for (const Element& field : value.Document()) {
    by_name[std::string(field.name)] =
        TRY(operand.compiler.Node(field.value, Place{&place, field.name}));
  }
  return by_name;
}

Result<std::vector<PatternSchema>> ParseByPattern(const KeywordOperand& operand) {
  std::vector<PatternSchema> by_pattern;
  const ValueView value = operand.schema.Find("patternProperties");
  if (value.missing()) return by_pattern;
  const Place place{operand.place.outer, "patternProperties"};
  if (value.type != BsonType::kObject) return BadKeyword(place, "has to be an object of schemas");
  for (const Element& field : value.Document()) {
    const Place at{&place, field.name};
    Regex regex = TRY(operand.compiler.Pattern(field.name, at));
    by_pattern.push_back({std::move(regex), TRY(operand.compiler.Node(field.value, at))});
  }
  return by_pattern;
}

Result<Dependency> ParseDependency(const KeywordOperand& operand, const Element& field) {
  const Place place{&operand.place, field.name};
  Dependency dependency;
  dependency.field = field.name;
  if (field.value.type == BsonType::kArray) {
    dependency.names.emplace(TRY(NamesOperand(field.value, place)));
  } else {
    dependency.schema = TRY(operand.compiler.Node(field.value, place));
  }
  return dependency;
}

bool Stands(const KeywordOperand& operand, Bytes keyword) {
  return !operand.schema.Find(keyword).missing();
}

}  // namespace

Result<SchemaRulePtr> ParseProperties(const KeywordOperand& operand) {
  FieldsRule::ByName by_name = TRY(ParseByName(operand));
  std::vector<PatternSchema> by_pattern = TRY(ParseByPattern(operand));
  Rest rest = TRY(ParseRest(operand, "additionalProperties"));
  return SchemaRulePtr(
      std::make_unique<FieldsRule>(std::move(by_name), std::move(by_pattern), std::move(rest)));
}

Result<SchemaRulePtr> ParsePatternProperties(const KeywordOperand& operand) {
  if (Stands(operand, "properties")) return SchemaRulePtr();
  return ParseProperties(operand);
}

Result<SchemaRulePtr> ParseAdditionalProperties(const KeywordOperand& operand) {
  if (Stands(operand, "properties") || Stands(operand, "patternProperties")) return SchemaRulePtr();
  return ParseProperties(operand);
}

Result<SchemaRulePtr> ParseRequired(const KeywordOperand& operand) {
  return SchemaRulePtr(
      std::make_unique<RequiredRule>(TRY(NamesOperand(operand.value, operand.place))));
}

Result<SchemaRulePtr> ParseMinProperties(const KeywordOperand& operand) {
  const uint64_t min = TRY(CountOperand(operand));
  return SchemaRulePtr(std::make_unique<FieldCountRule>(min, UINT64_MAX, RuleText(operand)));
}
Result<SchemaRulePtr> ParseMaxProperties(const KeywordOperand& operand) {
  const uint64_t max = TRY(CountOperand(operand));
  return SchemaRulePtr(std::make_unique<FieldCountRule>(0, max, RuleText(operand)));
}

Result<SchemaRulePtr> ParseDependencies(const KeywordOperand& operand) {
  if (operand.value.type != BsonType::kObject) {
    return BadKeyword(operand.place, "has to be an object of schemas or arrays of names");
  }
  std::vector<Dependency> dependencies;
  for (const Element& field : operand.value.Document()) {
    dependencies.push_back(TRY(ParseDependency(operand, field)));
  }
  return SchemaRulePtr(std::make_unique<DependenciesRule>(std::move(dependencies)));
}

}  // namespace veddb::doc
