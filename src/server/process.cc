// SPDX-License-Identifier: BSD-3-Clause
#include "server/process.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/allocator.h"
#include "base/logging.h"
#include "log/file.h"
#include "server/crash_log.h"

namespace veddb {
namespace {

constexpr char kUsage[] =
    "Usage: veddb-server [config-file] [--option value ...] [-]\n"
    "       veddb-server --verify | --repair [config-file] [--option value ...]\n"
    "       veddb-server --version | --help | --print-conf\n\n"
    "Every option of the file can be given as --option value, as in\n"
    "       veddb-server --port 7777 --dir /var/lib/veddb --maxmemory 1gb\n"
    "       veddb-server /etc/veddb.conf --loglevel verbose\n"
    "--verify reads log and store from end to end and changes nothing; --repair cuts a damaged "
    "log\n"
    "and keeps what it cuts: see docs/operations.md.\n"
    "'-' reads a configuration from standard input. --print-conf prints the documented\n"
    "configuration file with every option at its default.\n";

Error CallFailed(const std::string& what) { return Err(what + ": " + std::strerror(errno)); }

bool ByUpstartOrSystemd(const Config& config) {
  if (config.supervised == Supervised::kSystemd || config.supervised == Supervised::kUpstart) {
    return true;
  }
  return config.supervised == Supervised::kAuto && getenv("NOTIFY_SOCKET") != nullptr;
}

Status Daemonize() {
  const pid_t child = fork();
  if (child < 0) return CallFailed("Can't fork");
  if (child > 0) _exit(0);
  setsid();
  const int null_device = open("/dev/null", O_RDWR);
  if (null_device < 0) return CallFailed("Can't open /dev/null");
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null_device, fd);
  if (null_device > STDERR_FILENO) close(null_device);
  return Ok();
}

Status WritePidFile(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return CallFailed("Can't write the pid file " + path);
  std::fprintf(file, "%d\n", static_cast<int>(getpid()));
  std::fclose(file);
  return Ok();
}

// Two servers on one data directory would destroy it. The lock goes with the process.
Status LockDirectory() {
  const int fd = open("veddb.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return CallFailed("Can't make veddb.lock in the data directory");
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Err("Another server uses this data directory (veddb.lock is held)");
  }
  return Ok();
}

std::optional<SystemLog> SystemLogOf(const Config& config) {
  if (!config.syslog_enabled) return std::nullopt;
  constexpr std::array<int, 9> kFacilities = {LOG_USER,   LOG_LOCAL0, LOG_LOCAL1,
                                              LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4,
                                              LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7};
  return SystemLog{config.syslog_ident, kFacilities[static_cast<size_t>(config.syslog_facility)]};
}

}  // namespace

std::string AnswerToFlags(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) return {};
  const std::string& flag = arguments[0];
  if (flag == "--help" || flag == "-h") return kUsage;
  if (flag == "--print-conf") return PrintConf();
  if (flag == "--version" || flag == "-v") {
    return std::string("VedDB server v=") + kVersion + " redis_version=" + kRedisVersion +
           " malloc=" + AllocatorName() + " bits=64\n";
  }
  return {};
}

std::string PidFileOf(const Config& config) {
  if (config.pidfile.empty() && config.daemonize) return "/var/run/veddb.pid";
  return config.pidfile;
}

Status PrepareProcess(ConfigStore& store) {
  const Config& config = store.config();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  if (mkdir(config.dir.c_str(), 0700) == 0) {
    // Else a loss of power could take the directory with everything in it.
    TRY(SyncDirectory(config.dir + "/.."));
  } else if (errno != EEXIST) {
    return CallFailed("Can't make the data directory '" + config.dir + "'");
  }
  if (chdir(config.dir.c_str()) != 0) {
    return CallFailed("Can't chdir to '" + config.dir + "'");
  }
  std::error_code error;
  const std::string directory = std::filesystem::current_path(error).string();
  if (error) return Err("The data directory has no name: " + error.message());
  store.Update([&](Config& changed) { changed.dir = directory; });
  if (config.daemonize && !ByUpstartOrSystemd(config)) TRY(Daemonize());
  TRY(OpenLog(config.logfile, config.loglevel, SystemLogOf(config)));
  if (config.crash_log_enabled) InstallCrashLog(config.logfile);
  if (const std::string file = PidFileOf(config); !file.empty()) TRY(WritePidFile(file));
  return LockDirectory();
}

void LogStartBanner(const Config& config, const std::string& config_file) {
  LogNotice("VedDB is starting");
  LogNotice("VedDB version=" + std::string(kVersion) +
            ", bits=64, pid=" + std::to_string(getpid()) + ", just started");
  if (config_file.empty()) {
    LogWarning("Warning: no config file specified, using the default config.");
  } else {
    LogNotice("Configuration loaded");
  }
  LogNotice("Running mode=standalone, port=" + std::to_string(config.port) + ".");
  LogNotice("Data directory " + config.dir + ", PID: " + std::to_string(getpid()));
}

const char* SupervisorOf(const Config& config) {
  if (!ByUpstartOrSystemd(config)) return "no";
  return config.supervised == Supervised::kUpstart ? "upstart" : "systemd";
}

void NotifySupervisor(const Config& config, const std::string& state) {
  const char* path = getenv("NOTIFY_SOCKET");
  if (path == nullptr || !ByUpstartOrSystemd(config)) return;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const size_t size = std::strlen(path);
  if (size == 0 || size >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, size);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  if (sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&address), length) < 0) {
    LogWarning("The supervisor could not be notified: " + std::string(std::strerror(errno)));
  }
  close(fd);
}

}  // namespace veddb
