// SPDX-License-Identifier: BSD-3-Clause
#include "doc/window/bounds.h"

#include <algorithm>

#include "doc/expression/parser.h"
#include "doc/value/compare.h"
#include "doc/value/whole.h"

namespace veddb::doc::window {
namespace {

// How far from the current document a window of documents may reach.
constexpr int64_t kDocumentsMax = INT32_MAX;

Result<Bound> ParseBound(Bytes function, ValueView value, bool is_range) {
  if (value.type == BsonType::kString) {
    if (value.String() == "unbounded") return Bound{.kind = Bound::Kind::kUnbounded};
    if (value.String() == "current") return Bound{.kind = Bound::Kind::kCurrent};
    return Bad(function, "a bound in words is 'unbounded' or 'current'");
  }
  if (is_range) {
    if (!value.IsNumber() || IsNan(value)) return Bad(function, "a bound of a range is a number");
    return Bound{.kind = Bound::Kind::kOffset, .offset = NumberOf(value)};
  }
  const std::optional<int64_t> whole = WholeNumber(value);
  if (!whole || *whole > kDocumentsMax || *whole < -kDocumentsMax) {
    return Bad(function, "a bound of documents is a whole number of 31 bits");
  }
  return Bound{.kind = Bound::Kind::kOffset, .documents = *whole};
}

std::string TaggedNumber(const Number& number) {
  std::string tagged(1, static_cast<char>(number.type));
  number.AppendTo(&tagged);
  return tagged;
}

int CompareBounds(const Bound& lower, const Bound& upper) {
  const auto value = [](const Bound& bound) {
    return TaggedNumber(bound.kind == Bound::Kind::kOffset ? bound.offset
                                                           : ZeroOf(BsonType::kInt32));
  };
  if (lower.documents != upper.documents) return lower.documents < upper.documents ? -1 : 1;
  return CompareNumbers(TaggedView(value(lower)), TaggedView(value(upper)));
}

Status CheckUnit(Bytes function, const WindowBounds& bounds) {
  if (!bounds.unit) return Ok();
  for (const Bound& bound : {bounds.lower, bounds.upper}) {
    const std::string offset = TaggedNumber(bound.offset);
    if (bound.kind == Bound::Kind::kOffset && !WholeNumber(TaggedView(offset))) {
      return Bad(function, "bounds of a range with 'unit' are whole numbers");
    }
  }
  return Ok();
}

}  // namespace

Result<WindowBounds> WindowBounds::Parse(Bytes function, ValueView window,
                                         const WindowScope& scope) {
  WindowBounds bounds;
  if (window.missing()) return bounds;
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(function, "?documents ?range ?unit", window));
  if (values[0].missing() == values[1].missing()) {
    return Bad(function, "a window has either 'documents' or 'range'");
  }
  bounds.is_range = values[0].missing();
  const ValueView both = bounds.is_range ? values[1] : values[0];
  if (both.type != BsonType::kArray || both.Document().Count() != 2) {
    return Bad(function, "a window has two bounds, in an array");
  }
  bounds.lower = TRY(ParseBound(function, both.Document().Find("0"), bounds.is_range));
  bounds.upper = TRY(ParseBound(function, both.Document().Find("1"), bounds.is_range));
  if (!values[2].missing()) {
    if (!bounds.is_range) return Bad(function, "only a range has a 'unit'");
    if (values[2].type == BsonType::kString) {
      bounds.unit = expression::DateUnitOf(values[2].String());
    }
    if (!bounds.unit) return Bad(function, "unknown 'unit'");
  }
  TRY(CheckUnit(function, bounds));
  const bool bounded = bounds.has_lower() || bounds.has_upper();
  if (bounds.has_lower() && bounds.has_upper() && CompareBounds(bounds.lower, bounds.upper) > 0) {
    return Bad(function, "the lower bound of the window lies above the upper one");
  }
  if (bounded && scope.sort == nullptr) return Bad(function, "a window with bounds needs 'sortBy'");
  if (bounds.is_range) bounds.x = TRY(AscendingValue(function, scope));
  return bounds;
}

void Frame::Begin() {
  ended_ = false;
  entered_ = next_ = begin_ = end_ = first_value_ = 0;
  values_.clear();
  bytes_ = 0;
}

