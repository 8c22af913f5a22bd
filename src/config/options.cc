// SPDX-License-Identifier: BSD-3-Clause
// What is the same for all rows: finding them, reading and printing their values.
#include "config/options.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "base/glob.h"
#include "base/number.h"
#include "config/option_tables.h"
#include "config/split_args.h"

namespace veddb {
namespace {

constexpr int64_t kKilo = 1024;
constexpr int64_t kMega = 1024 * kKilo;
constexpr int64_t kGiga = 1024 * kMega;
constexpr int64_t kPercentMax = 100;

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

std::string FormatOctal(int64_t v) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + (v & 7)));
    v >>= 3;
  } while (v > 0);
  return out;
}

Error OutOfRange(const NumberValue& number) {
  const bool octal = number.unit == ValueUnit::kOctal;
  const auto text = [octal](int64_t v) { return octal ? FormatOctal(v) : FormatInt64(v); };
  return Err("argument must be between " + text(number.min) + " and " + text(number.max) +
             " inclusive");
}

std::optional<int64_t> ParsePercent(Bytes text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  const auto n = ParseInt64(text);
  if (!n || *n < 0) return std::nullopt;
  return n;
}

std::optional<int64_t> ParseOctal(Bytes text) {
  constexpr size_t kDigitsMax = 20;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  int64_t n = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    n = n * 8 + (c - '0');
  }
  return n;
}

Result<int64_t> ParseNumber(const NumberValue& number, Bytes text) {
  int64_t n = 0;
  switch (number.unit) {
    case ValueUnit::kMemoryOrPercent:
      if (const auto percent = ParsePercent(text)) {
        if (*percent > kPercentMax) {
          return Err("percentage argument must be less or equal to 100");
        }
        return -*percent;
      }
      [[fallthrough]];
    case ValueUnit::kMemory: {
      // "kb" and the empty text are 0 to Redis.
      const bool has_digits = !text.empty() && text[0] >= '0' && text[0] <= '9';
      const auto size = ParseMemorySize(has_digits ? std::string(text) : "0" + std::string(text));
      if (!size) {
        return Err(number.unit == ValueUnit::kMemory
                       ? "argument must be a memory value"
                       : "argument must be a memory or percent value");
      }
      if (*size > static_cast<uint64_t>(kLongMax)) return OutOfRange(number);
      n = static_cast<int64_t>(*size);
      break;
    }
    case ValueUnit::kOctal: {
      const auto mode = ParseOctal(text);
      if (!mode) return Err("argument couldn't be parsed as an octal number");
      n = *mode;
      break;
    }
    case ValueUnit::kPlain: {
      const auto plain = ParseInt64(text);
      if (!plain) return Err("argument couldn't be parsed into an integer");
      n = *plain;
      break;
    }
  }
  if (n < number.min || n > number.max) return OutOfRange(number);
  return number.adjust == nullptr ? n : number.adjust(n);
}

std::string PrintNumber(const NumberValue& number, int64_t n) {
  if (number.unit == ValueUnit::kOctal) return FormatOctal(n);
  if (n < 0 && number.unit == ValueUnit::kMemoryOrPercent) return FormatInt64(-n) + "%";
  return FormatInt64(n);
}

std::string NumberLine(const NumberValue& number, int64_t n) {
  const bool memory =
      number.unit == ValueUnit::kMemory || number.unit == ValueUnit::kMemoryOrPercent;
  return memory && n >= 0 ? FormatMemorySize(n) : PrintNumber(number, n);
}

Status ParseChoice(const ChoiceValue& choice, ConfigWords words, Config& config) {
  static const std::string kNoWord;
  if (words.empty()) words = {&kNoWord, 1};
  uint32_t bits = 0;
  for (const std::string& word : words) {
    const ChoiceName* found = nullptr;
    for (const ChoiceName& name : choice.names) {
      if (found == nullptr && EqualsIgnoreCase(name.name, word)) found = &name;
    }
    if (found == nullptr) {
      std::string text = "argument(s) must be one of the following: ";
      for (const ChoiceName& name : choice.names) {
        if (&name != choice.names.data()) text += ", ";
        text += name.name;
      }
      return Err(std::move(text));
    }
    bits |= found->value;
  }
  if (choice.check != nullptr) {
    if (Status status = choice.check(bits); !status.ok()) return status;
  }
  choice.set(config, bits);
  return Ok();
}

std::string PrintChoice(const ChoiceValue& choice, const Config& config) {
  const uint32_t value = choice.get(config);
  std::string out;
  for (const ChoiceName& name : choice.names) {
    if (value == name.value) return std::string(name.name);
    if (!choice.several || name.value == 0 || (value & name.value) == 0) continue;
    if (!out.empty()) out += ' ';
    out += name.name;
  }
  DCHECK(!out.empty());
  return out;
}

Status ParseYesNo(const YesNoValue& option, const std::string& word, Config& config) {
  const bool yes = EqualsIgnoreCase(word, "yes");
  if (!yes && !EqualsIgnoreCase(word, "no")) return Err("argument must be 'yes' or 'no'");
  config.*option.member = yes;
  return Ok();
}

