// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

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

Regex::Outcome Regex::Search(Bytes subject, RegexScratch& scratch) const {
  const auto run = [&](uint32_t options) {
    return pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0,
                       options, scratch.data_.get(), scratch.context_.get());
  };
  int code = run(0);
  if (code == PCRE2_ERROR_JIT_STACKLIMIT) code = run(PCRE2_NO_JIT);
  if (code >= 0) return Outcome::kMatch;
  return code == PCRE2_ERROR_NOMATCH ? Outcome::kNoMatch : Outcome::kLimit;
}

}  // namespace veddb::doc
