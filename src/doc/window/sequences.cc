// SPDX-License-Identifier: BSD-3-Clause
// $shift, $locf, $linearFill, $expMovingAvg: values of other documents in the order.
#include <array>
#include <deque>

#include "doc/accumulator/held_value.h"
#include "doc/expression/parser.h"
#include "doc/value/whole.h"
#include "doc/window/real.h"
#include "doc/window/window_function.h"

namespace veddb::doc::window {
namespace {

using accumulator::HeldValue;
using expression::Evaluation;
using FunctionPtr = std::unique_ptr<const WindowFunction>;

ValueView OrNull(ValueView value) { return value.missing() ? Evaluation::Null() : value; }

// Values one behind the other, of which the first ones may go.
class Values {
 public:
  void Clear() {
    values_.clear();
    bytes_ = 0;
  }
  void Push(ValueView value) {
    values_.emplace_back(value);
    bytes_ += sizeof(HeldValue) + values_.back().heap_bytes();
  }
  void Pop() {
    bytes_ -= sizeof(HeldValue) + values_.front().heap_bytes();
    values_.pop_front();
  }
  // A copy of the first one, which goes.
  Result<ValueView> Take(Evaluation& run) {
    const ValueView first = values_.front().view();
    const ValueView copy = TRY(run.Copy(first.type, first.bytes()));
    Pop();
    return copy;
  }
  size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  ValueView operator[](size_t i) const { return values_[i].view(); }
  size_t bytes() const { return bytes_; }

 private:
  std::deque<HeldValue> values_;
  size_t bytes_ = 0;
};

// --- $shift ---

class Shift final : public WindowFunction {
 public:
  Shift(Expression output, int64_t by, std::string otherwise)
      : output_(std::move(output)), by_(by), otherwise_(std::move(otherwise)) {
    Reads(output_.dependencies());
  }
  std::unique_ptr<WindowRun> Open() const override { return std::make_unique<Run>(this); }

 private:
  class Run final : public WindowRun {
   public:
    explicit Run(const Shift* function) : function_(*function) {}

    Status Begin(Evaluation&) override {
      values_.Clear();
      first_ = 0;
      next_ = 0;
      ended_ = false;
      return Ok();
    }
    Status Enter(Evaluation& run, Bytes) override {
      values_.Push(OrNull(TRY(function_.output_.Evaluate(run))));
      return Ok();
    }
    void End() override { ended_ = true; }
    bool Ready() const override {
      return next_ < entered() && (ended_ || next_ + function_.by_ < entered());
    }
    Result<ValueView> Next(Evaluation& run) override {
      const int64_t wanted = next_++ + function_.by_;
      for (; first_ < std::min(wanted, next_); ++first_) values_.Pop();
      if (wanted < first_ || wanted >= entered()) return TaggedView(function_.otherwise_);
      const ValueView value = values_[static_cast<size_t>(wanted - first_)];
      return run.Copy(value.type, value.bytes());
    }
    size_t memory_bytes() const override { return values_.bytes(); }

   private:
    int64_t entered() const { return first_ + static_cast<int64_t>(values_.size()); }

    const Shift& function_;
    Values values_;  // of the documents from first_ on
    int64_t first_ = 0;
    int64_t next_ = 0;
    bool ended_ = false;
  };

  const Expression output_;
  const int64_t by_;
  const std::string otherwise_;  // tagged
};

Result<FunctionPtr> ParseShift(const Written& written, const WindowScope& scope) {
  const Bytes name = written.row.name;
  TRY(CheckOrderAlone(written, scope));
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(name, "output by ?default", written.operand));
  const std::optional<int64_t> by = WholeNumber(values[1]);
  if (!by || *by < INT32_MIN || *by > INT32_MAX) {
    return Bad(name, "'by' must be a whole number of 32 bits");
  }
  std::string otherwise = Tagged(Evaluation::Null());
  if (!values[2].missing()) {
    const Expression expression = TRY(Expression::Parse(values[2], scope.expressions));
    if (!expression.constant()) return Bad(name, "'default' must be a constant");
    otherwise = Tagged(OrNull(*expression.constant()));
  }
  Expression output = TRY(Expression::Parse(values[0], scope.expressions));
  return FunctionPtr(std::make_unique<Shift>(std::move(output), *by, std::move(otherwise)));
}

// --- $locf ---

class CarryForward final : public WindowFunction {
 public:
  explicit CarryForward(Expression input) : input_(std::move(input)) {
    Reads(input_.dependencies());
  }
  std::unique_ptr<WindowRun> Open() const override { return std::make_unique<Run>(this); }

