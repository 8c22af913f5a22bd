// SPDX-License-Identifier: BSD-3-Clause
// The table of update operators: the one place that lists them.
#pragma once
#include <span>
#include <vector>

#include "base/result.h"
#include "doc/update/modifier.h"

namespace veddb::doc {

// `{$name: {path: value}}`.
struct UpdateOperand {
  Bytes name;
  Bytes path;
  ValueView value;
};

// A modifier and the path it works at.
struct PlacedModifier {
  std::string path;
  ModifierPtr modifier;
};

// Most give one; $rename gives two.
using ModifierParser = Status (*)(const UpdateOperand&, std::vector<PlacedModifier>*);

struct UpdateOperator {
  Bytes name;
  ModifierParser parse;
  Bytes doc;
};

std::span<const UpdateOperator> UpdateOperators();
const UpdateOperator* FindUpdateOperator(Bytes name);

// BADQUERY "$name of 'path': what".
Error BadOperand(const UpdateOperand& operand, Bytes what);
// The type as messages name it: "of type string".
std::string OfType(ValueView value);

// By file: ops_field.cc, ops_number.cc, ops_array.cc, ops_push.cc, ops_pull.cc.
Status ParseSet(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseSetOnInsert(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseUnset(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseRename(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseCurrentDate(const UpdateOperand& operand, std::vector<PlacedModifier>* out);

Status ParseInc(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseMul(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseMin(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseMax(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseBit(const UpdateOperand& operand, std::vector<PlacedModifier>* out);

Status ParsePush(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParseAddToSet(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParsePop(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParsePull(const UpdateOperand& operand, std::vector<PlacedModifier>* out);
Status ParsePullAll(const UpdateOperand& operand, std::vector<PlacedModifier>* out);

}  // namespace veddb::doc
