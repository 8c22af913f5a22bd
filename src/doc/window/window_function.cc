// SPDX-License-Identifier: BSD-3-Clause
#include "doc/window/window_function.h"

#include <algorithm>

#include "doc/accumulator/accumulator.h"

namespace veddb::doc {
namespace window {

std::vector<std::span<const Row>> AllRows() { return {CurveRows(), RankRows(), SequenceRows()}; }

const Row* FindRow(Bytes name) {
  for (const auto table : AllRows()) {
    for (const Row& row : table) {
      if (row.name == name) return &row;
    }
  }
  return nullptr;
}

Error Bad(Bytes name, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, std::string(name) + ": " + std::string(what));
}

Status CheckOrderAlone(const Written& written, const WindowScope& scope) {
  if (scope.sort == nullptr) return Bad(written.row.name, "it needs 'sortBy'");
  if (!written.window.missing()) return Bad(written.row.name, "it takes no window");
  return Ok();
}

Result<Expression> SortValue(Bytes name, const WindowScope& scope) {
  if (scope.sort == nullptr || scope.sort->paths().size() != 1) {
    return Bad(name, "it needs 'sortBy' with one field");
  }
  const std::string path = TaggedString("$" + scope.sort->paths()[0].text());
  return Expression::Parse(TaggedView(path), scope.expressions);
}

Result<Expression> AscendingValue(Bytes name, const WindowScope& scope) {
  Expression value = TRY(SortValue(name, scope));
  if (scope.sort->descending(0)) return Bad(name, "it needs 'sortBy' to ascend");
  return value;
}

}  // namespace window

Result<std::unique_ptr<const WindowFunction>> WindowFunction::Parse(
    ValueView spec, const window::WindowScope& scope) {
  const auto bad = [](const std::string& what) { return MakeError(ErrorCode::kBadQuery, what); };
  if (spec.type != BsonType::kObject) return bad("a window function is an object");
  std::optional<Element> call;
  ValueView bounds;
  for (const Element& element : spec.Document()) {
    if (element.name == "window") {
      bounds = element.value;
      continue;
    }
    if (!element.name.starts_with('$')) {
      return bad("unknown field '" + std::string(element.name) + "' of a window function");
    }
    if (call) return bad("there must be one window function for a field, not two");
    call = element;
  }
  if (!call) return bad("there is no window function");
  if (const window::Row* row = window::FindRow(call->name)) {
    return row->parse({*row, call->value, bounds}, scope);
  }
  if (accumulator::FindRow(call->name) != nullptr) {
    return window::ParseAccumulated(*call, bounds, scope);
  }
  return bad("unknown window function '" + std::string(call->name) + "'");
}

}  // namespace veddb::doc
