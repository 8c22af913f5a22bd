// SPDX-License-Identifier: BSD-3-Clause
// LCS: the longest common subsequence of two strings, by the table of lengths of all pairs of their
// beginnings, walked back from its end.
// Cost: O(n × m) time and memory; proto-max-bulk-len bounds the memory.
#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>

#include "base/glob.h"
#include "modules/string/string_shared.h"

namespace veddb {
namespace {

const Error kNotStrings = Err("The specified keys must contain string values");
const Error kAmbiguous = Err("If you want both the length and indexes, please just use IDX.");
const Error kTooMuchMemory =
    Err("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
const Error kNoMemory = Err("Insufficient memory, failed allocating transient memory for LCS");

struct LcsOptions {
  bool length_only = false;
  bool ranges = false;
  bool range_lengths = false;
  int64_t range_bytes_min = 0;
};

Result<LcsOptions> ParseLcsOptions(std::span<const Bytes> argv) {
  LcsOptions options;
  for (size_t i = 3; i < argv.size(); ++i) {
    if (EqualsIgnoreCase(argv[i], "IDX")) {
      options.ranges = true;
    } else if (EqualsIgnoreCase(argv[i], "LEN")) {
      options.length_only = true;
    } else if (EqualsIgnoreCase(argv[i], "WITHMATCHLEN")) {
      options.range_lengths = true;
    } else if (EqualsIgnoreCase(argv[i], "MINMATCHLEN") && i + 1 < argv.size()) {
      const std::optional<int64_t> bytes = ParseInt64(argv[++i]);
      if (!bytes) return kNotInteger;
      options.range_bytes_min = std::max<int64_t>(0, *bytes);
    } else {
      return kSyntaxError;
    }
  }
  if (options.ranges && options.length_only) return kAmbiguous;
  return options;
}

// at(i, j): the length of the longest common subsequence of a's first i and b's first j bytes.
class LcsTable {
 public:
  static Result<LcsTable> Make(Bytes a, Bytes b) {
    const uint64_t cells = uint64_t{a.size() + 1} * (b.size() + 1);
    if (cells > static_cast<uint64_t>(StringModuleBytesMax()) / sizeof(uint32_t)) {
      return kTooMuchMemory;
    }
    std::unique_ptr<uint32_t[]> lengths(new (std::nothrow) uint32_t[cells]);
    if (lengths == nullptr) return kNoMemory;
    return LcsTable(a, b, std::move(lengths));
  }
  uint32_t at(size_t i, size_t j) const { return lengths_[i * row_ + j]; }

 private:
  LcsTable(Bytes a, Bytes b, std::unique_ptr<uint32_t[]> lengths)
      : row_(b.size() + 1), lengths_(std::move(lengths)) {
    std::fill_n(lengths_.get(), row_, 0);
    for (size_t i = 1; i <= a.size(); ++i) {
      uint32_t* row = &lengths_[i * row_];
      const uint32_t* above = row - row_;
      row[0] = 0;
      for (size_t j = 1; j <= b.size(); ++j) {
        row[j] = a[i - 1] == b[j - 1] ? above[j - 1] + 1 : std::max(above[j], row[j - 1]);
      }
    }
  }

  size_t row_;
  std::unique_ptr<uint32_t[]> lengths_;
};

// Equal bytes that stand together in both strings: `bytes` of them from a_begin and b_begin.
struct CommonRange {
  size_t a_begin = 0;
  size_t b_begin = 0;
  size_t bytes = 0;
};

// Calls on_range for each range of the subsequence, the last one first. Of two ways that are as
// long, the one that keeps more of a is taken.
template <typename OnRange>
void WalkBack(Bytes a, Bytes b, const LcsTable& table, OnRange on_range) {
  CommonRange range;
  const auto end_range = [&] {
    if (range.bytes != 0) on_range(range);
    range.bytes = 0;
  };
  for (size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      range = {--i, --j, range.bytes + 1};
      continue;
    }
    end_range();
    if (table.at(i - 1, j) > table.at(i, j - 1)) {
      --i;
    } else {
      --j;
    }
  }
  end_range();
}

void ReplyRanges(Reply& reply, Bytes a, Bytes b, const LcsTable& table, const LcsOptions& options) {
  reply.Map(2);
  reply.Bulk("matches");
  const size_t mark = reply.Defer();
  size_t ranges = 0;
  WalkBack(a, b, table, [&](const CommonRange& range) {
    if (range.bytes < static_cast<size_t>(options.range_bytes_min)) return;
    ++ranges;
    reply.Array(options.range_lengths ? 3 : 2);
    for (const size_t begin : {range.a_begin, range.b_begin}) {
      reply.Array(2);
      reply.Integer(static_cast<int64_t>(begin));
      reply.Integer(static_cast<int64_t>(begin + range.bytes - 1));
    }
    if (options.range_lengths) reply.Integer(static_cast<int64_t>(range.bytes));
  });
  reply.EndArray(mark, ranges);
  reply.Bulk("len");
  reply.Integer(table.at(a.size(), b.size()));
}

std::string CommonText(Bytes a, Bytes b, const LcsTable& table) {
  std::string text(table.at(a.size(), b.size()), '\0');
  size_t begin = text.size();
  WalkBack(a, b, table, [&](const CommonRange& range) {
    begin -= range.bytes;
    a.copy(text.data() + begin, range.bytes, range.a_begin);
  });
  return text;
}

void Lcs(Call& call) {
  const Entry* first = call.LookupRead(call.keys[0]);
  const Entry* second = call.LookupRead(call.keys[1]);
  for (const Entry* entry : {first, second}) {
    if (entry != nullptr && entry->type != ObjectType::kString) {
      return call.reply.Error(kNotStrings);
    }
  }
  const Result<LcsOptions> options = ParseLcsOptions(call.argv);
  if (!options.ok()) return call.reply.Error(options.error());
  const StringBytes a(first);
  const StringBytes b(second);
  const Result<LcsTable> table = LcsTable::Make(a.get(), b.get());
  if (!table.ok()) return call.reply.Error(table.error());
  if (options->ranges) {
    ReplyRanges(call.reply, a.get(), b.get(), *table, *options);
  } else if (options->length_only) {
    call.reply.Integer(table->at(a.get().size(), b.get().size()));
  } else {
    call.reply.Bulk(CommonText(a.get(), b.get(), *table));
  }
}

constexpr std::array kTable = {
    CommandSpec{.name = "lcs",
                .summary = "Find longest common substring.",
                .since = "7.0.0",
                .group = "string",
                .complexity = "O(N*M) where N and M are the lengths of s1 and s2, respectively",
                .syntax = "key1 key2 [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN]",
                .arity = -3,
                .flags = Flag::kReadonly,
                .categories = Category::kString,
                .keys = {{1, 2, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = Lcs},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> StringLcsCommands() { return kTable; }

}  // namespace veddb
