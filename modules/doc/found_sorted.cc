// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "doc/query/top_k.h"
#include "modules/doc/filter_scan.h"
#include "modules/doc/found.h"

namespace veddb {
namespace {

struct Written {
  std::string text;
  // Its projection failed: an error only if the document is among those returned.
  std::optional<Error> error;
};
using TopDocuments = doc::TopK<Written>;
using SortedDocument = TopDocuments::Entry;

size_t MemoryOf(const SortedDocument& one) {
  return sizeof one + one.key.size() + one.payload.text.size();
}

// What one part found, the best so many of it where there is a limit.
class alignas(64) PartSorter {
 public:
  PartSorter(const DocOptions* options, uint64_t need, Protocol protocol, MemoryBudget* budget)
      : options_(options), writer_(options), protocol_(protocol), budget_(budget) {
    if (need > 0) top_.emplace(need);
  }

  Status Take(const Match& match) {
    key_.clear();
    TRY(options_->sort.AppendKey(match.stored.doc, &key_));
    if (top_ && !top_->Accepts(key_)) return Ok();
    Written written;
    Reply reply(written.text, protocol_);
    Status status = writer_.Write(match.stored, match.array_index, reply);
    if (!status.ok()) written.error = std::move(status.error());
    SortedDocument document{key_, std::move(written)};
    TRY(budget_->Take(MemoryOf(document)));
    if (!top_) {
      all_.push_back(std::move(document));
    } else if (const auto left_out =
                   top_->Push(std::move(document.key), std::move(document.payload))) {
      budget_->GiveBack(MemoryOf(*left_out));
    }
    return Ok();
  }

  std::vector<SortedDocument> TakeSorted() {
    if (top_) return top_->TakeSorted();
    std::sort(all_.begin(), all_.end(),
              [](const SortedDocument& a, const SortedDocument& b) { return a.key < b.key; });
    return std::move(all_);
  }

 private:
  const DocOptions* options_;
  DocumentWriter writer_;
  const Protocol protocol_;
  MemoryBudget* budget_;
  std::string key_;
  std::optional<TopDocuments> top_;
  std::vector<SortedDocument> all_;
};

// Where a sorted list stands while lists are merged.
struct Cursor {
  SortedDocument* at;
  SortedDocument* end;
};
// The order of a heap with the least key in front.
bool ComesLater(const Cursor& a, const Cursor& b) { return b.at->key < a.at->key; }

// Calls take(SortedDocument&) -> bool in order, until it returns false.
template <typename Take>
void Merge(std::deque<std::vector<SortedDocument>>& lists, const Take& take) {
  std::vector<Cursor> heap;
  for (auto& list : lists) {
    if (!list.empty()) heap.push_back({list.data(), list.data() + list.size()});
  }
  std::make_heap(heap.begin(), heap.end(), ComesLater);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), ComesLater);
    Cursor& least = heap.back();
    if (!take(*least.at)) return;
    if (++least.at == least.end) {
      heap.pop_back();
    } else {
      std::push_heap(heap.begin(), heap.end(), ComesLater);
    }
  }
}

}  // namespace

Result<FoundDocuments> FindSorted(const Snapshot& snapshot, const Query& query, Protocol protocol,
                                  MemoryBudget& budget) {
  const DocOptions& options = query.options;
  const uint64_t need = NeedOf(options);
  FilterScan scan(snapshot, query, 0);
  std::deque<PartSorter> parts;
  for (size_t i = 0; i < scan.parts(); ++i) parts.emplace_back(&options, need, protocol, &budget);
  TRY(scan.Run([&](size_t part, const Match& match) { return parts[part].Take(match); }));
  std::deque<std::vector<SortedDocument>> lists;
  for (PartSorter& part : parts) lists.push_back(part.TakeSorted());
  FoundDocuments found;
  std::optional<Error> error;
  uint64_t to_skip = options.skip;
  Merge(lists, [&](SortedDocument& next) {
    if (to_skip > 0) {
      --to_skip;
      return true;
    }
    if (options.limit > 0 && found.count() == options.limit) return false;
    error = std::move(next.payload.error);
    if (error) return false;
    found.text += next.payload.text;
    found.ends.push_back(found.text.size());
    next.payload.text = std::string();
    return true;
  });
  if (error) return std::move(*error);
  return found;
}

}  // namespace veddb
