// SPDX-License-Identifier: BSD-3-Clause
#include <deque>
#include <utility>
#include <vector>

#include "modules/doc/filter_scan.h"
#include "modules/doc/found.h"

namespace veddb {
namespace {

// What one part found. `ends[i]` is where document i ends in the text.
struct alignas(64) PartFound {
  explicit PartFound(const DocOptions* options) : writer(options) {}
  DocumentWriter writer;
  std::string text;
  std::vector<size_t> ends;
  // Documents whose projection failed: an error only if they are not skipped.
  std::vector<std::pair<size_t, Error>> errors;
};

Status Take(PartFound& part, const Match& match, bool may_be_skipped, Protocol protocol) {
  Reply reply(part.text, protocol);
  Status written = part.writer.Write(match.stored, match.array_index, reply);
  if (!written.ok()) {
    if (!may_be_skipped) return written;
    part.errors.emplace_back(part.ends.size(), std::move(written.error()));
  }
  part.ends.push_back(part.text.size());
  return Ok();
}

// Appends documents [from, to) of a part.
Status Append(const PartFound& part, size_t from, size_t to, FoundDocuments& found) {
  for (const auto& [index, error] : part.errors) {
    if (index >= from && index < to) return error;
  }
  if (from >= to) return Ok();
  const size_t begin = from == 0 ? 0 : part.ends[from - 1];
  const size_t shift = found.text.size() - begin;
  found.text.append(part.text, begin, part.ends[to - 1] - begin);
  for (size_t i = from; i < to; ++i) found.ends.push_back(part.ends[i] + shift);
  return Ok();
}

}  // namespace

uint64_t NeedOf(const DocOptions& options) {
  if (options.limit == 0) return 0;
  const uint64_t sum = options.skip + options.limit;  // both are at most INT64_MAX
  return sum;
}

Result<FoundDocuments> FindInOrder(const Snapshot& snapshot, const Query& query,
                                   Protocol protocol) {
  const DocOptions& options = query.options;
  FilterScan scan(snapshot, query, NeedOf(options));
  std::deque<PartFound> parts;
  for (size_t i = 0; i < scan.parts(); ++i) parts.emplace_back(&options);
  const bool skips = options.skip > 0;
  TRY(scan.Run(
      [&](size_t part, const Match& match) { return Take(parts[part], match, skips, protocol); }));
  FoundDocuments found;
  if (parts.size() == 1 && !skips && options.limit == 0) {
    found.ends = std::move(parts[0].ends);
    found.text = std::move(parts[0].text);
    return found;
  }
  uint64_t to_skip = options.skip;
  for (PartFound& part : parts) {
    const size_t count = part.ends.size();
    const size_t from = std::min<uint64_t>(to_skip, count);
    to_skip -= from;
    size_t to = count;
    if (options.limit > 0)
      to = from + std::min<uint64_t>(count - from, options.limit - found.count());
    TRY(Append(part, from, to, found));
    part.text = std::string();
  }
  return found;
}

}  // namespace veddb
