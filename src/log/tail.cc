// SPDX-License-Identifier: BSD-3-Clause
#include "log/tail.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "log/file.h"
#include "log/reader.h"
#include "log/record.h"
#include "log/segment.h"
#include "log/synced_mark.h"

namespace veddb {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr Bytes kChoices =
    "; choose: restore a backup, synchronise from a replica, or run veddb-server --repair, which "
    "keeps what precedes the damage and moves the rest aside";

struct Segment {
  LogPosition start = 0;
  LogPosition end = 0;  // by the file's size, or less where the next segment resumed before it
  bool resumed = false;
  bool headless = false;  // its header is damaged (a forced repair only gets so far)
};

// The state of one CheckTail, step by step.
class TailCheck {
 public:
  TailCheck(std::string dir, LogPosition from, TailRepair repair)
      : dir_(std::move(dir)), from_(from), forced_(repair == TailRepair::kForceTruncate) {}

  Result<TailReport> Run();

 private:
  Status Load();
  Status CheckBegin();
  Status CheckNeighbours();
  Status CheckRecords();
  Status CheckReach();
  Status MoveAside(const Segment& segment);
  Status RestartAt(LogPosition from);
  Status MakeDurable();

  Result<bool> IsZeroBehind(LogPosition start, LogPosition end);
  // The first bad record of a segment, or its end.
  Result<LogPosition> FirstBad(const Segment& segment);
  // Whether what lies in the segment from `bad` on may be cut off without asking.
  Result<bool> IsTorn(const Segment& segment, LogPosition bad);
  Status Cut(size_t segment_index, LogPosition at);
  Error Refuse(LogPosition segment_start, LogPosition at, Bytes what) const;

  const std::string dir_;
  const LogPosition from_;
  const bool forced_;
  std::vector<Segment> segments_;
  std::optional<LogPosition> mark_;
  std::string reason_;  // what the reader said of the first bad record
  TailReport report_;
};

Error TailCheck::Refuse(LogPosition segment_start, LogPosition at, Bytes what) const {
  std::string message = "the log segment " + SegmentPath(dir_, segment_start) + " at offset " +
                        std::to_string(kSegmentHeaderBytes + (at - segment_start)) + ": ";
  message += what;
  message += " (last good position " + std::to_string(at) + ", synced up to " +
             std::to_string(report_.mark) + ", the store holds up to " + std::to_string(from_) +
             ")";
  message += kChoices;
  return MakeError(ErrorCode::kIoErr, std::move(message));
}

Status TailCheck::Load() {
  TRY(RemoveUnfinished(dir_));
  mark_ = TRY(SyncedMark::Read(dir_));
  for (const LogPosition start : TRY(ListSegments(dir_))) {
    const auto file = TRY(LogFile::OpenForRead(SegmentPath(dir_, start)));
    const auto header = ReadSegmentHeader(*file, start);
    // A newer format is no damage: its segments are for a newer server.
    if (!header.ok() && (!forced_ || header.error().code != ErrorCode::kIoErr)) {
      return header.error();
    }
    const uint64_t size = std::max<uint64_t>(TRY(file->Size()), kSegmentHeaderBytes);
    segments_.push_back({.start = start,
                         .end = start + (size - kSegmentHeaderBytes),
                         .resumed = header.ok() && (header->flags & kSegmentResumed) != 0,
                         .headless = !header.ok()});
  }
  // A segment is begun only when all before it is synced.
  report_.mark = mark_.value_or(0);
  if (!segments_.empty()) report_.mark = std::max(report_.mark, segments_.back().start);
  return Ok();
}

Status TailCheck::CheckBegin() {
  if (segments_.empty()) {
    report_.begin = report_.tail = from_;
    if (report_.mark <= from_ || forced_) return Ok();
    return MakeError(ErrorCode::kIoErr,
                     "the log in " + dir_ + " is missing: it was synced up to position " +
                         std::to_string(report_.mark) + ", the store holds only up to " +
                         std::to_string(from_) + std::string(kChoices));
  }
  report_.begin = segments_.front().start;
  if (report_.begin <= from_) return Ok();
  if (forced_) return RestartAt(from_);
  return MakeError(ErrorCode::kIoErr,
                   "the log in " + dir_ + " begins at position " + std::to_string(report_.begin) +
                       ", but the store holds only up to " + std::to_string(from_) +
                       ": segments are missing" + std::string(kChoices));
}

Status TailCheck::CheckNeighbours() {
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (!segments_[i].headless) continue;
    const LogPosition at = segments_[i].start;
    if (i == 0) return RestartAt(std::max(from_, at));
    return Cut(i - 1, std::min(segments_[i - 1].end, at));
  }
  for (size_t i = 0; i + 1 < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    const Segment& next = segments_[i + 1];
    if (next.resumed && next.start <= segment.end) segment.end = next.start;
    if (next.start < segment.end && TRY(IsZeroBehind(segment.start, next.start))) {
      segment.end = next.start;
    }
    if (next.start == segment.end) continue;
    if (forced_) return Cut(i, std::min(segment.end, next.start));
    return Refuse(segment.start, std::min(segment.end, next.start),
                  segment.end < next.start
                      ? "the file is cut short, or a segment behind it is missing"
                      : "the file goes on beyond the begin of the next segment");
  }
  return Ok();
}

