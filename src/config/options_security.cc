// SPDX-License-Identifier: BSD-3-Clause
// Options that decide who may do what.
#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr ChoiceName kAclPubsubNames[] = {
    {"allchannels", Code(AclPubsubDefault::kAllChannels)},
    {"resetchannels", Code(AclPubsubDefault::kResetChannels)}};
constexpr ChoiceName kSanitizeNames[] = {{"no", Code(SanitizeDumpPayload::kNo)},
                                         {"yes", Code(SanitizeDumpPayload::kYes)},
                                         {"clients", Code(SanitizeDumpPayload::kClients)}};

constexpr Option kSecurity[] = {
    {.name = "requirepass",
     .bind = TextValue{&Config::requirepass},
     .initial = "\"\"",
     .sensitive = true,
     .doc = "Password of the user \"default\"; empty: it needs none."},
    {.name = "aclfile",
     .bind = TextValue{&Config::aclfile},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .effect = OptionEffect::kUnavailable,
     .later = kNoUsers,
     .doc =
         "File with one line per user, as ACL SAVE writes it. It can't be combined with \"user\" "
         "lines in this file:\n"
         "  user worker on >password ~jobs:* +@all -@dangerous"},
    {.name = "acllog-max-len",
     .bind = NumberValue{&Config::acllog_max_len, 0, kLongMax},
     .initial = "128",
     .effect = OptionEffect::kLater,
     .later = kNoUsers,
     .doc = "Entries that ACL LOG keeps; the oldest goes first."},
    {.name = "acl-pubsub-default",
     .bind = OneOf<&Config::acl_pubsub_default>(kAclPubsubNames),
     .initial = "resetchannels",
     .effect = OptionEffect::kLater,
     .later = kNoPubsub,
     .doc = "Channels that a new user may use: none (resetchannels) or all (allchannels)."},
    {.name = "enable-protected-configs",
     .bind = OneOf<&Config::enable_protected_configs>(kPermissionNames),
     .initial = "no",
     .change = Mutability::kStart,
     .doc = "Whether CONFIG SET may name options that lead to files (dir, dbfilename): no, yes, or "
            "from this machine only (local)."},
    {.name = "enable-debug-command",
     .bind = OneOf<&Config::enable_debug_command>(kPermissionNames),
     .initial = "no",
     .change = Mutability::kStart,
     .doc = "Whether DEBUG may be used: no, yes, local.\n"
            "DANGER: DEBUG can stop the server."},
    {.name = "enable-module-command",
     .bind = OneOf<&Config::enable_module_command>(kPermissionNames),
     .initial = "no",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "Modules can't be loaded at run time."},
    {.name = "sanitize-dump-payload",
     .bind = OneOf<&Config::sanitize_dump_payload>(kSanitizeNames),
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "What RESTORE is given is always checked in full."},
};

}  // namespace

OptionSection SecurityOptions() {
  return {
      "SECURITY",
      "Commands can be renamed, or taken away with an empty name, by lines such as:\n"
      "  rename-command FLUSHALL \"\"\n"
      "Lines with rules for users (\"user\") are refused: in this version there is only the user "
      "\"default\".",
      kSecurity};
}

}  // namespace veddb
