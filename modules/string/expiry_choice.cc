// SPDX-License-Identifier: BSD-3-Clause
#include "modules/string/expiry_choice.h"

#include <array>
#include <limits>
#include <optional>
#include <string>

#include "base/glob.h"
#include "base/number.h"

namespace veddb {
namespace {

constexpr int64_t kMillisPerSecond = 1000;

struct Word {
  Bytes text;
  ExpiryChoice::Kind kind;
};
constexpr std::array<Word, 6> kWords = {{{"EX", ExpiryChoice::Kind::kSeconds},
                                         {"PX", ExpiryChoice::Kind::kMillis},
                                         {"EXAT", ExpiryChoice::Kind::kAtSeconds},
                                         {"PXAT", ExpiryChoice::Kind::kAtMillis},
                                         {"KEEPTTL", ExpiryChoice::Kind::kKeep},
                                         {"PERSIST", ExpiryChoice::Kind::kPersist}}};

Error InvalidExpireTime(const Call& call) {
  return Err("invalid expire time in '" + std::string(call.spec.name) + "' command");
}

}  // namespace

size_t ExpiryChoice::Take(std::span<const Bytes> argv, size_t at) {
  for (const Word& word : kWords) {
    if (!EqualsIgnoreCase(argv[at], word.text)) continue;
    if (kind_ != Kind::kNone && kind_ != word.kind) return 0;
    if (word.kind == Kind::kKeep || word.kind == Kind::kPersist) {
      if (word.kind != extra_) return 0;
      kind_ = word.kind;
      return 1;
    }
    if (at + 1 == argv.size()) return 0;
    kind_ = word.kind;
    time_ = argv[at + 1];
    return 2;
  }
  return 0;
}

Result<int64_t> ExpiryChoice::ExpireAtMs(const Call& call) const {
  if (!has_time()) return int64_t{0};
  return ParseExpireAtMs(call, kind_, time_);
}

Result<int64_t> ParseExpireAtMs(const Call& call, ExpiryChoice::Kind kind, Bytes time) {
  using Kind = ExpiryChoice::Kind;
  const std::optional<int64_t> number = ParseInt64(time);
  if (!number) return kNotInteger;
  if (*number <= 0) return InvalidExpireTime(call);
  int64_t at_ms = *number;
  if (kind == Kind::kSeconds || kind == Kind::kAtSeconds) {
    if (__builtin_mul_overflow(at_ms, kMillisPerSecond, &at_ms)) return InvalidExpireTime(call);
  }
  if (kind == Kind::kSeconds || kind == Kind::kMillis) {
    if (__builtin_add_overflow(at_ms, call.now_ms, &at_ms)) return InvalidExpireTime(call);
  }
  return at_ms;
}

}  // namespace veddb
