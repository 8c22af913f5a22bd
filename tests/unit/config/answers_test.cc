// SPDX-License-Identifier: BSD-3-Clause
// CONFIG SET and GET against what redis-server 7.0.15 answered: redis_answers.txt is its recording
// (record_redis_answers.py), redis_defaults.txt its CONFIG GET * when started without a file.
#include <map>
#include <set>

#include "config/split_args.h"
#include "config_testing.h"

namespace veddb {
namespace {

std::vector<std::vector<std::string>> ReadRows(const std::string& file, size_t columns) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream in(ReadText(std::string(CONFIG_TEST_DIR) + "/" + file));
  for (std::string line; std::getline(in, line);) {
    auto words = SplitArgs(line);
    EXPECT_TRUE(words.has_value()) << line;
    EXPECT_EQ(words->size(), columns) << line;
    rows.push_back(*words);
  }
  return rows;
}

// Where VedDB's default is another one, and why.
const std::map<std::string, std::string> kOtherDefaults = {
    {"appendonly", "yes"},  // the log is always written
};

// Options whose answer hangs on sockets, files or system limits: that is judged by the hooks of
// those who own them, not by the table.
const std::set<std::string> kJudgedElsewhere = {"bind", "port", "maxclients"};

// What Redis did, and this version must not pretend to have done.
bool MustBeRefused(const std::string& option, const std::string& answer, const std::string& shown) {
  const bool unavailable = FindOption(option)->effect == OptionEffect::kUnavailable;
  const bool set = answer == "OK" && shown != Shown(ConfigStore(), option);
  return unavailable && (set || answer.starts_with("Unable to update TLS"));
}

// Single answers that differ.
bool Differs(const std::string& option, const std::string& value) {
  // No certificate is loaded here, no allocator asked: these belong to hooks as well.
  const bool tls = option == "tls-cluster" || option == "tls-replication";
  if ((tls || option == "activedefrag") && value == "yes") return true;
  // Ours are signed: half of Redis's range, 8 EiB, is enough.
  const bool beyond = value == "9223372036854775808";
  return beyond && (option == "maxmemory" || option == "cluster-link-sendbuf-limit" ||
                    option == "maxmemory-clients");
}

TEST(ConfigAnswers, EveryDefaultIsRedissOrHasAReason) {
  const ConfigStore store;
  for (const auto& row : ReadRows("redis_defaults.txt", 2)) {
    const auto other = kOtherDefaults.find(row[0]);
    const std::string expected = other == kOtherDefaults.end() ? row[1] : other->second;
    EXPECT_EQ(Shown(store, row[0]), expected) << row[0];
  }
}

TEST(ConfigAnswers, TheNamesOfRedisAreAllInGetStar) {
  const ConfigStore store;
  const Bytes patterns[] = {"*"};
  std::set<std::string> names;
  for (const auto& entry : store.Get(patterns)) EXPECT_TRUE(names.insert(entry.first).second);
  for (const auto& row : ReadRows("redis_defaults.txt", 2)) {
    EXPECT_TRUE(names.contains(row[0])) << row[0];
  }
}

TEST(ConfigAnswers, SetAnswersAndShowsWhatRedisDoes) {
  int compared = 0;
  int refused = 0;
  for (const auto& row : ReadRows("redis_answers.txt", 4)) {
    const std::string& option = row[0];
    const std::string& value = row[1];
    if (kJudgedElsewhere.contains(option) || Differs(option, value)) continue;
    ConfigStore store;
    std::string answer = SetText(store, {{option, value}});
    const std::string frame =
        "CONFIG SET failed (possibly related to argument '" + option + "') - ";
    if (answer.starts_with(frame)) answer.erase(0, frame.size());
    if (MustBeRefused(option, row[2], row[3])) {
      EXPECT_TRUE(answer.starts_with("not available in this version: ")) << option << " " << value;
      ++refused;
    } else {
      EXPECT_EQ(answer, row[2]) << option << " " << value;
    }
    if (answer == "OK") {
      EXPECT_EQ(Shown(store, option), row[3]) << option << " " << value;
    } else {
      EXPECT_EQ(Shown(store, option), Shown(ConfigStore(), option)) << option << " " << value;
    }
    ++compared;
  }
  EXPECT_GT(compared, 1700);
  EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace veddb
