// SPDX-License-Identifier: BSD-3-Clause
// A context of pipelines over documents in memory: collections are vectors of BSON.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "doc/pipeline/pipeline.h"
#include "doc/pipeline/spill.h"

namespace veddb::doc {

class VectorContext final : public PipelineContext {
 public:
  explicit VectorContext(size_t memory_bytes_max = 100 << 20);
  ~VectorContext() override;

  // BSON, in the order in which it is read.
  std::map<std::string, std::vector<std::string>> collections;
  // MayGoOn fails when it has been asked so often.
  uint64_t looks_max = UINT64_MAX;
  uint64_t looks = 0;
  bool may_spill = true;
  bool has_indexes = false;  // of every path

  // The collection's documents, handed out a few at a time.
  StageRunPtr Source(const std::string& collection);

  Status MayGoOn() override;
  size_t memory_bytes_max() const override { return memory_bytes_max_; }
  Result<std::unique_ptr<SpillFile>> NewSpillFile() override;
  uint64_t NewSeed() override { return ++seed_ * 0x9E3779B97F4A7C15ULL; }
  Result<StageRunPtr> OpenCollection(const CollectionRead& read) override;
  Result<std::vector<std::string>> Inspect(Inspection what) override;
  bool HasIndex(Bytes, Bytes) override { return has_indexes; }
  int64_t now_ms() const override { return 1704164645678; }

 private:
  const size_t memory_bytes_max_;
  uint64_t seed_ = 0;
  std::string directory_;
};

// All that comes out. An error's text is its wire form.
Result<std::vector<std::string>> RunAll(const Pipeline& pipeline, VectorContext& context,
                                        const std::string& collection);

}  // namespace veddb::doc
