// SPDX-License-Identifier: BSD-3-Clause
// Options of the process and its messages.
#include <algorithm>

#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr ChoiceName kLogLevelNames[] = {{"debug", Code(LogLevel::kDebug)},
                                         {"verbose", Code(LogLevel::kVerbose)},
                                         {"notice", Code(LogLevel::kNotice)},
                                         {"warning", Code(LogLevel::kWarning)}};
constexpr ChoiceName kSupervisedNames[] = {{"upstart", Code(Supervised::kUpstart)},
                                           {"systemd", Code(Supervised::kSystemd)},
                                           {"auto", Code(Supervised::kAuto)},
                                           {"no", Code(Supervised::kNo)}};
constexpr ChoiceName kFacilityNames[] = {
    {"user", Code(SyslogFacility::kUser)},     {"local0", Code(SyslogFacility::kLocal0)},
    {"local1", Code(SyslogFacility::kLocal1)}, {"local2", Code(SyslogFacility::kLocal2)},
    {"local3", Code(SyslogFacility::kLocal3)}, {"local4", Code(SyslogFacility::kLocal4)},
    {"local5", Code(SyslogFacility::kLocal5)}, {"local6", Code(SyslogFacility::kLocal6)},
    {"local7", Code(SyslogFacility::kLocal7)}};
// "yes" is the old word for "relative" and is what Redis shows for both.
constexpr ChoiceName kOomNames[] = {{"no", Code(OomScoreAdj::kNo)},
                                    {"yes", Code(OomScoreAdj::kRelative)},
                                    {"relative", Code(OomScoreAdj::kRelative)},
                                    {"absolute", Code(OomScoreAdj::kAbsolute)}};
constexpr ChoiceName kShutdownNames[] = {{"default", 0},
                                         {"save", kShutdownSave},
                                         {"nosave", kShutdownNoSave},
                                         {"now", kShutdownNow},
                                         {"force", kShutdownForce}};

constexpr int64_t kHzMin = 1;
constexpr int64_t kHzMax = 500;
constexpr int64_t kWatchdogPeriodMin = 200;
constexpr int64_t kLoadingIntervalMin = 1024;

int64_t ClampHz(int64_t hz) { return std::clamp(hz, kHzMin, kHzMax); }
int64_t ClampWatchdog(int64_t ms) { return ms == 0 ? 0 : std::max(ms, kWatchdogPeriodMin); }

Status CheckShutdown(uint32_t bits) {
  if ((bits & kShutdownSave) != 0 && (bits & kShutdownNoSave) != 0) {
    return Err("shutdown options SAVE and NOSAVE can't be used simultaneously");
  }
  return Ok();
}

// {title} and its like must be known and closed, and the result must not be empty.
Status CheckTitle(const std::string& text) {
  constexpr Bytes kNames[] = {"title",    "listen-addr", "server-mode", "port",
                              "tls-port", "unixsocket",  "config-file"};
  const auto bad = [] { return Err("template format is invalid or contains unknown variables"); };
  bool shows_something = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '{') {
      shows_something = shows_something || text[at] != ' ';
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == std::string::npos) return bad();
    const Bytes name = Bytes(text).substr(at + 1, end - at - 1);
    if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) return bad();
    // These may turn out empty.
    const bool fickle = name == "title" || name == "server-mode" || name == "unixsocket";
    shows_something = shows_something || !fickle;
    at = end;
  }
  return shows_something ? Ok() : Status(bad());
}

