// SPDX-License-Identifier: BSD-3-Clause
// The compiled schema as a tree: a node is a schema, its rules are the keywords it holds. Immutable
// once parsed and shared by threads; all that changes during a check is in SchemaRun.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "doc/value/document.h"
#include "doc/value/regex.h"

namespace veddb::doc {

// Steps of one check: a value looked at, a name compared, some bytes run through a pattern. Enough
// for some rules on every value of the largest document; half a second at most.
inline constexpr uint64_t kSchemaWorkMax = 10'000'000;

// Where a value lies: its name or place in what holds it.
struct Place {
  const Place* outer = nullptr;  // null: the document itself
  Bytes name;
};
// "a.b.0"; empty for the document itself.
std::string PlaceText(const Place& place);

struct Violation {
  std::string path;
  std::string rule;
  std::string description;  // what the schema says of the place
};

// One check of one value. Owned by: one thread.
class SchemaRun {
 public:
  enum class Mode : uint8_t {
    kVerdict,  // only whether the rules hold
    kExplain,  // and which one does not
  };
  SchemaRun(Mode mode, std::optional<RegexScratch>& regex)
      : regex_(regex), unseen_(mode == Mode::kVerdict ? 1 : 0) {}

  // False: no more work is allowed; what the check says is worthless then.
  bool Work(uint64_t steps = 1) {
    work_ += steps;
    return work_ <= kSchemaWorkMax;
  }
  bool gave_up() const { return work_ > kSchemaWorkMax; }
  void GiveUp() { work_ = kSchemaWorkMax + 1; }

  // Does the pattern occur? False where it takes too much work.
  bool Search(const Regex& regex, Bytes subject);

  // For a rule that does not hold: notes it, and returns false.
  bool Breaks(const Place& place, Bytes rule);
  // The violation that no node has described yet.
  Violation* TakeUndescribed();
  std::optional<Violation>& violation() { return violation_; }

  // While it lives broken rules are not noted: they lie in alternatives.
  class Aside {
   public:
    explicit Aside(SchemaRun& run) : run_(run) { ++run_.unseen_; }
    ~Aside() { --run_.unseen_; }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;

   private:
    SchemaRun& run_;
  };

 private:
  std::optional<RegexScratch>& regex_;
  uint64_t work_ = 0;
  uint32_t unseen_;
  bool undescribed_ = false;
  std::optional<Violation> violation_;
};

// A keyword, or several that make sense only together.
class SchemaRule {
 public:
  virtual ~SchemaRule() = default;
  virtual bool Holds(ValueView value, const Place& place, SchemaRun& run) const = 0;
};
using SchemaRulePtr = std::unique_ptr<SchemaRule>;

class SchemaNode {
 public:
  SchemaNode(std::vector<SchemaRulePtr> rules, std::string description)
      : rules_(std::move(rules)), description_(std::move(description)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const;

 private:
  const std::vector<SchemaRulePtr> rules_;
  const std::string description_;
};
using SchemaNodePtr = std::unique_ptr<const SchemaNode>;

}  // namespace veddb::doc
