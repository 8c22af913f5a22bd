// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/bounds.h"

#include <algorithm>

namespace veddb::doc {
namespace {

size_t CommonParts(const FieldPath& a, const FieldPath& b) {
  const size_t most = std::min(a.size(), b.size());
  size_t common = 0;
  while (common < most && a.part(common) == b.part(common)) ++common;
  return common;
}

// A field whose bounds are taken from a condition that may hold for one of several keys only.
struct Chosen {
  size_t field;
  const KeySet* keys;
};

// Two fields under a path that may be an array have their values from the same element only if one
// $elemMatch asks for both.
bool MayJoin(const IndexSpec& spec, const Chosen& chosen, size_t field, const KeySet& keys) {
  const size_t common = CommonParts(spec.fields[chosen.field].path, spec.fields[field].path);
  if (common == 0) return true;
  return keys.scope != nullptr && keys.scope == chosen.keys->scope && keys.scope_parts >= common;
}

class BoundsMaker {
 public:
  BoundsMaker(const std::vector<Condition>& conditions, const PlanIndex& index)
      : conditions_(conditions), index_(index) {
    plain_.proved.assign(conditions.size(), false);
    plain_.fields.assign(index.spec->fields.size(), IntervalSet::All());
    for (size_t field = 0; field < index.spec->fields.size(); ++field) Gather(field);
  }

  std::vector<IndexBounds> Make() {
    std::vector<Chosen> chosen;
    Choose(0, &chosen);
    return std::move(made_);
  }

 private:
  void Gather(size_t field) {
    const bool multikey = index_.is_multikey(field);
    std::vector<KeySet>& sets = sets_.emplace_back();
    std::vector<size_t> whole;
    for (size_t i = 0; i < conditions_.size(); ++i) {
      PathConditions found =
          ConditionsOn(conditions_[i], index_.spec->fields[field].path, multikey);
      if (found.whole && !found.sets.empty()) whole.push_back(i);
      std::move(found.sets.begin(), found.sets.end(), std::back_inserter(sets));
    }
    if (multikey || sets.empty()) return;
    const IntervalSet set = Intersection(sets).set;
    plain_.fields[field] = Bounded(set);
    if (set.intervals().size() > kIntervalsMax) return;
    for (const size_t i : whole) plain_.proved[i] = true;
  }

  static IntervalSet Bounded(const IntervalSet& set) {
    const auto& all = set.intervals();
    if (all.size() <= kIntervalsMax) return set;
    return IntervalSet::Of(all.front().low, all.back().high);
  }

  void Finish(const std::vector<Chosen>& chosen) {
    IndexBounds bounds = plain_;
    for (const Chosen& one : chosen) bounds.fields[one.field] = Bounded(one.keys->set);
    made_.push_back(std::move(bounds));
  }

  // All ways for the first field with a choice; then what is narrowest among what goes with it.
  void Choose(size_t field, std::vector<Chosen>* chosen) {
    if (made_.size() == kBoundsMax) return;
    if (field == sets_.size()) return Finish(*chosen);
    if (!index_.is_multikey(field) || sets_[field].empty()) return Choose(field + 1, chosen);
    std::vector<const KeySet*> fitting;
    for (const KeySet& keys : sets_[field]) {
      const bool fits = std::all_of(chosen->begin(), chosen->end(), [&](const Chosen& one) {
        return MayJoin(*index_.spec, one, field, keys);
      });
      if (fits) fitting.push_back(&keys);
    }
    if (fitting.empty()) return Choose(field + 1, chosen);
    if (!chosen->empty()) {
      std::vector<KeySet> sets;
      for (const KeySet* keys : fitting) sets.push_back(*keys);
      const KeySet& best = Narrowest(sets);
      fitting = {fitting[static_cast<size_t>(&best - sets.data())]};
    }
    for (const KeySet* keys : fitting) {
      chosen->push_back({field, keys});
      Choose(field + 1, chosen);
      chosen->pop_back();
    }
  }