// A file that is longer than its records, by prepared room only: its cut was not durable.
Result<bool> TailCheck::IsZeroBehind(LogPosition start, LogPosition end) {
  const auto file = TRY(LogFile::OpenForRead(SegmentPath(dir_, start)));
  return TRY(EndOfBytes(*file, start, end)) == end;
}

Result<LogPosition> TailCheck::FirstBad(const Segment& segment) {
  auto reader = TRY(LogReader::Open(dir_, segment.start));
  reader->SetLimit(segment.end);
  RecordView record;
  while (true) {
    const auto next = reader->Next(&record);
    if (!next.ok()) {
      reason_ = next.error().message;
      return reader->position();
    }
    if (!*next) return segment.end;
  }
}

Status TailCheck::CheckRecords() {
  // Without force the last segment only; all that the store needs otherwise.
  size_t first = segments_.size() - 1;
  while (forced_ && first > 0 && segments_[first].start > from_) --first;
  for (size_t i = first; i < segments_.size(); ++i) {
    const Segment segment = segments_[i];
    // An empty last segment; the reader would look for its successor.
    if (segment.start == segment.end) continue;
    const LogPosition bad = TRY(FirstBad(segment));
    if (bad == segment.end) continue;
    if (i + 1 == segments_.size()) {
      // Room that was prepared for records is no part of the log, wherever they end.
      const auto file = TRY(LogFile::OpenForRead(SegmentPath(dir_, segment.start)));
      segments_[i].end = TRY(EndOfBytes(*file, segment.start, bad));
    }
    if (!forced_) {
      if (bad < report_.mark) {
        return Refuse(segment.start, bad, "a record that was synced is damaged or gone");
      }
      if (segments_[i].end > bad && !TRY(IsTorn(segment, bad))) {
        return Refuse(segment.start, bad, "a damaged record with good ones behind it");
      }
    }
    return Cut(i, bad);
  }
  return Ok();
}

// The position of a good record at or behind `bad`, if there is one (at: if reading failed only
// once).
std::optional<LogPosition> FindRecord(Bytes region, LogPosition bad) {
  // The mark's two bytes are what a record is found by; they stand 4 bytes from its begin.
  constexpr size_t kMarkAt = 4;
  constexpr Bytes kMark = "VL";
  for (size_t at = region.find(kMark, kMarkAt); at != Bytes::npos;
       at = region.find(kMark, at + 1)) {
    const Bytes rest = region.substr(at - kMarkAt);
    Frame frame;
    if (!ParseFrame(rest, &frame) || rest.size() - kFrameBytes < frame.length) continue;
    const LogPosition position = bad + (at - kMarkAt);
    if (SealMatches(frame, rest.substr(kFrameBytes, frame.length), position)) return position;
  }
  return std::nullopt;
}

// Whether the region holds the zeros of a page that was never written: from the page's begin, or
// from the region's, to the page's end.
bool HasUnwrittenPage(Bytes region, uint64_t file_offset) {
  size_t begin = 0;
  while (begin < region.size()) {
    const size_t page_left = kPageBytes - (file_offset + begin) % kPageBytes;
    const Bytes part = region.substr(begin, page_left);
    if (part.size() == page_left && page_left >= kFrameBytes &&
        part.find_first_not_of('\0') == Bytes::npos) {
      return true;
    }
    begin += page_left;
  }
  return false;
}

Result<bool> TailCheck::IsTorn(const Segment& segment, LogPosition bad) {
  const auto file = TRY(LogFile::OpenForRead(SegmentPath(dir_, segment.start)));
  std::string region(segment.end - bad, '\0');
  const uint64_t offset = kSegmentHeaderBytes + (bad - segment.start);
  region.resize(TRY(file->ReadAt(offset, region.data(), region.size())));
  const auto good = FindRecord(region, bad);
  return !good || HasUnwrittenPage(Bytes(region).substr(0, *good - bad), offset);
}

