// SPDX-License-Identifier: BSD-3-Clause
#include "log/reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "log/file.h"
#include "log/segment.h"

namespace veddb {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;
constexpr LogPosition kOpenEnd = UINT64_MAX;

}  // namespace

LogReader::LogReader(std::string dir, LogPosition from) : dir_(std::move(dir)), position_(from) {}
LogReader::~LogReader() = default;

Result<std::unique_ptr<LogReader>> LogReader::Open(const std::string& dir, LogPosition from) {
  std::unique_ptr<LogReader> reader(new LogReader(dir, from));
  TRY(reader->OpenSegment());
  return reader;
}

Error LogReader::Bad(Bytes what) const {
  std::string message = "the log";
  if (file_ != nullptr) {
    message += " segment " + file_->path() + " at offset " +
               std::to_string(kSegmentHeaderBytes + (position_ - segment_start_));
  }
  message += ' ';
  message += what;
  message += " (last good position " + std::to_string(position_) + ")";
  return MakeError(ErrorCode::kIoErr, std::move(message));
}

Status LogReader::OpenSegment() {
  const auto starts = TRY(ListSegments(dir_));
  const auto after = std::upper_bound(starts.begin(), starts.end(), position_);
  if (after == starts.begin()) {
    file_ = nullptr;
    return Bad("in " + dir_ + " has no segment for position " + std::to_string(position_));
  }
  const LogPosition start = *(after - 1);
  file_ = TRY(LogFile::OpenForRead(SegmentPath(dir_, start)));
  segment_start_ = start;
  segment_end_ = after == starts.end() ? kOpenEnd : *after;
  buffer_start_ = position_;
  buffer_size_ = 0;
  const SegmentHeader header = TRY(ReadSegmentHeader(*file_, start));
  DCHECK(header.start == segment_start_);
  return Ok();
}

Result<bool> LogReader::Fill(size_t size) {
  DCHECK(position_ >= buffer_start_ && position_ - buffer_start_ <= buffer_size_);
  const size_t used = position_ - buffer_start_;
  const size_t left = buffer_size_ - used;
  if (left >= size) return true;
  const size_t wanted = std::max(size, kReadBytes);
  if (wanted > buffer_capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (left > 0) std::memcpy(larger.get(), buffer_.get() + used, left);
    buffer_ = std::move(larger);
    buffer_capacity_ = wanted;
  } else if (left > 0) {
    std::memmove(buffer_.get(), buffer_.get() + used, left);
  }
  buffer_start_ = position_;
  buffer_size_ = left;
  const uint64_t offset = kSegmentHeaderBytes + (position_ - segment_start_) + left;
  // Nothing behind the limit is kept: the zeros of prepared room would stand for the records that
  // are written there later.
  const uint64_t known = limit_ - std::min(limit_, position_ + left);
  const size_t more = static_cast<size_t>(std::min<uint64_t>(wanted - left, known));
  buffer_size_ += TRY(file_->ReadAt(offset, buffer_.get() + left, more));
  return buffer_size_ >= size;
}

Bytes LogReader::Buffered(size_t size) const {
  return {buffer_.get() + (position_ - buffer_start_), size};
}

Result<bool> LogReader::Next(RecordView* record) {
  if (position_ >= limit_) return false;
  if (position_ == segment_end_) TRY(OpenSegment());
  if (!TRY(Fill(kFrameBytes)) && buffer_size_ == position_ - buffer_start_) {
    // Nothing at all is left of this file: the next one may have been begun since it was opened.
    TRY(OpenSegment());
    if (segment_start_ != position_ || !TRY(Fill(kFrameBytes))) {
      return Bad("ends before position " + std::to_string(limit_) +
                 ": a segment is missing or cut");
    }
  }
  Frame frame;
  const size_t header_left =
      std::min<size_t>(kFrameBytes, buffer_size_ - (position_ - buffer_start_));
  if (!ParseFrame(Buffered(header_left), &frame)) return Bad("holds no record");
  const LogPosition end = position_ + kFrameBytes + frame.length;
  // The file's size bounds what a damaged length can make us allocate.
  const uint64_t file_end = segment_start_ + TRY(file_->Size()) - kSegmentHeaderBytes;
  if (end > std::min(segment_end_, file_end)) return Bad("holds a record that is cut short");
  if (!TRY(Fill(kFrameBytes + frame.length))) return Bad("holds a record that is cut short");
  const Bytes whole = Buffered(kFrameBytes + frame.length);
  const Bytes payload = whole.substr(kFrameBytes);
  if (!SealMatches(frame, payload, position_)) return Bad("holds a damaged record");
  *record = {.position = position_,
             .end = end,
             .time_ms = frame.time_ms,
             .flags = frame.flags,
             .seal = frame.seal,
             .payload = payload,
             .frame = whole};
  position_ = end;
  return true;
}

}  // namespace veddb
