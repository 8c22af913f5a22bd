// SPDX-License-Identifier: BSD-3-Clause
// MEMORY: what takes how much memory, and what may be wrong with it.
#include <array>
#include <string>

#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "modules/admin/peek.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

// --- USAGE ---

// The sample count only matters for values that consist of many parts, and is checked all the same.
Status CheckUsageOptions(std::span<const Bytes> words) {
  for (size_t i = 0; i < words.size(); i += 2) {
    if (!EqualsIgnoreCase(words[i], "SAMPLES") || i + 1 == words.size()) return kSyntaxError;
    const std::optional<int64_t> samples = ParseInt64(words[i + 1]);
    if (!samples) return kNotInteger;
    if (*samples < 0) return kSyntaxError;
  }
  return Ok();
}

void Usage(Call& call) {
  const Status status = CheckUsageOptions(call.argv.subspan(3));
  if (!status.ok()) return call.reply.Error(status.error());
  const Entry* entry = Peek(call, call.keys[0]);
  if (entry == nullptr) return call.reply.Null();
  size_t bytes = EntryBytes(*entry);
  if (entry->has_bytes() && !entry->in_place()) {
    bytes += AllocatedBytes(sizeof(Blob) + entry->value.blob->capacity);
  }
  call.reply.Integer(static_cast<int64_t>(bytes));
}

// --- STATS ---

struct Figure {
  Bytes name;
  int64_t (*value)(const MemoryReport&);
};
struct Ratio {
  Bytes name;
  double (*value)(const MemoryReport&);
};

int64_t None(const MemoryReport& /*report*/) { return 0; }

// Redis's names in its order. There are no replicas, cluster links or scripts to count, and the log
// is written at once.
constexpr Figure kBeforeDatabases[] = {
    {"peak.allocated", [](const MemoryReport& r) { return r.peak; }},
    {"total.allocated", [](const MemoryReport& r) { return r.used; }},
    {"startup.allocated", [](const MemoryReport& r) { return r.at_start; }},
    {"replication.backlog", None},
    {"clients.slaves", None},
    {"clients.normal", [](const MemoryReport& r) { return r.clients; }},
    {"cluster.links", None},
    {"aof.buffer", None},
    {"lua.caches", None},
    {"functions.caches", None},
};
constexpr Figure kAfterDatabases[] = {
    {"overhead.total", [](const MemoryReport& r) { return r.overhead(); }},
    {"keys.count", [](const MemoryReport& r) { return r.keys; }},
    {"keys.bytes-per-key",
     [](const MemoryReport& r) {
       return r.keys == 0 ? 0 : std::max<int64_t>(0, r.used - r.at_start) / r.keys;
     }},
    {"dataset.bytes", [](const MemoryReport& r) { return r.dataset(); }},
};
constexpr Ratio kPercentages[] = {
    {"dataset.percentage", [](const MemoryReport& r) { return r.dataset_percent(); }},
    {"peak.percentage", [](const MemoryReport& r) { return 100 * RatioOf(r.used, r.peak); }},
};
constexpr Figure kAllocator[] = {
    {"allocator.allocated", [](const MemoryReport& r) { return r.allocated; }},
    {"allocator.active", [](const MemoryReport& r) { return r.active; }},
    {"allocator.resident", [](const MemoryReport& r) { return r.resident; }},
};
struct Pair {
  Bytes ratio_name;
  Bytes bytes_name;
  int64_t (*above)(const MemoryReport&);
  int64_t (*below)(const MemoryReport&);
};
constexpr Pair kPairs[] = {
    {"allocator-fragmentation.ratio", "allocator-fragmentation.bytes",
     [](const MemoryReport& r) { return r.active; },
     [](const MemoryReport& r) { return r.allocated; }},
    {"allocator-rss.ratio", "allocator-rss.bytes", [](const MemoryReport& r) { return r.resident; },
     [](const MemoryReport& r) { return r.active; }},
    {"rss-overhead.ratio", "rss-overhead.bytes",
     [](const MemoryReport& r) { return r.process_resident; },
     [](const MemoryReport& r) { return r.resident; }},
    {"fragmentation", "fragmentation.bytes",
     [](const MemoryReport& r) { return r.process_resident; },
     [](const MemoryReport& r) { return r.used; }},
};
// Behind Redis's own: what the store takes beside them.
constexpr Figure kStore[] = {
    {"store.bytes", [](const MemoryReport& r) { return r.store; }},
};

