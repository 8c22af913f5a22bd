// SPDX-License-Identifier: BSD-3-Clause
// Options whose effect this version does not have: those that would deceive are refused, the others
// are warned of.
#include <algorithm>
#include <set>

#include "config_testing.h"

namespace veddb {
namespace {

struct Refusal {
  std::string name;
  std::string value;
  std::string reason;
};

const Refusal kRefusals[] = {
    {"tls-port", "6380", "there is no TLS"},
    {"tls-cert-file", "/etc/veddb/cert.pem", "there is no TLS"},
    {"tls-key-file-pass", "secret", "there is no TLS"},
    {"tls-ca-cert-dir", "/etc/ssl", "there is no TLS"},
    {"tls-auth-clients", "no", "there is no TLS"},
    {"tls-replication", "yes", "there is no TLS"},
    {"tls-protocols", "TLSv1.3", "there is no TLS"},
    {"aclfile", "/etc/veddb/users.acl", "there is only the user \"default\""},
    {"replicaof", "10.0.0.1 6379", "there is no replication"},
    {"slaveof", "10.0.0.1 6379", "there is no replication"},
    {"masterauth", "secret", "there is no replication"},
    {"masteruser", "bob", "there is no replication"},
};

TEST(ConfigEffect, WhatWouldDeceiveRefusesTheStart) {
  for (const Refusal& refusal : kRefusals) {
    ConfigStore store;
    const std::string line = refusal.name + " " + refusal.value;
    EXPECT_EQ(AsText(store.LoadText("timeout 5\n" + line)),
              "\n*** FATAL CONFIG FILE ERROR (VedDB) ***\nReading the configuration file, at line "
              "2\n>>> '" +
                  line + "'\nnot available in this version: " + refusal.reason + "\n");
    EXPECT_EQ(store.config().timeout, 0);
    EXPECT_NE(Load(store, {"--" + refusal.name, refusal.value}).find("not available"),
              std::string::npos)
        << line;
  }
}

TEST(ConfigEffect, WhatWouldDeceiveIsRefusedByConfigSet) {
  for (const Refusal& refusal : kRefusals) {
    ConfigStore store;
    const std::string before = Shown(store, refusal.name);
    const bool at_start_only = FindOption(refusal.name)->change == Mutability::kStart;
    EXPECT_EQ(SetText(store, {{"timeout", "5"}, {refusal.name, refusal.value}}),
              "CONFIG SET failed (possibly related to argument '" + refusal.name + "') - " +
                  (at_start_only ? "can't set immutable config"
                                 : "not available in this version: " + refusal.reason));
    EXPECT_EQ(Shown(store, refusal.name), before);
    EXPECT_EQ(store.config().timeout, 0);
  }
}

TEST(ConfigEffect, TheirDefaultsAreAccepted) {
  ConfigStore store;
  EXPECT_EQ(AsText(store.LoadText("tls-port 0\naclfile \"\"\nreplicaof no one\nmasterauth \"\"\n"
                                  "min-replicas-to-write 0\n")),
            "OK");
  EXPECT_EQ(SetText(store, {{"tls-port", "0"}}), "OK");
}

TEST(ConfigEffect, EveryTlsOptionIsRefusedOrHasItsReason) {
  int tls = 0;
  for (const OptionSection& section : OptionSections()) {
    for (const Option& option : section.options) {
      if (!option.name.starts_with("tls-")) continue;
      ++tls;
      EXPECT_NE(option.effect, OptionEffect::kReal) << option.name;
      EXPECT_NE(option.effect, OptionEffect::kLater) << option.name;
    }
  }
  EXPECT_GT(tls, 15);
}

TEST(ConfigEffect, UserLinesAreRefused) {
  ConfigStore store;
  EXPECT_NE(AsText(store.LoadText("user bob on >x ~*"))
                .find("\nnot available in this version: there is only the user \"default\"\n"),
            std::string::npos);
  EXPECT_TRUE(store.config().users.empty());
}

TEST(ConfigEffect, TheBaseFileOfRedissTestsLoadsWithWarnings) {
  ConfigStore store;
  ASSERT_EQ(AsText(store.LoadText(
                "notify-keyspace-events KEA\nlatency-monitor-threshold 1\n"
                "repl-diskless-sync-delay 0\nslave-serve-stale-data yes\nappendonly no\n"
                "propagation-error-behavior panic\nenable-protected-configs yes\n")),
            "OK");
  std::vector<std::string> warnings;
  store.OnWarning([&](const std::string& text) { warnings.push_back(text); });
  EXPECT_EQ(warnings,
            (std::vector<std::string>{
                "The option 'notify-keyspace-events' has no effect in this version: nothing is "
                "published."}));
}

TEST(ConfigEffect, ConfigSetWarnsOnceAndOnlyOfAChange) {
  ConfigStore store;
  std::vector<std::string> warnings;
  store.OnWarning([&](const std::string& text) { warnings.push_back(text); });
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(SetText(store, {{"replica-priority", "100"}}), "OK");
  EXPECT_EQ(SetText(store, {{"replica-priority", "x"}, {"timeout", "5"}}).substr(0, 17),
            "CONFIG SET failed");
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(SetText(store, {{"replica-priority", "5"}, {"timeout", "5"}}), "OK");
  EXPECT_EQ(SetText(store, {{"replica-priority", "6"}}), "OK");
  EXPECT_EQ(warnings,
            (std::vector<std::string>{"The option 'replica-priority' has no effect in this "
                                      "version: there is no replication."}));
  EXPECT_EQ(Shown(store, "replica-priority"), "6");
}

TEST(ConfigEffect, AReasonIsGivenWhereTheEffectIsMissingAndOnlyThere) {
  for (const OptionSection& section : OptionSections()) {
    for (const Option& option : section.options) {
      const bool missing =
          option.effect == OptionEffect::kLater || option.effect == OptionEffect::kUnavailable;
      EXPECT_EQ(!option.later.empty(), missing) << option.name;
    }
  }
}

// The members of anything that the sources of a folder name: what stands behind a dot.
std::set<std::string> MembersNamedIn(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cc") continue;
    const std::string text = ReadText(entry.path().string());
    for (size_t at = text.find('.'); at != std::string::npos; at = text.find('.', at + 1)) {
      const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
      names.insert(text.substr(at + 1, end - at - 1));
    }
  }
  return names;
}

TEST(ConfigEffect, AnOptionThatHasOneIsReadByTheServer) {
  const std::string root = PROJECT_DIR;
  std::set<std::string> named = MembersNamedIn(root + "/src/server");
  named.merge(MembersNamedIn(root + "/modules"));
  // Read by functions of Config and ConfigStore, which are called there.
  const std::set<std::string> by_function = {
      "shards", "query-threads", "client-output-buffer-limit", "enable-protected-configs"};
  int real = 0;
  for (const OptionSection& section : OptionSections()) {
    for (const Option& option : section.options) {
      if (option.effect != OptionEffect::kReal) continue;
      ++real;
      std::string member(option.name);
      std::replace(member.begin(), member.end(), '-', '_');
      EXPECT_TRUE(named.contains(member) || by_function.contains(std::string(option.name)))
          << option.name << " is said to have an effect, and nobody reads it";
    }
  }
  EXPECT_GT(real, 35);
}

TEST(ConfigEffect, TheFileInPrintTellsIt) {
  const std::string text = PrintConf();
  EXPECT_NE(text.find("# Has no effect in this version: there is no replication.\n"),
            std::string::npos);
  EXPECT_NE(text.find("# Not available in this version, only the default is accepted: there is no "
                      "TLS.\n"),
            std::string::npos);
}

}  // namespace
}  // namespace veddb
