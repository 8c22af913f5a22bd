// SPDX-License-Identifier: BSD-3-Clause
// Rest: what additionalItems and additionalProperties say of the values that no other keyword
// names.
#pragma once
#include "doc/schema/keywords.h"

namespace veddb::doc {

class Rest {
 public:
  // Allowed or not, whatever they are.
  explicit Rest(bool allowed) : allowed_(allowed) {}
  // They follow a schema.
  explicit Rest(SchemaNodePtr schema) : allowed_(true), schema_(std::move(schema)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run, Bytes forbidden_rule) const {
    if (schema_ != nullptr) return schema_->Holds(value, place, run);
    if (!run.Work()) return false;
    return allowed_ || run.Breaks(place, forbidden_rule);
  }

 private:
  bool allowed_;
  SchemaNodePtr schema_;
};

// What `keyword` in the operand's schema says; allowed where it is absent.
Result<Rest> ParseRest(const KeywordOperand& operand, Bytes keyword);

}  // namespace veddb::doc
