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
     .bind = Text{&Config::dir},
     .initial = "./",
     .change = Mutability::kProtected,
     .doc = "Directory of the data: the log, the store, and files with relative names. One server "
            "at a time can use it."},
    {.name = "appendfsync",
     .bind = OneOf<&Config::appendfsync>(kFsyncNames),
     .initial = "everysec",
     .doc = "When the log is forced to the disk. Under each setting what was answered survives the "
            "death of the process; they differ in what a power failure can take:\n"
            "  always    nothing; each answer waits for the disk, many share one wait\n"
            "  everysec  the last second\n"
            "  no        what the operating system had not written yet"},
    {.name = "drain-interval",
     .bind = Number{&Config::drain_interval, 1, kDrainIntervalMax},
     .initial = "1000",
     .doc = "Milliseconds after which changes go from memory to the store. Keys that are written "
            "often within it reach the store once."},
    {.name = "drain-bytes",
     .bind = Number{&Config::drain_bytes, kMebibyte, kLongMax, Unit::kMemory},
     .initial = "64mb",
     .doc = "Changes of this size go to the store before the interval is over."},
    {.name = "log-segment-bytes",
     .bind = Number{&Config::log_segment_bytes, kMebibyte, kLongMax, Unit::kMemory},
     .initial = "64mb",
     .doc = "Size at which the log begins a new file."},
    {.name = "log-replay-max",
     .bind = Number{&Config::log_replay_max, kMebibyte, kLongMax, Unit::kMemory},
     .initial = "64mb",
     .doc =
         "Bytes of log after which the store's memory is written to files, so that a start after a "
         "crash reads no more than about this much log."},
    {.name = "disk-min-free",
     .bind = Number{&Config::disk_min_free, 0, kLongMax, Unit::kMemory},
     .initial = "256mb",
     .doc =
         "With less free space in dir writes are refused (MISCONF) and reads served, so that the "
         "store can still tidy up. 0: not looked at."},
};

constexpr Option kRedisFiles[] = {
    {.name = "appendonly",
     .bind = YesNo{&Config::appendonly},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc = "The log is always written; see appendfsync."},
    {.name = "save",
     .bind = &kSaveWords,
     .initial = "3600 1 300 100 60 10000",
     .effect = Effect::kCompat,
     .doc =
         "No snapshot is needed: data are on disk all the time. Kept for tools that look at it."},
    {.name = "dbfilename",
     .bind = Text{&Config::dbfilename, CheckDbFilename},
     .initial = "dump.rdb",
     .change = Mutability::kProtected,
     .effect = Effect::kCompat,
     .doc = "No RDB file is written."},
    {.name = "rdbcompression",
     .bind = YesNo{&Config::rdbcompression},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc = "The store compresses its blocks by itself."},
    {.name = "rdbchecksum",
     .bind = YesNo{&Config::rdbchecksum},
     .initial = "yes",
     .change = Mutability::kStart,
     .effect = Effect::kCompat,
     .doc = "Log and store always carry checksums."},
    {.name = "rdb-del-sync-files",
     .bind = YesNo{&Config::rdb_del_sync_files},
     .initial = "no",
     .effect = Effect::kCompat,
     .doc = "Files of a full synchronisation are always removed after it."},
    {.name = "rdb-save-incremental-fsync",
     .bind = YesNo{&Config::rdb_save_incremental_fsync},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc = "Files of the store are synced while they are written."},
    {.name = "stop-writes-on-bgsave-error",
     .bind = YesNo{&Config::stop_writes_on_bgsave_error},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc = "Writes are refused whenever the log can't be written."},
    {.name = "appendfilename",
     .bind = Text{&Config::appendfilename, CheckAppendFilename},
     .initial = "appendonly.aof",
     .change = Mutability::kStart,
     .effect = Effect::kCompat,
     .doc = "The log names its files by position."},
    {.name = "appenddirname",
     .bind = Text{&Config::appenddirname, CheckAppendDirname},
     .initial = "appendonlydir",
     .change = Mutability::kStart,
     .effect = Effect::kCompat,
     .doc = "See appendfilename."},
    {.name = "no-appendfsync-on-rewrite",
     .bind = YesNo{&Config::no_appendfsync_on_rewrite},
     .initial = "no",
     .effect = Effect::kCompat,
     .doc = "The log is never rewritten; segments that are not needed any more are removed."},
    {.name = "auto-aof-rewrite-percentage",
     .bind = Number{&Config::auto_aof_rewrite_percentage, 0, kIntMax},
     .initial = "100",
     .effect = Effect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
    {.name = "auto-aof-rewrite-min-size",
     .bind = Number{&Config::auto_aof_rewrite_min_size, 0, kLongMax, Unit::kMemory},
     .initial = "64mb",
     .effect = Effect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
    {.name = "aof-load-truncated",
     .bind = YesNo{&Config::aof_load_truncated},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc =
         "A torn last record is always cut off at the start; damage before it refuses the start."},
    {.name = "aof-use-rdb-preamble",
     .bind = YesNo{&Config::aof_use_rdb_preamble},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc = "The log holds records only."},
    {.name = "aof-timestamp-enabled",
     .bind = YesNo{&Config::aof_timestamp_enabled},
     .initial = "no",
     .effect = Effect::kCompat,
     .doc = "Records of the log always carry their time."},
    {.name = "aof-rewrite-incremental-fsync",
     .bind = YesNo{&Config::aof_rewrite_incremental_fsync},
     .initial = "yes",
     .effect = Effect::kCompat,
     .doc = "See no-appendfsync-on-rewrite."},
    {.name = "aof-disable-auto-gc",
     .bind = YesNo{&Config::aof_disable_auto_gc},
     .initial = "no",
     .effect = Effect::kCompat,
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
