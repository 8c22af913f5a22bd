// SPDX-License-Identifier: BSD-3-Clause
#include "doc/exec/plan_run.h"

#include <algorithm>

#include "base/clock.h"
#include "doc/query/top_k.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

// Documents of a scan of the collection between two looks at the time.
constexpr uint64_t kCheckEvery = 256;
// Documents that are got on their way at once: as many cache misses as a core has under way.
constexpr size_t kExpectedFirst = 4;
constexpr size_t kExpectedMax = 16;

// Whether entries tell nothing but which documents are to be read.
bool ReadsAhead(const Plan& plan) {
  return plan.fetches && !plan.covered && !plan.scans.empty() && plan.sort != SortWork::kGroups &&
         std::none_of(plan.scans.begin(), plan.scans.end(),
                      [](const IndexScan& scan) { return scan.index->clustered; });
}

std::optional<std::string> ShownPath(const PlanRequest& request) {
  if (request.projection == nullptr) return std::nullopt;
  const auto paths = request.projection->PlainPaths();
  if (!paths || paths->empty()) return std::nullopt;
  return paths->front();
}

}  // namespace

PlanRun::PlanRun(const PlanRequest& request, const Plan& plan, PlanSource& source,
                 uint64_t random_seed)
    : request_(request), plan_(plan), source_(source), state_(random_seed), to_skip_(request.skip) {
  if (plan.is_empty) return;
  for (const IndexScan& scan : plan.scans) {
    scans_.push_back(std::make_unique<ScanRun>(source, scan));
  }
  if (plan.covered) key_document_.emplace(plan.scans[0].index->spec, ShownPath(request));
  reads_ahead_ = ReadsAhead(plan);
  counts_.scans.resize(std::max<size_t>(plan.scans.size(), 1));
}

int64_t PlanRun::Now() const { return measures_ ? MonoNanos() : 0; }

Result<bool> PlanRun::Rest() {
  if (request_.limit > 0 && counts_.returned == request_.limit) return false;
  if (sorted_.empty() && !ahead_ && !peeked_) {
    if (plan_.sort == SortWork::kAll && sort_filled_) return false;
    if (!TRY(NextEntry())) return false;
    peeked_ = true;
  }
  if (collection_ != nullptr && !collection_ended_) {
    rested_id_ = std::string(collection_->key());
    rested_value_ = std::string(collection_->value());
    collection_.reset();
    entry_.ordered_id = rested_id_;
  }
  for (const auto& scan : scans_) scan->Rest();
  if (peeked_ && !scans_.empty() && !reads_ahead_) TRY(EntryOfScan());
  return true;
}

size_t PlanRun::memory_bytes() const {
  constexpr size_t kSeenBytes = 64;
  size_t bytes = seen_.size() * kSeenBytes;
  for (const Kept& kept : sorted_) bytes += kept.bytes;
  return bytes;
}

RunCounts PlanRun::counts() const {
  RunCounts counts = counts_;
  for (size_t i = 0; i < scans_.size(); ++i) counts.scans[i] = scans_[i]->counts();
  return counts;
}

// --- entries ---

Result<bool> PlanRun::NextEntry() {
  const int64_t begin = Now();
  const bool more = TRY(plan_.is_collection_scan() ? NextOfCollection()
                        : reads_ahead_             ? NextExpected()
                                                   : NextOfScans());
  counts_.scan_nanos += Now() - begin;
  return more;
}

Result<bool> PlanRun::NextOfCollection() {
  ScanCounts& counts = counts_.scans[0];
  if (counts.rows % kCheckEvery == 0) TRY(source_.MayGoOn());
  if (collection_ended_) return false;
  if (collection_ == nullptr) {
    collection_ = source_.Documents();
    collection_->Seek(rested_id_.empty() ? "" : rested_id_ + '\0');
  } else {
    collection_->Next();
  }
  if (!collection_->Valid()) {
    TRY(collection_->status());
    collection_ended_ = true;
    return false;
  }
  ++counts.rows;
  entry_ = {.fields = {}, .ordered_id = collection_->key(), .types = {}};
  return true;
}

