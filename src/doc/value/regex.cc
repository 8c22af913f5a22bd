// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "base/number.h"

namespace veddb::doc {
namespace {

// Steps of the matcher for one subject: some 10 ms, above what sane patterns need by far.
constexpr uint32_t kMatchLimit = 500'000;
constexpr uint32_t kDepthLimit = 20'000;
constexpr uint32_t kHeapLimitKib = 8 * 1024;

Error BadRegex(std::string message) { return MakeError(ErrorCode::kBadQuery, std::move(message)); }

std::string MessageOf(int code) {
  PCRE2_UCHAR text[128];
  const int size = pcre2_get_error_message(code, text, sizeof text);
  return size < 0 ? "unknown error"
                  : std::string(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
}

std::optional<uint32_t> OptionBit(char option) {
  switch (option) {
    case 'i':
      return PCRE2_CASELESS;
    case 'm':
      return PCRE2_MULTILINE;
    case 's':
      return PCRE2_DOTALL;
    case 'x':
      return PCRE2_EXTENDED;
    case 'u':
      return PCRE2_UTF;
    default:
      return std::nullopt;
  }
}

}  // namespace

void RegexScratch::Free::operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
void RegexScratch::Free::operator()(pcre2_match_context* context) const {
  pcre2_match_context_free(context);
}
void Regex::Free::operator()(pcre2_code* code) const { pcre2_code_free(code); }

RegexScratch::RegexScratch()
    : data_(pcre2_match_data_create(1, nullptr)), context_(pcre2_match_context_create(nullptr)) {
  CHECK(data_ != nullptr && context_ != nullptr);
  pcre2_set_match_limit(context_.get(), kMatchLimit);
  pcre2_set_depth_limit(context_.get(), kDepthLimit);
  pcre2_set_heap_limit(context_.get(), kHeapLimitKib);
}

Result<Regex> Regex::Compile(Bytes pattern, Bytes options) {
  if (pattern.size() > kRegexPatternBytesMax) return BadRegex("the pattern is too long");
  // Strings from elsewhere may hold bytes that are not UTF-8: they match as if they were no
  // letters.
  uint32_t bits = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  for (const char option : options) {
    const std::optional<uint32_t> bit = OptionBit(option);
    if (!bit) return BadRegex("unknown regular expression option '" + std::string(1, option) + "'");
    bits |= *bit;
  }
  int code = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                       bits, &code, &offset, nullptr);
  if (compiled == nullptr) {
    return BadRegex("invalid regular expression: " + MessageOf(code) + " at byte " +
                    FormatInt64(static_cast<int64_t>(offset)));
  }
  // Where the machine or the pattern does not allow native code, the interpreter does the work.
  (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
  return Regex(compiled);
}

namespace {

Regex::Outcome Run(const pcre2_code* code, Bytes subject, size_t from, pcre2_match_data* data,
                   pcre2_match_context* context) {
  const auto run = [&](uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), from,
                       options, data, context);
  };
  int result = run(0);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = run(PCRE2_NO_JIT);
  if (result >= 0) return Regex::Outcome::kMatch;
  return result == PCRE2_ERROR_NOMATCH ? Regex::Outcome::kNoMatch : Regex::Outcome::kLimit;
}

}  // namespace

Regex::Outcome Regex::Search(Bytes subject, RegexScratch& scratch) const {
  return Run(code_.get(), subject, 0, scratch.data_.get(), scratch.context_.get());
}

Regex::Outcome Regex::Find(Bytes subject, size_t from, RegexScratch& scratch,
                           std::vector<Group>* groups) const {
  groups->clear();
  const std::unique_ptr<pcre2_match_data, RegexScratch::Free> data(
      pcre2_match_data_create_from_pattern(code_.get(), nullptr));
  CHECK(data != nullptr);
  const Outcome outcome = Run(code_.get(), subject, from, data.get(), scratch.context_.get());
  if (outcome != Outcome::kMatch) return outcome;
  const PCRE2_SIZE* const places = pcre2_get_ovector_pointer(data.get());
  for (uint32_t i = 0; i < pcre2_get_ovector_count(data.get()); ++i) {
    const bool matched = places[2 * i] != PCRE2_UNSET;
    // A look-behind with \K can put the end in front of the beginning.
    groups->push_back(matched ? Group{places[2 * i], std::max(places[2 * i], places[2 * i + 1])}
                              : Group());
  }
  return outcome;
}

}  // namespace veddb::doc
