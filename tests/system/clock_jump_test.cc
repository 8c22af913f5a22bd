// SPDX-License-Identifier: BSD-3-Clause
// The wall clock is set while the server runs, an hour forwards or back (clock_shift.cc). What
// lasts a time lasts as long as before; what is due at a time of the calendar follows the new one.
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/raw_socket.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int64_t kHourSeconds = 3600;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
// So long no test takes, and no clock that jumped is right by chance.
constexpr int64_t kFarSeconds = kHourSeconds / 2;

class ClockJumpTest : public ServerTest, public ::testing::WithParamInterface<int64_t> {
 protected:
  ClockJumpTest() : shift_(open((temp_ / "shift").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    ShiftTo(0);
    server_.set_environment(
        {std::string("LD_PRELOAD=") + VEDDB_CLOCK_SHIFT, "VEDDB_CLOCK_FILE=" + (temp_ / "shift")});
  }
  ~ClockJumpTest() override { close(shift_); }

  void Jump() { ShiftTo(GetParam()); }
  static bool forwards() { return GetParam() > 0; }
  // Everything that is done once a second has been done since.
  bool SecondsPass(RespClient& client) {
    const int64_t begin_s = InfoNumber(client, "uptime_in_seconds");
    return PollUntil(kPatience,
                     [&] { return InfoNumber(client, "uptime_in_seconds") >= begin_s + 3; });
  }
  static int64_t WallSeconds(RespClient& client) {
    return std::stoll(client.Run({"TIME"}).elements[0].text);
  }

 private:
  void ShiftTo(int64_t seconds) const {
    const int64_t nanos = seconds * kNanosPerSecond;
    ASSERT_EQ(pwrite(shift_, &nanos, sizeof nanos, 0), ssize_t{sizeof nanos});
  }
  const int shift_;
};

int64_t MillisSince(Clock::time_point begin) {
  return std::chrono::duration_cast<Millis>(Clock::now() - begin).count();
}

// The value of name=... in a line of CLIENT LIST.
int64_t FieldOf(const std::string& line, const std::string& name) {
  const size_t at = line.find(" " + name + "=");
  return at == std::string::npos ? -1 : std::stoll(line.substr(at + name.size() + 2));
}

TEST_P(ClockJumpTest, TheWallClockJumpsAndTheUptimeDoesNot) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  const int64_t before_s = WallSeconds(client);
  Jump();
  EXPECT_NEAR(static_cast<double>(WallSeconds(client) - before_s), static_cast<double>(GetParam()),
              kFarSeconds);
  ASSERT_TRUE(SecondsPass(client));
  const int64_t uptime_s = InfoNumber(client, "uptime_in_seconds");
  EXPECT_GE(uptime_s, 3);
  EXPECT_LT(uptime_s, kFarSeconds);
  EXPECT_TRUE(
      PollUntil(kPatience, [&] { return InfoNumber(client, "instantaneous_ops_per_sec") > 0; }));
}

TEST_P(ClockJumpTest, APauseAndAWaitLastAsLongAsTheyWereToLast) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  RespClient waiting = Connect();
  RespClient writer = Connect();
  const Clock::time_point begin = Clock::now();
  ASSERT_EQ(client.Say({"CLIENT", "PAUSE", "1000", "WRITE"}), "OK");
  writer.Add({"SET", "k", "v"});
  ASSERT_TRUE(writer.Flush());
  waiting.Add({"WAIT", "1", "1500"});
  ASSERT_TRUE(waiting.Flush());
  ASSERT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "blocked_clients") == 2; }));
  Jump();
  EXPECT_EQ(writer.Next().Print(), "OK");
  EXPECT_GE(MillisSince(begin), 1000);
  EXPECT_EQ(waiting.Next().Print(), "0");
  EXPECT_GE(MillisSince(begin), 1500);
}

