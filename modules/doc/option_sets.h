// SPDX-License-Identifier: BSD-3-Clause
// Which options a command takes, for those that EXPLAIN explains as well.
#pragma once
#include "modules/doc/options.h"

namespace veddb {

inline constexpr DocOption kFindOneOptions =
    DocOption::kProject | DocOption::kSort | DocOption::kSkip | DocOption::kHint | DocOption::kLet |
    DocOption::kWithVersion | DocOption::kTimeout | DocOption::kEjson;
inline constexpr DocOption kFindOptions = kFindOneOptions | DocOption::kLimit | DocOption::kBatch;
inline constexpr DocOption kCountOptions =
    DocOption::kSkip | DocOption::kLimit | DocOption::kHint | DocOption::kLet | DocOption::kTimeout;
inline constexpr DocOption kDistinctOptions =
    DocOption::kHint | DocOption::kLet | DocOption::kTimeout | DocOption::kEjson;
inline constexpr DocOption kAggregateOptions =
    kDistinctOptions | DocOption::kBatch | DocOption::kMemory;

inline constexpr DocOption kDeleteManyOptions =
    DocOption::kHint | DocOption::kLet | DocOption::kTimeout;
inline constexpr DocOption kDeleteOneOptions =
    kDeleteManyOptions | DocOption::kIfVersion | DocOption::kSort;
inline constexpr DocOption kUpdateManyOptions =
    kDeleteManyOptions | DocOption::kUpsert | DocOption::kArrayFilters;
inline constexpr DocOption kReplaceOneOptions = kDeleteOneOptions | DocOption::kUpsert;
inline constexpr DocOption kUpdateOneOptions = kReplaceOneOptions | DocOption::kArrayFilters;
inline constexpr DocOption kFindAndDeleteOptions =
    kDeleteOneOptions | DocOption::kProject | DocOption::kWithVersion | DocOption::kEjson;
inline constexpr DocOption kFindAndReplaceOptions =
    kFindAndDeleteOptions | DocOption::kReturn | DocOption::kUpsert;
inline constexpr DocOption kFindAndUpdateOptions =
    kFindAndReplaceOptions | DocOption::kArrayFilters;

}  // namespace veddb
