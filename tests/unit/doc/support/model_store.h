// SPDX-License-Identifier: BSD-3-Clause
// ModelStore: a collection with indexes in maps, as a source for plans.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "doc/exec/source.h"
#include "doc/plan/plan.h"

namespace veddb::doc {

class ModelStore final : public PlanSource {
 public:
  ModelStore();

  // `keys`: JSON, as DOC.CREATEINDEX takes it. Before the first document.
  void AddIndex(Bytes keys, Bytes partial_filter = "", bool unique = false, bool sparse = false);
  // False: an index refuses it (parallel arrays, a value that is there already). `json` has an _id.
  bool Insert(Bytes json);
  bool InsertBson(DocView doc);

  // All indexes, `_id_` last, with statistics of what is there now.
  std::vector<PlanIndex> Indexes() const;
  // ordered id -> stored document
  const std::map<std::string, std::string>& documents() const { return documents_; }

  std::unique_ptr<EntryIterator> Entries(const PlanIndex& index, Bytes lower, Bytes upper) override;
  std::unique_ptr<EntryIterator> Documents() override;
  Result<bool> Get(Bytes ordered_id, std::string* room, Bytes* stored) override;
  Status MayGoOn() override { return Ok(); }

 private:
  struct Index {
    IndexSpec spec;
    uint32_t multikey = 0;
    std::map<std::string, std::string> entries;
  };
  std::deque<Index> indexes_;
  IndexSpec id_spec_;
  std::map<std::string, std::string> documents_;
};

}  // namespace veddb::doc
