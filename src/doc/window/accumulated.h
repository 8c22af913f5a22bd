// SPDX-License-Identifier: BSD-3-Clause
// Accumulators over windows. Internal to doc/window.
#pragma once
#include <memory>

#include "doc/accumulator/accumulator.h"
#include "doc/window/bounds.h"

namespace veddb::doc::window {

std::unique_ptr<const WindowFunction> OverWindow(std::unique_ptr<const Accumulator> accumulator,
                                                 WindowBounds bounds);

}  // namespace veddb::doc::window
