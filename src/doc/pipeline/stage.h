// SPDX-License-Identifier: BSD-3-Clause
// A stage of a pipeline, and one thread's run of it.
//
// Stage is what was written, compiled once: immutable, shared by the threads that run it. StageRun
// is pulled: whoever wants documents asks the last run of the chain, which asks the one before it,
// down to the source. So $limit ends the work of all before it by not asking again.
//
// What every run promises (the driver, and the stages behind it, rely on it):
//   - Next(wanted, out) appends at least one document and at most `wanted` to `out`, which is empty
//     when it is called. It appends none only when there are no more; asked again, it says so
//     again.
//   - The views in `out` are good until this run is asked again (Next), or is destroyed. Rest()
//     leaves them good. So a run may hand its input's views on, and may keep them while it works on
//     them, but must copy what it wants to keep beyond its next question to its input.
//   - A batch takes no more than about kBatchBytes: a run that makes documents stops filling then.
//   - Whoever works without asking its input (it expands, sorts, hands out what it kept) asks
//     context.MayGoOn() at least every kCheckEvery documents or 10 ms. Sources ask by themselves.
//   - What it keeps in memory beyond a batch is at most context.memory_bytes_max() for each stage;
//     over that it spills (spill.h), or fails with MEMORYLIMIT that names the stage.
//   - After an error nothing more is asked of it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/query/sort.h"
#include "doc/value/builder.h"
#include "doc/value/document.h"

namespace veddb::doc {

class Filter;

struct DocumentBatch {
  std::vector<DocView> documents;

  bool empty() const { return documents.empty(); }
  size_t size() const { return documents.size(); }
  void clear() { documents.clear(); }
};

// What a stage asks its input for where it needs all of it.
inline constexpr size_t kBatchDocuments = 128;
inline constexpr size_t kBatchBytes = 1 << 20;
inline constexpr uint32_t kCheckEvery = 256;
// A document that a stage makes may have as many bytes, as one that is stored.
inline constexpr size_t kStageDocumentBytesMax = 16 * 1024 * 1024;

// Owned by: one thread.
class StageRun {
 public:
  virtual ~StageRun() = default;

  virtual Status Next(size_t wanted, DocumentBatch* out) = 0;
  // Nobody will ask for a while: lets go of what holds the store back (iterators).
  virtual Status Rest() = 0;
  // About what it keeps in memory now, without its input.
  virtual size_t memory_bytes() const { return 0; }
  // Written to temporary files so far, without its input.
  virtual uint64_t spilled_bytes() const { return 0; }
  // The run that it asks; null: a source.
  virtual StageRun* input() const { return nullptr; }
};
using StageRunPtr = std::unique_ptr<StageRun>;

// A run with an input.
class InputRun : public StageRun {
 public:
  explicit InputRun(StageRunPtr input) : input_(std::move(input)) {}
  Status Rest() override { return input_->Rest(); }
  StageRun* input() const override { return input_.get(); }

 protected:
  const StageRunPtr input_;
};

// A read of a collection that is not the pipeline's own ($lookup, $unionWith …).
struct CollectionRead {
  Bytes collection;
  const Filter* filter = nullptr;  // null: all documents
  // The values of the filter's free variables; they outlive the run.
  std::span<const ValueView> variables;
};

class SpillFile;

// What is asked of the pipeline's own collection.
enum class Inspection : uint8_t {
  kCollection,  // one document
  kIndexes,     // one of each
};

// What stages see of the command that they run in: implemented where commands are (modules/doc),
// and by tests over vectors of documents. Outlives the runs opened with it. Owned by: the thread of
// the runs.
class PipelineContext {
 public:
  virtual ~PipelineContext() = default;

  // TIMEOUT, or why else the work has to stop (its client has gone).
  virtual Status MayGoOn() = 0;
  // What one stage may keep in memory.
  virtual size_t memory_bytes_max() const = 0;
  // A temporary file that is gone with its object. An error: the stage can't spill.
  virtual Result<std::unique_ptr<SpillFile>> NewSpillFile() = 0;
  // Another one each time.
  virtual uint64_t NewSeed() = 0;
  // The documents of a collection that PipelineScope::foreign was told of; of none, if there is no
  // such collection. The filter has to outlive the run.
  virtual Result<StageRunPtr> OpenCollection(const CollectionRead& read) = 0;
  // Are documents with a given value at this path found without a look at all of them?
  virtual bool HasIndex(Bytes collection, Bytes path) = 0;
  // BSON. NOCOLLECTION.
  virtual Result<std::vector<std::string>> Inspect(Inspection what) = 0;
  // The command's $$NOW, for ids that stages make up.
  virtual int64_t now_ms() const = 0;

  // The values of the variables that are bound while the pipeline runs (expression::Scope::free),
  // in order; they outlive the runs.
  virtual std::span<const ValueView> variables() const { return {}; }
  // For one run of one stage; knows the variables. The caller begins it with each document.
  expression::Evaluation NewEvaluation();
};

// Where a stage stands with regard to documents.
enum class StageFlow : uint8_t {
  kStreams,  // makes at most one document of each, in order, and forgets it
  kExpands,  // makes any number of each, in order
  kBlocks,   // reads all its input (or much of it) before it hands out the first
};

struct StageTraits {
  StageFlow flow = StageFlow::kBlocks;
  // Its input may be cut into parts that follow each other, each run by a run of its own, and what
  // they hand out put one behind the other is what one run would have. Never of $limit, $skip, or
  // of what has to see all.
  bool may_run_in_parts = false;
  // It makes exactly one document of each, in order.
  bool one_to_one = false;
};

// Which fields of its input a stage looks at.
struct StageFields {
  // Of what it hands out, everything is made of what it reads: $group, $count, $project with fields
  // that stay. Else documents go through it, and what is behind it may ask for more of them.
  bool replaces = false;
  expression::Dependencies reads{.whole_document = true, .paths = {}, .chance = false};
};

class Stage {
 public:
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // With the '$'.
  Bytes name() const { return name_; }
  // What was written behind the name; passes that rewrite stages write anew.
  ValueView written() const { return TaggedView(tagged_); }
  // Appends `$name: …`.
  virtual void AppendSpec(DocBuilder* out) const { out->Append(name_, written()); }

  // REQUIRES: the stage and the context outlive the run.
  virtual Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const = 0;
  virtual StageTraits traits() const = 0;
  virtual StageFields fields() const { return {}; }
  // What lies at this path is, in all that it hands out, what lay there before: a filter or sort on
  // it may as well be asked in front of this stage. REQUIRES: flow is kStreams or kExpands
  virtual bool Leaves(Bytes /*path*/) const { return false; }

 protected:
  explicit Stage(const Element& written) : name_(written.name), tagged_(Tagged(written.value)) {}

 private:
  const std::string name_;
  const std::string tagged_;
};
// Stages are immutable: the lists of one pipeline before and after a pass share them.
using StagePtr = std::shared_ptr<const Stage>;

}  // namespace veddb::doc
