// SPDX-License-Identifier: BSD-3-Clause
#include "log/segment.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/coding.h"
#include "base/hash.h"
#include "base/kill_point.h"
#include "base/mutation.h"
#include "base/number.h"

namespace veddb {
namespace {

constexpr Bytes kMagic = "VEDDBLOG";
constexpr Bytes kSuffix = ".log";
constexpr Bytes kUnfinishedSuffix = ".log.tmp";
constexpr size_t kNameDigits = 20;
constexpr size_t kChecksumAt = kSegmentHeaderBytes - 8;

Error Damaged(const std::string& path, Bytes what) {
  return MakeError(ErrorCode::kIoErr, "the log segment " + path + " " + std::string(what));
}

bool EndsWith(Bytes text, Bytes end) { return text.ends_with(end); }

}  // namespace

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string out(kMagic);
  PutLE32(out, kLogFormat);
  PutLE32(out, header.flags);
  PutLE64(out, header.start);
  PutLE64(out, static_cast<uint64_t>(header.created_ms));
  out.resize(kChecksumAt, '\0');
  PutLE64(out, Hash64(out));
  return out;
}

Result<SegmentHeader> ParseSegmentHeader(Bytes bytes, const std::string& path) {
  if (bytes.size() < kSegmentHeaderBytes) return Damaged(path, "is too short for its header");
  if (bytes.substr(0, kMagic.size()) != kMagic) return Damaged(path, "is no segment of a log");
  const char* at = bytes.data();
  const uint32_t format = LoadLE32(at + 8);
  if (format > kLogFormat) {
    Error newer =
        Damaged(path, "is of format " + std::to_string(format) +
                          ", which is newer than this server's " + std::to_string(kLogFormat));
    newer.code = ErrorCode::kErr;
    return newer;
  }
  if (LoadLE64(at + kChecksumAt) != Hash64(bytes.substr(0, kChecksumAt))) {
    return Damaged(path, "has a damaged header (wrong checksum)");
  }
  return SegmentHeader{.flags = LoadLE32(at + 12),
                       .start = LoadLE64(at + 16),
                       .created_ms = static_cast<int64_t>(LoadLE64(at + 24))};
}

Result<SegmentHeader> ReadSegmentHeader(const LogFile& file, LogPosition start) {
  char bytes[kSegmentHeaderBytes];
  const size_t n = TRY(file.ReadAt(0, bytes, sizeof bytes));
  const SegmentHeader header = TRY(ParseSegmentHeader({bytes, n}, file.path()));
  if (header.start != start) {
    return Damaged(file.path(),
                   "was made for position " + std::to_string(header.start) + ": it was renamed");
  }
  return header;
}

std::string SegmentName(LogPosition start) {
  char name[32];
  std::snprintf(name, sizeof name, "%020llu.log", static_cast<unsigned long long>(start));
  return name;
}

std::string SegmentPath(const std::string& dir, LogPosition start) {
  return dir + "/" + SegmentName(start);
}

Result<std::vector<LogPosition>> ListSegments(const std::string& dir) {
  std::vector<LogPosition> starts;
  std::error_code code;
  std::filesystem::directory_iterator it(dir, code);
  if (code == std::errc::no_such_file_or_directory) return starts;
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    const std::string name = it->path().filename().string();
    if (name.size() != kNameDigits + kSuffix.size() || !EndsWith(name, kSuffix)) continue;
    // Leading zeros are no canonical number; take them off first.
    Bytes digits = Bytes(name).substr(0, kNameDigits);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), kNameDigits - 1));
    const auto start = ParseUint64(digits);
    if (start) starts.push_back(*start);
  }
  if (code) {
    return MakeError(ErrorCode::kIoErr, "can't list the directory " + dir + ": " + code.message());
  }
  std::sort(starts.begin(), starts.end());
  return starts;
}

Status RemoveUnfinished(const std::string& dir) {
  std::error_code code;
  std::filesystem::directory_iterator it(dir, code);
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    if (EndsWith(it->path().string(), kUnfinishedSuffix)) TRY(RemoveFile(it->path().string()));
  }
  return Ok();
}

Result<LogPosition> EndOfBytes(const LogFile& file, LogPosition start, LogPosition from) {
  constexpr uint64_t kPieceBytes = uint64_t{64} << 10;
  const uint64_t begin = kSegmentHeaderBytes + (from - start);
  std::string piece;
  for (uint64_t end = TRY(file.Size()); end > begin; end -= piece.size()) {
    piece.resize(std::min(kPieceBytes, end - begin));
    const size_t n = TRY(file.ReadAt(end - piece.size(), piece.data(), piece.size()));
    const size_t last = Bytes(piece).substr(0, n).find_last_not_of('\0');
    if (last != Bytes::npos) return start + (end - piece.size() + last + 1 - kSegmentHeaderBytes);
  }
  return from;
}

Result<std::unique_ptr<LogFile>> CreateSegment(const std::string& dir,
                                               const SegmentHeader& header) {
  const std::string path = SegmentPath(dir, header.start);
  const std::string unfinished = path + ".tmp";
  auto file = TRY(LogFile::Create(unfinished));
  TRY(file->WriteAt(0, EncodeSegmentHeader(header)));
  TRY(file->Sync());
  KILL_POINT("roll.before_rename");
  TRY(RenameFile(unfinished, path));
  KILL_POINT("roll.after_rename");
  TRY(SyncDirectory(dir));
  file->set_path(path);
  return file;
}

Status LogSegment::Append(Bytes bytes) {
  TRY(file_->WriteAt(kSegmentHeaderBytes + (end_ - start_), bytes));
  end_ += bytes.size();
  return Ok();
}

Status LogSegment::Truncate(LogPosition end) {
  room_end_ = std::min(room_end_, end);
  return file_->Truncate(kSegmentHeaderBytes + (end - start_));
}

Status LogSegment::Prepare(size_t bytes) {
  const LogPosition from = std::max(room_end_, end_);
  Status written = file_->WriteAt(kSegmentHeaderBytes + (from - start_), std::string(bytes, '\0'));
  if (written.ok()) {
    room_end_ = from + bytes;
  } else {
    // What was written is room too. If it can't be cut, the next start does it.
    (void)Truncate(from);
  }
  return written;
}

Status LogSegment::CutRoom() { return room() == 0 ? Ok() : Truncate(end_); }

Status LogSegment::Sync() {
  const std::lock_guard lock(sync_mutex_);
  if (Mutated("sync-skipped")) return Ok();
  if (sync_status_.ok()) sync_status_ = file_->Sync();
  return sync_status_;
}

}  // namespace veddb