 private:
  class Run final : public WindowRun {
   public:
    explicit Run(const CarryForward* function) : function_(*function) {}

    Status Begin(Evaluation&) override {
      answers_.Clear();
      last_.Assign(Evaluation::Null());
      return Ok();
    }
    Status Enter(Evaluation& run, Bytes) override {
      const ValueView value = TRY(function_.input_.Evaluate(run));
      if (!value.IsNullish()) last_.Assign(value);
      answers_.Push(last_.view());
      return Ok();
    }
    void End() override {}
    bool Ready() const override { return !answers_.empty(); }
    Result<ValueView> Next(Evaluation& run) override { return answers_.Take(run); }
    size_t memory_bytes() const override { return answers_.bytes() + last_.heap_bytes(); }

   private:
    const CarryForward& function_;
    Values answers_;
    HeldValue last_;
  };

  const Expression input_;
};

Result<FunctionPtr> ParseLocf(const Written& written, const WindowScope& scope) {
  TRY(CheckOrderAlone(written, scope));
  Expression input = TRY(Expression::Parse(written.operand, scope.expressions));
  return FunctionPtr(std::make_unique<CarryForward>(std::move(input)));
}

// --- $linearFill ---

class LinearFill final : public WindowFunction {
 public:
  LinearFill(Expression x, Expression y) : x_(std::move(x)), y_(std::move(y)) {
    Reads(y_.dependencies());
  }
  std::unique_ptr<WindowRun> Open() const override { return std::make_unique<Run>(this); }

 private:
  class Run final : public WindowRun {
   public:
    explicit Run(const LinearFill* function) : function_(*function) {}

    Status Begin(Evaluation&) override {
      answers_.Clear();
      open_.Clear();
      x_.Assign({});
      y_.Assign({});
      return Ok();
    }
    Status Enter(Evaluation& run, Bytes) override {
      const ValueView y = TRY(function_.y_.Evaluate(run));
      const ValueView x = TRY(function_.x_.Evaluate(run));
      if (!y.IsNullish() && !y.IsNumber()) {
        return Bad("$linearFill", "the values to fill between must be numbers, not of type " +
                                      std::string(TypeName(y.type)));
      }
      if (!x.IsNumber() && x.type != BsonType::kDate) {
        return Bad("$linearFill", "what is sorted by must be a number or a date");
      }
      if (!Follows(x)) return Bad("$linearFill", "what is sorted by must not repeat");
      last_x_.Assign(x);
      if (y.IsNullish()) {
        if (y_.missing()) {
          answers_.Push(Evaluation::Null());
        } else {
          open_.Push(x);
        }
        return Ok();
      }
      Close(x, y, run);
      answers_.Push(y);
      x_.Assign(x);
      y_.Assign(y);
      return Ok();
    }
    void End() override {
      for (; !open_.empty(); open_.Pop()) answers_.Push(Evaluation::Null());
      last_x_.Assign({});
    }
    bool Ready() const override { return !answers_.empty(); }
    Result<ValueView> Next(Evaluation& run) override { return answers_.Take(run); }
    size_t memory_bytes() const override { return answers_.bytes() + open_.bytes(); }

   private:
    // Of one kind with the last one, and not the same.
    bool Follows(ValueView x) const {
      return last_x_.missing() ||
             (RankOf(last_x_.view().type) == RankOf(x.type) && !EqualValues(last_x_.view(), x));
    }
    // The documents since the last value lie on a line to this one.
    void Close(ValueView x, ValueView y, Evaluation& run) {
      for (; !open_.empty(); open_.Pop()) {
        const Real x1 = Real::Of(x_.view());
        const Real x2 = Real::Of(x);
        const Real at = Real::Of(open_[0]);
        const Real weighed = Real::Of(y_.view()) * (x2 - at) + Real::Of(y) * (at - x1);
        answers_.Push((weighed / (x2 - x1)).In(run));
      }
    }