constexpr Option kProcess[] = {
    {.name = "daemonize",
     .bind = YesNoValue{&Config::daemonize},
     .initial = "no",
     .change = Mutability::kStart,
     .doc = "Goes to the background. Under systemd and in containers leave it no."},
    {.name = "pidfile",
     .bind = TextValue{&Config::pidfile},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .doc = "File for the process id, removed at the end; empty: none, or /var/run/veddb.pid with "
            "daemonize."},
    {.name = "loglevel",
     .bind = OneOf<&Config::loglevel>(kLogLevelNames),
     .initial = "notice",
     .doc = "The least important messages that are written: debug, verbose, notice or warning."},
    {.name = "logfile",
     .bind = TextValue{&Config::logfile},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .doc = "File that messages are appended to; empty: standard output."},
    {.name = "databases",
     .bind = NumberValue{&Config::databases, 1, kIntMax},
     .initial = "16",
     .change = Mutability::kStart,
     .doc = "Databases for SELECT, numbered from 0. An empty one costs nothing."},
    {.name = "hz",
     .bind = NumberValue{&Config::hz, 0, kIntMax, ValueUnit::kPlain, ClampHz},
     .initial = "10",
     .effect = OptionEffect::kCompat,
     .doc = "Work is done when it is due, not polled for; what is looked at by time is looked at "
            "ten times a second."},
    {.name = "shutdown-timeout",
     .bind = NumberValue{&Config::shutdown_timeout, 0, kIntMax},
     .initial = "10",
     .effect = OptionEffect::kLater,
     .later = kNoReplication,
     .doc = "Seconds a shutdown waits for replicas to catch up; 0: it does not wait."},
    {.name = "shutdown-on-sigterm",
     .bind = SomeOf<&Config::shutdown_on_sigterm>(kShutdownNames, CheckShutdown),
     .initial = "default",
     .effect = OptionEffect::kLater,
     .later = kNoReplication,
     .doc = "What SIGTERM does: default, or any of now (does not wait for replicas), force, save, "
            "nosave. The last three never change anything: every shutdown leaves the log "
            "complete."},
    {.name = "shutdown-on-sigint",
     .bind = SomeOf<&Config::shutdown_on_sigint>(kShutdownNames, CheckShutdown),
     .initial = "default",
     .effect = OptionEffect::kLater,
     .later = kNoReplication,
     .doc = "The same for SIGINT."},
    {.name = "supervised",
     .bind = OneOf<&Config::supervised>(kSupervisedNames),
     .initial = "no",
     .change = Mutability::kStart,
     .doc = "systemd is told when the server is ready (Type=notify); auto: if it asked for that. "
            "Under a supervisor the server stays in the foreground, whatever daemonize says."},
    {.name = "syslog-enabled",
     .bind = YesNoValue{&Config::syslog_enabled},
     .initial = "no",
     .change = Mutability::kStart,
     .doc = "Messages go to the system's log as well."},
    {.name = "syslog-ident",
     .bind = TextValue{&Config::syslog_ident},
     .initial = "redis",
     .change = Mutability::kStart,
     .doc = "The name they carry there."},
    {.name = "syslog-facility",
     .bind = OneOf<&Config::syslog_facility>(kFacilityNames),
     .initial = "local0",
     .change = Mutability::kStart,
     .doc = "The facility they are filed under: user, or local0 to local7."},
    {.name = "crash-log-enabled",
     .bind = YesNoValue{&Config::crash_log_enabled},
     .initial = "yes",
     .doc = "A crash writes the signal and a stack trace into the messages before the process "
            "ends. It ends by the signal all the same, with a core dump where the system makes "
            "them."},
    {.name = "crash-memcheck-enabled",
     .bind = YesNoValue{&Config::crash_memcheck_enabled},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "Memory is not tested after a crash."},
    {.name = "always-show-logo",
     .bind = YesNoValue{&Config::always_show_logo},
     .initial = "no",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "There is no logo."},
    {.name = "set-proc-title",
     .bind = YesNoValue{&Config::set_proc_title},
     .initial = "yes",
     .change = Mutability::kStart,
     .doc = "ps shows proc-title-template instead of the arguments of the process."},
    {.name = "proc-title-template",
     .bind = TextValue{&Config::proc_title_template, CheckTitle},
     .initial = "\"{title} {listen-addr} {server-mode}\"",
     .doc = "Words, and variables in braces: {title} is the name it was started under, {listen-addr} "
            "the first address and port (or the Unix socket), {server-mode} nothing, {port}, "
            "{tls-port}, {unixsocket} and {config-file} what they say. What is longer than the "
            "arguments and the environment were is cut off."},
    {.name = "dynamic-hz",
     .bind = YesNoValue{&Config::dynamic_hz},
     .initial = "yes",
     .effect = OptionEffect::kCompat,
     .doc = "Background work does not depend on the number of clients."},
    {.name = "oom-score-adj",
     .bind = OneOf<&Config::oom_score_adj>(kOomNames),
     .initial = "no",
     .doc = "Whether the server says what the kernel should think of ending it when memory runs "
            "out: no, relative (yes; added to what it was started with) or absolute."},
    {.name = "oom-score-adj-values",
     .bind = &kOomValuesWords,
     .initial = "0 200 800",
     .doc = "What it says, -2000 to 2000; the kernel's scale ends at -1000 (never) and 1000. The "
            "first of the three counts: the others are for replicas and forked children, and "
            "there are none. To go below what it was started with a process needs to be "
            "privileged."},
    {.name = "disable-thp",
     .bind = YesNoValue{&Config::disable_thp},
     .initial = "yes",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "The process never forks to save, so that huge pages do it no harm."},
    {.name = "server_cpulist",
     .bind = TextValue{&Config::server_cpulist},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "Threads are not pinned; use taskset or the service manager."},
    {.name = "bio_cpulist",
     .bind = TextValue{&Config::bio_cpulist},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "See server_cpulist."},
    {.name = "aof_rewrite_cpulist",
     .bind = TextValue{&Config::aof_rewrite_cpulist},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "See server_cpulist."},
    {.name = "bgsave_cpulist",
     .bind = TextValue{&Config::bgsave_cpulist},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "See server_cpulist."},
    {.name = "ignore-warnings",
     .bind = TextValue{&Config::ignore_warnings},
     .initial = "\"\"",
     .effect = OptionEffect::kCompat,
     .doc = "No start is refused because of a kernel's fault."},
    {.name = "watchdog-period",
     .bind = NumberValue{&Config::watchdog_period, 0, kIntMax, ValueUnit::kPlain, ClampWatchdog},
     .initial = "0",
     .effect = OptionEffect::kCompat,
     .hidden = true,
     .doc = "There is no watchdog."},
    {.name = "use-exit-on-panic",
     .bind = YesNoValue{&Config::use_exit_on_panic},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .hidden = true,
     .doc = "A failed check always aborts."},
    {.name = "key-load-delay",
     .bind = NumberValue{&Config::key_load_delay, kIntMin, kIntMax},
     .initial = "0",
     .effect = OptionEffect::kCompat,
     .hidden = true,
     .doc = "Nothing is loaded at the start but the log's tail."},
    {.name = "rdb-key-save-delay",
     .bind = NumberValue{&Config::rdb_key_save_delay, kIntMin, kIntMax},
     .initial = "0",
     .effect = OptionEffect::kCompat,
     .hidden = true,
     .doc = "No RDB file is written key by key."},
    {.name = "loading-process-events-interval-bytes",
     .bind =
         NumberValue{&Config::loading_process_events_interval_bytes, kLoadingIntervalMin, kIntMax},
     .initial = "2097152",
     .effect = OptionEffect::kCompat,
     .hidden = true,
     .doc = "Clients are served while the log's tail is read."},
};

}  // namespace

OptionSection ProcessOptions() {
  return {"PROCESS AND MESSAGES", "How the server runs and what it says.", kProcess};
}

}  // namespace veddb
