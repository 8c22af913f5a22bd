// SPDX-License-Identifier: BSD-3-Clause
// Change hooks: when they run, what they see, and how a refusal is taken back.
#include "config_testing.h"

namespace veddb {
namespace {

TEST(ConfigHooks, RunsOnceForAllItsOptionsAndSeesTheNewValues) {
  ConfigStore store;
  std::vector<int64_t> seen;
  store.OnChange({"port", "maxclients", "timeout"}, [&](const Config& config) {
    EXPECT_EQ(&config, &store.config());
    seen.push_back(config.port + config.maxclients);
    return Ok();
  });
  EXPECT_EQ(SetText(store, {{"port", "1"}, {"maxclients", "2"}}), "OK");
  EXPECT_EQ(seen, (std::vector<int64_t>{3}));
}

TEST(ConfigHooks, DoesNotRunWhenNothingChanges) {
  ConfigStore store;
  int runs = 0;
  store.OnChange({"timeout"}, [&](const Config&) {
    ++runs;
    return Ok();
  });
  EXPECT_EQ(SetText(store, {{"timeout", "0"}, {"maxmemory", "1mb"}}), "OK");
  EXPECT_EQ(runs, 0);
}

TEST(ConfigHooks, ARefusalRestoresTheValuesAndTellsThoseThatRan) {
  ConfigStore store;
  std::vector<int64_t> timeouts;
  std::vector<int64_t> ports;
  store.OnChange({"timeout"}, [&](const Config& config) {
    timeouts.push_back(config.timeout);
    return Ok();
  });
  store.OnChange({"port"}, [&](const Config& config) {
    ports.push_back(config.port);
    return config.port == 1 ? Status(Err("Unable to listen on this port. Check server logs."))
                            : Ok();
  });
  int later = 0;
  store.OnChange({"maxmemory"}, [&](const Config&) {
    ++later;
    return Ok();
  });
  EXPECT_EQ(SetText(store, {{"maxmemory", "1mb"}, {"timeout", "9"}, {"PORT", "1"}}),
            "CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this "
            "port. Check server logs.");
  EXPECT_EQ(timeouts, (std::vector<int64_t>{9, 0}));
  EXPECT_EQ(ports, (std::vector<int64_t>{1, 6379}));
  EXPECT_EQ(later, 0);
  EXPECT_EQ(store.config().timeout, 0);
  EXPECT_EQ(store.config().maxmemory, 0);
  EXPECT_EQ(store.config().port, 6379);
}

TEST(ConfigHooks, UpdateAndLoadRunNone) {
  ConfigStore store;
  int runs = 0;
  store.OnChange({"dir", "timeout"}, [&](const Config&) {
    ++runs;
    return Ok();
  });
  store.Update([](Config& config) { config.dir = "/var/lib/veddb"; });
  ASSERT_EQ(AsText(store.LoadText("timeout 7")), "OK");
  EXPECT_EQ(Shown(store, "dir"), "/var/lib/veddb");
  EXPECT_EQ(Shown(store, "timeout"), "7");
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace veddb
