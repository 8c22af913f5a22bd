// SPDX-License-Identifier: BSD-3-Clause
// Options of watching, data types, scripts and documents.
#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr int64_t kKibibyte = 1024;
constexpr int64_t kMebibyte = int64_t{1} << 20;
// A document is one value of the store and one argument of a request: well below 2 GiB.
constexpr int64_t kDocBytesMax = 512 * kMebibyte;

constexpr Option kWatching[] = {
    {.name = "slowlog-log-slower-than",
     .bind = NumberValue{&Config::slowlog_log_slower_than, -1, kLongMax},
     .initial = "10000",
     .doc =
         "Microseconds a command must take to be noted in SLOWLOG; 0: every one, -1: none. Counted "
         "is "
         "the work itself, reading keys from disk included; what a command waits for its turn is "
         "not."},
    {.name = "slowlog-max-len",
     .bind = NumberValue{&Config::slowlog_max_len, 0, kLongMax},
     .initial = "128",
     .doc = "Entries that SLOWLOG keeps."},
    {.name = "latency-monitor-threshold",
     .bind = NumberValue{&Config::latency_monitor_threshold, 0, kLongMax},
     .initial = "0",
     .doc = "Milliseconds an activity (a command, an fsync of the log, a drain …) must take to be "
            "noted "
            "for LATENCY; 0: off."},
    {.name = "latency-tracking",
     .bind = YesNoValue{&Config::latency_tracking},
     .initial = "yes",
     .doc = "Keeps a histogram of times for each command (INFO latencystats, LATENCY HISTOGRAM)."},
    {.name = "latency-tracking-info-percentiles",
     .bind = &kPercentilesWords,
     .initial = "50 99 99.9",
     .doc = "Percentiles that INFO shows of them."},
    {.name = "notify-keyspace-events",
     .bind = &kNotifyWords,
     .initial = "\"\"",
     .effect = OptionEffect::kLater,
     .later = kNoPubsub,
     .doc =
         "Events that are published when keys change; empty: none. Letters for where to: K "
         "(__keyspace@<db>__:<key>), E (__keyevent@<db>__:<event>); for which: g (DEL, EXPIRE, "
         "RENAME …), $ (strings), l (lists), s (sets), h (hashes), z (sorted sets), t (streams), "
         "d (modules), x (expired), e (evicted), A (all of these), and m (a key was missed), n (a "
         "key is new), which A does not mean."},
};

constexpr Option kDataTypes[] = {
    {.name = "hash-max-listpack-entries",
     .alias = "hash-max-ziplist-entries",
     .bind = NumberValue{&Config::hash_max_listpack_entries, 0, kLongMax},
     .initial = "512",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Fields up to which OBJECT ENCODING calls a hash a listpack."},
    {.name = "hash-max-listpack-value",
     .alias = "hash-max-ziplist-value",
     .bind = NumberValue{&Config::hash_max_listpack_value, 0, kLongMax, ValueUnit::kMemory},
     .initial = "64",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Longest field or value of such a hash."},
    {.name = "list-max-listpack-size",
     .alias = "list-max-ziplist-size",
     .bind = NumberValue{&Config::list_max_listpack_size, kIntMin, kIntMax},
     .initial = "-2",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Entries in a node of a list, or its size: -1 to -5 for 4, 8, 16, 32, 64 KiB."},
    {.name = "set-max-intset-entries",
     .bind = NumberValue{&Config::set_max_intset_entries, 0, kLongMax},
     .initial = "512",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Members up to which OBJECT ENCODING calls a set of integers an intset."},
    {.name = "zset-max-listpack-entries",
     .alias = "zset-max-ziplist-entries",
     .bind = NumberValue{&Config::zset_max_listpack_entries, 0, kLongMax},
     .initial = "128",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Members up to which OBJECT ENCODING calls a sorted set a listpack."},
    {.name = "zset-max-listpack-value",
     .alias = "zset-max-ziplist-value",
     .bind = NumberValue{&Config::zset_max_listpack_value, 0, kLongMax, ValueUnit::kMemory},
     .initial = "64",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Longest member of such a sorted set."},
    {.name = "hll-sparse-max-bytes",
     .bind = NumberValue{&Config::hll_sparse_max_bytes, 0, kLongMax, ValueUnit::kMemory},
     .initial = "3000",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Size up to which a HyperLogLog is kept in its sparse form."},
    {.name = "stream-node-max-bytes",
     .bind = NumberValue{&Config::stream_node_max_bytes, 0, kLongMax, ValueUnit::kMemory},
     .initial = "4096",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Size of a node of a stream, the unit that approximate trimming (~) removes; 0: no "
            "limit."},
    {.name = "stream-node-max-entries",
     .bind = NumberValue{&Config::stream_node_max_entries, 0, kLongMax},
     .initial = "100",
     .effect = OptionEffect::kLater,
     .later = kNoTypes,
     .doc = "Entries of such a node; 0: no limit."},
    {.name = "busy-reply-threshold",
     .alias = "lua-time-limit",
     .bind = NumberValue{&Config::busy_reply_threshold, 0, kLongMax},
     .initial = "5000",
     .effect = OptionEffect::kLater,
     .later = kNoScripts,
     .doc =
         "Milliseconds after which a script that still runs makes other clients be answered BUSY, "
         "so that SCRIPT KILL can end it; 0: never."},
    {.name = "list-compress-depth",
     .bind = NumberValue{&Config::list_compress_depth, 0, kIntMax},
     .initial = "0",
     .effect = OptionEffect::kCompat,
     .doc = "Lists are not compressed in memory; the store compresses them on disk."},
};

constexpr Option kDocuments[] = {
    {.name = "doc-max-size",
     .bind = NumberValue{&Config::doc_max_size, kKibibyte, kDocBytesMax, ValueUnit::kMemory},
     .initial = "16mb",
     .doc = "Largest document, as BSON; a larger one is refused (TOOLARGE)."},
    {.name = "doc-batch-max",
     .bind = NumberValue{&Config::doc_batch_max, 1, kIntMax},
     .initial = "100000",
     .doc = "Most documents or operations of one command (DOC.INSERTMANY, DOC.BULK …)."},
    {.name = "doc-memory-limit",
     .bind = NumberValue{&Config::doc_memory_limit, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "100mb",
     .doc =
         "Memory of one query for what it can't hand on as it finds it: the sorted answer that a "
         "cursor keeps. Beyond it the query fails (MEMORYLIMIT)."},
    {.name = "cursor-max",
     .bind = NumberValue{&Config::cursor_max, 0, kIntMax},
     .initial = "1000",
     .doc = "Most cursors that may be open at a time; a query that would open one more fails."},
    {.name = "cursor-memory-limit",
     .bind = NumberValue{&Config::cursor_memory_limit, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "256mb",
     .doc = "Memory of all open cursors together. A query whose cursor would exceed it fails "
            "(MEMORYLIMIT)."},
    {.name = "cursor-timeout",
     .bind = NumberValue{&Config::cursor_timeout, 1, kIntMax},
     .initial = "600",
     .doc =
         "Seconds after which an unused cursor is closed. An open cursor keeps old data on disk."},
};

}  // namespace

OptionSection WatchingOptions() {
  return {"WATCHING", "What the server tells about itself and about changes.", kWatching};
}

OptionSection DataTypeOptions() {
  return {"DATA TYPES AND SCRIPTS",
          "The limits of Redis's compact encodings decide here what OBJECT ENCODING answers.",
          kDataTypes};
}

OptionSection DocumentOptions() {
  return {"DOCUMENTS", "Limits of the DOC. commands.", kDocuments};
}

}  // namespace veddb
