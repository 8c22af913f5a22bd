// SPDX-License-Identifier: BSD-3-Clause
#include "log/verify_log.h"

#include <algorithm>

#include "log/file.h"
#include "log/reader.h"
#include "log/segment.h"
#include "log/synced_mark.h"

namespace veddb {

Result<LogReport> VerifyLog(const std::string& dir) {
  LogReport report;
  report.mark = TRY(SyncedMark::Read(dir)).value_or(0);
  const auto starts = TRY(ListSegments(dir));
  report.segments = starts.size();
  if (starts.empty()) return report;
  report.begin = report.good = starts.front();
  const auto last = TRY(LogFile::OpenForRead(SegmentPath(dir, starts.back())));
  const uint64_t size = std::max<uint64_t>(TRY(last->Size()), kSegmentHeaderBytes);
  report.end = starts.back() + (size - kSegmentHeaderBytes);
  report.mark = std::max(report.mark, starts.back());
  if (report.end > report.begin) {
    auto reader = LogReader::Open(dir, report.begin);
    if (!reader.ok()) {
      report.damage = reader.error().message;
      return report;
    }
    (*reader)->SetLimit(report.end);
    RecordView record;
    for (auto next = (*reader)->Next(&record);; next = (*reader)->Next(&record)) {
      report.good = (*reader)->position();
      if (!next.ok()) report.damage = next.error().message;
      if (!next.ok() || !*next) break;
      ++report.records;
    }
  }
  if (!report.damage.empty() && report.good >= starts.back() &&
      TRY(EndOfBytes(*last, starts.back(), report.good)) == report.good) {
    report.damage.clear();  // prepared room only
    report.end = report.good;
  }
  if (report.damage.empty() && report.good < report.mark) {
    report.damage = "the log ends at position " + std::to_string(report.good) +
                    ", but was synced up to " + std::to_string(report.mark);
  }
  return report;
}

}  // namespace veddb
