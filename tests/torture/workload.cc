// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/workload.h"

#include <algorithm>

#include "tests/torture/value.h"

namespace veddb::torture {
namespace {

constexpr size_t kPipelineMax = 24;
constexpr size_t kGroupPipelineMax = 4;
constexpr size_t kKeysTogether = 4;
constexpr int64_t kSpareKeys = 16;
constexpr size_t kAppendedBytesMax = 8192;
constexpr int64_t kFarFutureMillis = 4102444800000;  // the year 2100

}  // namespace

Workload::Workload(const WorkloadSettings& settings) : settings_(settings) {
  const int64_t few = std::max<int64_t>(1, settings.keys / 8);
  texts_ = AddItems('k', Item::Kind::kText, settings.keys);
  counters_ = AddItems('n', Item::Kind::kCounter, few);
  appended_ = AddItems('a', Item::Kind::kText, few);
  if (settings.documents) documents_ = AddItems('d', Item::Kind::kDocument, settings.keys);
  pairs_ = AddGroups('r', few, 2, false);
  together_ = AddGroups('m', few, kKeysTogether, settings.documents);
  if (settings.spare_databases) spare_ = AddSpareItems(kSpareKeys);
}

Workload::Range Workload::AddItems(char letter, Item::Kind kind, int64_t count) {
  const size_t begin = items_.size();
  for (int64_t i = 0; i < count; ++i) {
    Item item;
    item.kind = kind;
    item.name = letter + std::to_string(settings_.client) + ':' + std::to_string(i);
    item.group = items_.size();
    items_.push_back(std::move(item));
  }
  return {begin, items_.size()};
}

Workload::Range Workload::AddGroups(char letter, int64_t count, size_t keys, bool document) {
  const size_t begin = items_.size();
  const size_t size = keys + (document ? 1 : 0);
  for (int64_t i = 0; i < count; ++i) {
    const size_t group = items_.size();
    for (size_t part = 0; part < size; ++part) {
      Item item;
      item.kind = part < keys ? Item::Kind::kText : Item::Kind::kDocument;
      item.name = letter + std::to_string(settings_.client) + ':' + std::to_string(i) + '/' +
                  std::to_string(part);
      item.group = group;
      items_.push_back(std::move(item));
    }
  }
  return {begin, items_.size(), size};
}

// Pairs: the same name in both spare databases.
Workload::Range Workload::AddSpareItems(int64_t count) {
  const size_t begin = items_.size();
  for (int64_t i = 0; i < 2 * count; ++i) {
    Item item;
    item.database = i % 2 == 0 ? kFirstSpareDb : kSecondSpareDb;
    item.name = 's' + std::to_string(settings_.client) + ':' + std::to_string(i / 2);
    item.group = begin;
    items_.push_back(std::move(item));
  }
  return {begin, items_.size()};
}

size_t Workload::Pick(const Range& range) {
  return range.begin + Below((range.end - range.begin) / range.step) * range.step;
}

std::string Workload::NewValue(const std::string& name) {
  // Most values are small, some fill a page, a few are large.
  const uint64_t chance = Below(1000);
  const size_t filler = chance == 0 ? 100'000 : chance < 50 ? Below(8000) : Below(1500);
  return MakeValue(name.substr(0, name.find('/')), settings_.client, ++counter_, filler);
}

Op Workload::TextOp() {
  Op op;
  op.items = {Pick(texts_)};
  const uint64_t chance = Below(100);
  if (chance < 15) return op;
  if (chance < 70) {
    op.kind = Op::Kind::kSet;
    op.value = NewValue(items_[op.items[0]].name);
  } else if (chance < 85) {
    op.kind = Op::Kind::kDel;
  } else {
    op.kind = Op::Kind::kExpireAt;
    op.number = kFarFutureMillis + static_cast<int64_t>(Below(1'000'000));
  }
  return op;
}

Op Workload::AppendOp() {
  Op op;
  op.items = {Pick(appended_)};
  const Item& item = items_[op.items[0]];
  op.kind = item.state.value.size() > kAppendedBytesMax ? Op::Kind::kDel : Op::Kind::kAppend;
  if (op.kind == Op::Kind::kAppend) op.value = NewValue(item.name);
  return op;
}

Op Workload::DocumentOp(const std::vector<Op>& before) {
  Op op;
  op.items = {Pick(documents_)};
  const Item& item = items_[op.items[0]];
  const uint64_t chance = Below(100);
  if (chance < 20) {
    op.kind = Op::Kind::kDocDel;
    return op;
  }
  op.value = NewValue(item.name);
  op.kind = chance < 40 ? Op::Kind::kInsert : Op::Kind::kPut;
  const bool known = item.state.version_exact &&
                     std::none_of(before.begin(), before.end(),
                                  [&op](const Op& other) { return other.items == op.items; });
  if (op.kind == Op::Kind::kPut && known && chance < 70) {
    op.number = item.state.present ? item.state.version : 0;
    if (chance == 69) op.number += 7;  // a version that is not there
  }
  return op;
}

Op Workload::SingleOp(const std::vector<Op>& before) {
  const uint64_t chance = Below(100);
  if (settings_.documents && chance < 30) return DocumentOp(before);
  if (chance < 40) return AppendOp();
  if (chance < 55) {
    Op op;
    op.kind = Op::Kind::kIncr;
    op.items = {Pick(counters_)};
    return op;
  }
  return TextOp();
}

Op Workload::PairOp() {
  Op op;
  const size_t first = Pick(pairs_);
  op.items = {first, first + 1};
  const uint64_t chance = Below(100);
  if (chance < 40) {
    op.kind = Op::Kind::kMset;
    op.value = NewValue(items_[first].name);
  } else if (chance < 90) {
    op.kind = Op::Kind::kRename;
    if (chance < 65) std::swap(op.items[0], op.items[1]);
  } else {
    op.kind = Op::Kind::kDel;
  }
  return op;
}

Op Workload::TogetherOp() {
  Op op;
  op.kind = Op::Kind::kTogether;
  const size_t first = Pick(together_);
  for (size_t i = 0; i < together_.step; ++i) op.items.push_back(first + i);
  op.value = NewValue(items_[first].name);
  op.last_is_document = settings_.documents;
  return op;
}

Op Workload::SpareOp() {
  Op op;
  const uint64_t chance = Below(100);
  if (chance < 80) {
    op.kind = Op::Kind::kSetInDb;
    op.items = {Pick(spare_)};
    op.value = NewValue(items_[op.items[0]].name);
    return op;
  }
  op.kind = chance < 90 ? Op::Kind::kSwapDb : Op::Kind::kFlushDb;
  const size_t from = spare_.begin + (op.kind == Op::Kind::kFlushDb ? Below(2) : 0);
  const size_t step = op.kind == Op::Kind::kFlushDb ? 2 : 1;
  for (size_t i = from; i < spare_.end; i += step) op.items.push_back(i);
  return op;
}

std::vector<Op> Workload::NextBatch() {
  std::vector<Op> batch;
  const uint64_t chance = Below(100);
  if (settings_.spare_databases && chance < spare_percent_) return {SpareOp()};
  const bool single = chance < 75;
  const size_t size = 1 + Below(single ? kPipelineMax : kGroupPipelineMax);
  for (size_t i = 0; i < size; ++i) {
    batch.push_back(single ? SingleOp(batch) : chance < 88 ? PairOp() : TogetherOp());
  }
  return batch;
}

}  // namespace veddb::torture