  const std::vector<Condition>& conditions_;
  const PlanIndex& index_;
  IndexBounds plain_;                      // what fields without arrays give
  std::vector<std::vector<KeySet>> sets_;  // of each field
  std::vector<IndexBounds> made_;
};

bool IsPathLeaf(const Condition& condition) {
  return condition.kind == Condition::Kind::kLeaf && dynamic_cast<const PathNode*>(condition.node);
}

bool SameSource(const Condition& a, const Condition& b) {
  if (a.kind != Condition::Kind::kLeaf || b.kind != Condition::Kind::kLeaf) return false;
  const NodeSource* x = a.node->source();
  const NodeSource* y = b.node->source();
  return x != nullptr && y != nullptr && a.negated == b.negated && x->path == y->path &&
         x->name == y->name && x->value.type == y->value.type &&
         x->value.bytes() == y->value.bytes() && x->name != "$regex";
}

// Both are asked about the values of the same path.
bool LeafImplies(const Condition& given, const Condition& wanted) {
  if (SameSource(given, wanted)) return true;
  if (!IsPathLeaf(given) || !IsPathLeaf(wanted) || given.negated || wanted.negated) return false;
  const auto& from = static_cast<const PathNode&>(*given.node);
  const auto& to = static_cast<const PathNode&>(*wanted.node);
  if (from.path().text() != to.path().text()) return false;
  if (to.kind() == MatchKind::kExists) {
    if (!from.opens_arrays()) return true;  // it needs an array, or that the field exists
    const IntervalSet nothing = IntervalSet::Null().Or(IntervalSet::Undefined());
    return ValuesOf(from).set.And(nothing).empty();
  }
  if (!from.opens_arrays() || !to.opens_arrays()) return false;
  const ValueSet values = ValuesOf(to);
  return values.exact && ValuesOf(from).set.IsSubsetOf(values.set);
}

bool OneImplies(const Condition& given, const Condition& wanted) {
  switch (given.kind) {
    case Condition::Kind::kAnd:
      return std::any_of(given.children.begin(), given.children.end(),
                         [&](const Condition& one) { return OneImplies(one, wanted); });
    case Condition::Kind::kOr:
      return std::all_of(given.children.begin(), given.children.end(),
                         [&](const Condition& one) { return Implies({one}, wanted); });
    case Condition::Kind::kLeaf:
      return LeafImplies(given, wanted);
  }
  return false;
}

}  // namespace

bool IndexBounds::bounded() const {
  return std::any_of(fields.begin(), fields.end(),
                     [](const IntervalSet& set) { return !set.IsAll(); });
}

bool IndexBounds::is_empty() const {
  return std::any_of(fields.begin(), fields.end(),
                     [](const IntervalSet& set) { return set.empty(); });
}

std::vector<IndexBounds> BoundsOf(const std::vector<Condition>& conditions,
                                  const PlanIndex& index) {
  return BoundsMaker(conditions, index).Make();
}

bool HoldsAll(const std::vector<Condition>& conditions, const PlanIndex& index,
              const IndexBounds& bounds) {
  const IndexSpec& spec = *index.spec;
  if (spec.partial && !Implies(conditions, NormalForm(spec.partial->root()))) return false;
  if (!spec.sparse) return true;
  // A document with none of the fields would have nothing but nulls.
  const std::string null(1, static_cast<char>(TypeRank::kNull));
  return std::any_of(bounds.fields.begin(), bounds.fields.end(),
                     [&null](const IntervalSet& set) { return !set.Contains(null); });
}

bool Implies(const std::vector<Condition>& conditions, const Condition& wanted) {
  switch (wanted.kind) {
    case Condition::Kind::kAnd:
      return std::all_of(wanted.children.begin(), wanted.children.end(),
                         [&](const Condition& one) { return Implies(conditions, one); });
    case Condition::Kind::kOr:
      if (std::any_of(wanted.children.begin(), wanted.children.end(),
                      [&](const Condition& one) { return Implies(conditions, one); })) {
        return true;
      }
      return std::any_of(conditions.begin(), conditions.end(), [&](const Condition& given) {
        return given.kind == Condition::Kind::kOr && OneImplies(given, wanted);
      });
    case Condition::Kind::kLeaf:
      return std::any_of(conditions.begin(), conditions.end(),
                         [&](const Condition& given) { return OneImplies(given, wanted); });
  }
  return false;
}

}  // namespace veddb::doc
