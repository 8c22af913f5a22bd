// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/operators.h"

#include <absl/container/flat_hash_map.h>

namespace veddb::doc::expression {
namespace {

using ByName = absl::flat_hash_map<Bytes, const Operator*>;

ByName MakeIndex() {
  ByName index;
  for (const auto table : AllOperators()) {
    for (const Operator& row : table) {
      const bool inserted = index.emplace(row.name, &row).second;
      CHECK(inserted);
    }
  }
  return index;
}

}  // namespace

std::vector<std::span<const Operator>> AllOperators() {
  return {
      AccumulatingOperators(), ArithmeticOperators(), ArrayMakingOperators(),
      ArrayOperators(),        BindingOperators(),    CharacterOperators(),
      DateMathOperators(),     DatePartOperators(),   DateTextOperators(),
      LogicOperators(),        ObjectOperators(),     RegexOperators(),
      RoundingOperators(),     SetOperators(),        TextOperators(),
      TrigonometryOperators(), TypeOperators(),
  };
}

const Operator* FindOperator(Bytes name) {
  static const ByName* const index = new ByName(MakeIndex());
  const auto it = index->find(name);
  return it == index->end() ? nullptr : it->second;
}

std::string TypeText(ValueView value) { return std::string(TypeName(value.type)); }

Error Call::Bad(Bytes what) const {
  std::string message(parts_.row->name);
  message += ": ";
  message += what;
  return MakeError(ErrorCode::kBadQuery, std::move(message));
}

Error Call::BadType(Bytes what, Bytes wanted, ValueView value) const {
  std::string message(what);
  message += " must be ";
  message += wanted;
  message += value.missing() ? ", and there is none" : ", not of type " + TypeText(value);
  return Bad(message);
}

}  // namespace veddb::doc::expression