Result<bool> PlanRun::NextOfScans() {
  while (scan_ < scans_.size()) {
    ScanRun& scan = *scans_[scan_];
    if (!TRY(scan.Next())) {
      ++scan_;
      continue;
    }
    TRY(EntryOfScan());
    if (TRY(IsNew())) return true;
    ++counts_.repeated;
  }
  return false;
}

Result<bool> PlanRun::NextExpected() {
  if (expected_at_ == expected_count_) TRY(FillExpected());
  if (expected_at_ == expected_count_) return false;
  entry_ = {.fields = {}, .ordered_id = expected_[expected_at_++], .types = {}};
  return true;
}

size_t PlanRun::ExpectedMost() const {
  const size_t most = std::clamp(expected_count_ * 2, kExpectedFirst, kExpectedMax);
  if (request_.limit == 0 || plan_.sort != SortWork::kNone) return most;
  return std::min<uint64_t>(most, request_.limit - counts_.returned + to_skip_);
}

Status PlanRun::FillExpected() {
  const size_t most = ExpectedMost();
  expected_at_ = 0;
  expected_count_ = 0;
  if (expected_.size() < most) expected_.resize(most);
  while (expected_count_ < most && TRY(NextOfScans())) {
    expected_[expected_count_++].assign(entry_.ordered_id);
  }
  if (expected_count_ > 1) source_.Expect(std::span(expected_).first(expected_count_));
  return Ok();
}

// Where the scan stands.
Status PlanRun::EntryOfScan() {
  const ScanRun& scan = *scans_[scan_];
  const PlanIndex& index = *plan_.scans[scan_].index;
  if (index.clustered) {
    entry_ = {.fields = scan.key(), .ordered_id = scan.key(), .types = {}};
  } else {
    entry_ = TRY(ParseIndexEntry(*index.spec, scan.key(), scan.value()));
  }
  return Ok();
}

Result<bool> PlanRun::IsNew() {
  if (plan_.scans.size() == 1 && !plan_.scans[0].may_repeat) return true;
  return seen_.emplace(entry_.ordered_id).second;
}

// --- documents ---

bool PlanRun::needs_document() const {
  return plan_.fetches || plan_.is_collection_scan() || plan_.covered ||
         plan_.sort != SortWork::kNone;
}

Result<bool> PlanRun::Matches(DocView doc) {
  state_.array_index = kNoArrayIndex;
  for (const MatchNode* node : plan_.residual) {
    const bool matches = node->MatchDocument(doc, state_);
    if (state_.error) return *state_.error;
    if (!matches) return false;
  }
  return true;
}

// Reads the document of the entry into found_; false: it is gone.
Result<bool> PlanRun::ReadDocument() {
  Bytes stored;
  if (plan_.is_collection_scan()) {
    stored = collection_ != nullptr ? collection_->value() : Bytes(rested_value_);
  } else if (!reads_ahead_ && plan_.scans[scan_].index->clustered) {
    stored = scans_[scan_]->value();
  } else {
    if (!TRY(source_.Get(entry_.ordered_id, &room_, &stored))) return false;
  }
  ++counts_.documents;
  found_.stored = TRY(DecodeStored(stored));
  return true;
}

// Is the entry's document one that was asked for? Sets found_.
Result<bool> PlanRun::Examine() {
  found_ = {.ordered_id = entry_.ordered_id};
  if (!needs_document()) return true;
  if (plan_.covered) {
    if (const std::optional<DocView> doc = key_document_->Make(entry_)) {
      found_.stored = {0, *doc};
      return Matches(*doc);
    }
  }
  if (!TRY(ReadDocument())) return false;
  const bool matches = TRY(Matches(found_.stored.doc));
  found_.array_index = state_.array_index;
  return matches;
}

Result<bool> PlanRun::NextMatch() {
  while (peeked_ || TRY(NextEntry())) {
    peeked_ = false;
    const int64_t begin = Now();
    const bool matches = TRY(Examine());
    counts_.document_nanos += Now() - begin;
    if (!matches) continue;
    ++counts_.matched;
    return true;
  }
  return false;
}

// --- order ---

