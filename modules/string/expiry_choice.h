// SPDX-License-Identifier: BSD-3-Clause
// ExpiryChoice: the options of SET and GETEX that say when the key expires. One kind of them may be
// given, also several times, when the last one counts.
#pragma once
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "command/call.h"

namespace veddb {

class ExpiryChoice {
 public:
  enum class Kind : uint8_t { kNone, kSeconds, kMillis, kAtSeconds, kAtMillis, kKeep, kPersist };

  // `extra`: which of kKeep (KEEPTTL) and kPersist (PERSIST) this command knows.
  explicit ExpiryChoice(Kind extra) : extra_(extra) {}

  // How many arguments from `at` on are such an option: 0 if they are not, lack the time, or
  // contradict an earlier one.
  size_t Take(std::span<const Bytes> argv, size_t at);

  Kind kind() const { return kind_; }
  bool has_time() const { return kind_ >= Kind::kSeconds && kind_ <= Kind::kAtMillis; }
  // EXAT, PXAT: may lie in the past.
  bool is_absolute() const { return kind_ == Kind::kAtSeconds || kind_ == Kind::kAtMillis; }
  // When the key expires; 0 without a time.
  Result<int64_t> ExpireAtMs(const Call& call) const;

 private:
  const Kind extra_;
  Kind kind_ = Kind::kNone;
  Bytes time_;
};

// The time argument in the unit of `kind`, made absolute. REQUIRES: kind has a time.
Result<int64_t> ParseExpireAtMs(const Call& call, ExpiryChoice::Kind kind, Bytes time);

}  // namespace veddb
