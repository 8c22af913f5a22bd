// SPDX-License-Identifier: BSD-3-Clause
// CatalogView: the meta family as it is with the changes that are in the log and not yet in the
// store laid over a snapshot of the store.
//
// Owned by: one thread; the view must outlive it.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "storage/change_batch.h"
#include "storage/read_view.h"

namespace veddb {

class CatalogView {
 public:
  // `pending` is sorted; its bytes are copied.
  static Result<CatalogView> Make(const ReadView& view, const ChangeBatch& pending);

  Result<bool> Get(Bytes name, std::string* value) const;
  // kPending: the store does not say so yet.
  enum class Origin : uint8_t { kStore, kPending };
  using Visitor = std::function<Status(Bytes name, Bytes value, Origin origin)>;
  // Every name with this prefix, in order.
  Status ForPrefix(Bytes prefix, const Visitor& visit) const;

 private:
  explicit CatalogView(const ReadView& view) : view_(&view) {}

  const ReadView* view_;
  std::map<std::string, std::optional<std::string>, std::less<>> pending_;  // nothing: deleted
};

}  // namespace veddb
