// SPDX-License-Identifier: BSD-3-Clause
// $push, $addToSet, $mergeObjects.
#include <array>
#include <vector>

#include "base/hash.h"
#include "doc/accumulator/accumulator_of.h"
#include "doc/accumulator/held_value.h"
#include "doc/accumulator/saved_values.h"
#include "doc/value/builder.h"
#include "doc/value/compare.h"
#include "doc/value/hash_index.h"

namespace veddb::doc::accumulator {
namespace {

using expression::Evaluation;

// Every value, one behind the other; what is missing is left out.
class PushState {
 public:
  using Config = NoConfig;
  PushState(const Config&, size_t) {}

  Status Add(const Config&, const Accumulator::Input& input) {
    if (!input.value.missing()) AppendTagged(input.value, &values_);
    return Ok();
  }
  void Save(std::string* out) const { out->append(values_); }
  Status Merge(const Config&, Bytes saved) {
    values_.append(saved);
    return Ok();
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const {
    std::vector<ValueView> all;
    for (Bytes rest = values_; !rest.empty();) all.push_back(TakeTagged(&rest));
    return run.Array(all);
  }
  size_t heap_bytes() const { return values_.capacity(); }

 private:
  std::string values_;
};

// Each value once, in order of their first appearance.
class SetState {
 public:
  using Config = NoConfig;
  SetState(const Config&, size_t) {}

  Status Add(const Config&, const Accumulator::Input& input) {
    if (input.value.missing()) return Ok();
    const uint64_t hash = HashValue(input.value);
    const uint32_t found = index_.Find(hash, [this, &input](uint32_t number) {
      return EqualValues(values_[number].view(), input.value);
    });
    if (found != HashIndex::kNone) return Ok();
    index_.Insert(hash, static_cast<uint32_t>(values_.size()));
    values_.emplace_back(input.value);
    bytes_ += values_.back().heap_bytes();
    return Ok();
  }
  void Save(std::string* out) const {
    for (const HeldValue& value : values_) AppendTagged(value.view(), out);
  }
  Status Merge(const Config& config, Bytes saved) {
    while (!saved.empty()) TRY(Add(config, {TakeTagged(&saved), {}}));
    return Ok();
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const {
    std::vector<ValueView> all;
    all.reserve(values_.size());
    for (const HeldValue& value : values_) all.push_back(value.view());
    return run.Array(all);
  }
  size_t heap_bytes() const {
    return values_.capacity() * sizeof(HeldValue) + bytes_ + index_.memory_bytes();
  }

 private:
  std::vector<HeldValue> values_;
  HashIndex index_;
  size_t bytes_ = 0;  // of the values on the heap
};

// The fields of all objects, each with its last value.
class MergedState {
 public:
  using Config = const Row*;
  MergedState(const Config&, size_t) {}

  Status Add(const Config& row, const Accumulator::Input& input) {
    if (input.value.IsNullish()) return Ok();
    if (input.value.type != BsonType::kObject) {
      return Bad(*row, "the value must be an object, not of type " +
                           std::string(TypeName(input.value.type)));
    }
    for (const Element& field : input.value.Document()) Put(field);
    return Ok();
  }
  void Save(std::string* out) const {
    DocBuilder builder(out);
    for (const Field& field : fields_) builder.Append(field.name, field.value.view());
    builder.Finish();
  }
  Status Merge(const Config& row, Bytes saved) {
    return Add(row, {DocView(saved).AsValue(BsonType::kObject), {}});
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const {
    std::vector<Element> fields;
    for (const Field& field : fields_) fields.push_back({field.name, field.value.view()});
    return run.Object(fields);
  }
  size_t heap_bytes() const {
    return fields_.capacity() * sizeof(Field) + bytes_ + index_.memory_bytes();
  }

 private:
  struct Field {
    std::string name;
    HeldValue value;
  };

  void Put(const Element& element) {
    const uint64_t hash = Hash64(element.name);
    uint32_t place = index_.Find(
        hash, [this, &element](uint32_t number) { return fields_[number].name == element.name; });
    if (place == HashIndex::kNone) {
      place = static_cast<uint32_t>(fields_.size());
      index_.Insert(hash, place);
      fields_.push_back({std::string(element.name), HeldValue()});
      bytes_ += element.name.size();
    }
    HeldValue& value = fields_[place].value;
    bytes_ -= value.heap_bytes();
    value.Assign(element.value);
    bytes_ += value.heap_bytes();
  }

  std::vector<Field> fields_;
  HashIndex index_;
  size_t bytes_ = 0;  // of names and of values on the heap
};

Result<std::unique_ptr<const Accumulator>> ParseMerge(const Row& row, ValueView operand,
                                                      const expression::Scope& scope) {
  return Make<MergedState>(TRY(AccumulatorParser::Unary(row, operand, scope)), &row);
}

constexpr std::array kTable = {
    Row{.name = "$addToSet",
        .parse = ParseUnary<SetState>,
        .merges_cheaply = false,
        .doc = "The array of the different values, in order of their first appearance."},
    Row{.name = "$mergeObjects",
        .parse = ParseMerge,
        .merges_cheaply = false,
        .doc = "One object with the fields of all; the last value of a field counts."},
    Row{.name = "$push",
        .parse = ParseUnary<PushState>,
        .merges_cheaply = false,
        .doc = "The array of the values; what is missing is left out."},
};

}  // namespace

std::span<const Row> CollectionRows() { return kTable; }

}  // namespace veddb::doc::accumulator