Result<PlanRun::Kept> PlanRun::Keep() {
  Kept kept{.array_index = found_.array_index};
  TRY(request_.sort->AppendKey(found_.stored.doc, &kept.key));
  kept.ordered_id = std::string(found_.ordered_id);
  if (request_.output == PlanOutput::kDocuments) {
    kept.stored = EncodeStored(found_.stored.version, found_.stored.doc);
  }
  kept.bytes = kept.key.size() + kept.ordered_id.size() + kept.stored.size() + sizeof(Kept);
  return kept;
}

Status PlanRun::FillSorted() {
  const uint64_t need = request_.limit == 0 ? 0 : request_.skip + request_.limit;
  std::optional<TopK<Kept>> top;
  if (need > 0) top.emplace(need);
  std::string key;
  while (TRY(NextMatch())) {
    if (top) {
      key.clear();
      TRY(request_.sort->AppendKey(found_.stored.doc, &key));
      if (!top->Accepts(key)) continue;
      Kept kept = TRY(Keep());
      // From then on one goes for each that comes.
      if (top->size() < need) TRY(source_.Keep(kept.bytes));
      top->Push(key, std::move(kept));
    } else {
      sorted_.push_back(TRY(Keep()));
      TRY(source_.Keep(sorted_.back().bytes));
    }
  }
  if (top) {
    for (auto& entry : top->TakeSorted()) sorted_.push_back(std::move(entry.payload));
    return Ok();
  }
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Kept& a, const Kept& b) { return a.key < b.key; });
  return Ok();
}

// The bytes of the fields that all of a group have in common.
Bytes PlanRun::GroupOf() const {
  const IndexScan& scan = plan_.scans[0];
  const Bytes key = scans_[0]->key();
  const size_t begin = scans_[0]->merge_offset();
  size_t end = begin;
  for (size_t i = scan.merged_fields; i < plan_.group_end; ++i) {
    end += OrderedKeyLength(key.substr(end), scan.index->spec->fields[i].descending);
  }
  return key.substr(begin, end - begin);
}

Status PlanRun::FillGroup() {
  std::string group;
  if (ahead_) {
    group.swap(ahead_group_);
    sorted_.push_back(std::move(*ahead_));
    ahead_.reset();
  } else {
    if (!TRY(NextMatch())) return Ok();
    group = std::string(GroupOf());
    sorted_.push_back(TRY(Keep()));
  }
  size_t bytes = 0;
  while (TRY(NextMatch())) {
    if (GroupOf() != group) {
      ahead_group_ = std::string(GroupOf());
      ahead_ = TRY(Keep());
      break;
    }
    sorted_.push_back(TRY(Keep()));
    bytes += sorted_.back().bytes;
    TRY(source_.Keep(sorted_.back().bytes));
  }
  source_.GiveBack(bytes);  // they go out before the next group is read
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Kept& a, const Kept& b) { return a.key < b.key; });
  return Ok();
}

FoundDocument PlanRun::ViewOf(const Kept& kept) {
  FoundDocument found{.ordered_id = kept.ordered_id, .array_index = kept.array_index};
  // Written by EncodeStored in this process.
  if (!kept.stored.empty()) found.stored = DecodeStored(kept.stored).TakeValue();
  return found;
}

Result<bool> PlanRun::NextSorted() {
  if (sorted_.empty() && !(plan_.sort == SortWork::kAll && sort_filled_)) {
    const int64_t begin = Now();
    const int64_t inner = counts_.scan_nanos + counts_.document_nanos;
    sort_filled_ = true;
    TRY(plan_.sort == SortWork::kAll ? FillSorted() : FillGroup());
    counts_.sort_nanos += Now() - begin - (counts_.scan_nanos + counts_.document_nanos - inner);
  }
  if (sorted_.empty()) return false;
  handed_ = std::move(sorted_.front());
  sorted_.pop_front();
  return true;
}

Result<const FoundDocument*> PlanRun::Next() {
  const bool sorts = plan_.sort != SortWork::kNone;
  for (;;) {
    if (request_.limit > 0 && counts_.returned == request_.limit) return nullptr;
    if (!TRY(sorts ? NextSorted() : NextMatch())) return nullptr;
    if (to_skip_ > 0) {
      --to_skip_;
      continue;
    }
    ++counts_.returned;
    if (!sorts) return &found_;
    handed_view_ = ViewOf(*handed_);
    return &handed_view_;
  }
}

}  // namespace veddb::doc
