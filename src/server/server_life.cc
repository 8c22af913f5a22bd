// SPDX-License-Identifier: BSD-3-Clause
// How a server starts and ends, and what a changed option does.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/clock.h"
#include "base/kill_point.h"
#include "base/logging.h"
#include "server/process.h"
#include "server/server.h"

namespace veddb {
namespace {

// How long a shutdown waits for the store to take a drain that is under way.
constexpr int64_t kShutdownMillis = 10'000;

FsyncPolicy PolicyOf(AppendFsync fsync) {
  switch (fsync) {
    case AppendFsync::kAlways:
      return FsyncPolicy::kAlways;
    case AppendFsync::kEverySec:
      return FsyncPolicy::kEverysec;
    case AppendFsync::kNo:
      return FsyncPolicy::kNo;
  }
  return FsyncPolicy::kEverysec;
}

// Block cache and memtables have to leave room for objects when memory is limited.
size_t CacheBytes(const Config& config) {
  constexpr int64_t kShareOfMemory = 8;
  constexpr int64_t kBytesMin = 1 << 20;
  const int64_t machine = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  const int64_t memory = config.maxmemory != 0 ? config.maxmemory : machine;
  return static_cast<size_t>(
      std::min(config.block_cache, std::max(memory / kShareOfMemory, kBytesMin)));
}

size_t WriteBufferBytes(const Config& config) {
  const int64_t wanted = config.write_buffer;
  if (config.maxmemory == 0) return static_cast<size_t>(wanted);
  return static_cast<size_t>(std::clamp<int64_t>(config.maxmemory / 16, 1 << 20, wanted));
}

DrainLimits DrainLimitsOf(const Config& config) {
  DrainLimits limits;
  limits.interval_ms = config.drain_interval;
  limits.pending_bytes_max = config.drain_bytes;
  if (config.maxmemory != 0) {
    limits.pending_bytes_max =
        std::min(limits.pending_bytes_max, std::max<int64_t>(config.maxmemory / 16, 1 << 20));
  }
  limits.log_replay_bytes_max = static_cast<uint64_t>(config.log_replay_max);
  return limits;
}

}  // namespace

Status Server::Start() {
  const Config& config = config_.config();
  for (const auto& [from, to] : config.renamed_commands) TRY(registry_.Rename(from, to));
  dispatcher_.Start();
  ApplyProcessOptions();
  TRY(OpenStore());
  HookConfig();
  HookProcessOptions();
  clients_.ApplyLimits(config);
  TRY(Listen());
  shards_->Start();
  saves_.Start();
  memory_.Start();
  LogNotice("Server initialized");
  LogNotice("Ready to accept connections");
  return Ok();
}

Status Server::OpenStore() {
  const Config& config = config_.config();
  const std::string store_dir = "store";
  const std::string log_dir = "log";
  EngineOptions engine;
  engine.dir = store_dir;
  engine.block_cache_bytes = CacheBytes(config);
  engine.write_buffer_bytes = WriteBufferBytes(config);
  engine.max_open_files = static_cast<int>(store_files_);
  engine_ = TRY(Engine::Open(engine));
  RecoveryOptions recovery;
  // What is replayed is drained in pieces no larger than those of a running server.
  recovery.batch_bytes_max = std::min(recovery.batch_bytes_max,
                                      static_cast<size_t>(DrainLimitsOf(config).pending_bytes_max));
  recovery_ = TRY(RecoverFromLog(*engine_, log_dir, recovery));
  KILL_POINT("recovery.replayed");
  if (recovery_.log.cut_bytes > 0) {
    LogWarning("The log ended in the middle of a record: " +
               std::to_string(recovery_.log.cut_bytes) + " bytes were cut off.");
  }
  LogNotice("Recovered " + std::to_string(recovery_.records) + " records of the log (" +
            std::to_string(recovery_.bytes) + " bytes) in " + std::to_string(recovery_.took_ms) +
            " ms.");
  LogOptions log;
  log.dir = log_dir;
  log.segment_bytes = static_cast<uint64_t>(config.log_segment_bytes);
  log.policy = PolicyOf(config.appendfsync);
  log_ = TRY(LogWriter::Open(log, recovery_.log.tail));
  KILL_POINT("recovery.log_opened");
  log_->SetSyncListener([this](LogPosition) {
    const int64_t micros = log_->stats().last_sync_micros;
    if (micros > longest_sync_micros_.load(std::memory_order_relaxed)) {
      longest_sync_micros_.store(micros, std::memory_order_relaxed);
    }
    loop_.Wake();
  });
  pool_ = std::make_unique<QueryPool>(static_cast<size_t>(config.QueryThreadCount()));
  ShardSetOptions options;
  options.shards = static_cast<size_t>(config.ShardCount());
  options.databases = static_cast<uint32_t>(config.databases);
  options.log_dir = log_dir;
  shards_ = std::make_unique<ShardSet>(options, *engine_, *log_, *pool_, [this] { loop_.Wake(); });
  shards_->drainer().set_limits(DrainLimitsOf(config));
  shards_->OnChanges([this](const ChangeList& changes) { tracking_.Apply(changes); });
  evictor_ = std::make_unique<Evictor>(*shards_);
  ApplyObjectOptions();
  ApplyCursorOptions();
  ApplyBusyPoll();
  return shards_->Load();
}

Status Server::Listen() {
  const Config& config = config_.config();
  const auto accept = [this](std::unique_ptr<Connection> connection) {
    clients_.Add(std::move(connection));
  };
  std::vector<std::unique_ptr<Listener>> listeners;
  if (config.port != 0) {
    for (const std::string& word : config.bind) {
      const bool optional = word[0] == '-';
      const std::string address = optional ? word.substr(1) : word;
      auto listener = Listener::Tcp(loop_, address, static_cast<int>(config.port),
                                    static_cast<int>(config.tcp_backlog), accept);
      if (listener.ok()) {
        listeners.push_back(listener.TakeValue());
      } else if (!optional) {
        LogWarning("Failed listening on port " + std::to_string(config.port) + " (TCP), aborting.");
        return listener.error();
      }
    }
    if (listeners.empty() && !config.bind.empty()) {
      LogWarning("Failed listening on port " + std::to_string(config.port) + " (TCP), aborting.");
      return Err("none of the addresses of 'bind' could be listened on");
    }
  }
  if (!config.unixsocket.empty()) {
    listeners.push_back(
        TRY(Listener::Unix(loop_, config.unixsocket, static_cast<int>(config.unixsocketperm),
                           static_cast<int>(config.tcp_backlog), accept)));
  }
  listeners_ = std::move(listeners);
  return Ok();
}

// The old sockets must go first: they may be on the same addresses. If the new ones fail, the hook
// runs again with the old values, and the old addresses are listened on again.
Status Server::Relisten(Bytes failure) {
  listeners_.clear();
  const Status listens = Listen();
  if (listens.ok()) return Ok();
  LogWarning(listens.error().message);
  return Err(std::string(failure));
}

void Server::ApplyObjectOptions() {
  const Config& config = config_.config();
  const std::optional<EvictionRules> rules = RulesOf(config.maxmemory_policy);
  const bool by_frequency = rules && rules->order == EvictionOrder::kLeastFrequent;
  const std::pair<bool, FreeCause> lazy[] = {
      {true, FreeCause::kUnlink},
      {config.lazyfree_lazy_user_del, FreeCause::kUserDelete},
      {config.lazyfree_lazy_server_del, FreeCause::kServerDelete},
      {config.lazyfree_lazy_expire, FreeCause::kExpiry},
      {config.lazyfree_lazy_eviction, FreeCause::kEviction}};
  int64_t causes = 0;
  for (const auto& [wanted, cause] : lazy) causes |= wanted ? BitOf(cause) : 0;
  for (size_t i = 0; i < shards_->shard_count(); ++i) {
    ObjectContext& context = shards_->shard(i).context();
    context.counts_frequency.Set(by_frequency ? 1 : 0);
    context.lfu_log_factor.Set(config.lfu_log_factor);
    context.lfu_decay_minutes.Set(config.lfu_decay_time);
    context.lazy_causes.Set(causes);
  }
}

void Server::ApplyCursorOptions() {
  constexpr int64_t kMillisPerSecond = 1000;
  const Config& config = config_.config();
  cursors_.set_limits({.count_max = static_cast<size_t>(config.cursor_max),
                       .memory_bytes_max = config.cursor_memory_limit,
                       .idle_ms_max = config.cursor_timeout * kMillisPerSecond});
}

void Server::ApplyBusyPoll() {
  constexpr int64_t kNanosPerMicro = 1000;
  const bool one_core = std::thread::hardware_concurrency() == 1;
  loop_.SetBusyPoll(one_core ? 0 : config_.config().busy_poll_usec * kNanosPerMicro);
}

void Server::HookConfig() {
  config_.OnChange({"appendfsync"}, [this](const Config& config) {
    log_->SetPolicy(PolicyOf(config.appendfsync));
    if (config.appendfsync == AppendFsync::kAlways) log_->RequestSync();
    return Ok();
  });
  config_.OnChange({"loglevel"}, [](const Config& config) {
    SetLogLevel(config.loglevel);
    return Ok();
  });
  config_.OnChange({"maxmemory", "block-cache"}, [this](const Config& config) {
    engine_->SetBlockCacheBytes(CacheBytes(config));
    shards_->drainer().set_limits(DrainLimitsOf(config));
    memory_.Measure();  // the end of the turn acts on it
    return Ok();
  });
  config_.OnChange(
      {"maxmemory-policy", "lfu-log-factor", "lfu-decay-time", "lazyfree-lazy-eviction",
       "lazyfree-lazy-expire", "lazyfree-lazy-server-del", "lazyfree-lazy-user-del"},
      [this](const Config&) {
        ApplyObjectOptions();
        return Ok();
      });
  config_.OnChange({"cursor-max", "cursor-memory-limit", "cursor-timeout"}, [this](const Config&) {
    ApplyCursorOptions();
    return Ok();
  });
  config_.OnChange({"drain-interval", "drain-bytes", "log-replay-max"},
                   [this](const Config& config) {
                     shards_->drainer().set_limits(DrainLimitsOf(config));
                     return Ok();
                   });
  config_.OnChange({"port"}, [this](const Config&) {
    return Relisten("Unable to listen on this port. Check server logs.");
  });
  config_.OnChange({"bind"}, [this](const Config&) {
    return Relisten("Failed to bind to specified addresses.");
  });
  config_.OnChange({"requirepass"}, [this](const Config& config) {
    // As in Redis: who is connected stays; without a password everybody is let in.
    if (config.requirepass.empty()) {
      clients_.ForEach([](Client& client) { client.session.authenticated = true; });
    }
    return Ok();
  });
  config_.OnChange({"maxmemory", "maxmemory-clients", "client-output-buffer-limit", "requirepass",
                    "unauthenticated-output-limit"},
                   [this](const Config& config) {
                     clients_.ApplyLimits(config);
                     return Ok();
                   });
  config_.OnChange({"dir"}, [](const Config&) -> Status {
    return Err("the data directory can't be changed while the server runs");
  });
}

std::string Server::WriteRefusal() {
  const std::string& refusal = dispatcher_.gate_state().refusal;
  return refusal.empty() ? disk_.refusal() : refusal;
}

void Server::BeginShutdown() {
  if (shutdown_begun_ms_ == 0) {
    shutdown_begun_ms_ = MonoMillis();
    listeners_.clear();
    clients_.ForEach([](Client& client) { client.connection().PauseReading(); });
  }
  if (MayClose()) loop_.Stop();
}

bool Server::MayClose() const {
  // Every answered command is in the log already; only what is under way has to end, and a drain
  // that the store does not take is not waited for for ever.
  if (!shards_->AllIdle()) return false;
  if (exit_code_ != 0 || shards_->drainer().idle()) return true;
  return MonoMillis() - shutdown_begun_ms_ >= kShutdownMillis;
}

void Server::Close() {
  LogNotice("User requested shutdown...");
  KILL_POINT("shutdown.begun");
  listeners_.clear();
  // A last drain, so that the next start has nothing to replay; without it nothing would be lost.
  // Nor is there one from memory that was to be made anew: a drain that was given up is not in it.
  Drainer& drainer = shards_->drainer();
  const bool whole = !healer_.memory_void() && !shards_->rebuild_due() && shards_->Trusted().ok();
  if (whole && drainer.idle() && !EverythingDrained() && shards_->CommitTurn().ok()) {
    drainer.Request([](const Status&) {});
    if (!drainer.Finish())
      LogWarning("The last drain did not end; the next start replays the log.");
  }
  KILL_POINT("shutdown.drained");
  shards_->Stop();
  cursors_.CloseAll();
  if (!shards_->pool().idle()) LogNotice("Waiting for the reads that are under way.");
  shards_->pool().Quiesce();
  LogNotice("Writing out the store.");
  if (const Status flushed = engine_->Flush(); !flushed.ok()) {
    LogWarning("The store could not be flushed: " + flushed.error().message);
  }
  KILL_POINT("shutdown.flushed");
  log_->SetSyncListener(nullptr);
  if (const Status synced = log_->SyncNow(); !synced.ok()) {
    LogWarning("The log could not be synced: " + synced.error().message);
  }
  KILL_POINT("shutdown.synced");
  const Config& config = config_.config();
  if (const std::string file = PidFileOf(config); !file.empty()) unlink(file.c_str());
  LogWarning("VedDB is now ready to exit, bye bye...");
}

// Neither log nor store can be brought back. What was answered is in the log and comes back with
// the next start; nothing more is written.
void Server::Abandon() {
  LogWarning("The data can't be reached any more, and the server gives up (exit code " +
             std::to_string(exit_code_) + "): " + healer_.hopeless());
  listeners_.clear();
  shards_->Stop();
  cursors_.CloseAll();
  shards_->pool().Quiesce();
  log_->SetSyncListener(nullptr);
  if (const std::string file = PidFileOf(config_.config()); !file.empty()) unlink(file.c_str());
}

}  // namespace veddb
