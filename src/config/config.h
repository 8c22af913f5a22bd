// SPDX-License-Identifier: BSD-3-Clause
// Config: the values of all options as plain members, bound to the rows of options.h by name
// (maxmemory-policy is maxmemory_policy). What an option means is said in its row, not here.
//
// Owned by: the loop thread, which alone changes it (ConfigStore) and may read members directly.
// Every other thread gets the values it needs from a change hook, as its own copy or atomic.
// Sizes are in bytes; times in the unit the row says.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/logging.h"

namespace veddb {

enum class AppendFsync : uint8_t { kEverySec, kAlways, kNo };
enum class MaxmemoryPolicy : uint8_t {
  kVolatileLru,
  kVolatileLfu,
  kVolatileRandom,
  kVolatileTtl,
  kAllkeysLru,
  kAllkeysLfu,
  kAllkeysRandom,
  kNoEviction,
};
// Who may do a thing: nobody, everybody, or connections from this machine.
enum class Permission : uint8_t { kNo, kYes, kLocal };
enum class AclPubsubDefault : uint8_t { kAllChannels, kResetChannels };
enum class TlsAuthClients : uint8_t { kNo, kYes, kOptional };
enum class SanitizeDumpPayload : uint8_t { kNo, kYes, kClients };
enum class OomScoreAdj : uint8_t { kNo, kRelative, kAbsolute };
enum class DisklessLoad : uint8_t { kDisabled, kOnEmptyDb, kSwapDb };
enum class PropagationError : uint8_t { kIgnore, kPanic, kPanicOnReplicas };
enum class Supervised : uint8_t { kUpstart, kSystemd, kAuto, kNo };
enum class EndpointType : uint8_t { kIp, kHostname, kUnknownEndpoint };
enum class SyslogFacility : uint8_t {
  kUser,
  kLocal0,
  kLocal1,
  kLocal2,
  kLocal3,
  kLocal4,
  kLocal5,
  kLocal6,
  kLocal7,
};

// Bits of shutdown-on-sigterm and -sigint; none set: the default.
inline constexpr uint32_t kShutdownSave = 1;
inline constexpr uint32_t kShutdownNoSave = 2;
inline constexpr uint32_t kShutdownNow = 4;
inline constexpr uint32_t kShutdownForce = 8;

// Bits of notify-keyspace-events: the classes of events, and K and E for where they go.
inline constexpr uint32_t kNotifyKeyspace = 1 << 0;  // K: to __keyspace@N__:key
inline constexpr uint32_t kNotifyKeyevent = 1 << 1;  // E: to __keyevent@N__:event
inline constexpr uint32_t kNotifyGeneric = 1 << 2;   // g
inline constexpr uint32_t kNotifyString = 1 << 3;    // $
inline constexpr uint32_t kNotifyList = 1 << 4;      // l
inline constexpr uint32_t kNotifySet = 1 << 5;       // s
inline constexpr uint32_t kNotifyHash = 1 << 6;      // h
inline constexpr uint32_t kNotifyZset = 1 << 7;      // z
inline constexpr uint32_t kNotifyExpired = 1 << 8;   // x
inline constexpr uint32_t kNotifyEvicted = 1 << 9;   // e
inline constexpr uint32_t kNotifyStream = 1 << 10;   // t
inline constexpr uint32_t kNotifyKeyMiss = 1 << 11;  // m, not in A
inline constexpr uint32_t kNotifyModule = 1 << 13;   // d
inline constexpr uint32_t kNotifyNew = 1 << 14;      // n, not in A
inline constexpr uint32_t kNotifyAll = kNotifyGeneric | kNotifyString | kNotifyList | kNotifySet |
                                       kNotifyHash | kNotifyZset | kNotifyExpired | kNotifyEvicted |
                                       kNotifyStream | kNotifyModule;  // A

struct SavePoint {
  int64_t seconds;
  int64_t changes;
  bool operator==(const SavePoint&) const = default;
};

// Limits of what waits to be sent to one client; 0 is no limit.
struct OutputLimit {
  int64_t hard_bytes = 0;
  int64_t soft_bytes = 0;
  int64_t soft_seconds = 0;
  bool operator==(const OutputLimit&) const = default;
};
enum class ClientClass : uint8_t { kNormal, kReplica, kPubsub, kCount };

struct PrimaryAddress {
  std::string host;  // empty: this server is a primary
  int64_t port = 0;
  bool operator==(const PrimaryAddress&) const = default;
};

struct Config {
  // Network.
  std::vector<std::string> bind;
  std::string bind_source_addr;
  int64_t port = 0;
  int64_t tcp_backlog = 0;
  int64_t tcp_keepalive = 0;
  int64_t busy_poll_usec = 0;
  int64_t timeout = 0;
  std::string unixsocket;
  int64_t unixsocketperm = 0;
  bool protected_mode = false;
  int64_t socket_mark_id = 0;