// Whole records in the file at or behind the position.
Result<uint64_t> CountRecords(const LogFile& file, LogPosition start, LogPosition from) {
  const uint64_t offset = kSegmentHeaderBytes + (from - start);
  const uint64_t size = TRY(file.Size());
  if (size <= offset) return uint64_t{0};
  std::string region(size - offset, '\0');
  region.resize(TRY(file.ReadAt(offset, region.data(), region.size())));
  Bytes rest = region;
  uint64_t count = 0;
  LogPosition at = from;
  while (const auto found = FindRecord(rest, at)) {
    ++count;
    Frame frame;
    rest.remove_prefix(*found - at);
    if (!ParseFrame(rest, &frame)) break;
    rest.remove_prefix(kFrameBytes + frame.length);
    at = *found + kFrameBytes + frame.length;
  }
  return count;
}

// Copies what a forced cut takes away, for the operator.
Status SaveAside(const LogFile& file, uint64_t offset) {
  const uint64_t size = TRY(file.Size());
  const auto aside = TRY(LogFile::Create(file.path() + ".cut"));
  std::string piece(std::min<uint64_t>(size - offset, uint64_t{1} << 20), '\0');
  for (uint64_t at = offset; at < size;) {
    const size_t n = TRY(file.ReadAt(at, piece.data(), piece.size()));
    if (n == 0) break;
    TRY(aside->WriteAt(at - offset, Bytes(piece).substr(0, n)));
    at += n;
  }
  return aside->Sync();
}

Status TailCheck::Cut(size_t segment_index, LogPosition at) {
  // Only a forced cut can come before the last segment.
  for (size_t i = segment_index + 1; i < segments_.size(); ++i) {
    TRY(MoveAside(segments_[i]));
  }
  segments_.resize(segment_index + 1);
  Segment& segment = segments_.back();
  const auto file = TRY(LogFile::OpenForWrite(SegmentPath(dir_, segment.start)));
  const uint64_t offset = kSegmentHeaderBytes + (at - segment.start);
  if (forced_ && (segment.end > at || at < report_.mark)) {
    TRY(SaveAside(*file, offset));
    report_.aside.push_back(file->path() + ".cut");
    report_.cut_from = at;
    report_.cut_records += TRY(CountRecords(*file, segment.start, at));
  }
  report_.cut_bytes += segment.end - at;
  segment.end = at;
  TRY(file->Truncate(offset));
  if (!forced_) return Ok();
  // The mark knew of more than there is now.
  auto mark = TRY(SyncedMark::Open(dir_));
  report_.mark = std::min(report_.mark, at);
  return mark->Renew(report_.mark);
}

Status TailCheck::CheckReach() {
  const Segment& last = segments_.back();
  if (last.end < report_.mark && !forced_) {
    return Refuse(last.start, last.end, "the log ends below what was synced");
  }
  report_.tail = last.end;
  if (last.end >= from_) return Ok();
  const uint64_t cut_bytes = report_.cut_bytes;
  TRY(RestartAt(from_));
  report_.cut_bytes = cut_bytes;  // the store holds what was moved
  return Ok();
}

Status TailCheck::MoveAside(const Segment& segment) {
  const std::string path = SegmentPath(dir_, segment.start);
  if (forced_) {
    const auto file = TRY(LogFile::OpenForRead(path));
    report_.cut_records += TRY(CountRecords(*file, segment.start, segment.start));
  }
  report_.cut_bytes += segment.end - segment.start;
  TRY(RenameFile(path, path + ".cut"));
  report_.aside.push_back(path + ".cut");
  return Ok();
}

Status TailCheck::RestartAt(LogPosition from) {
  report_.cut_from = segments_.front().start;
  for (const Segment& segment : segments_) TRY(MoveAside(segment));
  segments_.clear();
  report_.restarted = true;
  report_.begin = report_.tail = from;
  if (!forced_) return Ok();
  // The mark knew of more than there is now.
  report_.mark = std::min(report_.mark, from);
  return TRY(SyncedMark::Open(dir_))->Renew(report_.mark);
}

Status TailCheck::MakeDurable() {
  if (!report_.restarted) {
    // After kill -9 the tail may be with the operating system only; what is replayed must stay.
    const auto file = TRY(LogFile::OpenForWrite(SegmentPath(dir_, segments_.back().start)));
    TRY(file->Sync());
  }
  return SyncDirectory(dir_);
}

Result<TailReport> TailCheck::Run() {
  TRY(Load());
  TRY(CheckBegin());
  if (segments_.empty()) return report_;
  if (!report_.restarted) TRY(CheckNeighbours());
  if (!report_.restarted) TRY(CheckRecords());
  if (!report_.restarted) TRY(CheckReach());
  TRY(MakeDurable());
  return report_;
}

}  // namespace

Result<TailReport> CheckTail(const std::string& dir, LogPosition from, TailRepair repair) {
  return TailCheck(dir, from, repair).Run();
}

}  // namespace veddb
