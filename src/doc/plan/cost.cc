// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/cost.h"

#include <algorithm>
#include <cmath>

#include "doc/match/ops_compare.h"
#include "doc/plan/bounds_walk.h"
#include "doc/plan/condition.h"

namespace veddb::doc {
namespace {

constexpr double kScanDocument = 0.4;  // the next document, in order
constexpr double kScanByte = 0.0004;
constexpr double kMatchCondition = 0.08;
constexpr double kSeek = 3;
constexpr double kKey = 0.25;
constexpr double kFetch = 5;  // a document at its id: 3 from a cached block, 17 from a cold one
constexpr double kRemember = 0.15;
constexpr double kSortStep = 0.12;  // of one document, times the depth
constexpr double kDecodeKey = 0.15;
constexpr double kAnswer = 0.5;

double SortCost(double rows, const PlanRequest& request) {
  if (rows < 2) return 0;
  double kept = rows;
  if (request.limit > 0) {
    kept = std::min(rows, static_cast<double>(request.skip) + static_cast<double>(request.limit));
  }
  return rows * kSortStep * (2 + std::log2(std::max(kept, 2.0)));
}

// Of the rows in order, the share that is looked at before there are enough.
double ShareNeeded(const PlanRequest& request, double rows) {
  if (request.limit == 0 || rows <= 0) return 1;
  const double need = static_cast<double>(request.skip) + static_cast<double>(request.limit);
  return std::min(1.0, need / rows);
}

double ResidualShare(const Plan& plan) {
  double share = 1;
  for (const MatchNode* node : plan.residual) share *= GuessShare(*node);
  return share;
}

// Points are counted by the sample well enough.
std::optional<double> ShareWithin(const PlanRequest& request, const IndexScan& scan) {
  const IntervalSet& first = scan.bounds[0];
  if (request.sizes == nullptr || first.IsAll() || (first.IsPoints() && !first.IsPoint())) {
    return std::nullopt;
  }
  const BoundsWalk walk(scan.index->spec, scan.bounds, false);
  return request.sizes->Share(*scan.index, walk.lower(), walk.upper());
}

void EstimateCollectionScan(const PlanRequest& request, Plan* plan) {
  const auto documents = static_cast<double>(request.documents);
  plan->rows = documents * ResidualShare(*plan);
  const double each = kScanDocument + kScanByte * request.document_bytes +
                      kMatchCondition * static_cast<double>(plan->residual.size());
  double cost = documents * each;
  if (plan->sort == SortWork::kNone) {
    cost *= ShareNeeded(request, plan->rows);
  } else {
    cost += SortCost(plan->rows, request);
  }
  plan->cost = cost / static_cast<double>(std::max<size_t>(request.threads, 1)) + kSeek;
}

}  // namespace

double GuessShare(const MatchNode& node) {
  switch (node.kind()) {
    case MatchKind::kCompare:
      return static_cast<const CompareNode&>(node).comparison() == Comparison::kEq ? 0.1 : 0.33;
    case MatchKind::kIn:
      return std::min(
          1.0, 0.1 * static_cast<double>(static_cast<const InNode&>(node).values().size() + 1));
    case MatchKind::kNothing:
      return 0;
    case MatchKind::kNot:
    case MatchKind::kNor:
    case MatchKind::kExists:
      return 0.8;
    default:
      return 0.3;
  }
}

void EstimateCost(const PlanRequest& request, Plan* plan) {
  if (plan->is_empty) return;
  if (plan->is_collection_scan()) return EstimateCollectionScan(request, plan);
  double keys = 0;
  double examined = 0;
  double seeks = 0;
  double remembered = 0;
  for (const IndexScan& scan : plan->scans) {
    const ScanEstimate one = EstimateScan(*scan.index->spec, *scan.index->statistics, scan.bounds,
                                          ShareWithin(request, scan));
    keys += one.keys;
    examined += one.examined;
    seeks += one.seeks;
    if (scan.may_repeat || plan->scans.size() > 1) remembered += one.keys;
  }
  plan->keys = keys;
  const double documents = std::min(keys, static_cast<double>(request.documents));
  // What an $or asks was asked by the bounds already.
  plan->rows = plan->scans.size() > 1 ? documents : documents * ResidualShare(*plan);
  double each = static_cast<double>(plan->residual.size()) * kMatchCondition;
  if (plan->covered) {
    each += kDecodeKey;
  } else if (plan->scans[0].index->clustered) {
    each += kScanDocument + kScanByte * request.document_bytes;
  } else if (plan->fetches) {
    each += kFetch + kScanByte * request.document_bytes;
  }
  double cost = seeks * kSeek + examined * kKey + remembered * kRemember + documents * each;
  // Groups are small: they end soon after there are enough.
  if (plan->sort != SortWork::kAll) cost *= ShareNeeded(request, plan->rows);
  if (plan->sort == SortWork::kAll) cost += SortCost(plan->rows, request);
  if (plan->sort == SortWork::kGroups) {
    cost += plan->rows * ShareNeeded(request, plan->rows) * kSortStep * 3;
  }
  plan->cost = cost + kSeek;
}

}  // namespace veddb::doc
