// SPDX-License-Identifier: BSD-3-Clause
// CONFIG SET and GET as commands: several options at once, names, permissions.
#include "config_testing.h"

namespace veddb {
namespace {

std::string Failed(const std::string& name, const std::string& reason) {
  return "CONFIG SET failed (possibly related to argument '" + name + "') - " + reason;
}

TEST(ConfigSet, ManyOptionsAreSetTogether) {
  ConfigStore store;
  EXPECT_EQ(SetText(store, {{"maxmemory", "10mb"}, {"TIMEOUT", "5"}, {"slave-priority", "7"}}),
            "OK");
  EXPECT_EQ(store.config().maxmemory, 10 << 20);
  EXPECT_EQ(store.config().timeout, 5);
  EXPECT_EQ(store.config().replica_priority, 7);
}

TEST(ConfigSet, OneBadValueKeepsAllAsTheyWere) {
  ConfigStore store;
  EXPECT_EQ(SetText(store, {{"timeout", "5"}, {"MaxMemory", "zz"}}),
            Failed("maxmemory", "argument must be a memory value"));
  EXPECT_EQ(store.config().timeout, 0);
}

TEST(ConfigSet, TheFirstObjectionIsToldNamesBeforeValues) {
  ConfigStore store;
  EXPECT_EQ(SetText(store, {{"maxmemory", "zz"}, {"foo", "1"}}),
            "Unknown option or number of arguments for CONFIG SET - 'foo'");
  EXPECT_EQ(SetText(store, {{"databases", "3"}, {"foo", "1"}}),
            Failed("databases", "can't set immutable config"));
  EXPECT_EQ(SetText(store, {{"foo", "1"}, {"databases", "3"}}),
            "Unknown option or number of arguments for CONFIG SET - 'foo'");
}

TEST(ConfigSet, ADuplicateIsRefusedInAnyCaseButNotByItsAlias) {
  ConfigStore store;
  EXPECT_EQ(SetText(store, {{"maxmemory", "1mb"}, {"MAXMEMORY", "2mb"}}),
            Failed("MAXMEMORY", "duplicate parameter"));
  EXPECT_EQ(store.config().maxmemory, 0);
  EXPECT_EQ(SetText(store, {{"slave-priority", "1"}, {"replica-priority", "2"}}), "OK");
  EXPECT_EQ(store.config().replica_priority, 2);
}

TEST(ConfigSet, AnErrorNamesTheAliasThatWasGiven) {
  ConfigStore store;
  EXPECT_EQ(SetText(store, {{"Slave-Priority", "x"}}),
            Failed("slave-priority", "argument couldn't be parsed into an integer"));
}

TEST(ConfigSet, ProtectedOptionsNeedPermission) {
  ConfigStore store;
  const std::string refused = Failed("dir", "can't set protected config");
  EXPECT_EQ(SetText(store, {{"dir", "/tmp"}}, ConfigCaller::kLocal), refused);
  ASSERT_EQ(Load(store, {"--enable-protected-configs", "local"}), "OK");
  EXPECT_EQ(SetText(store, {{"dir", "/tmp"}}, ConfigCaller::kRemote), refused);
  EXPECT_EQ(SetText(store, {{"dir", "/tmp"}}, ConfigCaller::kLocal), "OK");
  ASSERT_EQ(Load(store, {"--enable-protected-configs", "yes"}), "OK");
  EXPECT_EQ(SetText(store, {{"dir", "/var"}}, ConfigCaller::kRemote), "OK");
  EXPECT_EQ(store.config().dir, "/var");
}

TEST(ConfigGet, AnExactNameComesBackAsItWasGiven) {
  const ConfigStore store;
  const Bytes patterns[] = {"MaxMemory"};
  const auto found = store.Get(patterns);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].first, "MaxMemory");
  EXPECT_EQ(found[0].second, "0");
}

TEST(ConfigGet, PatternsGiveEachOptionOnce) {
  const ConfigStore store;
  const Bytes patterns[] = {"maxmemory", "MAX*y", "maxmemory"};
  std::vector<std::string> names;
  for (const auto& entry : store.Get(patterns)) names.push_back(entry.first);
  EXPECT_EQ(names, (std::vector<std::string>{"maxmemory", "maxmemory-policy",
                                             "maxmemory-eviction-tenacity"}));
}

TEST(ConfigGet, AGlobFindsAliasesButNotHiddenOptions) {
  const ConfigStore store;
  const Bytes aliases[] = {"slave-pri*"};
  ASSERT_EQ(store.Get(aliases).size(), 1u);
  EXPECT_EQ(store.Get(aliases)[0].first, "slave-priority");
  const Bytes hidden[] = {"watchdog*"};
  EXPECT_TRUE(store.Get(hidden).empty());
  EXPECT_EQ(Shown(store, "watchdog-period"), "0");
  EXPECT_EQ(Shown(store, "no-such-option"), "(none)");
}

TEST(Options, SecretsAreMarked) {
  for (const Bytes name : {"requirepass", "masterauth", "masteruser", "tls-key-file-pass",
                           "tls-client-key-file-pass"}) {
    ASSERT_NE(FindOption(name), nullptr);
    EXPECT_TRUE(FindOption(name)->sensitive) << name;
  }
  EXPECT_FALSE(FindOption("maxmemory")->sensitive);
}

TEST(Options, OwnOptionsHaveTheirPlannedDefaults) {
  const Config config = DefaultConfig();
  EXPECT_EQ(config.drain_interval, 1000);
  EXPECT_EQ(config.drain_bytes, 64 << 20);
  EXPECT_EQ(config.log_replay_max, 64 << 20);
  EXPECT_EQ(config.cursor_timeout, 600);
  EXPECT_GE(config.ShardCount(), 2);
  EXPECT_GE(config.QueryThreadCount(), 1);
  ConfigStore store;
  ASSERT_EQ(Load(store, {"--shards", "7", "--query-threads", "3"}), "OK");
  EXPECT_EQ(store.config().ShardCount(), 7);
  EXPECT_EQ(store.config().QueryThreadCount(), 3);
}

TEST(Options, TypedMembersCarryTheValue) {
  ConfigStore store;
  ASSERT_EQ(SetText(store, {{"appendfsync", "always"},
                            {"notify-keyspace-events", "KEg"},
                            {"client-output-buffer-limit", "pubsub 1mb 2kb 3"},
                            {"maxmemory-clients", "5%"},
                            {"bind", "127.0.0.1 -::1"},
                            {"save", "1 2 3 4"}}),
            "OK");
  const Config& config = store.config();
  EXPECT_EQ(config.appendfsync, AppendFsync::kAlways);
  EXPECT_EQ(config.notify_keyspace_events, kNotifyKeyspace | kNotifyKeyevent | kNotifyGeneric);
  EXPECT_EQ(config.output_limit(ClientClass::kPubsub), (OutputLimit{1 << 20, 2048, 3}));
  EXPECT_EQ(config.maxmemory_clients, -5);
  EXPECT_EQ(config.bind, (std::vector<std::string>{"127.0.0.1", "-::1"}));
  EXPECT_EQ(config.save, (std::vector<SavePoint>{{1, 2}, {3, 4}}));
}

}  // namespace
}  // namespace veddb
