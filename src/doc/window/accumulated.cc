// SPDX-License-Identifier: BSD-3-Clause
// Accumulators over windows. As a window only moves on,
//   - one without a lower bound is one state that grows;
//   - one with both is two: states of what is left of the front, one for each place where the
//   window
//     may begin, and one state of the back. When the front is used up, the back becomes the front.
//     So each document costs a few additions and nothing is ever subtracted, which would lose
//     digits;
//   - where merging costs as much as adding all again ($push), all is added again.
#include <deque>

#include "doc/accumulator/state.h"
#include "doc/window/accumulated.h"

namespace veddb::doc::window {
namespace {

using expression::Evaluation;

struct Entry {
  accumulator::HeldValue value;
  std::string key;

  Accumulator::Input input() const { return {value.view(), key}; }
  size_t bytes() const { return sizeof(Entry) + value.heap_bytes() + key.capacity(); }
};

class AccumulatedRun final : public WindowRun {
 public:
  AccumulatedRun(const Accumulator* accumulator, const WindowBounds* bounds)
      : accumulator_(*accumulator), bounds_(*bounds), frame_(bounds) {}

  Status Begin(Evaluation& run) override {
    frame_.Begin();
    places_ = TRY(accumulator_.Places(run, ValueView()));
    entries_.clear();
    front_.clear();
    front_begin_ = back_end_ = first_entry_ = 0;
    bytes_ = 0;
    whole_.reset();
    back_.emplace(&accumulator_, places_);
    return Ok();
  }
  Status Enter(Evaluation& run, Bytes) override {
    TRY(frame_.Enter(run));
    const Accumulator::Input input = TRY(accumulator_.Read(run, &key_));
    if (is_whole()) return back_->Add(input);
    entries_.push_back({accumulator::HeldValue(input.value), std::string(input.key)});
    bytes_ += entries_.back().bytes();
    return Ok();
  }
  void End() override { frame_.End(); }
  bool Ready() const override { return frame_.Ready(); }
  Result<ValueView> Next(Evaluation& run) override {
    frame_.Step();
    if (is_whole()) {
      if (!whole_) whole_ = Tagged(TRY(back_->Finish(run)));
      return TaggedView(*whole_);
    }
    if (!bounds_.has_lower()) return Grown(run);
    return accumulator_.merges_cheaply() ? Moved(run) : Again(run);
  }
  size_t memory_bytes() const override {
    return frame_.memory_bytes() + bytes_ + (back_ ? back_->heap_bytes() : 0) +
           (whole_ ? whole_->size() : 0);
  }

 private:
  // All answers are the same, and the documents' values need not be kept.
  bool is_whole() const { return !bounds_.has_lower() && !bounds_.has_upper(); }

  const Entry& EntryOf(uint64_t number) const { return entries_[number - first_entry_]; }
  void DropEntries(uint64_t before) {
    for (; first_entry_ < before; ++first_entry_) {
      bytes_ -= entries_.front().bytes();
      entries_.pop_front();
    }
  }

  Result<ValueView> Grown(Evaluation& run) {
    for (; back_end_ < frame_.end(); ++back_end_) TRY(back_->Add(EntryOf(back_end_).input()));
    DropEntries(back_end_);
    return back_->Finish(run);
  }

  Result<ValueView> Again(Evaluation& run) {
    DropEntries(frame_.begin());
    AccumulatorState state(&accumulator_, places_);
    for (uint64_t i = frame_.begin(); i < frame_.end(); ++i) TRY(state.Add(EntryOf(i).input()));
    return state.Finish(run);
  }

  Result<ValueView> Moved(Evaluation& run) {
    // The front ends where the back begins.
    if (frame_.begin() >= front_begin_ + front_.size()) TRY(MakeFront());
    for (; back_end_ < frame_.end(); ++back_end_) TRY(back_->Add(EntryOf(back_end_).input()));
    for (; front_begin_ < frame_.begin() && !front_.empty(); ++front_begin_) {
      bytes_ -= front_.front().capacity() + sizeof(std::string);
      front_.pop_front();
    }
    DropEntries(frame_.begin());
    AccumulatorState both(&accumulator_, places_);
    if (!front_.empty()) TRY(both.Merge(front_.front()));
    saved_.clear();
    back_->Save(&saved_);
    TRY(both.Merge(saved_));
    return both.Finish(run);
  }

  // States of all that begins in the window, from its end to its beginning.
  Status MakeFront() {
    for (const std::string& old : front_) bytes_ -= old.capacity() + sizeof(std::string);
    front_.clear();
    for (uint64_t i = frame_.end(); i-- > frame_.begin();) {
      AccumulatorState state(&accumulator_, places_);
      TRY(state.Add(EntryOf(i).input()));
      if (!front_.empty()) TRY(state.Merge(front_.front()));
      std::string saved;
      state.Save(&saved);
      saved.shrink_to_fit();
      front_.push_front(std::move(saved));
      bytes_ += front_.front().capacity() + sizeof(std::string);
    }
    front_begin_ = frame_.begin();
    back_end_ = frame_.end();
    back_.emplace(&accumulator_, places_);
    return Ok();
  }

  const Accumulator& accumulator_;
  const WindowBounds& bounds_;
  Frame frame_;
  size_t places_ = 0;
  std::string key_;
  std::string saved_;
  // From the first document that a window to come may hold.
  std::deque<Entry> entries_;
  uint64_t first_entry_ = 0;
  // Saved states of [front_begin_ + i, the front's end).
  std::deque<std::string> front_;
  uint64_t front_begin_ = 0;
  std::optional<AccumulatorState> back_;
  uint64_t back_end_ = 0;
  std::optional<std::string> whole_;  // the answer, tagged
  size_t bytes_ = 0;
};

class Accumulated final : public WindowFunction {
 public:
  Accumulated(std::unique_ptr<const Accumulator> accumulator, WindowBounds bounds)
      : accumulator_(std::move(accumulator)), bounds_(std::move(bounds)) {
    Reads(accumulator_->dependencies());
  }
  std::unique_ptr<WindowRun> Open() const override {
    return std::make_unique<AccumulatedRun>(accumulator_.get(), &bounds_);
  }

 private:
  const std::unique_ptr<const Accumulator> accumulator_;
  const WindowBounds bounds_;
};

}  // namespace

std::unique_ptr<const WindowFunction> OverWindow(std::unique_ptr<const Accumulator> accumulator,
                                                 WindowBounds bounds) {
  return std::make_unique<Accumulated>(std::move(accumulator), std::move(bounds));
}

Result<std::unique_ptr<const WindowFunction>> ParseAccumulated(const Element& call,
                                                               ValueView window,
                                                               const WindowScope& scope) {
  auto accumulator = TRY(Accumulator::Parse(call, scope.expressions));
  WindowBounds bounds = TRY(WindowBounds::Parse(call.name, window, scope));
  return OverWindow(std::move(accumulator), std::move(bounds));
}

}  // namespace veddb::doc::window
