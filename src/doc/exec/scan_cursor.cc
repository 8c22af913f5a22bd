// SPDX-License-Identifier: BSD-3-Clause
#include "doc/exec/scan_cursor.h"

#include <algorithm>

namespace veddb::doc {
namespace {

// Keys between two looks at the time.
constexpr uint64_t kCheckEvery = 256;

Error Damaged() { return MakeError(ErrorCode::kIoErr, "an index entry is not valid"); }

}  // namespace

ScanCursor::ScanCursor(PlanSource& source, const PlanIndex& index, const FieldBounds& bounds,
                       bool backward)
    : source_(source), index_(index), walk_(index.spec, bounds, backward), backward_(backward) {}

void ScanCursor::GoTo(Bytes target) {
  ++counts_.seeks;
  if (backward_) {
    entries_->SeekBefore(target);
  } else {
    entries_->Seek(target);
  }
}

void ScanCursor::Step() {
  if (backward_) {
    entries_->Prev();
  } else {
    entries_->Next();
  }
}

void ScanCursor::Rest() {
  if (entries_ == nullptr) return;
  ended_ = !entries_->Valid();
  if (!ended_) {
    rested_key_ = std::string(entries_->key());
    rested_value_ = std::string(entries_->value());
  }
  entries_.reset();
}

// To where the next step leads.
void ScanCursor::Resume() {
  entries_ = source_.Entries(index_, walk_.lower(), walk_.upper());
  if (!begun_) {
    GoTo(backward_ ? walk_.upper() : walk_.lower());
  } else if (backward_) {
    GoTo(rested_key_);
  } else {
    GoTo(rested_key_ + '\0');
  }
  begun_ = true;
}

Result<bool> ScanCursor::Next() {
  if (ended_) return false;
  if (entries_ == nullptr) {
    Resume();
  } else {
    Step();
  }
  return FindInside();
}

Result<bool> ScanCursor::NextBehindPrefix(size_t prefix_bytes) {
  const std::string prefix(key().substr(0, prefix_bytes));
  const std::string target = backward_ ? prefix : BehindPrefix(prefix);
  Step();
  const bool there = !entries_->Valid() || (backward_ ? key() < target : key() >= target);
  if (!there) GoTo(target);
  return FindInside();
}

Result<bool> ScanCursor::FindInside() {
  while (entries_->Valid()) {
    if (counts_.keys++ % kCheckEvery == 0) TRY(source_.MayGoOn());
    switch (walk_.Check(entries_->key())) {
      case BoundsWalk::Place::kInside:
        ++counts_.rows;
        return true;
      case BoundsWalk::Place::kBehind:
        return false;
      case BoundsWalk::Place::kDamaged:
        return Damaged();
      case BoundsWalk::Place::kOutside:
        break;
    }
    // Often it is the next one.
    Step();
    if (!entries_->Valid()) break;
    const Bytes next = entries_->key();
    const bool there = backward_ ? next < walk_.target() : next >= walk_.target();
    if (!there) GoTo(walk_.target());
  }
  TRY(entries_->status());
  return false;
}

ScanRun::ScanRun(PlanSource& source, const IndexScan& scan) : backward_(scan.backward) {
  AddBranches(source, scan, scan.bounds, 0, 0);
}

void ScanRun::AddBranches(PlanSource& source, const IndexScan& scan, FieldBounds bounds,
                          size_t field, size_t offset) {
  if (field == scan.merged_fields) {
    branches_.push_back(
        {std::make_unique<ScanCursor>(source, *scan.index, bounds, scan.backward), offset});
    return;
  }
  for (const Interval& point : scan.bounds[field].intervals()) {
    bounds[field] = IntervalSet::Of(point.low, point.high);
    AddBranches(source, scan, bounds, field + 1, offset + point.low.prefix.size());
  }
}

// Of two branches, does `a` come later? The order of a heap with the next one in front.
bool ScanRun::Later(const Branch* a, const Branch* b) const {
  const Bytes left = a->cursor->key().substr(a->offset);
  const Bytes right = b->cursor->key().substr(b->offset);
  return backward_ ? left < right : right < left;
}

Status ScanRun::Fill() {
  filled_ = true;
  for (Branch& branch : branches_) {
    if (TRY(branch.cursor->Next())) heap_.push_back(&branch);
  }
  std::make_heap(heap_.begin(), heap_.end(),
                 [this](const Branch* a, const Branch* b) { return Later(a, b); });
  return Ok();
}

Result<bool> ScanRun::Next() {
  if (branches_.size() == 1) {
    at_ = &branches_[0];
    return at_->cursor->Next();
  }
  const auto later = [this](const Branch* a, const Branch* b) { return Later(a, b); };
  if (!filled_) {
    TRY(Fill());
  } else if (at_ != nullptr) {
    // at_ was taken out of the heap.
    if (TRY(at_->cursor->Next())) {
      heap_.push_back(at_);
      std::push_heap(heap_.begin(), heap_.end(), later);
    }
  }
  at_ = nullptr;
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  at_ = heap_.back();
  heap_.pop_back();
  return true;
}

void ScanRun::Rest() {
  for (Branch& branch : branches_) branch.cursor->Rest();
}

ScanCounts ScanRun::counts() const {
  ScanCounts sum;
  for (const Branch& branch : branches_) {
    sum.keys += branch.cursor->counts().keys;
    sum.seeks += branch.cursor->counts().seeks;
    sum.rows += branch.cursor->counts().rows;
  }
  return sum;
}

}  // namespace veddb::doc
