// SPDX-License-Identifier: BSD-3-Clause
// A compiled regular expression (PCRE2, UTF-8) whose work is bounded: a hostile pattern ends in
// kLimit, not in a busy thread. A Regex is immutable and may be used by any thread; a RegexScratch
// belongs to one.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace veddb::doc {

// Longest pattern that is compiled.
inline constexpr size_t kRegexPatternBytesMax = 32 * 1024;

// What a match needs to work in: result, limits. Made once per thread and query.
class RegexScratch {
 public:
  RegexScratch();

 private:
  friend class Regex;
  struct Free {
    void operator()(pcre2_real_match_data_8* data) const;
    void operator()(pcre2_real_match_context_8* context) const;
  };
  std::unique_ptr<pcre2_real_match_data_8, Free> data_;
  std::unique_ptr<pcre2_real_match_context_8, Free> context_;
};

class Regex {
 public:
  enum class Outcome : uint8_t { kNoMatch, kMatch, kLimit };

  // Options: i, m, s, x, and u, which is on anyway. BADQUERY, with no word on where it stands.
  static Result<Regex> Compile(Bytes pattern, Bytes options);

  // Where a group of the pattern matched, in bytes; group 0 is the whole match.
  struct Group {
    size_t begin = SIZE_MAX;
    size_t end = SIZE_MAX;
    bool matched() const { return begin != SIZE_MAX; }
  };

  // The first match at or behind `from`: all the pattern's groups. None, unless it says kMatch.
  Outcome Find(Bytes subject, size_t from, RegexScratch& scratch, std::vector<Group>* groups) const;
  // Does the pattern occur anywhere in the subject?
  Outcome Search(Bytes subject, RegexScratch& scratch) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  explicit Regex(pcre2_real_code_8* code) : code_(code) {}
  std::unique_ptr<pcre2_real_code_8, Free> code_;
};

}  // namespace veddb::doc