// True where CONFIG SET's text, and a line's only word, is split into words.
bool TakesManyWords(const Option& option) {
  if (const WordsValue* words = WordsOf(option)) return !words->one_word;
  const ChoiceValue* choice = std::get_if<ChoiceValue>(&option.bind);
  return choice != nullptr && choice->several;
}

}  // namespace

const WordsValue* WordsOf(const Option& option) {
  const WordsValue* const* words = std::get_if<const WordsValue*>(&option.bind);
  return words == nullptr ? nullptr : *words;
}

std::string FormatMemorySize(int64_t v) {
  if (v != 0 && v % kGiga == 0) return FormatInt64(v / kGiga) + "gb";
  if (v != 0 && v % kMega == 0) return FormatInt64(v / kMega) + "mb";
  if (v != 0 && v % kKilo == 0) return FormatInt64(v / kKilo) + "kb";
  return FormatInt64(v);
}

std::span<const OptionSection> OptionSections() {
  static const std::array sections = {
      NetworkOptions(),   TlsOptions(),         SecurityOptions(), ProcessOptions(),
      ClientOptions(),    MemoryOptions(),      ShardOptions(),    PersistenceOptions(),
      RedisFileOptions(), ReplicationOptions(), WatchingOptions(), DataTypeOptions(),
      DocumentOptions(),  ClusterOptions(),
  };
  return sections;
}

const Option* FindOption(Bytes name) {
  for (const OptionSection& section : OptionSections()) {
    for (const Option& option : section.options) {
      if (EqualsIgnoreCase(option.name, name)) return &option;
      if (!option.alias.empty() && EqualsIgnoreCase(option.alias, name)) return &option;
    }
  }
  return nullptr;
}

std::string PrintOption(const Option& option, const Config& config) {
  return std::visit(
      Overloaded{
          [&](const YesNoValue& o) { return std::string(config.*o.member ? "yes" : "no"); },
          [&](const NumberValue& o) { return PrintNumber(o, config.*o.member); },
          [&](const TextValue& o) { return config.*o.member; },
          [&](const ChoiceValue& o) { return PrintChoice(o, config); },
          [&](const WordsValue* o) { return o->print(config); },
      },
      option.bind);
}

Status ParseOption(const Option& option, ConfigWords words, Config& config) {
  if (const WordsValue* words_of = WordsOf(option)) return words_of->parse(words, config);
  if (words.size() != 1 && !TakesManyWords(option)) return Err("wrong number of arguments");
  if (const ChoiceValue* o = std::get_if<ChoiceValue>(&option.bind)) {
    return ParseChoice(*o, words, config);
  }
  const std::string& word = words[0];
  if (const YesNoValue* o = std::get_if<YesNoValue>(&option.bind))
    return ParseYesNo(*o, word, config);
  if (const NumberValue* o = std::get_if<NumberValue>(&option.bind)) {
    config.*o->member = TRY(ParseNumber(*o, word));
    return Ok();
  }
  const TextValue* o = std::get_if<TextValue>(&option.bind);
  CHECK(o != nullptr);
  if (o->check != nullptr) {
    if (Status status = o->check(word); !status.ok()) return status;
  }
  config.*o->member = word;
  return Ok();
}

// One blank between two words and none at the ends: anything else makes an empty word.
std::vector<std::string> SplitValue(const Option& option, Bytes value) {
  std::vector<std::string> words;
  if (!TakesManyWords(option)) return {std::string(value)};
  if (value.empty() && WordsOf(option) != nullptr) return words;
  for (;;) {
    const size_t end = value.find(' ');
    words.emplace_back(value.substr(0, end));
    if (end == Bytes::npos) return words;
    value.remove_prefix(end + 1);
  }
}

std::vector<std::string> OptionLines(const Option& option, Bytes name, const Config& config) {
  const std::string head = std::string(name) + " ";
  if (const WordsValue* words = WordsOf(option)) {
    std::vector<std::string> lines = words->lines(config);
    for (std::string& line : lines) line.insert(0, head);
    return lines;
  }
  if (const TextValue* text = std::get_if<TextValue>(&option.bind)) {
    return {head + QuoteArg(config.*text->member)};
  }
  if (const NumberValue* number = std::get_if<NumberValue>(&option.bind)) {
    return {head + NumberLine(*number, config.*number->member)};
  }
  return {head + PrintOption(option, config)};
}

namespace {

const Config& SharedDefaults() {
  static const Config defaults = [] {
    Config config;
    for (const OptionSection& section : OptionSections()) {
      for (const Option& option : section.options) {
        const auto words = SplitArgs(option.initial);
        CHECK(words.has_value());
        CHECK(ParseOption(option, *words, config).ok());
      }
    }
    return config;
  }();
  return defaults;
}

}  // namespace

Config DefaultConfig() { return SharedDefaults(); }

bool DiffersFromDefault(const Option& option, const Config& config) {
  return PrintOption(option, config) != PrintOption(option, SharedDefaults());
}

Status CheckAvailable(const Option& option, const Config& config) {
  if (option.effect != OptionEffect::kUnavailable || !DiffersFromDefault(option, config)) {
    return Ok();
  }
  return Err("not available in this version: " + std::string(option.later));
}

}  // namespace veddb