void ReplyFigures(Reply& reply, const MemoryReport& report, std::span<const Figure> figures) {
  for (const Figure& figure : figures) {
    reply.Bulk(figure.name);
    reply.Integer(figure.value(report));
  }
}

void Stats(Call& call) {
  const MemoryReport report = call.server->MemoryFigures();
  Reply& reply = call.reply;
  reply.Map(std::size(kBeforeDatabases) + report.databases.size() + std::size(kAfterDatabases) +
            std::size(kPercentages) + std::size(kAllocator) + 2 * std::size(kPairs) +
            std::size(kStore));
  ReplyFigures(reply, report, kBeforeDatabases);
  for (const MemoryReport::Database& one : report.databases) {
    reply.Bulk("db." + FormatInt64(int64_t{one.database}));
    reply.Map(3);
    reply.Bulk("overhead.hashtable.main");
    reply.Integer(one.main_bytes);
    reply.Bulk("overhead.hashtable.expires");
    reply.Integer(one.expiry_bytes);
    reply.Bulk("overhead.hashtable.slot-to-keys");
    reply.Integer(0);
  }
  ReplyFigures(reply, report, kAfterDatabases);
  for (const Ratio& ratio : kPercentages) {
    reply.Bulk(ratio.name);
    reply.Double(ratio.value(report));
  }
  ReplyFigures(reply, report, kAllocator);
  for (const Pair& pair : kPairs) {
    const int64_t above = pair.above(report);
    const int64_t below = pair.below(report);
    reply.Bulk(pair.ratio_name);
    reply.Double(RatioOf(above, below));
    reply.Bulk(pair.bytes_name);
    reply.Integer(above - below);
  }
  ReplyFigures(reply, report, kStore);
}

// --- DOCTOR ---

constexpr int64_t kMebibyte = int64_t{1} << 20;
// Below this the figures say little about how the server will do.
constexpr int64_t kJudgedBytes = 5 * kMebibyte;

struct Complaint {
  bool (*holds)(const MemoryReport&);
  Bytes text;
};

constexpr Complaint kComplaints[] = {
    {[](const MemoryReport& r) { return RatioOf(r.peak, r.used) > 1.5; },
     "Peak memory: the server once used more than one and a half times what it uses now. The "
     "resident size may stay high until the allocator gives pages back; MEMORY PURGE makes it do "
     "so at once."},
    {[](const MemoryReport& r) {
       return RatioOf(r.process_resident, r.used + r.store) > 1.4 &&
              r.process_resident - r.used - r.store > 10 * kMebibyte;
     },
     "High total RSS: the resident size is more than 1.4 times what data and store use. See the "
     "allocator's figures in MEMORY STATS for where it is."},
    {[](const MemoryReport& r) {
       return RatioOf(r.active, r.allocated) > 1.1 && r.active - r.allocated > 10 * kMebibyte;
     },
     "High allocator fragmentation: more than a tenth of the allocator's pages hold nothing but "
     "gaps between values. Values whose sizes change much do that; a restart packs them anew."},
    {[](const MemoryReport& r) {
       return RatioOf(r.resident, r.active) > 1.1 && r.resident - r.active > 10 * kMebibyte;
     },
     "High allocator RSS overhead: the allocator keeps pages that hold nothing. They go back to "
     "the system within seconds, or at once with MEMORY PURGE."},
    {[](const MemoryReport& r) {
       return RatioOf(r.process_resident, r.resident) > 1.1 &&
              r.process_resident - r.resident > 10 * kMebibyte;
     },
     "High process RSS overhead: the process has memory that the allocator does not know of, such "
     "as mapped files and threads' stacks."},
    {[](const MemoryReport& r) {
       return r.client_count > 0 && r.clients / r.client_count > 200 * 1024;
     },
     "Big client buffers: clients take more than 200 KiB each on the mean. Look for clients that "
     "do not read their replies (CLIENT LIST), and at client-output-buffer-limit."},
};