TEST_P(ClockJumpTest, NobodyIsClosedForAJump) {
  ASSERT_TRUE(Start({"--timeout", "1800", "--requirepass", "secret", "--unauthenticated-timeout",
                     "1800", "--client-output-buffer-limit", "normal 0 1mb 1800"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"AUTH", "secret"}), "OK");
  ASSERT_EQ(client.Say({"SET", "big", ValueFor(1, 30 << 20)}), "OK");
  RespClient idle = Connect();
  ASSERT_EQ(idle.Say({"AUTH", "secret"}), "OK");
  RespClient stranger = Connect();
  ASSERT_TRUE(stranger.Run({"PING"}).is_error());
  RawSocket deaf(server_.port());
  ASSERT_TRUE(deaf.Send("AUTH secret\r\n"));
  ASSERT_EQ(deaf.ReadUntil("\r\n"), "+OK\r\n");
  ASSERT_TRUE(deaf.Send("GET big\r\n"));
  ASSERT_TRUE(SecondsPass(client));
  Jump();
  ASSERT_TRUE(SecondsPass(client));
  EXPECT_EQ(InfoNumber(client, "connected_clients"), 4);
  const std::string list = client.Say({"CLIENT", "LIST", "ID", client.Say({"CLIENT", "ID"})});
  EXPECT_GE(FieldOf(list, "age"), 3) << list;
  EXPECT_LT(FieldOf(list, "age"), kFarSeconds) << list;
  EXPECT_GE(FieldOf(list, "idle"), 0) << list;
  EXPECT_LT(FieldOf(list, "idle"), kFarSeconds) << list;
  EXPECT_EQ(idle.Say({"PING"}), "PONG");
  // Who is idle for the time of the limit is closed as ever.
  ASSERT_EQ(client.Say({"CONFIG", "SET", "timeout", "1", "unauthenticated-timeout", "1"}), "OK");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "connected_clients") <= 2; }));
}

TEST_P(ClockJumpTest, DrainsSavesAndSyncsGoOn) {
  ASSERT_TRUE(Start({"--appendfsync", "everysec"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "before", "1"}), "OK");
  Jump();
  ASSERT_EQ(client.Say({"SET", "after", "2"}), "OK");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "pending_entries") == 0; }));
  EXPECT_TRUE(PollUntil(kPatience, [&] {
    return InfoNumber(client, "log_synced") == InfoNumber(client, "log_end");
  }));
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  EXPECT_NEAR(static_cast<double>(client.Run({"LASTSAVE"}).integer),
              static_cast<double>(WallSeconds(client)), kFarSeconds);
  EXPECT_LT(InfoNumber(client, "rdb_last_bgsave_time_sec"), kFarSeconds);
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(client.Say({"MGET", "before", "after"}), "[1, 2]");
}

TEST_P(ClockJumpTest, KeysFollowTheCalendar) {
  ASSERT_TRUE(Start({"--drain-interval", "10"}));
  RespClient client = Connect();
  const int64_t lives_ms = kFarSeconds * 1000;
  ASSERT_EQ(client.Say({"SET", "k", "v", "PX", std::to_string(lives_ms)}), "OK");
  const std::string due = client.Say({"PEXPIRETIME", "k"});
  Jump();
  if (forwards()) {
    EXPECT_TRUE(client.Run({"GET", "k"}).is_nil());
    EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Say({"DBSIZE"}) == "0"; }));
    return;
  }
  EXPECT_EQ(client.Say({"PEXPIRETIME", "k"}), due);
  EXPECT_GT(client.Run({"TTL", "k"}).integer, kHourSeconds);
  EXPECT_EQ(client.Say({"SET", "short", "v", "PX", "100"}), "OK");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Say({"DBSIZE"}) == "1"; }));
}

TEST_P(ClockJumpTest, KeysOnDiskOnlyFollowTheCalendarToo) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_TRUE(SecondsPass(client));
  Jump();
  ASSERT_EQ(client.Say({"SET", "k", "v", "PX", "2000"}), "OK");
  ASSERT_EQ(client.Say({"SET", "stays", "v"}), "OK");
  ASSERT_TRUE(RestartCleanly());
  client = Connect();
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Say({"DBSIZE"}) == "1"; }));
}

TEST_P(ClockJumpTest, IdleTimesOfKeysAndDurationsAreNotMovedByAJump) {
  ASSERT_TRUE(Start({"--enable-debug-command", "yes", "--slowlog-log-slower-than", "100000"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  RespClient sleeper = Connect();
  sleeper.Add({"DEBUG", "SLEEP", "0.3"});
  ASSERT_TRUE(sleeper.Flush());
  Jump();
  ASSERT_EQ(sleeper.Next().Print(), "OK");
  ASSERT_TRUE(SecondsPass(client));
  const int64_t idle_s = client.Run({"OBJECT", "IDLETIME", "k"}).integer;
  EXPECT_GE(idle_s, 2);
  EXPECT_LT(idle_s, kFarSeconds);
  int found = 0;
  for (const RespReply& slow : client.Run({"SLOWLOG", "GET", "-1"}).elements) {
    if (slow.elements[3].Print() != "[DEBUG, SLEEP, 0.3]") continue;
    ++found;
    EXPECT_GE(slow.elements[2].integer, 300'000);
    EXPECT_LT(slow.elements[2].integer, kFarSeconds * 1'000'000);
  }
  EXPECT_EQ(found, 1);
}

INSTANTIATE_TEST_SUITE_P(Hour, ClockJumpTest, ::testing::Values(kHourSeconds, -kHourSeconds),
                         [](const auto& one) { return one.param > 0 ? "Forwards" : "Back"; });

}  // namespace
}  // namespace veddb::testing
