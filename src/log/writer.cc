// SPDX-License-Identifier: BSD-3-Clause
#include "log/writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/kill_point.h"
#include "base/logging.h"
#include "log/file.h"
#include "log/segment.h"
#include "log/synced_mark.h"

namespace veddb {
namespace {

constexpr auto kSyncInterval = std::chrono::seconds(1);  // everysec
constexpr int64_t kMarkIntervalMs = 1000;
// How much room is prepared in one go (under the append lock: well below a tenth of a millisecond),
// and the size of a sync from which it does not pay: every prepared byte is written twice.
constexpr size_t kRoomBytes = size_t{256} << 10;
constexpr uint64_t kLargeSyncBytes = kRoomBytes / 4;

// Beginning a segment anywhere else would hide or overwrite records.
Status CheckEndsAt(const std::string& path, LogPosition start, LogPosition tail) {
  const auto file = TRY(LogFile::OpenForRead(path));
  const uint64_t size = TRY(file->Size());
  if (size == kSegmentHeaderBytes + (tail - start)) return Ok();
  return MakeError(ErrorCode::kIoErr, "the log segment " + path + " does not end at position " +
                                          std::to_string(tail) + "; the log was not checked");
}

}  // namespace

LogWriter::LogWriter(const LogOptions& options) : options_(options), policy_(options.policy) {}

Result<std::unique_ptr<LogWriter>> LogWriter::Open(const LogOptions& options, LogPosition tail) {
  TRY(MakeDirectory(options.dir));
  const auto starts = TRY(ListSegments(options.dir));
  if (!starts.empty())
    TRY(CheckEndsAt(SegmentPath(options.dir, starts.back()), starts.back(), tail));
  std::unique_ptr<LogWriter> writer(new LogWriter(options));
  TRY(writer->BeginSegment(tail, 0));
  writer->begin_ = starts.empty() ? tail : starts.front();
  writer->end_ = tail;
  writer->synced_ = tail;
  writer->mark_ = TRY(SyncedMark::Open(options.dir));
  TRY(writer->mark_->Renew(tail));
  TRY(SyncDirectory(options.dir));
  writer->mark_position_ = tail;
  writer->mark_renewed_ms_ = MonoMillis();
  writer->sync_thread_ = std::thread([self = writer.get()] { self->SyncLoop(); });
  return writer;
}

LogWriter::~LogWriter() {
  if (!sync_thread_.joinable()) return;  // Open failed half-way
  {
    const std::lock_guard lock(sync_mutex_);
    stopping_ = true;
  }
  sync_wake_.notify_all();
  sync_thread_.join();
  SyncOnce();
  // If this fails, the next start finds zeros behind the records and cuts them.
  if (const std::lock_guard lock(append_mutex_); failure_.empty()) {
    if (segment_->CutRoom().ok()) (void)segment_->Sync();
  }
  RenewMark(Renewal::kNow);
}

Result<LogPosition> LogWriter::Append(RecordBuilder& record) {
  DCHECK(!record.empty());
  if (record.bytes() > kRecordPayloadBytesMax) {
    return MakeError(ErrorCode::kTooLarge, "the changes of one command exceed the limit of 2 GiB");
  }
  Frame frame{.length = static_cast<uint32_t>(record.bytes()), .flags = record.flags()};
  const uint64_t payload_hash = PayloadHash(record.payload());
  const std::lock_guard lock(append_mutex_);
  // Only here is the order of the records, and so their times and positions, settled.
  frame.time_ms = WallMillis();
  StoreFrame(record.frame(), &frame, payload_hash, end());
  return WriteLocked({record.frame(), kFrameBytes + frame.length});
}

Result<LogPosition> LogWriter::AppendFrame(Bytes record) {
  Frame frame;
  if (!ParseFrame(record, &frame) || record.size() != kFrameBytes + frame.length) {
    return MakeError(ErrorCode::kIoErr, "a received log record is damaged");
  }
  const std::lock_guard lock(append_mutex_);
  if (!SealMatches(frame, record.substr(kFrameBytes), end())) {
    return MakeError(
        ErrorCode::kIoErr,
        "a received log record is damaged or not made for position " + std::to_string(end()));
  }
  return WriteLocked(record);
}

Result<LogPosition> LogWriter::WriteLocked(Bytes record) {
  if (!failure_.empty()) return Refusal();
  TRY(RollIfFull(record.size()));
  const LogPosition start = end();
  KILL_POINT("log.before_append");
  const Status written = segment_->Append(record);
  if (!written.ok()) {
    // Half a record would be taken for a torn tail; without it the file ends cleanly. If this
    // fails too, Reopen's new segment declares it void.
    if (!segment_->Truncate(start).ok()) LogWarning("a half-written log record stays in its file");
    FailLocked(Cause::kAppend, written.error().message);
    return Refusal();
  }
  KILL_POINT("log.after_append");
  appends_.fetch_add(1, std::memory_order_relaxed);
  end_.store(start + record.size(), std::memory_order_release);
  // Most of a full segment is synced in the background before the roll has to do it in line.
  const uint64_t almost_full = segment_->start() + options_.segment_bytes / 8 * 7;
  if (start < almost_full && start + record.size() >= almost_full) RequestSync();
  return start + record.size();
}

Status LogWriter::RollIfFull(size_t more) {
  const uint64_t used = end() - segment_->start();
  if (used == 0 || used + more <= options_.segment_bytes) return Ok();
  Status status = segment_->CutRoom();
  if (!status.ok()) {
    FailLocked(Cause::kAppend, status.error().message);
    return Refusal();
  }
  KILL_POINT("roll.room_cut");
  status = segment_->Sync();
  if (!status.ok()) {
    FailLocked(Cause::kSync, status.error().message);
    return Refusal();
  }
  KILL_POINT("roll.synced");
  synced_.store(end(), std::memory_order_release);
  const Status begun = BeginSegment(end(), 0);
  if (!begun.ok()) {
    FailLocked(Cause::kAppend, begun.error().message);
    return Refusal();
  }
  rolls_.fetch_add(1, std::memory_order_relaxed);
  RequestSync();  // for the mark and the listener
  return Ok();
}

Status LogWriter::BeginSegment(LogPosition start, uint32_t segment_flags) {
  auto file = TRY(CreateSegment(
      options_.dir, {.flags = segment_flags, .start = start, .created_ms = WallMillis()}));
  segment_ = std::make_shared<LogSegment>(std::move(file), start);
  return Ok();
}

void LogWriter::FailLocked(Cause cause, const std::string& what) {
  if (!failure_.empty()) return;
  failure_ = what;
  sync_failed_ = cause == Cause::kSync;
  failures_.fetch_add(1, std::memory_order_relaxed);
  in_doubt_.store(true, std::memory_order_release);
  failed_.store(true, std::memory_order_release);
  LogWarning("The log refuses writes: " + what);
  {
    const std::lock_guard lock(sync_mutex_);
    failure_told_ = false;
  }
  sync_wake_.notify_one();
  sync_done_.notify_all();
}

Error LogWriter::Refusal() const {
  return MakeError(ErrorCode::kMisconf, "the log can't be written: " + failure_);
}

bool LogWriter::sync_failed() const {
  const std::lock_guard lock(append_mutex_);
  return sync_failed_;
}

Status LogWriter::failure() const {
  if (!failed()) return Ok();
  const std::lock_guard lock(append_mutex_);
  return failure_.empty() ? Ok() : Status(Refusal());
}

LogPosition LogWriter::Settle() {
  const std::lock_guard lock(append_mutex_);
  return SettleLocked();
}

LogPosition LogWriter::SettleLocked() {
  if (!in_doubt()) return end();
  LogPosition good = end();
  if (sync_failed_ || !segment_->Sync().ok()) good = synced();
  // The header of the next segment declares the rest void, so a failure is no error.
  const Status truncated = segment_->Truncate(good);
  if (!truncated.ok()) LogWarning(truncated.error().message);
  if (good < end()) {
    LogWarning("The log's last " + std::to_string(end() - good) +
               " bytes could not be made durable and are void, from position " +
               std::to_string(good) + " on");
  }
  end_.store(good, std::memory_order_release);
  synced_.store(good, std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_release);  // a sync under way tells of the old end
  in_doubt_.store(false, std::memory_order_release);
  return good;
}

Result<LogPosition> LogWriter::Reopen() {
  const std::lock_guard lock(append_mutex_);
  if (failure_.empty()) return end();
  const LogPosition resume = SettleLocked();
  const Status begun = BeginSegment(resume, kSegmentResumed);
  if (!begun.ok()) {
    failure_ = begun.error().message;
    return Refusal();
  }
  LogNotice("The log goes on at position " + std::to_string(resume));
  failure_.clear();
  sync_failed_ = false;
  generation_.fetch_add(1, std::memory_order_release);
  failed_.store(false, std::memory_order_release);
  { const std::lock_guard waiters(sync_mutex_); }
  sync_done_.notify_all();
  return resume;
}

void LogWriter::SetSyncListener(SyncListener listener) {
  const std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

void LogWriter::SetPolicy(FsyncPolicy policy) {
  policy_.store(policy, std::memory_order_relaxed);
  RequestSync();
}

void LogWriter::RequestSync() {
  // If a request is still to be taken up, its sync will read end() after our append.
  if (sync_wanted_.exchange(true, std::memory_order_acq_rel)) return;
  { const std::lock_guard lock(sync_mutex_); }
  sync_wake_.notify_one();
}

Status LogWriter::SyncNow() {
  const uint64_t generation = generation_.load(std::memory_order_acquire);
  const LogPosition target = end();
  RequestSync();
  std::unique_lock lock(sync_mutex_);
  const auto overtaken = [&] {
    return failed() || generation_.load(std::memory_order_acquire) != generation;
  };
  sync_done_.wait(lock, [&] { return overtaken() || synced() >= target; });
  lock.unlock();
  if (!overtaken()) return Ok();
  TRY(failure());
  return MakeError(ErrorCode::kMisconf, "the log failed and was reopened; the outcome is unknown");
}

void LogWriter::SyncLoop() {
  std::unique_lock lock(sync_mutex_);
  auto next_second = std::chrono::steady_clock::now() + kSyncInterval;
  while (!stopping_) {
    sync_wake_.wait_until(lock, next_second, [this] {
      return stopping_ || !failure_told_ || sync_wanted_.load(std::memory_order_acquire);
    });
    const auto now = std::chrono::steady_clock::now();
    const bool second_over = now >= next_second;
    if (second_over) next_second = now + kSyncInterval;
    const bool tell_failure = !std::exchange(failure_told_, true);
    lock.unlock();
    const bool wanted = sync_wanted_.exchange(false, std::memory_order_acq_rel);
    if (wanted || (second_over && policy() == FsyncPolicy::kEverysec)) SyncOnce();
    if (tell_failure) TellListener();
    RenewMark(Renewal::kIfDue);
    lock.lock();
    sync_done_.notify_all();
  }
}

void LogWriter::SyncOnce() {
  std::shared_ptr<LogSegment> segment;
  LogPosition upto = 0;
  uint64_t generation = 0;
  {
    const std::lock_guard lock(append_mutex_);
    if (!failure_.empty()) return;
    segment = segment_;
    upto = end();
    generation = generation_;
  }
  const LogPosition before = synced();
  if (upto > before) {
    const int64_t begun = MonoMicros();
    KILL_POINT("log.before_sync");
    const Status status = segment->Sync();
    KILL_POINT("log.after_sync");
    last_sync_micros_.store(MonoMicros() - begun, std::memory_order_relaxed);
    syncs_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(append_mutex_);
    if (generation_ != generation) return;
    if (!status.ok()) {
      FailLocked(Cause::kSync, status.error().message);
      return;  // the loop tells the listener
    }
    if (upto > synced()) synced_.store(upto, std::memory_order_release);
  }
  TellListener();
  const bool small = upto > before && upto - before < kLargeSyncBytes;
  if (small && policy() == FsyncPolicy::kAlways) PrepareRoom();
}

void LogWriter::PrepareRoom() {
  const std::lock_guard lock(append_mutex_);
  if (!failure_.empty()) return;
  const uint64_t used = end() - segment_->start();
  if (segment_->room() >= kRoomBytes / 2 || used + kRoomBytes > options_.segment_bytes) return;
  // If it fails, whoever appends next meets the same disk and tells of it.
  (void)segment_->Prepare(kRoomBytes);
}

void LogWriter::TellListener() {
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_(synced());
}

void LogWriter::RenewMark(Renewal renewal) {
  const LogPosition position = synced();
  if (position == mark_position_) return;
  const int64_t now = MonoMillis();
  if (renewal == Renewal::kIfDue && now - mark_renewed_ms_ < kMarkIntervalMs) return;
  mark_renewed_ms_ = now;
  const Status status = mark_->Renew(position);
  // An old mark is safe: it only knows less of what must be there.
  if (!status.ok()) LogWarning("The log's synced mark: " + status.error().message);
  if (status.ok()) mark_position_ = position;
}

Status LogWriter::Retire(LogPosition before) {
  const std::lock_guard lock(retire_mutex_);
  const auto starts = TRY(ListSegments(options_.dir));
  // Oldest first, each made durable before the next, so that no crash leaves a gap.
  for (size_t i = 0; i + 1 < starts.size() && starts[i + 1] <= before; ++i) {
    TRY(RemoveFile(SegmentPath(options_.dir, starts[i])));
    TRY(SyncDirectory(options_.dir));
    KILL_POINT("retire.between");
    begin_.store(starts[i + 1], std::memory_order_release);
  }
  return Ok();
}

LogWriter::Stats LogWriter::stats() const {
  return {.appends = appends_.load(std::memory_order_relaxed),
          .syncs = syncs_.load(std::memory_order_relaxed),
          .rolls = rolls_.load(std::memory_order_relaxed),
          .failures = failures_.load(std::memory_order_relaxed),
          .last_sync_micros = last_sync_micros_.load(std::memory_order_relaxed)};
}

}  // namespace veddb
