// SPDX-License-Identifier: BSD-3-Clause
#include "doc/accumulator/accumulator.h"

#include <absl/container/flat_hash_map.h>

#include "doc/value/ordered_key.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace accumulator {
namespace {

using ByName = absl::flat_hash_map<Bytes, const Row*>;

ByName MakeIndex() {
  ByName index;
  for (const auto table : AllRows()) {
    for (const Row& row : table) {
      const bool inserted = index.emplace(row.name, &row).second;
      CHECK(inserted);
    }
  }
  return index;
}

}  // namespace

std::vector<std::span<const Row>> AllRows() {
  return {CollectionRows(), EndRows(), ExtremeRows(), NumberRows(), PercentileRows(), RankedRows()};
}

const Row* FindRow(Bytes name) {
  static const ByName index = MakeIndex();
  const auto it = index.find(name);
  return it == index.end() ? nullptr : it->second;
}

Error Bad(const Row& row, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, std::string(row.name) + ": " + std::string(what));
}

}  // namespace accumulator

Result<std::unique_ptr<const Accumulator>> Accumulator::Parse(const Element& call,
                                                              const expression::Scope& scope) {
  const accumulator::Row* row = accumulator::FindRow(call.name);
  if (row == nullptr) {
    return MakeError(ErrorCode::kBadQuery, "unknown accumulator '" + std::string(call.name) + "'");
  }
  return row->parse(*row, call.value, scope);
}

Accumulator::Accumulator(Parts parts)
    : row_(parts.row),
      input_(std::move(parts.input)),
      key_(parts.key),
      sort_(std::move(parts.sort)),
      places_(std::move(parts.places)) {
  if (input_) dependencies_.Add(input_->dependencies());
  if (!sort_) return;
  for (const FieldPath& path : sort_->paths()) dependencies_.paths.insert(path.text());
}

Bytes Accumulator::name() const { return row_->name; }
bool Accumulator::merges_cheaply() const { return row_->merges_cheaply; }

Result<Accumulator::Input> Accumulator::ReadWithKey(expression::Evaluation& run,
                                                    std::string* key) const {
  Input input;
  input.value = TRY(input_->Evaluate(run));
  key->clear();
  if (key_ == KeyKind::kSort) {
    TRY(sort_->AppendPathsKey(run.root(), key));
  } else {
    AppendOrderedKey(input.value, key);
    if (key_ == KeyKind::kValueDescending) InvertKey(key, 0);
  }
  input.key = *key;
  return input;
}

Result<size_t> Accumulator::Places(expression::Evaluation& run, ValueView id) const {
  if (!places_) return size_t{0};
  const DocView root = run.root();
  run.SetRoot(id.type == BsonType::kObject ? id.Document() : DocView());
  const Result<ValueView> n = places_->Evaluate(run);
  run.SetRoot(root);
  const ValueView value = TRY(Result<ValueView>(n));
  const std::optional<int64_t> places = WholeNumber(value);
  if (!places || *places < 1 || *places > accumulator::kPlacesMax) {
    return accumulator::Bad(*row_, "'n' must be a positive whole number of 31 bits");
  }
  return static_cast<size_t>(*places);
}

}  // namespace veddb::doc
