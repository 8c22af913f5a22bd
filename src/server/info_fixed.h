// SPDX-License-Identifier: BSD-3-Clause
// FixedInfo: what INFO says of things that Redis has and this server has not, so that who reads its
// fields finds them all: a child process that saves, defragmentation, threads for sockets, an RDB
// file to load, and, in this version, scripts, functions and replicas.
#pragma once
#include <utility>

#include "base/bytes.h"

namespace veddb {

inline constexpr std::pair<Bytes, Bytes> kFixedInfo[] = {
    {"Server", "io_threads_active:0\r\n"},
    {"Memory",
     "used_memory_vm_eval:0\r\n"
     "used_memory_lua:0\r\n"
     "used_memory_lua_human:0B\r\n"
     "used_memory_scripts_eval:0\r\n"
     "number_of_cached_scripts:0\r\n"
     "number_of_functions:0\r\n"
     "number_of_libraries:0\r\n"
     "used_memory_vm_functions:0\r\n"
     "used_memory_vm_total:0\r\n"
     "used_memory_vm_total_human:0B\r\n"
     "used_memory_functions:0\r\n"
     "used_memory_scripts:0\r\n"
     "used_memory_scripts_human:0B\r\n"
     "mem_total_replication_buffers:0\r\n"
     "mem_aof_buffer:0\r\n"},
    {"Persistence",
     "current_cow_peak:0\r\n"
     "current_cow_size:0\r\n"
     "current_cow_size_age:0\r\n"
     "current_fork_perc:0.00\r\n"
     "current_save_keys_processed:0\r\n"
     "current_save_keys_total:0\r\n"
     "rdb_last_cow_size:0\r\n"
     "rdb_last_load_keys_expired:0\r\n"
     "rdb_last_load_keys_loaded:0\r\n"
     "aof_last_cow_size:0\r\n"
     "aof_pending_rewrite:0\r\n"
     "aof_buffer_length:0\r\n"
     "module_fork_in_progress:0\r\n"
     "module_fork_last_cow_size:0\r\n"},
    {"Stats",
     "total_net_repl_input_bytes:0\r\n"
     "total_net_repl_output_bytes:0\r\n"
     "instantaneous_input_repl_kbps:0.00\r\n"
     "instantaneous_output_repl_kbps:0.00\r\n"
     "latest_fork_usec:0\r\n"
     "migrate_cached_sockets:0\r\n"
     "slave_expires_tracked_keys:0\r\n"
     "active_defrag_hits:0\r\n"
     "active_defrag_misses:0\r\n"
     "active_defrag_key_hits:0\r\n"
     "active_defrag_key_misses:0\r\n"
     "total_active_defrag_time:0\r\n"
     "current_active_defrag_time:0\r\n"
     "unexpected_error_replies:0\r\n"
     "dump_payload_sanitizations:0\r\n"
     "io_threaded_reads_processed:0\r\n"
     "io_threaded_writes_processed:0\r\n"},
    {"Replication",
     "repl_backlog_size:0\r\n"
     "repl_backlog_first_byte_offset:0\r\n"
     "repl_backlog_histlen:0\r\n"},
};

// The lines of a section; empty: there are none.
constexpr Bytes FixedInfo(Bytes section) {
  for (const auto& [title, lines] : kFixedInfo) {
    if (title == section) return lines;
  }
  return {};
}

}  // namespace veddb