  // TLS.
  int64_t tls_port = 0;
  std::string tls_cert_file, tls_key_file, tls_key_file_pass;
  std::string tls_client_cert_file, tls_client_key_file, tls_client_key_file_pass;
  std::string tls_dh_params_file, tls_ca_cert_file, tls_ca_cert_dir;
  TlsAuthClients tls_auth_clients{};
  bool tls_replication = false, tls_cluster = false;
  std::string tls_protocols, tls_ciphers, tls_ciphersuites;
  bool tls_prefer_server_ciphers = false, tls_session_caching = false;
  int64_t tls_session_cache_size = 0, tls_session_cache_timeout = 0;
  std::string tls_crl_file;

  // Process and messages.
  bool daemonize = false;
  Supervised supervised{};
  std::string pidfile, logfile;
  LogLevel loglevel{};
  bool syslog_enabled = false;
  std::string syslog_ident;
  SyslogFacility syslog_facility{};
  bool crash_log_enabled = false, crash_memcheck_enabled = false;
  bool always_show_logo = false, set_proc_title = false;
  std::string proc_title_template;
  int64_t databases = 0;
  int64_t hz = 0;
  bool dynamic_hz = false;
  int64_t shutdown_timeout = 0;
  uint32_t shutdown_on_sigint = 0, shutdown_on_sigterm = 0;  // kShutdown… bits
  OomScoreAdj oom_score_adj{};
  std::array<int64_t, 3> oom_score_adj_values{};
  bool disable_thp = false;
  std::string server_cpulist, bio_cpulist, aof_rewrite_cpulist, bgsave_cpulist;
  std::string ignore_warnings;
  int64_t watchdog_period = 0;
  bool use_exit_on_panic = false;
  int64_t key_load_delay = 0, rdb_key_save_delay = 0;
  int64_t loading_process_events_interval_bytes = 0;

  // Security.
  std::string requirepass, aclfile;
  int64_t acllog_max_len = 0;
  AclPubsubDefault acl_pubsub_default{};
  Permission enable_protected_configs{}, enable_debug_command{}, enable_module_command{};
  SanitizeDumpPayload sanitize_dump_payload{};
  // rename-command lines of the file: old name, new name (empty: the command is taken away).
  std::vector<std::pair<std::string, std::string>> renamed_commands;
  // user lines of the file: name and rules, one string a word.
  std::vector<std::vector<std::string>> users;

  // Clients.
  int64_t maxclients = 0;
  int64_t maxmemory_clients = 0;  // negative: percent of maxmemory
  std::array<OutputLimit, static_cast<size_t>(ClientClass::kCount)> client_output_buffer_limit{};
  int64_t client_query_buffer_limit = 0, proto_max_bulk_len = 0;
  int64_t unauthenticated_timeout = 0, unauthenticated_output_limit = 0;
  int64_t tracking_table_max_keys = 0;
  int64_t max_inflight_per_client = 0;
  int64_t io_threads = 0;
  bool io_threads_do_reads = false;

  // Memory.
  int64_t maxmemory = 0;
  MaxmemoryPolicy maxmemory_policy{};
  int64_t maxmemory_samples = 0, maxmemory_eviction_tenacity = 0;
  int64_t active_expire_effort = 0;
  int64_t lfu_log_factor = 0, lfu_decay_time = 0;
  bool lazyfree_lazy_eviction = false, lazyfree_lazy_expire = false;
  bool lazyfree_lazy_server_del = false, lazyfree_lazy_user_del = false;
  bool lazyfree_lazy_user_flush = false;
  bool activerehashing = false, activedefrag = false, jemalloc_bg_thread = false;
  int64_t active_defrag_ignore_bytes = 0, active_defrag_max_scan_fields = 0;
  int64_t active_defrag_threshold_lower = 0, active_defrag_threshold_upper = 0;
  int64_t active_defrag_cycle_min = 0, active_defrag_cycle_max = 0;
  int64_t block_cache = 0, write_buffer = 0;
  int64_t cold_object_max = 0;  // elements