    const LinearFill& function_;
    Values answers_;
    Values open_;  // x of the documents since the last one with a value
    HeldValue x_;  // of that one; missing: there was none
    HeldValue y_;
    HeldValue last_x_;
  };

  const Expression x_;
  const Expression y_;
};

Result<FunctionPtr> ParseLinearFill(const Written& written, const WindowScope& scope) {
  TRY(CheckOrderAlone(written, scope));
  Expression x = TRY(SortValue(written.row.name, scope));
  Expression y = TRY(Expression::Parse(written.operand, scope.expressions));
  return FunctionPtr(std::make_unique<LinearFill>(std::move(x), std::move(y)));
}

// --- $expMovingAvg ---

class MovingAverage final : public WindowFunction {
 public:
  MovingAverage(Expression input, Real alpha) : input_(std::move(input)), alpha_(alpha) {
    Reads(input_.dependencies());
  }
  std::unique_ptr<WindowRun> Open() const override { return std::make_unique<Run>(this); }

 private:
  class Run final : public WindowRun {
   public:
    explicit Run(const MovingAverage* function) : function_(*function) {}

    Status Begin(Evaluation&) override {
      answers_.Clear();
      average_.Assign({});
      return Ok();
    }
    // What is no number has no average, and no influence on the next ones.
    Status Enter(Evaluation& run, Bytes) override {
      const ValueView value = TRY(function_.input_.Evaluate(run));
      if (!value.IsNumber()) {
        answers_.Push(Evaluation::Null());
        return Ok();
      }
      if (average_.missing()) {
        average_.Assign(value);
      } else {
        const Real& alpha = function_.alpha_;
        const Real next = Real::Of(value) * alpha + Real::Of(average_.view()) * (Real(1) - alpha);
        average_.Assign(next.In(run));
      }
      answers_.Push(average_.view());
      return Ok();
    }
    void End() override {}
    bool Ready() const override { return !answers_.empty(); }
    Result<ValueView> Next(Evaluation& run) override { return answers_.Take(run); }
    size_t memory_bytes() const override { return answers_.bytes(); }

   private:
    const MovingAverage& function_;
    Values answers_;
    HeldValue average_;
  };

  const Expression input_;
  const Real alpha_;
};

Result<FunctionPtr> ParseMovingAverage(const Written& written, const WindowScope& scope) {
  const Bytes name = written.row.name;
  TRY(CheckOrderAlone(written, scope));
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(name, "input ?N ?alpha", written.operand));
  if (values[1].missing() == values[2].missing())
    return Bad(name, "it needs either 'N' or 'alpha'");
  Real alpha(0);
  if (!values[1].missing()) {
    const std::optional<int64_t> n = WholeNumber(values[1]);
    if (!n || *n < 1) return Bad(name, "'N' must be a positive whole number");
    alpha = Real(2.0 / (static_cast<double>(*n) + 1));
  } else {
    const ValueView value = values[2];
    if (!value.IsNumber() || !(ToDouble(value) > 0 && ToDouble(value) < 1)) {
      return Bad(name, "'alpha' must be a number between 0 and 1");
    }
    alpha = Real::Of(value);
  }
  Expression input = TRY(Expression::Parse(values[0], scope.expressions));
  return FunctionPtr(std::make_unique<MovingAverage>(std::move(input), alpha));
}

constexpr std::array kTable = {
    Row{.name = "$expMovingAvg",
        .parse = ParseMovingAverage,
        .doc = "The average in which a document's weight falls with its distance."},
    Row{.name = "$linearFill",
        .parse = ParseLinearFill,
        .doc = "In place of null, what lies on the line between the values around."},
    Row{.name = "$locf", .parse = ParseLocf, .doc = "In place of null, the last value before it."},
    Row{.name = "$shift",
        .parse = ParseShift,
        .doc = "The value of a document so many places further on."},
};

}  // namespace

std::span<const Row> SequenceRows() { return kTable; }

}  // namespace veddb::doc::window
