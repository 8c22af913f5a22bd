// SPDX-License-Identifier: BSD-3-Clause
#include "doc/update/operators.h"

#include <algorithm>
#include <array>

namespace veddb::doc {
namespace {

constexpr std::array kOperators = {
    UpdateOperator{"$addToSet", ParseAddToSet, "Adds values to an array that it does not have."},
    UpdateOperator{"$bit", ParseBit, "And, or, xor of an integer."},
    UpdateOperator{"$currentDate", ParseCurrentDate, "Sets the time, as date or timestamp."},
    UpdateOperator{"$inc", ParseInc, "Adds to a number."},
    UpdateOperator{"$max", ParseMax, "Sets the value if it is greater."},
    UpdateOperator{"$min", ParseMin, "Sets the value if it is less."},
    UpdateOperator{"$mul", ParseMul, "Multiplies a number."},
    UpdateOperator{"$pop", ParsePop, "Removes an array's first or last element."},
    UpdateOperator{"$pull", ParsePull, "Removes the elements that meet a condition."},
    UpdateOperator{"$pullAll", ParsePullAll, "Removes all elements with these values."},
    UpdateOperator{"$push", ParsePush, "Adds values to an array, at a place, sorted, cut."},
    UpdateOperator{"$rename", ParseRename, "Gives a field another name."},
    UpdateOperator{"$set", ParseSet, "Sets a value."},
    UpdateOperator{"$setOnInsert", ParseSetOnInsert, "Sets a value if an upsert inserts."},
    UpdateOperator{"$unset", ParseUnset, "Removes a field."},
};

}  // namespace

std::span<const UpdateOperator> UpdateOperators() { return kOperators; }

const UpdateOperator* FindUpdateOperator(Bytes name) {
  const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                  [name](const UpdateOperator& row) { return row.name == name; });
  return found == kOperators.end() ? nullptr : &*found;
}

Error BadOperand(const UpdateOperand& operand, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, std::string(operand.name) + " of '" +
                                             std::string(operand.path) + "': " + std::string(what));
}

std::string OfType(ValueView value) { return "of type " + std::string(TypeName(value.type)); }

}  // namespace veddb::doc
