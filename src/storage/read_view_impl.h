// SPDX-License-Identifier: BSD-3-Clause
// The inside of ReadView. Of this folder only.
#pragma once
#include "storage/engine_impl.h"
#include "storage/read_view.h"

namespace veddb {

struct ReadView::Impl {
  const Engine::Impl* engine = nullptr;
  rocksdb::ReadOptions read;  // with the snapshot
};

}  // namespace veddb
