// SPDX-License-Identifier: BSD-3-Clause
// The option table: each option of the server once. From a row derive CONFIG GET, SET and REWRITE,
// the reading of configuration files and of the command line, and conf/veddb.conf.
//
// To add an option: a member in config.h, a row in the options_*.cc of its topic, and
// conf/veddb.conf printed anew (the test of it says how).
//
// Immutable; any thread.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "config/config.h"

namespace veddb {

using ConfigWords = std::span<const std::string>;

struct YesNoValue {
  bool Config::*member;
};

enum class ValueUnit : uint8_t {
  kPlain,            // a decimal number
  kMemory,           // with k, kb, m, mb, g, gb; read back in bytes
  kMemoryOrPercent,  // or "5%", which is kept as a negative number
  kOctal,            // a file mode
};
inline constexpr int64_t kIntMax = std::numeric_limits<int32_t>::max();
inline constexpr int64_t kIntMin = std::numeric_limits<int32_t>::min();
inline constexpr int64_t kLongMax = std::numeric_limits<int64_t>::max();

struct NumberValue {
  int64_t Config::*member;
  int64_t min;
  int64_t max;
  ValueUnit unit = ValueUnit::kPlain;
  int64_t (*adjust)(int64_t) = nullptr;  // brings an accepted value into its real range
};

struct TextValue {
  std::string Config::*member;
  Status (*check)(const std::string&) = nullptr;
};

struct ChoiceName {
  Bytes name;
  uint32_t value;
};
// One of some words, or (several) a set of them as bits.
struct ChoiceValue {
  uint32_t (*get)(const Config&);
  void (*set)(Config&, uint32_t);
  std::span<const ChoiceName> names;
  bool several = false;
  Status (*check)(uint32_t) = nullptr;
};

// A grammar of its own.
struct WordsValue {
  Status (*parse)(ConfigWords words, Config& config);
  std::string (*print)(const Config&);  // as CONFIG GET shows it
  // The arguments of each of its lines in a configuration file.
  std::vector<std::string> (*lines)(const Config&);
  // The words of all lines of one file count together (save) instead of the last line winning.
  bool lines_add = false;
  // CONFIG SET's text is not split at blanks.
  bool one_word = false;
};

using Binding = std::variant<YesNoValue, NumberValue, TextValue, ChoiceValue, const WordsValue*>;

enum class Mutability : uint8_t {
  kLive,       // CONFIG SET
  kProtected,  // CONFIG SET where enable-protected-configs allows it
  kStart,      // file and command line only
};
enum class OptionEffect : uint8_t {
  kReal,
  kCompat,       // accepted, kept and shown; does nothing here, the doc says why
  kLater,        // the same until this version's successors have what it is about; warned of
  kUnavailable,  // as kLater, but relying on it would do harm: only the default is accepted
};

struct Option {
  Bytes name;
  Bytes alias = {};
  Binding bind;
  Bytes initial;  // the default, as a line of the file would say it
  Mutability change = Mutability::kLive;
  OptionEffect effect = OptionEffect::kReal;
  Bytes later = {};        // kLater, kUnavailable: what is missing, as "there is no …"
  bool sensitive = false;  // never shown in MONITOR, SLOWLOG and messages
  bool hidden = false;     // CONFIG GET needs its full name; not in veddb.conf
  Bytes doc;
};

struct OptionSection {
  Bytes title;
  Bytes intro;
  std::span<const Option> options;
};

// In the order of veddb.conf.
std::span<const OptionSection> OptionSections();
// By name or alias, in any case; null if there is none.
const Option* FindOption(Bytes name);

// TextValue of the option's value as CONFIG GET answers.
std::string PrintOption(const Option& option, const Config& config);
// Sets the option from the words of a line; nothing is changed on error.
Status ParseOption(const Option& option, ConfigWords words, Config& config);
// Whether the value is another than the row's default.
bool DiffersFromDefault(const Option& option, const Config& config);
// Ok, or why a value other than the default can't be had (kUnavailable).
Status CheckAvailable(const Option& option, const Config& config);
// The lines of a configuration file that say this value, "name arguments" each.
std::vector<std::string> OptionLines(const Option& option, Bytes name, const Config& config);

// notify-keyspace-events: letters to bits (empty: a letter is unknown) and back.
std::optional<uint32_t> ParseNotifyFlags(Bytes letters);
std::string FormatNotifyFlags(uint32_t flags);

}  // namespace veddb
