// SPDX-License-Identifier: BSD-3-Clause
// $inc, $mul, $min, $max, $bit.
#include "base/coding.h"
#include "doc/update/operators.h"
#include "doc/value/arithmetic.h"
#include "doc/value/compare.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

class ArithmeticModifier final : public Modifier {
 public:
  enum class Operation : bool { kAdd, kMultiply };
  ArithmeticModifier(const UpdateOperand& operand, Operation operation)
      : Modifier(operand.name, operand.path),
        operand_(NumberOf(operand.value)),
        operation_(operation) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (!before.missing() && !before.IsNumber()) {
      return Bad("the value is no number but " + OfType(before) + ", in the document with _id " +
                 JsonText(context.document.Find("_id")));
    }
    const Number old = before.missing() ? ZeroOf(operand_.type) : NumberOf(before);
    const auto result =
        operation_ == Operation::kAdd ? Add(old, operand_) : Multiply(old, operand_);
    if (!result) {
      return Bad("the result does not fit 64 bits (the value was " + JsonText(before) + ")");
    }
    *type = result->type;
    result->AppendTo(out);
    return Outcome::kWritten;
  }

 private:
  const Number operand_;
  const Operation operation_;
};

class CompareModifier final : public Modifier {
 public:
  enum class Wanted : bool { kLess, kGreater };
  CompareModifier(const UpdateOperand& operand, Wanted wanted)
      : Modifier(operand.name, operand.path), value_(operand.value), wanted_(wanted) {}

  Result<Outcome> Modify(const ModifyContext&, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (!before.missing()) {
      const int order = CompareValues(value_, before);
      if (wanted_ == Wanted::kLess ? order >= 0 : order <= 0) return Outcome::kKept;
    }
    return Write(value_, type, out);
  }

 private:
  const ValueView value_;
  const Wanted wanted_;
};

enum class BitOperation : uint8_t { kAnd, kOr, kXor };

class BitModifier final : public Modifier {
 public:
  struct Step {
    BitOperation operation;
    BsonType type;
    int64_t bits;
  };
  BitModifier(const UpdateOperand& operand, std::vector<Step> steps)
      : Modifier(operand.name, operand.path), steps_(std::move(steps)) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    const bool integer = before.type == BsonType::kInt32 || before.type == BsonType::kInt64;
    if (!before.missing() && !integer) {
      return Bad("the value is no integer but " + OfType(before) + ", in the document with _id " +
                 JsonText(context.document.Find("_id")));
    }
    *type = before.type == BsonType::kInt64 ? BsonType::kInt64 : BsonType::kInt32;
    int64_t bits = before.missing() ? 0 : before.Integer();
    for (const Step& step : steps_) {
      if (step.type == BsonType::kInt64) *type = BsonType::kInt64;
      bits = Apply(step, bits);
    }
    if (*type == BsonType::kInt32) {
      PutLE32(*out, static_cast<uint32_t>(bits));
    } else {
      PutLE64(*out, static_cast<uint64_t>(bits));
    }
    return Outcome::kWritten;
  }

 private:
  static int64_t Apply(const Step& step, int64_t bits) {
    switch (step.operation) {
      case BitOperation::kAnd:
        return bits & step.bits;
      case BitOperation::kOr:
        return bits | step.bits;
      case BitOperation::kXor:
        return bits ^ step.bits;
    }
    return bits;
  }

  const std::vector<Step> steps_;
};

Status ParseArithmetic(const UpdateOperand& operand, ArithmeticModifier::Operation operation,
                       std::vector<PlacedModifier>* out) {
  if (!operand.value.IsNumber()) {
    return BadOperand(operand, "it takes a number, not " + OfType(operand.value));
  }
  out->push_back(
      {std::string(operand.path), std::make_unique<ArithmeticModifier>(operand, operation)});
  return Ok();
}

std::optional<BitOperation> BitOperationOf(Bytes name) {
  if (name == "and") return BitOperation::kAnd;
  if (name == "or") return BitOperation::kOr;
  if (name == "xor") return BitOperation::kXor;
  return std::nullopt;
}

}  // namespace

Status ParseInc(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  return ParseArithmetic(operand, ArithmeticModifier::Operation::kAdd, out);
}

Status ParseMul(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  return ParseArithmetic(operand, ArithmeticModifier::Operation::kMultiply, out);
}

Status ParseMin(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  out->push_back({std::string(operand.path),
                  std::make_unique<CompareModifier>(operand, CompareModifier::Wanted::kLess)});
  return Ok();
}

Status ParseMax(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  out->push_back({std::string(operand.path),
                  std::make_unique<CompareModifier>(operand, CompareModifier::Wanted::kGreater)});
  return Ok();
}

Status ParseBit(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  constexpr Bytes kForm = "it takes an object of and, or, xor with an integer each";
  if (operand.value.type != BsonType::kObject || operand.value.Document().empty()) {
    return BadOperand(operand, kForm);
  }
  std::vector<BitModifier::Step> steps;
  for (const Element& element : operand.value.Document()) {
    const auto operation = BitOperationOf(element.name);
    const BsonType type = element.value.type;
    if (!operation || (type != BsonType::kInt32 && type != BsonType::kInt64)) {
      return BadOperand(operand, kForm);
    }
    steps.push_back({*operation, type, element.value.Integer()});
  }
  out->push_back(
      {std::string(operand.path), std::make_unique<BitModifier>(operand, std::move(steps))});
  return Ok();
}

}  // namespace veddb::doc
