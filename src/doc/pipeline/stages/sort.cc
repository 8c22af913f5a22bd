// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/sort.h"

#include <algorithm>

#include "base/coding.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/read_all.h"
#include "doc/pipeline/spill.h"
#include "doc/pipeline/stages/stages.h"
#include "doc/query/top_k.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

Status AppendKey(const SortSpec& sort, DocView doc, std::string* key) {
  key->clear();
  Status appended = sort.AppendKey(doc, key);
  if (!appended.ok()) appended.error().message.insert(0, "$sort: ");
  return appended;
}

// All that comes, in order.
class SortRun final : public InputRun {
 public:
  SortRun(const SortSpec* sort, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), sort_(sort), sorter_(context, context.memory_bytes_max()) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (!filled_) TRY(Fill());
    buffer_.Clear();
    while (!ended_ && buffer_.size() < wanted && !buffer_.full()) {
      ended_ = !TRY(sorter_.Next());
      if (!ended_) buffer_.Add(DocView(sorter_.payload()));
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return sorter_.memory_bytes() + buffer_.memory_bytes(); }
  uint64_t spilled_bytes() const override { return sorter_.spilled_bytes(); }

 private:
  Status Fill() {
    filled_ = true;
    std::string key;
    const auto take = [&](DocView doc) -> Status {
      TRY(AppendKey(*sort_, doc, &key));
      return sorter_.Add(key, doc.bytes());
    };
    TRY(ReadAll(*input_, take));
    return sorter_.Finish();
  }

  const SortSpec* const sort_;
  RecordSorter sorter_;
  bool filled_ = false;
  bool ended_ = false;
  DocumentBuffer buffer_;
};

// The first so many. If these are too many for memory, it goes on as a sort of all that it kept and
// all that comes, which spills.
class TopRun final : public InputRun {
 public:
  TopRun(const SortSpec* sort, uint64_t limit, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)),
        sort_(sort),
        limit_(limit),
        memory_bytes_max_(context.memory_bytes_max()),
        random_(context.NewSeed()),
        top_(static_cast<size_t>(std::min<uint64_t>(limit, SIZE_MAX))),
        sorter_(context, context.memory_bytes_max()) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (!filled_) TRY(Fill());
    buffer_.Clear();
    while (given_ < limit_ && buffer_.size() < wanted && !buffer_.full()) {
      if (spills_ ? !TRY(sorter_.Next()) : given_ == sorted_.size()) break;
      buffer_.Add(DocView(spills_ ? sorter_.payload() : Bytes(sorted_[given_].payload)));
      ++given_;
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override {
    return (spills_ ? sorter_.memory_bytes() : bytes_) + buffer_.memory_bytes();
  }
  uint64_t spilled_bytes() const override { return sorter_.spilled_bytes(); }

 private:
  using Top = TopK<std::string>;

  static size_t MemoryOf(const Top::Entry& entry) {
    return sizeof entry + entry.key.capacity() + entry.payload.capacity();
  }

  Status Fill() {
    filled_ = true;
    std::string key;
    const auto take = [&](DocView doc) -> Status {
      TRY(KeyOf(doc, &key));
      return spills_ ? sorter_.Add(key, doc.bytes()) : Push(key, doc);
    };
    TRY(ReadAll(*input_, take));
    if (spills_) return sorter_.Finish();
    sorted_ = top_.TakeSorted();
    return Ok();
  }

  Status KeyOf(DocView doc, std::string* key) {
    if (sort_ != nullptr) {
      TRY(AppendKey(*sort_, doc, key));
    } else {
      key->clear();
      PutBE64(*key, static_cast<uint64_t>(random_.NextRandom() * 0x1p63));
    }
    PutBE64(*key, sequence_++);  // of equal ones, the first to come goes first
    return Ok();
  }

  Status Push(const std::string& key, DocView doc) {
    if (!top_.Accepts(key)) return Ok();
    Top::Entry entry{key, std::string(doc.bytes())};
    bytes_ += MemoryOf(entry);
    if (const auto out = top_.Push(std::move(entry.key), std::move(entry.payload))) {
      bytes_ -= std::min(bytes_, MemoryOf(*out));
    }
    if (bytes_ <= memory_bytes_max_) return Ok();
    spills_ = true;
    for (const Top::Entry& kept : top_.TakeSorted()) TRY(sorter_.Add(kept.key, kept.payload));
    return Ok();
  }

  const SortSpec* const sort_;
  const uint64_t limit_;
  const size_t memory_bytes_max_;
  expression::Evaluation random_;
  Top top_;
  std::vector<Top::Entry> sorted_;
  RecordSorter sorter_;
  bool spills_ = false;
  bool filled_ = false;
  uint64_t sequence_ = 0;
  uint64_t given_ = 0;
  size_t bytes_ = 0;
  DocumentBuffer buffer_;
};

}  // namespace

StagePtr SortStage::WithLimit(uint64_t limit) const {
  return std::make_shared<SortStage>(Element{name(), written()}, sort_,
                                     limit_ == 0 ? limit : std::min(limit, limit_));
}

void SortStage::AppendSpec(DocBuilder* out) const {
  if (limit_ == 0) return Stage::AppendSpec(out);
  DocBuilder spec = out->Object(name());
  spec.Append("sortKey", written());
  spec.Int64("limit", static_cast<int64_t>(limit_));
  spec.Finish();
}

Result<StageRunPtr> SortStage::Open(PipelineContext& context, StageRunPtr input) const {
  if (limit_ == 0) {
    return StageRunPtr(std::make_unique<SortRun>(&sort_, context, std::move(input)));
  }
  return OpenTop(&sort_, limit_, context, std::move(input));
}

StageRunPtr OpenTop(const SortSpec* sort, uint64_t limit, PipelineContext& context,
                    StageRunPtr input) {
  return std::make_unique<TopRun>(sort, limit, context, std::move(input));
}

StageFields SortStage::fields() const {
  StageFields fields{.replaces = false, .reads = {}};
  for (const FieldPath& path : sort_.paths()) fields.reads.paths.insert(path.text());
  fields.reads.paths.emplace(kIdField);  // breaks ties
  return fields;
}

Result<StagePtr> ParseSortStage(const Element& stage, const PipelineScope&) {
  if (stage.value.type != BsonType::kObject || stage.value.Document().empty()) {
    return BadStage("it takes an object of at least one path");
  }
  SortSpec sort = TRY(SortSpec::Parse(stage.value.Document()));
  return StagePtr(std::make_shared<SortStage>(stage, std::move(sort), 0));
}

}  // namespace veddb::doc
