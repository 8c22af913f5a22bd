// SPDX-License-Identifier: BSD-3-Clause
// Options of clients, memory, shards and queries.
#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;
constexpr int64_t kPercentMax = 100;
constexpr int64_t kShardsMax = 1024;
constexpr int64_t kThreadsMax = 1024;

constexpr ChoiceName kPolicyNames[] = {{"volatile-lru", Code(MaxmemoryPolicy::kVolatileLru)},
                                       {"volatile-lfu", Code(MaxmemoryPolicy::kVolatileLfu)},
                                       {"volatile-random", Code(MaxmemoryPolicy::kVolatileRandom)},
                                       {"volatile-ttl", Code(MaxmemoryPolicy::kVolatileTtl)},
                                       {"allkeys-lru", Code(MaxmemoryPolicy::kAllkeysLru)},
                                       {"allkeys-lfu", Code(MaxmemoryPolicy::kAllkeysLfu)},
                                       {"allkeys-random", Code(MaxmemoryPolicy::kAllkeysRandom)},
                                       {"noeviction", Code(MaxmemoryPolicy::kNoEviction)}};

constexpr Option kClients[] = {
    {.name = "maxclients",
     .bind = NumberValue{&Config::maxclients, 1, kUint32Max},
     .initial = "10000",
     .doc =
         "Connections at a time; further ones are refused with an error. The limit of open files "
         "(ulimit -n) must leave room for them: at the start fewer are allowed, with a warning, "
         "if it does not; CONFIG SET refuses."},
    {.name = "maxmemory-clients",
     .bind = NumberValue{&Config::maxmemory_clients, 0, kLongMax, ValueUnit::kMemoryOrPercent},
     .initial = "0",
     .doc =
         "Memory of all clients' buffers together, as a size or as percent of maxmemory (5%), at "
         "least 128 KiB; the fattest clients are disconnected beyond it, but those that have asked "
         "not to be (CLIENT NO-EVICT). 0: no limit."},
    {.name = "client-output-buffer-limit",
     .bind = &kOutputLimitWords,
     .initial = "normal 0 0 0 slave 256mb 64mb 60 pubsub 32mb 8mb 60",
     .doc =
         "Replies that wait for a client that does not read, by class: it is disconnected at the "
         "hard limit, or when it is at the soft limit for more than so many seconds. 0: no "
         "limit. All clients of this version are of the class normal; replica and pubsub are kept "
         "for later. For each class:\n"
         "  client-output-buffer-limit <class> <hard> <soft> <seconds>"},
    {.name = "client-query-buffer-limit",
     .bind =
         NumberValue{&Config::client_query_buffer_limit, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "1gb",
     .doc = "Bytes of one client's requests that are kept while they are incomplete."},
    {.name = "proto-max-bulk-len",
     .bind = NumberValue{&Config::proto_max_bulk_len, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "512mb",
     .doc =
         "Longest single argument, and longest string a key may hold. 1gb is the most that counts: "
         "an argument has to fit into one record of the log."},
    {.name = "unauthenticated-timeout",
     .bind = NumberValue{&Config::unauthenticated_timeout, 0, kIntMax},
     .initial = "60",
     .doc = "Seconds that a client has for AUTH where a password is needed (requirepass); then it "
            "is disconnected. Until then it may send no more than 10 arguments of 16 KiB in one "
            "request. 0: no limit."},
    {.name = "unauthenticated-output-limit",
     .bind = NumberValue{&Config::unauthenticated_output_limit, 0, kLongMax, ValueUnit::kMemory},
     .initial = "64kb",
     .doc = "Replies that wait for a client that has not authenticated; beyond it the client is "
            "disconnected. 0: no limit."},
    {.name = "max-inflight-per-client",
     .bind = NumberValue{&Config::max_inflight_per_client, 1, kIntMax},
     .initial = "1024",
     .doc = "Commands of one client that may be under way in the shards; beyond it nothing more is "
            "read from that client until some are answered."},
    {.name = "tracking-table-max-keys",
     .bind = NumberValue{&Config::tracking_table_max_keys, 0, kLongMax},
     .initial = "1000000",
     .doc = "Keys remembered for CLIENT TRACKING; beyond it clients are told to forget some early. "
            "0: no limit."},
    {.name = "io-threads",
     .bind = NumberValue{&Config::io_threads, 1, 128},
     .initial = "1",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "One thread reads and writes the sockets; the work is spread by shards."},
    {.name = "io-threads-do-reads",
     .bind = YesNoValue{&Config::io_threads_do_reads},
     .initial = "no",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "See io-threads."},
};

constexpr Option kMemory[] = {
    {.name = "maxmemory",
     .bind = NumberValue{&Config::maxmemory, 0, kLongMax, ValueUnit::kMemory},
     .initial = "0",
     .doc = "Memory to keep within; 0: no limit. Under noeviction it is for all that the process "
            "allocates; under the other policies for keys, values and clients, and the store takes "
            "up to a fifth of it on top (block-cache, write-buffer, changes on their way to disk). "
            "What is over it leaves memory in the way maxmemory-policy says."},
    {.name = "maxmemory-policy",
     .bind = OneOf<&Config::maxmemory_policy>(kPolicyNames),
     .initial = "noeviction",
     .doc =
         "noeviction: the coldest objects leave memory and stay on disk; nothing is lost.\n"
         "DANGER: every other policy makes the server a cache that really deletes keys: of all "
         "(allkeys-) or of those with an expiry (volatile-), by least recent use (lru), least "
         "frequent use (lfu), chance (random) or nearest expiry (ttl). Only keys in memory are "
         "evicted; documents never are, they leave memory and stay on disk. Where nothing may be "
         "evicted, writes are refused with OOM."},
    {.name = "maxmemory-samples",
     .bind = NumberValue{&Config::maxmemory_samples, 1, kIntMax},
     .initial = "5",
     .doc = "Keys that are compared to choose one to evict. More choose better and cost more."},
    {.name = "lfu-log-factor",
     .bind = NumberValue{&Config::lfu_log_factor, 0, kIntMax},
     .initial = "10",
     .doc = "How slowly the counter of uses grows: with 10 about a million uses fill it."},
    {.name = "lfu-decay-time",
     .bind = NumberValue{&Config::lfu_decay_time, 0, kIntMax},
     .initial = "1",
     .doc = "Minutes after which an unused key's counter sinks by one; 0: it does not sink."},
    {.name = "block-cache",
     .bind = NumberValue{&Config::block_cache, 0, kLongMax, ValueUnit::kMemory},
     .initial = "1gb",
     .doc = "Blocks of the files on disk that are kept in memory, unpacked: scans of what fits are "
            "twice as fast. Never more than an eighth of maxmemory, or where there is none of the "
            "machine's memory."},
    {.name = "write-buffer",
     .bind = NumberValue{&Config::write_buffer, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "64mb",
     .change = Mutability::kStart,
     .doc = "RocksDB's memtables, all together; when they are full they are written to files."},
    {.name = "cold-object-max",
     .bind = NumberValue{&Config::cold_object_max, 0, kLongMax},
     .initial = "10000",
     .effect = OptionEffect::kLater,
     .later = kNoPartialLoad,
     .doc =
         "A hash, set or sorted set that is not in memory and has more elements is not loaded for "
         "the sake of one element: the command reads that element alone."},
    {.name = "maxmemory-eviction-tenacity",
     .bind = NumberValue{&Config::maxmemory_eviction_tenacity, 0, kPercentMax},
     .initial = "10",
     .doc = "How long eviction may hold up clients at a time: 0.5 ms at 10, 15 % more for each "
            "step above, 10 ms at most. Writers wait where it can't keep up."},
    {.name = "active-expire-effort",
     .bind = NumberValue{&Config::active_expire_effort, 1, 10},
     .initial = "1",
     .doc =
         "While keys are due, the share of its time that the server deletes them: 25 % at 1, 2 % "
         "more for each step above; all of it while no client wants anything."},
    {.name = "lazyfree-lazy-eviction",
     .bind = YesNoValue{&Config::lazyfree_lazy_eviction},
     .initial = "no",
     .doc = "Values of a megabyte and more that are evicted are freed by another thread."},
    {.name = "lazyfree-lazy-expire",
     .bind = YesNoValue{&Config::lazyfree_lazy_expire},
     .initial = "no",
     .doc = "The same for keys that expire."},
    {.name = "lazyfree-lazy-server-del",
     .bind = YesNoValue{&Config::lazyfree_lazy_server_del},
     .initial = "no",
     .doc = "The same for values that commands replace or delete by the way (SET, RENAME …)."},
    {.name = "lazyfree-lazy-user-del",
     .bind = YesNoValue{&Config::lazyfree_lazy_user_del},
     .initial = "no",
     .doc = "DEL frees like UNLINK."},
    {.name = "lazyfree-lazy-user-flush",
     .bind = YesNoValue{&Config::lazyfree_lazy_user_flush},
     .initial = "no",
     .doc =
         "FLUSHDB and FLUSHALL without ASYNC or SYNC free like ASYNC: other threads do. SYNC frees "
         "at once what takes a millisecond or two; more is always left to other threads."},
    {.name = "activerehashing",
     .bind = YesNoValue{&Config::activerehashing},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "There is no hash table that grows in the background."},
    {.name = "activedefrag",
     .bind = YesNoValue{&Config::activedefrag},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "Objects that leave memory and are loaded again do not fragment it for long."},
    {.name = "active-defrag-ignore-bytes",
     .bind = NumberValue{&Config::active_defrag_ignore_bytes, 1, kLongMax, ValueUnit::kMemory},
     .initial = "100mb",
     .effect = OptionEffect::kCompat,
     .doc = "See activedefrag."},
    {.name = "active-defrag-threshold-lower",
     .bind = NumberValue{&Config::active_defrag_threshold_lower, 0, 1000},
     .initial = "10",
     .effect = OptionEffect::kCompat,
     .doc = "See activedefrag."},
    {.name = "active-defrag-threshold-upper",
     .bind = NumberValue{&Config::active_defrag_threshold_upper, 0, 1000},
     .initial = "100",
     .effect = OptionEffect::kCompat,
     .doc = "See activedefrag."},
    {.name = "active-defrag-cycle-min",
     .bind = NumberValue{&Config::active_defrag_cycle_min, 1, 99},
     .initial = "1",
     .effect = OptionEffect::kCompat,
     .doc = "See activedefrag."},
    {.name = "active-defrag-cycle-max",
     .bind = NumberValue{&Config::active_defrag_cycle_max, 1, 99},
     .initial = "25",
     .effect = OptionEffect::kCompat,
     .doc = "See activedefrag."},
    {.name = "active-defrag-max-scan-fields",
     .bind = NumberValue{&Config::active_defrag_max_scan_fields, 1, kLongMax},
     .initial = "1000",
     .effect = OptionEffect::kCompat,
     .doc = "See activedefrag."},
    {.name = "jemalloc-bg-thread",
     .bind = YesNoValue{&Config::jemalloc_bg_thread},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "Whether jemalloc purges in the background is its own setting (MALLOC_CONF)."},
};

constexpr Option kShards[] = {
    {.name = "shards",
     .bind = NumberValue{&Config::shards, 0, kShardsMax},
     .initial = "0",
     .change = Mutability::kStart,
     .doc =
         "Parts that keys and documents are spread over, each with its own thread; 0: one a core, "
         "at least 2. May differ from start to start: the data on disk do not depend on it."},
    {.name = "query-threads",
     .bind = NumberValue{&Config::query_threads, 0, kThreadsMax},
     .initial = "0",
     .change = Mutability::kStart,
     .doc = "Threads for queries over many documents, which run beside the shards; 0: one a core."},
};

}  // namespace

OptionSection ClientOptions() { return {"CLIENTS", "What clients may take up.", kClients}; }

OptionSection MemoryOptions() {
  return {"MEMORY",
          "Memory is a cache of what is on disk: data may be far larger. Sizes are written as 1k "
          "(1000), 1kb (1024), 1m, 1mb, 1g or 1gb, in any case.",
          kMemory};
}

OptionSection ShardOptions() {
  return {"SHARDS AND QUERIES", "How the work is spread over threads.", kShards};
}

}  // namespace veddb