size_t Frame::BytesOf(const Value& value) {
  return sizeof(Value) + value.x.heap_bytes() + value.lower.heap_bytes() + value.upper.heap_bytes();
}

// The value that is so far from x, tagged.
Result<std::string> Frame::Shifted(ValueView x, const Bound& bound) const {
  if (bound.kind == Bound::Kind::kCurrent) return Tagged(x);
  if (!bounds_.unit) {
    const std::optional<Number> sum = Add(NumberOf(x), bound.offset);
    if (sum) return TaggedNumber(*sum);
    const std::string offset = TaggedNumber(bound.offset);
    return TaggedDouble(ToDouble(x) + ToDouble(TaggedView(offset)));
  }
  const std::string offset = TaggedNumber(bound.offset);
  const std::optional<int64_t> date = expression::AddToDate(
      x.Date(), *bounds_.unit, *WholeNumber(TaggedView(offset)), expression::TimeZone());
  if (!date) return MakeError(ErrorCode::kBadQuery, "a bound of a range is no date");
  std::string tagged(1, static_cast<char>(BsonType::kDate));
  PutLE64(tagged, static_cast<uint64_t>(*date));
  return tagged;
}

Status Frame::Enter(expression::Evaluation& run) {
  ++entered_;
  if (!bounds_.is_range || (!bounds_.has_lower() && !bounds_.has_upper())) return Ok();
  const ValueView x = TRY(bounds_.x->Evaluate(run));
  const bool fits = bounds_.unit ? x.type == BsonType::kDate &&
                                       std::abs(x.Date() / 2) < expression::kDateMsMax / 2
                                 : x.IsNumber();
  if (!fits) {
    return MakeError(ErrorCode::kBadQuery,
                     std::string("a range ") + (bounds_.unit ? "with" : "without") +
                         " 'unit' needs a " + (bounds_.unit ? "date" : "number") +
                         " to sort by, not a value of type " +
                         std::string(x.missing() ? "missing" : TypeName(x.type)));
  }
  Value value;
  value.x.Assign(x);
  if (bounds_.has_lower()) value.lower.Assign(TaggedView(TRY(Shifted(x, bounds_.lower))));
  if (bounds_.has_upper()) value.upper.Assign(TaggedView(TRY(Shifted(x, bounds_.upper))));
  values_.push_back(std::move(value));
  bytes_ += BytesOf(values_.back());
  return Ok();
}

bool Frame::Ready() const {
  if (next_ >= entered_) return false;
  if (ended_) return true;
  if (!bounds_.has_upper()) return false;
  if (!bounds_.is_range) {
    return static_cast<int64_t>(entered_ - next_) > bounds_.upper.documents;
  }
  return CompareValues(values_.back().x.view(), ValueOf(next_).upper.view()) > 0;
}

void Frame::Step() {
  const auto at = static_cast<int64_t>(next_++);
  const auto all = static_cast<int64_t>(entered_);
  if (!bounds_.is_range || (!bounds_.has_lower() && !bounds_.has_upper())) {
    const int64_t end = bounds_.has_upper() ? at + bounds_.upper.documents + 1 : all;
    const int64_t begin = bounds_.has_lower() ? at + bounds_.lower.documents : 0;
    end_ = static_cast<uint64_t>(std::clamp<int64_t>(end, 0, all));
    begin_ = std::min(static_cast<uint64_t>(std::max<int64_t>(begin, 0)), end_);
    return;
  }
  const Value& own = ValueOf(static_cast<uint64_t>(at));
  if (!bounds_.has_upper()) end_ = entered_;
  while (bounds_.has_upper() && end_ < entered_ &&
         CompareValues(ValueOf(end_).x.view(), own.upper.view()) <= 0) {
    ++end_;
  }
  while (bounds_.has_lower() && begin_ < end_ &&
         CompareValues(ValueOf(begin_).x.view(), own.lower.view()) < 0) {
    ++begin_;
  }
  // What no window to come will ask for. The ends are only looked at where there are bounds.
  uint64_t needed = next_;
  if (bounds_.has_lower()) needed = std::min(needed, begin_);
  if (bounds_.has_upper()) needed = std::min(needed, end_);
  for (; first_value_ < needed; ++first_value_) {
    bytes_ -= BytesOf(values_.front());
    values_.pop_front();
  }
}

}  // namespace veddb::doc::window
