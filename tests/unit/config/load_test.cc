// SPDX-License-Identifier: BSD-3-Clause
// Reading files and the command line.
#include "config_testing.h"

namespace veddb {
namespace {

std::string Fatal(int line, const std::string& text, const std::string& reason) {
  return "\n*** FATAL CONFIG FILE ERROR (VedDB) ***\nReading the configuration file, at line " +
         std::to_string(line) + "\n>>> '" + text + "'\n" + reason + "\n";
}

struct BadLine {
  std::string line;
  std::string reason;
};

TEST(ConfigLoad, BadLinesAreToldWithNumberAndReason) {
  const BadLine kCases[] = {
      {"databases 0", "argument must be between 1 and 2147483647 inclusive"},
      {"foo bar", "Bad directive or wrong number of arguments"},
      {"port 1 2", "wrong number of arguments"},
      {"port", "wrong number of arguments"},
      {"port \"1", "Unbalanced quotes in configuration line"},
      {"appendfilename a/b", "appendfilename can't be a path, just a filename"},
      {"appenddirname a/b", "appenddirname can't be a path, just a dirname"},
      {"appenddirname \"\"", "appenddirname can't be empty"},
      {"dbfilename a/b", "dbfilename can't be a path, just a filename"},
      {"bind 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "Too many bind addresses specified."},
      {"save 1", "Invalid save parameters"},
      {"save \"\" 1", "Invalid save parameters"},
      {"slaveof a", "wrong number of arguments"},
      {"replicaof a 99999", "Invalid master port"},
      {"unixsocketperm 999", "argument couldn't be parsed as an octal number"},
      {"unixsocketperm 1777", "argument must be between 0 and 777 inclusive"},
      {"maxmemory x", "argument must be a memory value"},
      {"user", "Bad directive or wrong number of arguments"},
      {"rename-command get", "Bad directive or wrong number of arguments"},
      {"include", "Bad directive or wrong number of arguments"},
      {"client-output-buffer-limit normal 1 2",
       "Wrong number of arguments in buffer limit configuration."},
      {"client-output-buffer-limit \"\"",
       "Wrong number of arguments in buffer limit configuration."},
      {"oom-score-adj-values 1 2", "wrong number of arguments"},
      {"sentinel foo", "sentinel directive while not in sentinel mode"},
      {"notify-keyspace-events K E", "wrong number of arguments"},
      {"shutdown-on-sigterm",
       "argument(s) must be one of the following: default, save, nosave, now, force"},
      {"supervised x", "argument(s) must be one of the following: upstart, systemd, auto, no"},
      {"min-replicas-to-write x # c", "wrong number of arguments"},
      {"loadmodule x.so", "Modules can't be loaded at run time"},
  };
  for (const BadLine& bad : kCases) {
    ConfigStore store;
    EXPECT_EQ(AsText(store.LoadText("timeout 5\n\n  " + bad.line + " \n")),
              Fatal(3, bad.line, bad.reason));
    EXPECT_EQ(store.config().timeout, 0) << "an error must leave everything as it was";
  }
}

TEST(ConfigLoad, GoodLinesSetTheirValue) {
  struct Case {
    std::string line;
    std::string name;
    std::string value;
  };
  const Case kCases[] = {
      {"\"port\" 7", "port", "7"},
      {"PORT '7'", "port", "7"},
      {"unixsocketperm 0700", "unixsocketperm", "700"},
      {"save \"900 1\"", "save", "900 1"},
      {"save \"\"", "save", ""},
      {"save", "save", ""},
      {"bind \"\"", "bind", ""},
      {"bind 127.0.0.1 -::1", "bind", "127.0.0.1 -::1"},
      {"bind \"127.0.0.1 -::1\"", "bind", "127.0.0.1 -::1"},
      {"replicaof NO one", "replicaof", ""},
      {"latency-tracking-info-percentiles", "latency-tracking-info-percentiles", ""},
      {"logfile \"/tmp/l og\"", "logfile", "/tmp/l og"},
      {"list-max-ziplist-entries 5", "list-max-ziplist-size", "-2"},
      {"oom-score-adj relative", "oom-score-adj", "yes"},
      {"client-output-buffer-limit pubsub 1 2 3 replica 1mb 2mb 3", "client-output-buffer-limit",
       "normal 0 0 0 slave 1048576 2097152 3 pubsub 1 2 3"},
      {"# port 8", "port", "6379"},
  };
  for (const Case& good : kCases) {
    ConfigStore store;
    EXPECT_EQ(AsText(store.LoadText(good.line)), "OK") << good.line;
    EXPECT_EQ(Shown(store, good.name), good.value) << good.line;
  }
}

TEST(ConfigLoad, SaveLinesAddUpAndAnEmptyOneBeginsAnew) {
  ConfigStore store;
  ASSERT_EQ(AsText(store.LoadText("save 900 1\nsave 300 10\n")), "OK");
  EXPECT_EQ(Shown(store, "save"), "900 1 300 10");
  ASSERT_EQ(AsText(store.LoadText("save 900 1\nsave \"\"\nsave 5 6\n")), "OK");
  EXPECT_EQ(Shown(store, "save"), "5 6");
}

TEST(ConfigLoad, TheCommandLineComesAfterTheFile) {
  const ConfigDirectory directory;
  const std::string file = directory.Write("a.conf", "port 1\nsave 7 7\ntimeout 3\n");
  ConfigStore store;
  ASSERT_EQ(Load(store, {file, "--port", "2", "--save", "1", "2", "--save", "3 4", "--bind",
                         "127.0.0.1", "-::1", "--requirepass", "a \"b"}),
            "OK");
  EXPECT_EQ(Shown(store, "port"), "2");
  EXPECT_EQ(Shown(store, "timeout"), "3");
  EXPECT_EQ(Shown(store, "save"), "7 7 1 2 3 4");
  EXPECT_EQ(Shown(store, "bind"), "127.0.0.1 -::1");
  EXPECT_EQ(Shown(store, "requirepass"), "a \"b");
  EXPECT_EQ(store.file(), file);
}

TEST(ConfigLoad, OptionsOfTheCommandLineAreToldAsLinesBehindTheFile) {
  ConfigStore store;
  EXPECT_EQ(Load(store, {"--port", "70000"}),
            Fatal(2, "port \"70000\"", "argument must be between 0 and 65535 inclusive"));
  EXPECT_EQ(Load(store, {"--port", "--save", ""}),
            Fatal(2, "port \"--save\" \"\"", "wrong number of arguments"));
  EXPECT_EQ(Load(store, {"--save", "--port", "1x"}),
            Fatal(3, "port \"1x\"", "argument couldn't be parsed into an integer"));
  EXPECT_EQ(Load(store, {"--loglevel", "--x"}),
            Fatal(2, "loglevel \"--x\"",
                  "argument(s) must be one of the following: debug, verbose, notice, warning"));
  const ConfigDirectory directory;
  EXPECT_EQ(Load(store, {directory.Write("a.conf", "port 1\n# end\n"), "--foo", "bar"}),
            Fatal(4, "foo \"bar\"", "Bad directive or wrong number of arguments"));
}

TEST(ConfigLoad, SaveWithoutValueOnTheCommandLineIsNoSave) {
  ConfigStore store;
  ASSERT_EQ(Load(store, {"--save", "--port", "7"}), "OK");
  EXPECT_EQ(Shown(store, "save"), "");
  EXPECT_EQ(Shown(store, "port"), "7");
  ASSERT_EQ(Load(store, {"--port", "8", "--save"}), "OK");
  EXPECT_EQ(Shown(store, "save"), "");
  ASSERT_EQ(Load(store, {"--port 9"}), "OK");
  EXPECT_EQ(Shown(store, "port"), "9");
}

TEST(ConfigLoad, AFileThatIsMissingIsNamed) {
  ConfigStore store;
  EXPECT_EQ(Load(store, {"/no/such/file.conf"}),
            "Fatal error, can't open config file '/no/such/file.conf': No such file or "
            "directory\n");
  EXPECT_EQ(AsText(store.LoadText("include /no/such/file.conf")),
            "Fatal error, can't open config file '/no/such/file.conf': No such file or "
            "directory\n");
}

TEST(ConfigLoad, IncludesAreReadWhereTheyStand) {
  const ConfigDirectory directory;
  directory.Write("one.inc", "timeout 1\nport 1\n");
  directory.Write("two.inc", "timeout 2\n");
  ConfigStore store;
  ASSERT_EQ(AsText(store.LoadText("timeout 9\ninclude " + directory.Path("*.inc") + "\nport 5\n")),
            "OK");
  EXPECT_EQ(Shown(store, "timeout"), "2");
  EXPECT_EQ(Shown(store, "port"), "5");
  const std::string bad = directory.Write("bad.conf", "timeout 1\nport x\n");
  EXPECT_EQ(AsText(store.LoadText("include " + bad)),
            Fatal(2, "port x", "argument couldn't be parsed into an integer"));
  ASSERT_EQ(AsText(store.LoadText("include " + directory.Path("none*.inc"))), "OK");
}

TEST(ConfigLoad, AFileThatIncludesItselfIsAnError) {
  const ConfigDirectory directory;
  const std::string file = directory.Path("loop.conf");
  directory.Write("loop.conf", "include " + file + "\n");
  ConfigStore store;
  EXPECT_EQ(Load(store, {file}),
            Fatal(1, "include " + file, "Files include each other too deeply"));
}

TEST(ConfigLoad, RenamedCommandsAreKeptForTheirOwner) {
  ConfigStore store;
  ASSERT_EQ(AsText(store.LoadText("rename-command CONFIG \"\"")), "OK");
  ASSERT_EQ(store.config().renamed_commands.size(), 1u);
  EXPECT_EQ(store.config().renamed_commands[0],
            std::make_pair(std::string("CONFIG"), std::string()));
}

TEST(ConfigLoad, WhatCannotBeServedRefusesTheStart) {
  ConfigStore store;
  EXPECT_EQ(Load(store, {"--cluster-enabled", "yes"}),
            "\n*** FATAL CONFIG FILE ERROR (VedDB) ***\nRedis Cluster is not supported: "
            "cluster-enabled must be no\n");
}

}  // namespace
}  // namespace veddb
