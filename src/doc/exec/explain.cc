// SPDX-License-Identifier: BSD-3-Clause
#include "doc/exec/explain.h"

#include <cmath>
#include <functional>

#include "doc/match/ops_regex.h"

namespace veddb::doc {
namespace {

constexpr int64_t kNanosPerMicro = 1000;

int64_t Rounded(double v) { return std::llround(v); }
int64_t Count(uint64_t v) { return static_cast<int64_t>(v); }

void AppendFilter(const std::vector<const MatchNode*>& nodes, DocBuilder* out) {
  if (nodes.empty()) return;
  DocBuilder filter = out->Object("filter");
  if (nodes.size() == 1) {
    AppendCondition(*nodes[0], &filter);
  } else {
    ArrayBuilder all = filter.Array("$and");
    for (const MatchNode* node : nodes) {
      DocBuilder one = all.Object();
      AppendCondition(*node, &one);
      one.Finish();
    }
    all.Finish();
  }
  filter.Finish();
}

void AppendBounds(const IndexScan& scan, DocBuilder* out) {
  // A set of very many intervals is shown by its first ones.
  constexpr size_t kShownMax = 20;
  DocBuilder bounds = out->Object("bounds");
  for (size_t i = 0; i < scan.bounds.size(); ++i) {
    const auto& intervals = scan.bounds[i].intervals();
    ArrayBuilder list = bounds.Array(scan.index->spec->fields[i].path.text());
    for (size_t j = 0; j < std::min(intervals.size(), kShownMax); ++j) {
      list.String(IntervalText(intervals[j]));
    }
    if (intervals.size() > kShownMax) {
      list.String("and " + std::to_string(intervals.size() - kShownMax) + " more");
    }
    list.Finish();
  }
  bounds.Finish();
}

void AppendScan(const IndexScan& scan, const ScanCounts* counts, DocBuilder* out) {
  const IndexSpec& spec = *scan.index->spec;
  out->String("indexName", spec.name);
  DocBuilder pattern = out->Object("keyPattern");
  for (const IndexField& field : spec.fields) {
    pattern.Int32(field.path.text(), field.descending ? -1 : 1);
  }
  pattern.Finish();
  out->String("direction", scan.backward ? "backward" : "forward");
  out->Bool("isMultiKey", scan.index->multikey != 0);
  if (spec.unique) out->Bool("isUnique", true);
  if (spec.sparse) out->Bool("isSparse", true);
  if (spec.partial) out->Bool("isPartial", true);
  AppendBounds(scan, out);
  if (scan.merged_fields > 0) {
    // A scan for each combination of values of these fields, merged in order of the others.
    ArrayBuilder merged = out->Array("mergedFields");
    for (size_t i = 0; i < scan.merged_fields; ++i) merged.String(spec.fields[i].path.text());
    merged.Finish();
  }
  if (counts == nullptr) return;
  out->Int64("rows", Count(counts->rows));
  out->Int64("keysExamined", Count(counts->keys));
  out->Int64("seeks", Count(counts->seeks));
}

// Writes the stages of a plan, the outermost first.
class Writer {
 public:
  Writer(const PlanRequest& request, const Plan& plan, const RunCounts* counts)
      : request_(request), plan_(plan), counts_(counts) {
    if (request.output == PlanOutput::kCount) Add("COUNT", {});
    if (request.output == PlanOutput::kDocuments && request.projection != nullptr) {
      Add(plan.covered ? "PROJECTION_COVERED" : "PROJECTION", {});
    }
    if (request.limit > 0) Add("LIMIT", &Writer::Limit);
    if (request.skip > 0) Add("SKIP", &Writer::Skip);
    if (plan.sort != SortWork::kNone) Add("SORT", &Writer::Sort);
    AddAccess();
  }

  void Write(size_t stage, DocBuilder* out) {
    out->String("stage", stages_[stage].name);
    if (stages_[stage].write != nullptr) (this->*stages_[stage].write)(out);
    if (stage + 1 == stages_.size()) return;
    DocBuilder input = out->Object("inputStage");
    Write(stage + 1, &input);
    input.Finish();
  }

 private:
  using Part = void (Writer::*)(DocBuilder*);
  struct Stage {
    Bytes name;
    Part write;
  };
  void AddAccess() {
    if (plan_.is_empty) return Add("EOF", {});
    if (plan_.is_collection_scan()) return Add("COLLSCAN", &Writer::CollectionScan);
    const bool fetches = plan_.fetches && !plan_.scans[0].index->clustered;
    if (plan_.scans.size() > 1 || fetches) Add("FETCH", &Writer::Fetch);
    if (plan_.scans.size() > 1) return Add("OR", &Writer::Union);
    Add(ScanName(plan_.scans[0]), &Writer::Scan);
  }
  void Add(Bytes name, Part write) { stages_.push_back({name, write}); }

  static Bytes ScanName(const IndexScan& scan) {
    return scan.index->clustered ? "CLUSTERED_IXSCAN" : "IXSCAN";
  }

  void Limit(DocBuilder* out) {
    out->Int64("limit", Count(request_.limit));
    if (counts_ != nullptr) out->Int64("rows", Count(counts_->returned));
  }
  void Skip(DocBuilder* out) { out->Int64("skip", Count(request_.skip)); }

