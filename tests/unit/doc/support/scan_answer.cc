// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/support/scan_answer.h"

#include <algorithm>

#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

std::string Joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

}  // namespace

std::string AskedQuery::Text() const {
  return "filter " + filter + " sort " + sort + " projection " + projection + " skip " +
         std::to_string(skip) + " limit " + std::to_string(limit) + " output " +
         std::to_string(static_cast<int>(output));
}

ParsedQuery::ParsedQuery(const AskedQuery& asked)
    : filter(Filter::ParseJson(asked.filter).TakeValue()) {
  if (!asked.sort.empty()) sort = SortSpec::ParseJson(asked.sort).TakeValue();
  if (!asked.projection.empty()) {
    projection = Projection::ParseJson(asked.projection).TakeValue();
  }
}

std::string LineOf(Bytes ordered_id, const StoredDocument& stored, uint32_t array_index,
                   const ParsedQuery& parsed, const AskedQuery& asked) {
  if (asked.output != PlanOutput::kDocuments) return std::string(ordered_id);
  std::string bson;
  Projector projector(&parsed.projection);
  if (!projector.Apply(stored.doc, array_index, &bson).ok()) return "error";
  std::string text;
  WriteJson(DocView(bson), JsonMode::kCanonical, &text);
  return text;
}

std::optional<Lines> ScanAnswer(const StoredDocuments& documents, const ParsedQuery& parsed,
                                const AskedQuery& asked) {
  std::vector<std::pair<std::string, std::string>> found;  // key, line
  Matcher matcher(&parsed.filter);
  for (const auto& [id, value] : documents) {
    const StoredDocument stored = DecodeStored(value).TakeValue();
    if (!matcher.Matches(stored.doc)) continue;
    std::string key;
    if (parsed.sort.empty()) {
      key = id;
    } else if (!parsed.sort.AppendKey(stored.doc, &key).ok()) {
      return std::nullopt;
    }
    found.emplace_back(key, LineOf(id, stored, matcher.array_index(), parsed, asked));
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Lines lines;
  for (auto& [key, line] : found) lines.push_back(std::move(line));
  return lines;
}

Lines Portion(const Lines& all, const AskedQuery& asked) {
  const size_t begin = std::min<size_t>(asked.skip, all.size());
  size_t end = all.size();
  if (asked.limit > 0) end = std::min<size_t>(end, begin + asked.limit);
  return Lines(all.begin() + static_cast<long>(begin), all.begin() + static_cast<long>(end));
}

std::string Difference(const Lines& all, Lines got, const AskedQuery& asked) {
  const Lines wanted = Portion(all, asked);
  const std::string text = "expected" + Joined(wanted) + "\ngot" + Joined(got);
  if (!asked.sort.empty() && asked.output != PlanOutput::kCount) {
    return got == wanted ? "" : text;
  }
  if (got.size() != wanted.size()) return text;
  Lines sorted = all;
  std::sort(sorted.begin(), sorted.end());
  std::sort(got.begin(), got.end());
  return std::includes(sorted.begin(), sorted.end(), got.begin(), got.end()) ? "" : text;
}

}  // namespace veddb::doc
