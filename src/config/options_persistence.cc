// SPDX-License-Identifier: BSD-3-Clause
// Options of the log and the store, and those of Redis's own files, which do not exist here.
#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;
constexpr int64_t kDrainIntervalMax = 3600 * 1000;

constexpr ChoiceName kFsyncNames[] = {{"everysec", Code(AppendFsync::kEverySec)},
                                      {"always", Code(AppendFsync::kAlways)},
                                      {"no", Code(AppendFsync::kNo)}};

Status CheckFileName(const std::string& text, const char* option, const char* kind) {
  if (text.find('/') == std::string::npos) return Ok();
  return Err(std::string(option) + " can't be a path, just a " + kind);
}
Status CheckDbFilename(const std::string& text) {
  return CheckFileName(text, "dbfilename", "filename");
}
Status CheckAppendFilename(const std::string& text) {
  if (text.empty()) return Err("appendfilename can't be empty");
  return CheckFileName(text, "appendfilename", "filename");
}
Status CheckAppendDirname(const std::string& text) {
  if (text.empty()) return Err("appenddirname can't be empty");
  return CheckFileName(text, "appenddirname", "dirname");
}

constexpr Option kPersistence[] = {
    {.name = "dir",
     .bind = TextValue{&Config::dir},
     .initial = "./",
     .change = Mutability::kProtected,
     .doc =
         "Directory of the data: the log, the store, and files with relative names. One server "
         "at a time can use it. While it runs the directory stays: CONFIG SET accepts no other."},
    {.name = "appendfsync",
     .bind = OneOf<&Config::appendfsync>(kFsyncNames),
     .initial = "everysec",
     .doc = "When the log is forced to the disk. Under each setting what was answered survives the "
            "death of the process; they differ in what a power failure can take:\n"
            "  always    nothing; each answer waits for the disk, many share one wait\n"
            "  everysec  the last second\n"
            "  no        what the operating system had not written yet"},
    {.name = "drain-interval",
     .bind = NumberValue{&Config::drain_interval, 1, kDrainIntervalMax},
     .initial = "1000",
     .doc = "Milliseconds after which changes go from memory to the store. Keys that are written "
            "often within it reach the store once."},
    {.name = "drain-bytes",
     .bind = NumberValue{&Config::drain_bytes, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "64mb",
     .doc = "Changes of this size go to the store before the interval is over."},
    {.name = "log-segment-bytes",
     .bind = NumberValue{&Config::log_segment_bytes, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "64mb",
     .change = Mutability::kStart,
     .doc = "Size at which the log begins a new file."},
    {.name = "log-replay-max",
     .bind = NumberValue{&Config::log_replay_max, kMebibyte, kLongMax, ValueUnit::kMemory},
     .initial = "64mb",
     .doc =
         "Bytes of log after which the store's memory is written to files, so that a start after a "
         "crash reads no more than about this much log."},
    {.name = "disk-min-free",
     .bind = NumberValue{&Config::disk_min_free, 0, kLongMax, ValueUnit::kMemory},
     .initial = "256mb",
     .doc =
         "With less free space in dir writes are refused (MISCONF) and reads served, so that the "
         "store can still tidy up. It is looked at once a second, and writes are accepted again "
         "as soon as there is more. 0: not looked at."},
};

constexpr Option kRedisFiles[] = {
    {.name = "appendonly",
     .bind = YesNoValue{&Config::appendonly},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "The log is always written; see appendfsync."},
    {.name = "save",
     .bind = &kSaveWords,
     .initial = "3600 1 300 100 60 10000",
     .doc = "After so many seconds with at least so many changes, BGSAVE is done: what is in the "
            "log alone comes into the files of the store, so that the next start is quick. Nothing "
            "is lost without it; empty: only as much is written as memory and log-replay-max ask "
            "for."},
    {.name = "dbfilename",
     .bind = TextValue{&Config::dbfilename, CheckDbFilename},
     .initial = "dump.rdb",
     .change = Mutability::kProtected,
     .effect = OptionEffect::kCompat,
     .doc = "No RDB file is written."},
    {.name = "rdbcompression",
     .bind = YesNoValue{&Config::rdbcompression},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "The store compresses its blocks by itself."},
    {.name = "rdbchecksum",
     .bind = YesNoValue{&Config::rdbchecksum},
     .initial = "yes",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "Log and store always carry checksums."},
    {.name = "rdb-del-sync-files",
     .bind = YesNoValue{&Config::rdb_del_sync_files},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "Files of a full synchronisation are always removed after it."},
    {.name = "rdb-save-incremental-fsync",
     .bind = YesNoValue{&Config::rdb_save_incremental_fsync},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "Files of the store are synced while they are written."},
    {.name = "stop-writes-on-bgsave-error",
     .bind = YesNoValue{&Config::stop_writes_on_bgsave_error},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "Writes are refused whenever the log can't be written."},
    {.name = "appendfilename",
     .bind = TextValue{&Config::appendfilename, CheckAppendFilename},
     .initial = "appendonly.aof",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "The log names its files by position."},
    {.name = "appenddirname",
     .bind = TextValue{&Config::appenddirname, CheckAppendDirname},
     .initial = "appendonlydir",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "See appendfilename."},
    {.name = "no-appendfsync-on-rewrite",
     .bind = YesNoValue{&Config::no_appendfsync_on_rewrite},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "The log is never rewritten; segments that are not needed any more are removed."},
    {.name = "auto-aof-rewrite-percentage",
     .bind = NumberValue{&Config::auto_aof_rewrite_percentage, 0, kIntMax},
     .initial = "100",
     .effect = OptionEffect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
    {.name = "auto-aof-rewrite-min-size",
     .bind = NumberValue{&Config::auto_aof_rewrite_min_size, 0, kLongMax, ValueUnit::kMemory},
     .initial = "64mb",
     .effect = OptionEffect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
    {.name = "aof-load-truncated",
     .bind = YesNoValue{&Config::aof_load_truncated},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc =
         "A torn last record is always cut off at the start; damage before it refuses the start."},
    {.name = "aof-use-rdb-preamble",
     .bind = YesNoValue{&Config::aof_use_rdb_preamble},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "The log holds records only."},
    {.name = "aof-timestamp-enabled",
     .bind = YesNoValue{&Config::aof_timestamp_enabled},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "Records of the log always carry their time."},
    {.name = "aof-rewrite-incremental-fsync",
     .bind = YesNoValue{&Config::aof_rewrite_incremental_fsync},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
    {.name = "aof-disable-auto-gc",
     .bind = YesNoValue{&Config::aof_disable_auto_gc},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
};

}  // namespace

OptionSection PersistenceOptions() {
  return {
      "PERSISTENCE",
      "Every change is in the log before it is answered, and soon after in the store (RocksDB).",
      kPersistence};
}

OptionSection RedisFileOptions() {
  return {
      "REDIS'S FILES",
      "Options of RDB and AOF files. They are accepted so that Redis's configuration files load, "
      "and have no effect.",
      kRedisFiles};
}

}  // namespace veddb
