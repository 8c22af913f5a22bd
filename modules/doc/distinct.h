// SPDX-License-Identifier: BSD-3-Clause
// The different values of a path among the documents of a query.
#pragma once
#include <map>
#include <string>

#include "doc/plan/distinct_scan.h"
#include "modules/doc/query_plan.h"

namespace veddb {

struct DistinctQuery final : Query {
  std::string path;
};

// Reads collection, path, the filter where there is one, and the options.
Status ParseDistinct(PrepareCall& prepare, DistinctQuery& query);

// How the values are found: by leaps through an index, or by reading documents.
struct DistinctPlan {
  std::unique_ptr<QueryPlan> documents;
  std::optional<doc::DistinctScan> leaps;
};
Result<DistinctPlan> PlanDistinct(const DistinctQuery& query, const Snapshot& snapshot);

// Values in their order, each once: ordered encoding -> tagged value. Of values that are equal but
// of different types one stands for all.
using DistinctValues = std::map<std::string, std::string>;
Status LeapThrough(const DistinctQuery& query, const doc::DistinctScan& leaps,
                   doc::PlanSource& source, DistinctValues* values, doc::ScanCounts* counts);

}  // namespace veddb
