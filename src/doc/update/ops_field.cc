// SPDX-License-Identifier: BSD-3-Clause
// $set, $setOnInsert, $unset, $rename, $currentDate.
#include "base/coding.h"
#include "doc/update/operators.h"
#include "doc/value/path.h"

namespace veddb::doc {
namespace {

constexpr int64_t kMillisPerSecond = 1000;

class SetModifier final : public Modifier {
 public:
  enum class When : bool { kAlways, kOnInsert };
  SetModifier(const UpdateOperand& operand, When when)
      : Modifier(operand.name, operand.path), value_(operand.value), when_(when) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView, BsonType* type,
                         std::string* out) const override {
    if (when_ == When::kOnInsert && !context.inserts) return Outcome::kKept;
    return Write(value_, type, out);
  }
  bool IgnoresDeadEnds(const ModifyContext& context) const override {
    return when_ == When::kOnInsert && !context.inserts;
  }

 private:
  const ValueView value_;
  const When when_;
};

class UnsetModifier final : public Modifier {
 public:
  explicit UnsetModifier(const UpdateOperand& operand) : Modifier(operand.name, operand.path) {}

  Result<Outcome> Modify(const ModifyContext&, ValueView before, BsonType*,
                         std::string*) const override {
    return before.missing() ? Outcome::kKept : Outcome::kRemoved;
  }
  bool IgnoresDeadEnds(const ModifyContext&) const override { return true; }
};

// The value at a path that runs through objects only; missing where it ends early. Nothing: there
// is an array in its way.
std::optional<ValueView> FindThroughObjects(DocView doc, const FieldPath& path) {
  for (size_t part = 0;; ++part) {
    const ValueView value = doc.Find(path.part(part));
    if (part + 1 == path.size()) return value;
    if (value.type == BsonType::kArray) return std::nullopt;
    if (value.type != BsonType::kObject) return ValueView();
    doc = value.Document();
  }
}

// The old name of $rename: goes if it is there.
class RenameFrom final : public Modifier {
 public:
  explicit RenameFrom(const UpdateOperand& operand) : Modifier(operand.name, operand.path) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType*,
                         std::string*) const override {
    if (context.in_array) return Bad("the old name may not lead into an array");
    return before.missing() ? Outcome::kKept : Outcome::kRemoved;
  }
  bool IgnoresDeadEnds(const ModifyContext&) const override { return true; }
};

// The new one: takes the value that the old one had.
class RenameTo final : public Modifier {
 public:
  RenameTo(Bytes name, Bytes from, Bytes to) : Modifier(name, from), from_(from), to_(to) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView, BsonType* type,
                         std::string* out) const override {
    const auto value = FindThroughObjects(context.document, from_);
    if (!value) return Bad("the old name may not lead into an array");
    if (value->missing()) return Outcome::kKept;
    if (context.in_array) return Bad("the new name '" + to_ + "' may not lead into an array");
    return Write(*value, type, out);
  }
  // Where there is nothing to rename, there is no dead end either.
  bool IgnoresDeadEnds(const ModifyContext& context) const override {
    const auto value = FindThroughObjects(context.document, from_);
    return value && value->missing();
  }

 private:
  const FieldPath from_;
  const std::string to_;
};

class CurrentDateModifier final : public Modifier {
 public:
  CurrentDateModifier(const UpdateOperand& operand, BsonType type)
      : Modifier(operand.name, operand.path), type_(type) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView, BsonType* type,
                         std::string* out) const override {
    *type = type_;
    uint64_t bits = static_cast<uint64_t>(context.now_ms);
    if (type_ == BsonType::kTimestamp) {
      // Seconds above, an increment that tells writes of one second apart below; here the
      // millisecond, so that later is not less.
      const uint64_t seconds = bits / kMillisPerSecond;
      bits = (seconds << 32) | (bits % kMillisPerSecond + 1);
    }
    PutLE64(*out, bits);
    return Outcome::kWritten;
  }

 private:
  const BsonType type_;
};

bool IsPositional(Bytes component) { return !component.empty() && component[0] == '$'; }

bool HasPositional(const FieldPath& path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (IsPositional(path.part(i))) return true;
  }
  return false;
}

}  // namespace

Status ParseSet(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  out->push_back({std::string(operand.path),
                  std::make_unique<SetModifier>(operand, SetModifier::When::kAlways)});
  return Ok();
}

Status ParseSetOnInsert(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  out->push_back({std::string(operand.path),
                  std::make_unique<SetModifier>(operand, SetModifier::When::kOnInsert)});
  return Ok();
}

Status ParseUnset(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  out->push_back({std::string(operand.path), std::make_unique<UnsetModifier>(operand)});
  return Ok();
}

Status ParseRename(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  if (operand.value.type != BsonType::kString) {
    return BadOperand(operand, "the new name has to be a string, not " + OfType(operand.value));
  }
  const Bytes to = operand.value.String();
  if (to.find('\0') != Bytes::npos) return BadOperand(operand, "the new name holds a NUL");
  if (to == operand.path) return BadOperand(operand, "the new name is the old one");
  if (HasPositional(FieldPath(operand.path)) || HasPositional(FieldPath(to))) {
    return BadOperand(operand, "no name may be positional or begin with '$'");
  }
  out->push_back({std::string(operand.path), std::make_unique<RenameFrom>(operand)});
  out->push_back({std::string(to), std::make_unique<RenameTo>(operand.name, operand.path, to)});
  return Ok();
}

Status ParseCurrentDate(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  BsonType type = BsonType::kDate;
  if (operand.value.type == BsonType::kObject) {
    const DocView options = operand.value.Document();
    const ValueView name = options.Find("$type");
    if (options.Count() != 1 || name.type != BsonType::kString ||
        (name.String() != "date" && name.String() != "timestamp")) {
      return BadOperand(operand, "only {$type: \"date\"} or {$type: \"timestamp\"} is an option");
    }
    if (name.String() == "timestamp") type = BsonType::kTimestamp;
  } else if (operand.value.type != BsonType::kBool) {
    return BadOperand(operand, "it takes true, or {$type: \"date\"} or {$type: \"timestamp\"}");
  }
  out->push_back({std::string(operand.path), std::make_unique<CurrentDateModifier>(operand, type)});
  return Ok();
}

}  // namespace veddb::doc
