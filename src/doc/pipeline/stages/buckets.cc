// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/buckets.h"

#include <algorithm>

#include "doc/pipeline/stage_table.h"
#include "doc/value/compare.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

Result<std::string> Constant(ValueView value, const char* what, const expression::Scope& scope) {
  const Expression expression = TRY(Expression::Parse(value, scope));
  const std::optional<ValueView> constant = expression.constant();
  if (!constant) return BadStage(std::string(what) + " must be constants");
  return Tagged(constant->missing() ? expression::Evaluation::Null() : *constant);
}

}  // namespace

Result<Buckets> Buckets::Parse(ValueView boundaries, ValueView otherwise,
                               const expression::Scope& scope) {
  Buckets buckets;
  if (boundaries.type != BsonType::kArray) return BadStage("'boundaries' must be an array");
  for (const Element& element : boundaries.Document()) {
    std::string tagged = TRY(Constant(element.value, "'boundaries'", scope));
    if (!buckets.tagged_.empty()) {
      const ValueView last = TaggedView(buckets.tagged_.back());
      if (RankOf(last.type) != RankOf(TaggedView(tagged).type)) {
        return BadStage("'boundaries' must all be of one type");
      }
      if (CompareValues(last, TaggedView(tagged)) >= 0) {
        return BadStage("'boundaries' must ascend");
      }
    }
    buckets.tagged_.push_back(std::move(tagged));
  }
  if (buckets.tagged_.size() < 2) return BadStage("'boundaries' must be at least two");
  if (otherwise.missing()) return buckets;
  buckets.otherwise_ = TRY(Constant(otherwise, "'default' and 'boundaries'", scope));
  const ValueView value = TaggedView(*buckets.otherwise_);
  if (CompareValues(value, TaggedView(buckets.tagged_.front())) >= 0 &&
      CompareValues(value, TaggedView(buckets.tagged_.back())) < 0) {
    return BadStage("'default' must lie outside of the boundaries");
  }
  return buckets;
}

Result<ValueView> Buckets::Find(ValueView value) const {
  const auto above = std::upper_bound(
      tagged_.begin(), tagged_.end(), value,
      [](ValueView a, const std::string& b) { return CompareValues(a, TaggedView(b)) < 0; });
  if (above != tagged_.begin() && above != tagged_.end()) return TaggedView(*(above - 1));
  if (otherwise_) return TaggedView(*otherwise_);
  const std::string text = value.missing() ? "a missing value" : JsonText(value);
  return BadStage(text + " lies outside of the boundaries, and there is no 'default'");
}

}  // namespace veddb::doc