void Doctor(Call& call) {
  const MemoryReport report = call.server->MemoryFigures();
  if (report.used < kJudgedBytes) {
    return call.reply.Verbatim(
        "txt", "The server is empty or uses very little memory: there is nothing to judge yet.");
  }
  std::string text;
  for (const Complaint& complaint : kComplaints) {
    if (complaint.holds(report)) text += " * " + std::string(complaint.text) + "\n";
  }
  if (text.empty()) text = "No memory problem was found in this server.";
  call.reply.Verbatim("txt", text);
}

void Purge(Call& call) {
  call.server->PurgeMemory();
  call.reply.Ok();
}

void MallocStats(Call& call) { call.reply.Verbatim("txt", call.server->AllocatorReport()); }

constexpr std::array<Bytes, 14> kHelp = {
    "MEMORY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "DOCTOR",
    "    Return memory problems reports.",
    "MALLOC-STATS",
    "    Return internal statistics report from the memory allocator.",
    "PURGE",
    "    Attempt to purge dirty pages for reclamation by the allocator.",
    "STATS",
    "    Return information about the memory usage of the server.",
    "USAGE <key> [SAMPLES <count>]",
    "    Return memory in bytes used by <key> and its value. Nested values are",
    "    sampled up to <count> times (default: 5, 0 means sample all).",
    "HELP",
    "    Prints this help.",
};

void Help(Call& call) {
  call.reply.Array(kHelp.size());
  for (const Bytes line : kHelp) call.reply.Simple(line);
}

constexpr CommandSpec kTable[] = {
    {.name = "memory",
     .summary = "A container for memory diagnostics commands.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .is_container = true},
    {.name = "doctor",
     .parent = "memory",
     .summary = "Names what may be wrong with the use of memory.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .route = Route::kAllShards,
     .handler = Doctor,
     .tips = "nondeterministic_output,request_policy:all_shards,response_policy:special"},
    {.name = "help",
     .parent = "memory",
     .summary = "Lists the subcommands.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = Flag::kLoading | Flag::kStale,
     .handler = Help},
    {.name = "malloc-stats",
     .parent = "memory",
     .summary = "Answers the allocator's own statistics.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "Depends on how much memory is allocated, could be slow",
     .arity = 2,
     .handler = MallocStats,
     .tips = "nondeterministic_output,request_policy:all_shards,response_policy:special"},
    {.name = "purge",
     .parent = "memory",
     .summary = "Asks the allocator to give unused pages back to the system.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "Depends on how much memory is allocated, could be slow",
     .arity = 2,
     .handler = Purge,
     .tips = "request_policy:all_shards,response_policy:all_succeeded"},
    {.name = "stats",
     .parent = "memory",
     .summary = "Answers in detail what memory is used for.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .route = Route::kAllShards,
     .handler = Stats,
     .tips = "nondeterministic_output,request_policy:all_shards,response_policy:special"},
    {.name = "usage",
     .parent = "memory",
     .summary = "Answers how many bytes of memory a key and its value take.",
     .since = "4.0.0",
     .group = "server",
     .complexity = "O(N) where N is the number of samples.",
     .syntax = "key [SAMPLES count]",
     .arity = -3,
     .flags = Flag::kReadonly,
     .keys = {{.first = 2, .last = 2, .access = Access::kRO}},
     .route = Route::kKeys,
     .handler = Usage},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> MemoryCommands() { return kTable; }

}  // namespace veddb
