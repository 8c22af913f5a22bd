// SPDX-License-Identifier: BSD-3-Clause
// $out and $merge: what the documents of a pipeline become in another collection. As stages they
// hand their documents on; who runs the pipeline writes what comes out (modules/doc).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "doc/pipeline/stage.h"
#include "doc/pipeline/transform.h"
#include "doc/value/path.h"

namespace veddb::doc {

class WritingStage : public Stage {
 public:
  // The collection that is written to.
  const std::string& target() const { return target_; }
  Result<StageRunPtr> Open(PipelineContext&, StageRunPtr input) const final { return input; }
  StageTraits traits() const final { return {.flow = StageFlow::kBlocks}; }

 protected:
  WritingStage(const Element& written, std::string target)
      : Stage(written), target_(std::move(target)) {}

 private:
  const std::string target_;
};

// The documents are all that the collection has afterwards.
class OutStage final : public WritingStage {
 public:
  using WritingStage::WritingStage;
  OutStage(const Element& written, std::string target) : WritingStage(written, std::move(target)) {}
};

enum class WhenMatched : uint8_t { kReplace, kKeepExisting, kMerge, kFail, kPipeline };
enum class WhenNotMatched : uint8_t { kInsert, kDiscard, kFail };

class MergeStage final : public WritingStage {
 public:
  struct Variable {
    std::string name;
    Expression value;  // of the new document
  };
  struct Options {
    std::string target;
    std::vector<FieldPath> on;  // whose values tell which document is meant
    WhenMatched matched = WhenMatched::kMerge;
    WhenNotMatched not_matched = WhenNotMatched::kInsert;
    std::vector<Transform> pipeline;  // of kPipeline
    std::vector<Variable> variables;  // likewise; they lie behind $$new
  };
  MergeStage(const Element& written, Options options)
      : WritingStage(written, options.target), options_(std::move(options)) {}

  const Options& options() const { return options_; }
  // Of kReplace, kMerge and kPipeline: appends what the existing document becomes. BADQUERY,
  // TOOLARGE.
  Status Combine(DocView existing, DocView incoming, PipelineContext& context,
                 std::string* out) const;

 private:
  Status RunPipeline(DocView existing, DocView incoming, PipelineContext& context,
                     std::string* out) const;

  const Options options_;
};

}  // namespace veddb::doc
