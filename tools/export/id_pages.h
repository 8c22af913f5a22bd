// SPDX-License-Identifier: BSD-3-Clause
// Pages by ranges of `_id`, for servers without cursors.
#pragma once
#include <memory>

#include "tools/export/pages.h"

namespace veddb::tool {

Result<std::unique_ptr<Pages>> OpenIdPages(Connection* connection, const Options& options);

// The filter of what lies behind an id in the order of `_id`: first what is of its kind ($gt
// compares only within one), then the kinds that follow. Nothing: there are none.
enum class Behind : uint8_t { kOfItsKind, kOtherKinds };
std::optional<std::string> FilterBehind(Bytes filter, doc::ValueView id, Behind behind);

}  // namespace veddb::tool
