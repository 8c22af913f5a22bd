// SPDX-License-Identifier: BSD-3-Clause
// conf/veddb.conf, printed from the option table.
#include <algorithm>

#include "base/number.h"
#include "config/config_store.h"
#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr size_t kColumns = 100;

// Breaks the text into comment lines; a line of the text that begins with a blank stays whole.
void PrintComment(Bytes text, std::string& out) {
  constexpr size_t kWidth = kColumns - 2;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    if (end > kWidth && text[0] != ' ') end = text.rfind(' ', kWidth);
    out += "# " + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string Bounds(const NumberValue& number) {
  if (number.unit == ValueUnit::kOctal) return "";
  std::string out;
  const bool open_end = number.max == kLongMax || number.max == kIntMax || number.max == kUint32Max;
  const bool memory = number.unit != ValueUnit::kPlain;
  const auto text = [memory](int64_t v) { return memory ? FormatMemorySize(v) : FormatInt64(v); };
  if (number.min == kIntMin && open_end) return "";
  if (open_end && number.min == 0) return "";
  if (open_end) return "At least " + text(number.min) + ". ";
  return text(number.min) + " to " + text(number.max) + ". ";
}

void PrintOptionEntry(const Option& option, const Config& defaults, std::string& out) {
  std::string doc;
  if (option.effect == OptionEffect::kCompat) doc += "No effect. ";
  if (option.effect == OptionEffect::kLater) {
    doc += "Has no effect in this version: " + std::string(option.later) + ".\n";
  }
  if (option.effect == OptionEffect::kUnavailable) {
    doc += "Not available in this version, only the default is accepted: " +
           std::string(option.later) + ".\n";
  }
  doc += option.doc;
  PrintComment(doc, out);
  std::string facts;
  if (option.effect != OptionEffect::kCompat) {
    if (const NumberValue* number = std::get_if<NumberValue>(&option.bind))
      facts += Bounds(*number);
    if (option.change == Mutability::kStart) facts += "Only at the start. ";
    if (option.change == Mutability::kProtected) {
      facts += "CONFIG SET only where enable-protected-configs allows it. ";
    }
  }
  if (!facts.empty()) PrintComment(Bytes(facts).substr(0, facts.size() - 1), out);
  std::vector<std::string> lines = OptionLines(option, option.name, defaults);
  if (lines.empty()) lines.push_back(std::string(option.name) + " <host> <port>");
  for (const std::string& line : lines) out += "# " + line + "\n";
  out += "\n";
}

}  // namespace

std::string PrintConf() {
  std::string out;
  PrintComment(
      "Configuration of VedDB. Every option stands here with its default; take the '#' away to set "
      "it. Start with:  veddb-server /path/to/veddb.conf\n"
      "Options can also be given on the command line (--port 7000) and, where not said otherwise, "
      "while the server runs (CONFIG SET; CONFIG REWRITE writes them back into this file).\n"
      "Other files are read in where a line names them:  include /path/to/other.conf",
      out);
  out += "\n";
  const Config defaults = DefaultConfig();
  for (const OptionSection& section : OptionSections()) {
    out += "#" + std::string(kColumns - 1, '=') + "\n";
    PrintComment(section.title, out);
    out += "#" + std::string(kColumns - 1, '=') + "\n";
    PrintComment(section.intro, out);
    out += "\n";
    for (const Option& option : section.options) {
      if (!option.hidden) PrintOptionEntry(option, defaults, out);
    }
  }
  return out;
}

}  // namespace veddb