  // Shards and queries.
  int64_t shards = 0;         // 0: ShardCount() decides
  int64_t query_threads = 0;  // 0: QueryThreadCount() decides

  // Persistence.
  std::string dir, dbfilename, appendfilename, appenddirname;
  bool appendonly = false;
  AppendFsync appendfsync{};
  bool no_appendfsync_on_rewrite = false;
  int64_t drain_interval = 0;  // ms
  int64_t drain_bytes = 0, log_segment_bytes = 0, log_replay_max = 0;
  int64_t disk_min_free = 0;
  std::vector<SavePoint> save;
  bool stop_writes_on_bgsave_error = false;
  bool rdbcompression = false, rdbchecksum = false, rdb_del_sync_files = false;
  bool rdb_save_incremental_fsync = false;
  int64_t auto_aof_rewrite_percentage = 0, auto_aof_rewrite_min_size = 0;
  bool aof_load_truncated = false, aof_use_rdb_preamble = false, aof_timestamp_enabled = false;
  bool aof_rewrite_incremental_fsync = false, aof_disable_auto_gc = false;

  // Replication.
  PrimaryAddress replicaof;
  std::string masteruser, masterauth;
  bool replica_serve_stale_data = false, replica_read_only = false, replica_announced = false;
  std::string replica_announce_ip;
  int64_t replica_announce_port = 0, replica_priority = 0;
  bool replica_ignore_maxmemory = false, replica_lazy_flush = false;
  bool replica_ignore_disk_write_errors = false;
  int64_t repl_ping_replica_period = 0, repl_timeout = 0;
  bool repl_disable_tcp_nodelay = false, repl_diskless_sync = false;
  int64_t repl_diskless_sync_delay = 0, repl_diskless_sync_max_replicas = 0;
  DisklessLoad repl_diskless_load{};
  int64_t repl_backlog_size = 0, repl_backlog_ttl = 0, repl_log_max = 0;
  int64_t min_replicas_to_write = 0, min_replicas_max_lag = 0;
  PropagationError propagation_error_behavior{};

  // Cluster (not supported; kept so that Redis's files load).
  bool cluster_enabled = false;
  std::string cluster_config_file, cluster_announce_ip, cluster_announce_hostname;
  int64_t cluster_node_timeout = 0, cluster_port = 0, cluster_announce_port = 0;
  int64_t cluster_announce_bus_port = 0, cluster_announce_tls_port = 0;
  int64_t cluster_replica_validity_factor = 0, cluster_migration_barrier = 0;
  int64_t cluster_link_sendbuf_limit = 0;
  bool cluster_require_full_coverage = false, cluster_replica_no_failover = false;
  bool cluster_allow_reads_when_down = false, cluster_allow_pubsubshard_when_down = false;
  bool cluster_allow_replica_migration = false;
  EndpointType cluster_preferred_endpoint_type{};

  // Watching.
  int64_t slowlog_log_slower_than = 0, slowlog_max_len = 0;
  int64_t latency_monitor_threshold = 0;
  bool latency_tracking = false;
  std::vector<double> latency_tracking_info_percentiles;
  uint32_t notify_keyspace_events = 0;  // kNotify… bits

  // Data types and scripts.
  int64_t hash_max_listpack_entries = 0, hash_max_listpack_value = 0;
  int64_t list_max_listpack_size = 0, list_compress_depth = 0;
  int64_t set_max_intset_entries = 0;
  int64_t zset_max_listpack_entries = 0, zset_max_listpack_value = 0;
  int64_t hll_sparse_max_bytes = 0;
  int64_t stream_node_max_bytes = 0, stream_node_max_entries = 0;
  int64_t busy_reply_threshold = 0;  // ms

  // Documents.
  int64_t doc_max_size = 0, doc_batch_max = 0, doc_memory_limit = 0;
  int64_t cursor_max = 0, cursor_memory_limit = 0;
  int64_t cursor_timeout = 0;  // seconds

  // shards and query-threads with 0 resolved: one a core, shards at least 2.
  int64_t ShardCount() const;
  int64_t QueryThreadCount() const;
  const OutputLimit& output_limit(ClientClass c) const {
    return client_output_buffer_limit[static_cast<size_t>(c)];
  }
};

// All options at the defaults of their rows.
Config DefaultConfig();

}  // namespace veddb
