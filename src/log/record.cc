// SPDX-License-Identifier: BSD-3-Clause
#include "log/record.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/coding.h"
#include "base/hash.h"

namespace veddb {
namespace {

constexpr size_t kBufferBytesStart = 4096;
// A builder that held one huge turn should not hold its memory for ever.
constexpr size_t kBufferBytesKept = size_t{1} << 20;
constexpr uint16_t kFrameMark = 0x4c56;  // "VL" in the file
constexpr size_t kTagBytes = 1;

// Offsets in the frame; see FORMAT.md.
constexpr size_t kLengthAt = 0;
constexpr size_t kMarkAt = 4;
constexpr size_t kFlagsAt = 6;
constexpr size_t kTimeAt = 8;
constexpr size_t kSealAt = 16;
constexpr size_t kReservedAt = 24;

char Tag(ChangeOp op, Family family) {
  return static_cast<char>(static_cast<uint8_t>(op) << 4 | static_cast<uint8_t>(family));
}

char* Copy(char* to, Bytes bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// The frame's first 16 bytes are hashed as they lie, between the payload's hash and the position.
uint64_t Seal(const char* frame, uint64_t payload_hash, LogPosition position) {
  char block[32];
  StoreLE64(block, payload_hash);
  std::memcpy(block + 8, frame, kSealAt);
  StoreLE64(block + 24, position);
  return Hash64({block, sizeof block});
}

void StoreFields(char* to, const Frame& frame) {
  StoreLE32(to + kLengthAt, frame.length);
  to[kMarkAt] = static_cast<char>(kFrameMark & 0xff);
  to[kMarkAt + 1] = static_cast<char>(kFrameMark >> 8);
  to[kFlagsAt] = static_cast<char>(frame.flags & 0xff);
  to[kFlagsAt + 1] = static_cast<char>(frame.flags >> 8);
  StoreLE64(to + kTimeAt, static_cast<uint64_t>(frame.time_ms));
}

uint16_t LoadLE16(const char* from) {
  return static_cast<uint16_t>(static_cast<uint8_t>(from[0]) |
                               (static_cast<uint16_t>(static_cast<uint8_t>(from[1])) << 8));
}

}  // namespace

void RecordBuilder::Clear() {
  if (capacity_ > kBufferBytesKept || buffer_ == nullptr) {
    capacity_ = kBufferBytesStart;
    buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
  }
  size_ = kFrameBytes;
  flags_ = 0;
}

char* RecordBuilder::Reserve(size_t more) {
  if (size_ + more > capacity_) {
    capacity_ = std::max(capacity_ * 2, size_ + more);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    std::memcpy(larger.get(), buffer_.get(), size_);
    buffer_ = std::move(larger);
  }
  return buffer_.get() + size_;
}

char* RecordBuilder::BeginPut(Family family, size_t key_size, size_t value_size) {
  char* start = Reserve(kTagBytes + 2 * kVarintMax + key_size + value_size);
  char* at = start;
  *at++ = Tag(ChangeOp::kPut, family);
  at = StoreVarint(at, key_size);
  at = StoreVarint(at, value_size);
  size_ += static_cast<size_t>(at - start) + key_size + value_size;
  return at;
}

void RecordBuilder::Put(Family family, Bytes key, Bytes value) {
  Copy(Copy(BeginPut(family, key.size(), value.size()), key), value);
}

void RecordBuilder::Delete(Family family, Bytes key) {
  char* start = Reserve(kTagBytes + kVarintMax + key.size());
  char* at = start;
  *at++ = Tag(ChangeOp::kDelete, family);
  at = StoreVarint(at, key.size());
  at = Copy(at, key);
  size_ += static_cast<size_t>(at - start);
}

void RecordBuilder::Add(Family family, Bytes key, int64_t delta) {
  char* start = Reserve(kTagBytes + kVarintMax + key.size() + sizeof delta);
  char* at = start;
  *at++ = Tag(ChangeOp::kAdd, family);
  at = StoreVarint(at, key.size());
  at = Copy(at, key);
  StoreLE64(at, static_cast<uint64_t>(delta));
  size_ += static_cast<size_t>(at - start) + sizeof delta;
}

bool ChangeReader::Next(Change* change) {
  if (rest_.empty() || failed_) return false;
  failed_ = !Parse(change);
  return !failed_;
}

bool ChangeReader::Parse(Change* change) {
  const auto tag = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  const uint8_t family = tag & 0x0f;
  if (family >= kFamilyCount) return false;
  change->family = static_cast<Family>(family);
  change->op = static_cast<ChangeOp>(tag >> 4);
  change->value = {};
  change->delta = 0;
  uint64_t key_size = 0;
  if (!GetVarint(&rest_, &key_size)) return false;
  switch (change->op) {
    case ChangeOp::kPut: {
      uint64_t value_size = 0;
      return GetVarint(&rest_, &value_size) && GetBytes(&rest_, key_size, &change->key) &&
             GetBytes(&rest_, value_size, &change->value);
    }
    case ChangeOp::kDelete:
      return GetBytes(&rest_, key_size, &change->key);
    case ChangeOp::kAdd: {
      uint64_t delta = 0;
      if (!GetBytes(&rest_, key_size, &change->key) || !GetLE64(&rest_, &delta)) return false;
      change->delta = static_cast<int64_t>(delta);
      return true;
    }
  }
  return false;
}

uint64_t PayloadHash(Bytes payload) { return Hash64(payload); }

void StoreFrame(char* to, Frame* frame, uint64_t payload_hash, LogPosition position) {
  DCHECK(frame->length > 0);
  StoreFields(to, *frame);
  frame->seal = Seal(to, payload_hash, position);
  StoreLE64(to + kSealAt, frame->seal);
  StoreLE64(to + kReservedAt, 0);
}

bool ParseFrame(Bytes bytes, Frame* frame) {
  if (bytes.size() < kFrameBytes) return false;
  const char* at = bytes.data();
  frame->length = LoadLE32(at + kLengthAt);
  frame->flags = LoadLE16(at + kFlagsAt);
  frame->time_ms = static_cast<int64_t>(LoadLE64(at + kTimeAt));
  frame->seal = LoadLE64(at + kSealAt);
  return LoadLE16(at + kMarkAt) == kFrameMark && frame->length > 0 &&
         frame->length <= kRecordPayloadBytesMax && LoadLE64(at + kReservedAt) == 0;
}

bool SealMatches(const Frame& frame, Bytes payload, LogPosition position) {
  if (payload.size() != frame.length) return false;
  char fields[kFrameBytes];
  StoreFields(fields, frame);
  return Seal(fields, PayloadHash(payload), position) == frame.seal;
}

}  // namespace veddb