  void Sort(DocBuilder* out) {
    DocBuilder pattern = out->Object("sortPattern");
    for (size_t i = 0; i < request_.sort->paths().size(); ++i) {
      pattern.Int32(request_.sort->paths()[i].text(), request_.sort->descending(i) ? -1 : 1);
    }
    pattern.Finish();
    if (plan_.sort == SortWork::kGroups) {
      // Only rows that are equal in the fields which the index has in order are sorted.
      ArrayBuilder ordered = out->Array("inOrderOf");
      const IndexScan& scan = plan_.scans[0];
      for (size_t i = scan.merged_fields; i < plan_.group_end; ++i) {
        ordered.String(scan.index->spec->fields[i].path.text());
      }
      ordered.Finish();
    } else if (request_.limit > 0) {
      out->Int64("keeps", Count(request_.skip + request_.limit));
    }
    if (counts_ == nullptr) return;
    out->Int64("rows", Count(counts_->matched));
    out->Int64("spilledBytes", 0);
    out->Int64("microseconds", counts_->sort_nanos / kNanosPerMicro);
  }

  void Fetch(DocBuilder* out) {
    AppendFilter(plan_.residual, out);
    out->Int64("estimatedRows", Rounded(plan_.rows));
    if (counts_ == nullptr) return;
    out->Int64("rows", Count(counts_->matched));
    out->Int64("documentsExamined", Count(counts_->documents));
    out->Int64("microseconds", counts_->document_nanos / kNanosPerMicro);
  }

  void CollectionScan(DocBuilder* out) {
    AppendFilter(plan_.residual, out);
    out->String("direction", "forward");
    out->Int64("estimatedRows", Rounded(plan_.rows));
    if (counts_ == nullptr) return;
    out->Int64("rows", Count(counts_->matched));
    out->Int64("documentsExamined", Count(counts_->documents));
    out->Int64("microseconds", (counts_->scan_nanos + counts_->document_nanos) / kNanosPerMicro);
  }

  void Union(DocBuilder* out) {
    if (counts_ != nullptr) {
      const uint64_t looked_at = counts_->documents;
      out->Int64("rows", Count(looked_at));
      out->Int64("repeated", Count(counts_->repeated));
      out->Int64("microseconds", counts_->scan_nanos / kNanosPerMicro);
    }
    ArrayBuilder inputs = out->Array("inputStages");
    for (size_t i = 0; i < plan_.scans.size(); ++i) {
      DocBuilder input = inputs.Object();
      input.String("stage", ScanName(plan_.scans[i]));
      OneScan(i, &input);
      input.Finish();
    }
    inputs.Finish();
  }

  void Scan(DocBuilder* out) {
    if (!plan_.fetches || plan_.scans[0].index->clustered) AppendFilter(plan_.residual, out);
    OneScan(0, out);
    if (counts_ == nullptr) return;
    if (plan_.scans[0].may_repeat) out->Int64("repeated", Count(counts_->repeated));
    const bool reads = plan_.covered || plan_.scans[0].index->clustered;
    if (reads) out->Int64("documentsExamined", Count(counts_->documents));
    const int64_t nanos = counts_->scan_nanos + (reads ? counts_->document_nanos : 0);
    out->Int64("microseconds", nanos / kNanosPerMicro);
  }

  void OneScan(size_t which, DocBuilder* out) {
    if (plan_.scans.size() == 1) out->Int64("estimatedKeys", Rounded(plan_.keys));
    AppendScan(plan_.scans[which], counts_ == nullptr ? nullptr : &counts_->scans[which], out);
  }

  const PlanRequest& request_;
  const Plan& plan_;
  const RunCounts* counts_;
  std::vector<Stage> stages_;
};

}  // namespace

void AppendCondition(const MatchNode& node, DocBuilder* out) {
  const NodeSource* source = node.source();
  if (source == nullptr) return;
  if (source->path.empty() && source->name.starts_with('$')) {
    return out->Append(source->name, source->value);
  }
  DocBuilder condition = out->Object(source->path);
  if (node.kind() == MatchKind::kRegex) {
    const auto& regex = static_cast<const RegexNode&>(node);
    condition.String("$regex", regex.pattern());
    if (!regex.options().empty()) condition.String("$options", regex.options());
  } else {
    condition.Append(source->name, source->value);
  }
  condition.Finish();
}

void AppendDistinctScan(Bytes field, const IndexScan& scan, const ScanCounts* counts,
                        DocBuilder* out) {
  DocBuilder stage = out->Object(field);
  stage.String("stage", "DISTINCT_SCAN");
  AppendScan(scan, counts, &stage);
  stage.Finish();
}

void AppendPlan(const PlanRequest& request, const Plan& plan, const RunCounts* counts,
                DocBuilder* out) {
  Writer(request, plan, counts).Write(0, out);
}

void AppendPlan(Bytes field, OuterStage outer, const PlanRequest& request, const Plan& plan,
                const RunCounts* counts, DocBuilder* out) {
  DocBuilder tree = out->Object(field);
  if (outer.name.empty()) {
    AppendPlan(request, plan, counts, &tree);
  } else {
    tree.String("stage", outer.name);
    DocBuilder input = tree.Object("inputStage");
    AppendPlan(request, plan, counts, &input);
    input.Finish();
  }
  tree.Finish();
}

}  // namespace veddb::doc
