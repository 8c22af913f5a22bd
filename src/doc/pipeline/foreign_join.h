// SPDX-License-Identifier: BSD-3-Clause
// ForeignJoin: the documents of another collection by the values at one of their paths, as $lookup
// and $graphLookup ask for them again and again: many values in one query, and what was found is
// kept for the next ones as far as memory goes. A collection that has no index for the path is read
// once, if it fits into memory. Owned by: one run.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

#include "doc/pipeline/stage.h"
#include "doc/value/path.h"

namespace veddb::doc {

// A value to look for: null stands for missing, too.
struct JoinKey {
  std::string encoded;  // ordered_key.h: equal for values that are equal
  std::string tagged;
};
JoinKey MakeJoinKey(ValueView value);
// The values at a path as a join takes them: elements of arrays, and null where there is none.
// Appends each once, in order of what is encoded.
void AppendJoinKeys(DocView doc, const FieldPath& path, std::vector<JoinKey>* keys);

class ForeignJoin {
 public:
  // REQUIRES: all outlive it.
  ForeignJoin(PipelineContext& context, Bytes collection, const FieldPath& path,
              size_t memory_bytes_max);

  // From then on Find knows of these; what it knew of others may be forgotten. False: they are too
  // many for memory, fewer may do.
  Result<bool> Fetch(const std::vector<JoinKey>& keys);
  // The documents with one of these values, in order of `_id`, each once. Good until the next call
  // of Fetch. REQUIRES: they were fetched.
  std::vector<DocView> Find(const std::vector<JoinKey>& keys) const;

  size_t memory_bytes() const { return bytes_; }

 private:
  struct Document {
    std::string ordered_id;
    std::string bson;
  };
  Result<bool> Read(const Filter* filter, bool all_keys);
  void Forget();

  PipelineContext& context_;
  const Bytes collection_;
  const FieldPath& path_;
  const size_t memory_bytes_max_;
  bool tried_all_ = false;
  bool has_all_ = false;  // what is not in by_key_ is not there
  std::vector<Document> documents_;
  absl::flat_hash_map<std::string, std::vector<uint32_t>> by_key_;
  size_t bytes_ = 0;
};

}  // namespace veddb::doc
