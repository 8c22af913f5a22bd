// SPDX-License-Identifier: BSD-3-Clause
// INFO: one function a section, in the order in which they are shown. Every figure is measured;
// what Redis tells of things that are not here is in info_fixed.h.
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/ticks.h"
#include "server/info_fixed.h"
#include "server/process.h"
#include "server/server.h"

namespace veddb {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;
constexpr int64_t kNanosPerMicro = 1000;

// Lines of "name:value", printf-like.
class Lines {
 public:
  __attribute__((format(printf, 2, 3))) void Add(const char* format, ...) {
    std::array<char, 1024> line;
    va_list arguments;
    va_start(arguments, format);
    const int n = std::vsnprintf(line.data(), line.size(), format, arguments);
    va_end(arguments);
    text.append(line.data(), std::min(static_cast<size_t>(n), line.size() - 1));
    text.append("\r\n");
  }
  std::string text;
};

// As Redis keeps idle times: seconds, 24 bits of them.
constexpr uint64_t kLruClockMask = (1U << 24) - 1;

std::string ExecutablePath() {
  std::array<char, 4096> path;
  const ssize_t n = readlink("/proc/self/exe", path.data(), path.size());
  return n < 0 ? std::string() : std::string(path.data(), static_cast<size_t>(n));
}

void AddServer(Server& server, Lines& out) {
  utsname system = {};
  uname(&system);
  const Config& config = server.config().config();
  const int64_t uptime_s = server.uptime_ms() / 1000;
  out.Add("redis_version:%s", kRedisVersion);
  out.Add("redis_git_sha1:00000000");
  out.Add("redis_git_dirty:0");
  out.Add("redis_build_id:0");
  out.Add("redis_mode:standalone");
  out.Add("veddb_version:%s", kVersion);
  out.Add("os:%s %s %s", system.sysname, system.release, system.machine);
  out.Add("arch_bits:64");
  out.Add("multiplexing_api:epoll");
  out.Add("gcc_version:%d.%d.%d", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
  out.Add("process_id:%d", static_cast<int>(getpid()));
  out.Add("monotonic_clock:%s", TicksClock());
  out.Add("run_id:%s", server.run_id().c_str());
  out.Add("process_supervised:%s", SupervisorOf(config));
  out.Add("tcp_port:%" PRId64, config.port);
  out.Add("server_time_usec:%" PRId64, WallMicros());
  out.Add("uptime_in_seconds:%" PRId64, uptime_s);
  out.Add("uptime_in_days:%" PRId64, uptime_s / 86400);
  out.Add("hz:%d", static_cast<int>(1000 / Cron::kTickMillis));
  out.Add("configured_hz:%" PRId64, config.hz);
  out.Add("shards:%zu", server.shards().shard_count());
  out.Add("query_threads:%zu", server.shards().pool().threads());
  out.Add("lru_clock:%" PRIu64, uint64_t{server.access_s()} & kLruClockMask);
  out.Add("executable:%s", ExecutablePath().c_str());
  out.Add("config_file:%s", server.config().file().c_str());
}

void AddClients(Server& server, Lines& out) {
  size_t blocked = 0;
  size_t input_max = 0;
  size_t output_max = 0;
  server.clients().ForEach([&](Client& client) {
    if (client.wait() != Wait::kNone) ++blocked;
    input_max = std::max(input_max, client.query_buffer_used());
    output_max = std::max(output_max, client.connection().unsent());
  });
  out.Add("connected_clients:%zu", server.clients().size());
  out.Add("cluster_connections:0");
  out.Add("maxclients:%" PRId64, server.config().config().maxclients);
  out.Add("client_recent_max_input_buffer:%zu", input_max);
  out.Add("client_recent_max_output_buffer:%zu", output_max);
  out.Add("blocked_clients:%zu", blocked);
  out.Add("tracking_clients:%zu", server.tracking().clients());
  out.Add("clients_in_timeout_table:0");
}

void AddBytes(Lines& out, const char* name, int64_t bytes) {
  out.Add("%s:%" PRId64, name, bytes);
  const std::string human = FormatBytesHuman(static_cast<uint64_t>(std::max<int64_t>(0, bytes)));
  out.Add("%s_human:%s", name, human.c_str());
}

// How far two figures are apart, as a ratio and in bytes.
void AddRatio(Lines& out, const char* name, int64_t above, int64_t below) {
  out.Add("%s_ratio:%.2f", name, RatioOf(above, below));
  out.Add("%s_bytes:%" PRId64, name, above - below);
}

void AddMemory(Server& server, Lines& out) {
  const MemoryReport report = server.memory().Report();
  const Memory& memory = server.memory();
  const ShardSet& shards = server.shards();
  AddBytes(out, "used_memory", report.used);
  AddBytes(out, "used_memory_rss", report.process_resident);
  AddBytes(out, "used_memory_peak", report.peak);
  out.Add("used_memory_peak_perc:%.2f%%", 100 * RatioOf(report.used, report.peak));
  out.Add("used_memory_overhead:%" PRId64, report.overhead());
  out.Add("used_memory_startup:%" PRId64, report.at_start);
  out.Add("used_memory_dataset:%" PRId64, report.dataset());
  out.Add("used_memory_dataset_perc:%.2f%%", report.dataset_percent());
  out.Add("used_memory_store:%" PRId64, report.store);
  out.Add("allocator_allocated:%" PRId64, report.allocated);
  out.Add("allocator_active:%" PRId64, report.active);
  out.Add("allocator_resident:%" PRId64, report.resident);
  AddBytes(out, "total_system_memory", sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
  AddBytes(out, "maxmemory", server.config().config().maxmemory);
  out.Add("maxmemory_policy:%s",
          PrintOption(*FindOption("maxmemory-policy"), server.config().config()).c_str());
  AddRatio(out, "allocator_frag", report.active, report.allocated);
  AddRatio(out, "allocator_rss", report.resident, report.active);
  AddRatio(out, "rss_overhead", report.process_resident, report.resident);
  AddRatio(out, "mem_fragmentation", report.process_resident, report.used);
  // used_memory counts nothing that eviction does not.
  out.Add("mem_not_counted_for_evict:0");
  out.Add("mem_replication_backlog:0");
  out.Add("mem_clients_slaves:0");
  out.Add("mem_clients_normal:%" PRId64, report.clients);
  out.Add("mem_cluster_links:0");
  out.Add("mem_allocator:%s", AllocatorName().c_str());
  out.Add("active_defrag_running:0");
  out.Add("pending_entries:%" PRId64, shards.Sum(&ObjectContext::pending_entries));
  out.Add("pending_bytes:%" PRId64, shards.Sum(&ObjectContext::pending_bytes));
  out.Add("unloaded_objects:%" PRId64, shards.Sum(&ObjectContext::unloaded_objects));
  out.Add("loaded_objects:%" PRId64, shards.Sum(&ObjectContext::loaded_objects));
  out.Add("writers_waiting_for_memory:%d", memory.WritersMustWait() ? 1 : 0);
  out.Add("lazyfree_pending_objects:%" PRId64, server.shards().lazy_free().pending_objects());
  out.Add("lazyfreed_objects:%" PRId64, server.shards().lazy_free().freed_objects());
}

int64_t RunningSeconds(const Saves::Figures& save) {
  constexpr int64_t kMillisPerSecond = 1000;
  return save.running ? (MonoMillis() - save.begun_ms) / kMillisPerSecond : -1;
}

void AddPersistence(Server& server, Lines& out) {
  const LogWriter::Stats log = server.log().stats();
  const DrainFigures& drains = server.shards().drainer().figures();
  const EngineStats store = server.engine().stats();
  const Saves::Figures& saves = server.saves().figures(SaveKind::kSave);
  const Saves::Figures& rewrites = server.saves().figures(SaveKind::kRewrite);
  out.Add("loading:0");
  out.Add("async_loading:0");
  out.Add("rdb_changes_since_last_save:%" PRId64, server.saves().unsaved_changes());
  out.Add("rdb_bgsave_in_progress:%d", saves.running ? 1 : 0);
  out.Add("rdb_last_save_time:%" PRId64, saves.last_s);
  out.Add("rdb_last_bgsave_status:%s", saves.last_ok ? "ok" : "err");
  out.Add("rdb_last_bgsave_time_sec:%" PRId64, saves.last_seconds);
  out.Add("rdb_current_bgsave_time_sec:%" PRId64, RunningSeconds(saves));
  out.Add("rdb_saves:%" PRIu64, saves.done);
  out.Add("aof_enabled:1");
  out.Add("aof_rewrite_in_progress:%d", rewrites.running ? 1 : 0);
  out.Add("aof_rewrite_scheduled:0");
  out.Add("aof_last_rewrite_time_sec:%" PRId64, rewrites.last_seconds);
  out.Add("aof_current_rewrite_time_sec:%" PRId64, RunningSeconds(rewrites));
  out.Add("aof_last_bgrewrite_status:%s", rewrites.last_ok ? "ok" : "err");
  out.Add("aof_rewrites:%" PRIu64, rewrites.done);
  out.Add("aof_rewrites_consecutive_failures:%" PRIu64, rewrites.failures_in_a_row);
  out.Add("aof_current_size:%" PRIu64, server.log().end() - server.log().begin());
  out.Add("aof_base_size:%" PRIu64, server.saves().log_bytes_before());
  out.Add("aof_last_write_status:%s", server.log().failed() ? "err" : "ok");
  out.Add("log_begin:%" PRIu64, server.log().begin());
  out.Add("log_end:%" PRIu64, server.log().end());
  out.Add("log_synced:%" PRIu64, server.log().synced());
  out.Add("log_appends:%" PRIu64, log.appends);
  out.Add("log_syncs:%" PRIu64, log.syncs);
  out.Add("log_failures:%" PRIu64, log.failures);
  out.Add("log_last_sync_usec:%" PRId64, log.last_sync_micros);
  out.Add("log_replayed_records:%" PRIu64, server.recovery().records);
  out.Add("log_replay_msec:%" PRId64, server.recovery().took_ms);
  out.Add("writes_refused:%s", server.WriteRefusal().c_str());
  out.Add("disk_free:%" PRId64, server.disk().free_bytes());
  out.Add("disk_low:%d", server.disk().refusal().empty() ? 0 : 1);
  out.Add("drains:%" PRIu64, drains.drains);
  out.Add("drained_changes:%" PRIu64, drains.changes);
  out.Add("drain_last_msec:%" PRId64, drains.last_millis);
  out.Add("drain_longest_slice_usec:%" PRId64, drains.longest_slice_us);
  out.Add("drain_failure:%s", server.shards().drainer().failure().c_str());
  out.Add("store_drained_position:%" PRIu64, server.engine().drained_position());
  out.Add("store_flushed_position:%" PRIu64, server.engine().flushed_position());
  out.Add("store_sst_bytes:%" PRIu64, store.sst_bytes);
  out.Add("store_ingests:%" PRIu64, store.ingests);
  out.Add("store_flushes:%" PRIu64, store.flushes);
  out.Add("store_compaction_bytes_written:%" PRIu64, store.compaction_bytes_written);
  out.Add("store_stall_usec:%" PRIu64, store.stall_micros);
  out.Add("store_gets:%" PRIu64, store.gets);
  out.Add("store_block_cache_hits:%" PRIu64, store.block_cache_hits);
  out.Add("store_block_cache_misses:%" PRIu64, store.block_cache_misses);
  out.Add("store_background_error:%s", store.background_error.c_str());
}

void AddStats(Server& server, Lines& out) {
  const ClientFigures& clients = server.clients().figures();
  const Traffic traffic = server.clients().TrafficSinceReset();
  out.Add("total_connections_received:%" PRIu64, clients.accepted);
  out.Add("total_commands_processed:%" PRIu64, server.totals().commands);
  out.Add("instantaneous_ops_per_sec:%" PRId64, server.cron().commands_per_second());
  out.Add("total_net_input_bytes:%" PRIu64, traffic.in);
  out.Add("total_net_output_bytes:%" PRIu64, traffic.out);
  out.Add("instantaneous_input_kbps:%.2f", server.cron().input_kib_per_second());
  out.Add("instantaneous_output_kbps:%.2f", server.cron().output_kib_per_second());
  out.Add("rejected_connections:%" PRIu64, clients.rejected);
  out.Add("sync_full:0");
  out.Add("sync_partial_ok:0");
  out.Add("sync_partial_err:0");
  const ExpiryFigures& expiry = server.cron().expiry();
  out.Add("expired_keys:%" PRId64, server.SinceReset(&ObjectContext::expired_keys));
  out.Add("expired_time_cap_reached_count:%" PRId64, expiry.cut_slices);
  out.Add("expire_cycle_cpu_milliseconds:%" PRId64, expiry.cpu_us / kMicrosPerMilli);
  out.Add("expire_longest_slice_usec:%" PRId64, expiry.longest_slice_us);
  out.Add("evicted_keys:%" PRId64, server.SinceReset(&ObjectContext::evicted_keys));
  out.Add("evicted_clients:%" PRIu64, clients.evicted);
  out.Add("evict_longest_slice_usec:%" PRId64, server.memory().longest_slice_us());
  out.Add("total_eviction_exceeded_time:%" PRId64, server.memory().exceeded_ms());
  out.Add("current_eviction_exceeded_time:%" PRId64, server.memory().exceeded_now_ms());
  out.Add("keyspace_hits:%" PRId64, server.SinceReset(&ObjectContext::keyspace_hits));
  out.Add("keyspace_misses:%" PRId64, server.SinceReset(&ObjectContext::keyspace_misses));
  out.Add("pubsub_channels:0");
  out.Add("pubsub_patterns:0");
  out.Add("pubsubshard_channels:0");
  out.Add("total_forks:0");
  out.Add("tracking_total_keys:%zu", server.tracking().keys());
  out.Add("tracking_total_items:%zu", server.tracking().items());
  out.Add("tracking_total_prefixes:%zu", server.tracking().prefixes());
  const CursorTable::Figures cursors = server.cursors().figures();
  out.Add("cursors_open:%zu", cursors.open);
  out.Add("cursors_memory:%" PRId64, cursors.memory_bytes);
  out.Add("cursors_opened:%" PRIu64, cursors.opened);
  out.Add("cursors_timed_out:%" PRIu64, cursors.timed_out);
  out.Add("total_error_replies:%" PRIu64, server.totals().errors);
  out.Add("total_reads_processed:%" PRIu64, clients.reads);
  out.Add("total_writes_processed:%" PRIu64, clients.writes);
}

void AddDocuments(Server& server, Lines& out) {
  const auto& indexes = server.shards().indexes();
  const IndexBuilder::Figures& builds = server.index_builder().figures();
  int64_t building = 0;
  uint64_t scanned = 0;
  for (const auto& [id, index] : indexes) {
    if (index->ready()) continue;
    ++building;
    scanned += index->scanned.load(std::memory_order_relaxed);
  }
  out.Add("doc_indexes:%zu", indexes.size());
  out.Add("doc_indexes_building:%" PRId64, building);
  out.Add("doc_index_build_scanned:%" PRIu64, scanned);
  out.Add("doc_index_builds:%" PRIu64, builds.built);
  out.Add("doc_index_builds_failed:%" PRIu64, builds.failed);
  out.Add("doc_index_build_longest_slice_usec:%" PRId64, builds.longest_slice_us);
  out.Add("expired_documents:%" PRIu64, server.document_expiry().expired());
}

void AddReplication(Server& server, Lines& out) {
  out.Add("role:master");
  out.Add("connected_slaves:0");
  out.Add("master_failover_state:no-failover");
  out.Add("master_replid:%s", server.run_id().c_str());
  out.Add("master_replid2:0000000000000000000000000000000000000000");
  out.Add("master_repl_offset:%" PRIu64, server.log().end());
  out.Add("second_repl_offset:-1");
  out.Add("repl_backlog_active:0");
}

void AddCpu(Server& /*server*/, Lines& out) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  rusage self = {};
  getrusage(RUSAGE_SELF, &self);
  rusage thread = {};
  getrusage(RUSAGE_THREAD, &thread);
  out.Add("used_cpu_sys:%.6f", seconds(self.ru_stime));
  out.Add("used_cpu_user:%.6f", seconds(self.ru_utime));
  out.Add("used_cpu_sys_children:0.000000");
  out.Add("used_cpu_user_children:0.000000");
  out.Add("used_cpu_sys_main_thread:%.6f", seconds(thread.ru_stime));
  out.Add("used_cpu_user_main_thread:%.6f", seconds(thread.ru_utime));
}

void AddModules(Server& /*server*/, Lines& /*out*/) {}

void AddCommandStats(const Command& command, Lines& out) {
  const CommandStats& stats = command.stats;
  if (stats.calls != 0 || stats.rejected != 0 || stats.failed != 0) {
    const uint64_t micros = stats.nanos / kNanosPerMicro;
    const double per_call = stats.calls == 0 ? 0
                                             : static_cast<double>(stats.nanos) / kNanosPerMicro /
                                                   static_cast<double>(stats.calls);
    out.Add("cmdstat_%s:calls=%" PRIu64 ",usec=%" PRIu64
            ",usec_per_call=%.2f,rejected_calls=%" PRIu64 ",failed_calls=%" PRIu64,
            command.full_name.c_str(), stats.calls, micros, per_call, stats.rejected, stats.failed);
  }
  for (const Command* sub : command.subcommands) AddCommandStats(*sub, out);
}

void AddAllCommandStats(Server& server, Lines& out) {
  for (const Command* command : server.commands().All()) AddCommandStats(*command, out);
}

void AddLatencyStats(const Command& command, const Config& config, Lines& out) {
  if (const LatencyHistogram* histogram = command.stats.latency.get()) {
    std::string line = "latency_percentiles_usec_" + command.full_name + ":";
    for (const double percent : config.latency_tracking_info_percentiles) {
      std::array<char, 64> part;
      const double micros =
          static_cast<double>(histogram->PercentileNanos(percent)) / kNanosPerMicro;
      const int n = std::snprintf(part.data(), part.size(), "p%.10g=%.3f", percent, micros);
      if (line.back() != ':') line += ',';
      line.append(part.data(), static_cast<size_t>(n));
    }
    out.text += line + "\r\n";
  }
  for (const Command* sub : command.subcommands) AddLatencyStats(*sub, config, out);
}

void AddAllLatencyStats(Server& server, Lines& out) {
  const Config& config = server.config().config();
  for (const Command* command : server.commands().All()) AddLatencyStats(*command, config, out);
}

void AddErrorStats(Server& server, Lines& out) {
  for (const auto& [word, count] : server.totals().errors_by_word) {
    out.Add("errorstat_%s:count=%" PRIu64, word.c_str(), count);
  }
}

void AddCluster(Server& /*server*/, Lines& out) { out.Add("cluster_enabled:0"); }

void AddKeyspace(Server& server, Lines& out) {
  const ShardSet& shards = server.shards();
  for (uint32_t database = 0; database < shards.database_count(); ++database) {
    const int64_t keys = shards.KeyCount(database);
    if (keys == 0) continue;
    out.Add("db%u:keys=%" PRId64 ",expires=%" PRId64 ",avg_ttl=%" PRId64, database, keys,
            shards.ExpiringCount(database), shards.AverageTtl(database, server.now_ms()));
  }
}

struct Section {
  const char* title;
  void (*add)(Server&, Lines&);
  bool by_default;
};

constexpr std::array<Section, 14> kSections = {{{"Server", AddServer, true},
                                                {"Clients", AddClients, true},
                                                {"Memory", AddMemory, true},
                                                {"Persistence", AddPersistence, true},
                                                {"Stats", AddStats, true},
                                                {"Documents", AddDocuments, true},
                                                {"Replication", AddReplication, true},
                                                {"CPU", AddCpu, true},
                                                {"Modules", AddModules, true},
                                                {"Commandstats", AddAllCommandStats, false},
                                                {"Errorstats", AddErrorStats, true},
                                                {"Latencystats", AddAllLatencyStats, false},
                                                {"Cluster", AddCluster, true},
                                                {"Keyspace", AddKeyspace, true}}};

std::string LowerCase(const char* text) {
  std::string out = text;
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::string Server::Info(const std::vector<std::string>& sections) {
  const auto asked = [&sections](const std::string& name) {
    return std::find(sections.begin(), sections.end(), name) != sections.end();
  };
  const bool all = asked("all") || asked("everything");
  const bool defaults = sections.empty() || asked("default");
  Lines out;
  for (const Section& section : kSections) {
    const bool wanted = all || (defaults && section.by_default) || asked(LowerCase(section.title));
    if (!wanted) continue;
    if (!out.text.empty()) out.text += "\r\n";
    out.Add("# %s", section.title);
    section.add(*this, out);
    out.text.append(FixedInfo(section.title));
  }
  return std::move(out.text);
}

}  // namespace veddb
