// SPDX-License-Identifier: BSD-3-Clause
// What is read from the disk: log records and segments, keys and values of the store.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "log/reader.h"
#include "log/record.h"
#include "log/segment.h"
#include "log/tail.h"
#include "log/writer.h"
#include "storage/key_codec.h"
#include "tests/fuzz/targets.h"
#include "tests/support/temp_dir.h"

namespace veddb::fuzz {
namespace {

struct KnownChange {
  ChangeOp op;
  Family family;
  std::string key;
  std::string value;
  int64_t delta;

  bool operator==(const KnownChange&) const = default;
};

std::vector<KnownChange> ReadChanges(Bytes payload, bool* failed) {
  std::vector<KnownChange> changes;
  ChangeReader reader(payload);
  Change change;
  while (reader.Next(&change)) {
    changes.push_back({change.op, change.family, std::string(change.key),
                       change.op == ChangeOp::kPut ? std::string(change.value) : std::string(),
                       change.op == ChangeOp::kAdd ? change.delta : 0});
  }
  *failed = reader.failed();
  return changes;
}

constexpr int kRecordsMax = 12;

// Records of known content in a log of its own; their payloads.
std::vector<std::string> WriteLog(const std::string& dir, int count) {
  std::vector<std::string> payloads;
  auto writer = LogWriter::Open({.dir = dir, .policy = FsyncPolicy::kNo}, 0);
  CHECK(writer.ok());
  for (int i = 0; i < count; ++i) {
    RecordBuilder record;
    record.Put(Family::kKeys, "key" + std::to_string(i), std::string(static_cast<size_t>(i), 'v'));
    payloads.emplace_back(record.payload());
    CHECK((*writer)->Append(record).ok());
  }
  return payloads;
}

// Each three bytes of the input are a damage: what, where, with what.
void Damage(std::string& file, Bytes input) {
  while (input.size() >= 3) {
    const uint8_t what = TakeByte(&input);
    const size_t at = (TakeByte(&input) * 4 + what / 64) % (file.size() + 1);
    const auto with = TakeByte(&input);
    switch (what % 5) {
      case 0:
        if (at < file.size()) file[at] = static_cast<char>(file[at] ^ (with | 1));
        break;
      case 1:
        file.resize(at);
        break;
      case 2:
        file.append(with, static_cast<char>(what));
        break;
      case 3:
        file.append(file.substr(at, with));
        break;
      default:
        file.replace(at, std::min<size_t>(with, file.size() - at), with, '\0');
        break;
    }
  }
}

// All records from the log's begin to its tail, or nothing: payloads.
std::vector<std::string> ReadLog(const std::string& dir, const TailReport& report) {
  std::vector<std::string> payloads;
  auto reader = LogReader::Open(dir, report.begin);
  CHECK(reader.ok());
  (*reader)->SetLimit(report.tail);
  RecordView record;
  while (true) {
    const auto next = (*reader)->Next(&record);
    CHECK(next.ok());
    if (!*next) return payloads;
    payloads.emplace_back(record.payload);
  }
}

}  // namespace

// Changes of any payload, written anew, are the same changes; no bytes pass as another record's.
void FuzzLogRecord(Bytes input) {
  bool failed = false;
  const auto changes = ReadChanges(input, &failed);
  RecordBuilder record;
  for (const KnownChange& change : changes) {
    if (change.op == ChangeOp::kPut) record.Put(change.family, change.key, change.value);
    if (change.op == ChangeOp::kDelete) record.Delete(change.family, change.key);
    if (change.op == ChangeOp::kAdd) record.Add(change.family, change.key, change.delta);
  }
  CHECK(ReadChanges(record.payload(), &failed) == changes && !failed);
  Frame frame;
  if (!ParseFrame(input, &frame)) return;
  CHECK(frame.length <= kRecordPayloadBytesMax);
  if (input.size() < kFrameBytes + frame.length) return;
  const Bytes payload = input.substr(kFrameBytes, frame.length);
  if (SealMatches(frame, payload, 0)) CHECK(!SealMatches(frame, payload, 1));
}

// A damaged segment either refuses to open or what is read is a beginning of what was written.
void FuzzLogSegment(Bytes input) {
  const testing::TempDir dir("fuzz-log");
  const std::string log = dir / "log";
  const auto written = WriteLog(log, TakeByte(&input) % kRecordsMax);
  const std::string path = SegmentPath(log, 0);
  std::string bytes;
  {
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  Damage(bytes, input);
  // The mark of a clean close would forbid to lose anything at all.
  for (const auto& file : std::filesystem::directory_iterator(log)) {
    if (file.path() != path) std::filesystem::remove(file.path());
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const auto report = CheckTail(log, 0);
  if (!report.ok()) return;
  const auto read = ReadLog(log, *report);
  CHECK(read.size() <= written.size());
  CHECK(std::equal(read.begin(), read.end(), written.begin()));
}

// What parses as a key or value of the store is written back as the same bytes.
void FuzzStorageKey(Bytes input) {
  if (const auto key = ParseElementKey(input)) {
    CHECK(ElementKey(key->space, key->object, key->sub_key) == input);
  }
  if (const auto row = ParseChunkedRow(input)) {
    std::string again(input.size(), '\0');
    StoreChunkedRow(again.data(), *row);
    CHECK(again == input);
  }
  if (const auto key = ParseExpiryKey(input)) {
    CHECK(ExpiryKey(key->time_ms, key->kind, key->target) == input);
  }
  if (const auto key = ParseDocKey(input))
    CHECK(DocKey(key->collection_id, key->ordered_id) == input);
  if (const auto key = ParseStorageKey(input)) {
    std::string again(input.size(), '\0');
    StoreStorageKey(again.data(), key->space, key->slot, key->hash, key->key);
    CHECK(again == input);
  }
  if (const auto value = ParseDocValue(input)) {
    CHECK(value->bson.size() + kDocVersionBytes == input.size());
  }
  Bytes value = input;
  KeyHeader header;
  if (!GetKeyHeader(&value, &header)) return;
  char again[kKeyHeaderBytesMax];
  const char* end = StoreKeyHeader(again, header);
  // A header that says 'an expiry follows' and then none is read, but never written.
  if (header.expiry_ms == 0 && input.size() - value.size() != 1) return;
  CHECK(Bytes(again, static_cast<size_t>(end - again)) ==
        input.substr(0, input.size() - value.size()));
}

}  // namespace veddb::fuzz
