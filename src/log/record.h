// SPDX-License-Identifier: BSD-3-Clause
// What one log record holds: a frame {length, mark, flags, time, seal} and a payload of change ops
// (physical redo: puts, deletes, and additions to counters). Bytes: FORMAT.md.
// The seal is an XXH3-64 over the payload's own XXH3-64, the record's position and the rest of the
// frame: a record that was moved, cut or flipped anywhere does not match it.
#pragma once
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "log/family.h"
#include "log/position.h"

namespace veddb {

inline constexpr size_t kFrameBytes = 32;
// A payload's size limit: far above Redis's 512 MiB values, below what 32 bits can say.
inline constexpr uint64_t kRecordPayloadBytesMax = uint64_t{2} << 30;

enum class ChangeOp : uint8_t { kPut = 1, kDelete = 2, kAdd = 3 };

// Builds one record in a buffer that is reused from turn to turn and keeps room for the frame in
// front, so that LogWriter::Append is one write() of these very bytes.
// Owned by: one thread.
class RecordBuilder {
 public:
  RecordBuilder() { Clear(); }
  RecordBuilder(RecordBuilder&&) = default;
  RecordBuilder& operator=(RecordBuilder&&) = default;

  // Forgets the changes; gives an unusually large buffer back.
  void Clear();

  void Put(Family family, Bytes key, Bytes value);
  void Delete(Family family, Bytes key);
  // Adds to the 8-byte little-endian counter under the key (absent = 0), wrapping around.
  void Add(Family family, Bytes key, int64_t delta);
  // The hot path's Put: returns where exactly key_size bytes of key and, right behind them,
  // value_size bytes of value must be written before the next call on this builder.
  char* BeginPut(Family family, size_t key_size, size_t value_size);

  // Makes room for so many more payload bytes in one step: a record that grows to hundreds of
  // megabytes by doubling would be copied over and over.
  void Expect(size_t more) { Reserve(more); }

  // Bits of the frame for layers above (kRecordFlag…); 0 after Clear.
  void set_flags(uint16_t flags) { flags_ = flags; }
  uint16_t flags() const { return flags_; }

  bool empty() const { return size_ == kFrameBytes; }
  // Payload bytes so far.
  size_t bytes() const { return size_ - kFrameBytes; }
  Bytes payload() const { return {buffer_.get() + kFrameBytes, bytes()}; }
  // The whole record: kFrameBytes to be filled by the writer, then the payload.
  char* frame() { return buffer_.get(); }

 private:
  char* Reserve(size_t more);

  std::unique_ptr<char[]> buffer_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  uint16_t flags_ = 0;
};

// One op of a payload; the views point into it.
struct Change {
  ChangeOp op = ChangeOp::kPut;
  Family family = Family::kKeys;
  Bytes key;
  Bytes value;        // kPut
  int64_t delta = 0;  // kAdd
};

// Iterates over a payload; safe on any bytes.
class ChangeReader {
 public:
  explicit ChangeReader(Bytes payload) : rest_(payload) {}

  // The next op; false at the end or, with failed(), at bytes that are no op.
  bool Next(Change* change);
  bool failed() const { return failed_; }

 private:
  bool Parse(Change* change);

  Bytes rest_;
  bool failed_ = false;
};

// The frame's fields, decoded.
struct Frame {
  uint32_t length = 0;  // of the payload
  uint16_t flags = 0;
  int64_t time_ms = 0;  // wall clock of the primary at the append
  uint64_t seal = 0;
};

uint64_t PayloadHash(Bytes payload);
// Writes the kFrameBytes at `to`. payload_hash = PayloadHash of the payload of frame.length bytes.
// Sets frame->seal.
void StoreFrame(char* to, Frame* frame, uint64_t payload_hash, LogPosition position);
// False if the bytes can't be a frame (too few, wrong mark, length out of range, reserved bytes
// set).
bool ParseFrame(Bytes bytes, Frame* frame);
// Whether the payload belongs to this frame at this position.
bool SealMatches(const Frame& frame, Bytes payload, LogPosition position);

}  // namespace veddb
