// SPDX-License-Identifier: BSD-3-Clause
// The tables of the option_*.cc files, one a section of veddb.conf, and what their rows are made
// with. Private to src/config.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "config/options.h"

namespace veddb {

OptionSection NetworkOptions();
OptionSection TlsOptions();
OptionSection SecurityOptions();
OptionSection ProcessOptions();
OptionSection ClientOptions();
OptionSection MemoryOptions();
OptionSection ShardOptions();
OptionSection PersistenceOptions();
OptionSection RedisFileOptions();
OptionSection ReplicationOptions();
OptionSection WatchingOptions();
OptionSection DataTypeOptions();
OptionSection DocumentOptions();
OptionSection ClusterOptions();

// What kLater and kUnavailable options wait for.
inline constexpr Bytes kNoTls = "there is no TLS";
inline constexpr Bytes kNoUsers = "there is only the user \"default\"";
inline constexpr Bytes kNoPubsub = "nothing is published";
inline constexpr Bytes kNoReplication = "there is no replication";
inline constexpr Bytes kNoPartialLoad = "an object is always loaded as a whole";
inline constexpr Bytes kNoTypes = "there is no such data type";
inline constexpr Bytes kNoScripts = "there are no scripts";

inline constexpr int64_t kPortMax = 65535;
inline constexpr int64_t kUint32Max = 4294967295;

// A member of an enum type as one of `names`.
template <auto kMember>
constexpr ChoiceValue OneOf(std::span<const ChoiceName> names) {
  return {.get = [](const Config& c) { return static_cast<uint32_t>(c.*kMember); },
          .set =
              [](Config& c, uint32_t v) {
                using Type = std::remove_reference_t<decltype(c.*kMember)>;
                c.*kMember = static_cast<Type>(v);
              },
          .names = names};
}
// A member of type uint32_t as a set of bits.
template <auto kMember>
constexpr ChoiceValue SomeOf(std::span<const ChoiceName> names, Status (*check)(uint32_t)) {
  ChoiceValue choice = OneOf<kMember>(names);
  choice.several = true;
  choice.check = check;
  return choice;
}

template <typename E>
constexpr uint32_t Code(E value) {
  return static_cast<uint32_t>(value);
}

inline constexpr ChoiceName kPermissionNames[] = {{"no", Code(Permission::kNo)},
                                                  {"yes", Code(Permission::kYes)},
                                                  {"local", Code(Permission::kLocal)}};

// The grammars of option_words.cc.
extern const WordsValue kBindWords;
extern const WordsValue kSaveWords;
extern const WordsValue kOutputLimitWords;
extern const WordsValue kReplicaofWords;
extern const WordsValue kOomValuesWords;
extern const WordsValue kPercentilesWords;
extern const WordsValue kNotifyWords;

// As a configuration file says a size: in the largest unit that needs no fraction.
std::string FormatMemorySize(int64_t v);

// The option's own grammar, or null.
const WordsValue* WordsOf(const Option& option);

// CONFIG SET's value, which is one text, as words: split at blanks where the option takes several.
std::vector<std::string> SplitValue(const Option& option, Bytes value);

}  // namespace veddb
