// SPDX-License-Identifier: BSD-3-Clause
// $rank, $denseRank, $documentNumber: places in the order. Documents with the same sort key have
// the same rank.
#include <array>
#include <deque>

#include "doc/window/window_function.h"

namespace veddb::doc::window {
namespace {

using expression::Evaluation;

enum class RankKind : uint8_t { kRank, kDense, kNumber };

class RankRun final : public WindowRun {
 public:
  explicit RankRun(RankKind kind) : kind_(kind) {}

  Status Begin(Evaluation&) override {
    number_ = dense_ = rank_ = 0;
    ranks_.clear();
    return Ok();
  }
  Status Enter(Evaluation&, Bytes sort_key) override {
    ++number_;
    if (number_ == 1 || sort_key != last_) {
      last_.assign(sort_key);
      rank_ = number_;
      ++dense_;
    }
    ranks_.push_back(kind_ == RankKind::kRank    ? rank_
                     : kind_ == RankKind::kDense ? dense_
                                                 : number_);
    return Ok();
  }
  void End() override {}
  bool Ready() const override { return !ranks_.empty(); }
  Result<ValueView> Next(Evaluation& run) override {
    const int64_t rank = ranks_.front();
    ranks_.pop_front();
    return run.Integer(rank);
  }
  size_t memory_bytes() const override {
    return ranks_.size() * sizeof(int64_t) + last_.capacity();
  }

 private:
  const RankKind kind_;
  int64_t number_ = 0;
  int64_t dense_ = 0;
  int64_t rank_ = 0;
  std::string last_;
  std::deque<int64_t> ranks_;
};

class RankFunction final : public WindowFunction {
 public:
  explicit RankFunction(RankKind kind) : kind_(kind) {}
  std::unique_ptr<WindowRun> Open() const override { return std::make_unique<RankRun>(kind_); }

 private:
  const RankKind kind_;
};

template <RankKind kKind>
Result<std::unique_ptr<const WindowFunction>> ParseRank(const Written& written,
                                                        const WindowScope& scope) {
  TRY(CheckOrderAlone(written, scope));
  if (kKind != RankKind::kNumber && scope.sort->paths().size() != 1) {
    return Bad(written.row.name, "it needs 'sortBy' with one field");
  }
  if (written.operand.type != BsonType::kObject || !written.operand.Document().empty()) {
    return Bad(written.row.name, "it takes an empty object");
  }
  return std::unique_ptr<const WindowFunction>(std::make_unique<RankFunction>(kKind));
}

constexpr std::array kTable = {
    Row{.name = "$denseRank",
        .parse = ParseRank<RankKind::kDense>,
        .doc = "The rank, without gaps behind documents of one rank."},
    Row{.name = "$documentNumber",
        .parse = ParseRank<RankKind::kNumber>,
        .doc = "The place in the order, from 1 on."},
    Row{.name = "$rank",
        .parse = ParseRank<RankKind::kRank>,
        .doc = "The place in the order; the same for documents that are equal in it."},
};

}  // namespace

std::span<const Row> RankRows() { return kTable; }

}  // namespace veddb::doc::window
