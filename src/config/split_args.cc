// SPDX-License-Identifier: BSD-3-Clause
#include "config/split_args.h"

#include <cctype>
#include <cstdint>

namespace veddb {
namespace {

bool IsBlank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool EndsWord(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char Unescape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

// Reads "…" or '…' from line[at], a quote; appends to `word`. Returns the index after the closing
// quote, or npos when there is none or it does not end the word.
size_t ReadQuoted(Bytes line, size_t at, std::string& word) {
  const char quote = line[at++];
  while (at < line.size()) {
    const char c = line[at];
    if (c == quote) {
      const bool ends = at + 1 == line.size() || IsBlank(line[at + 1]);
      return ends ? at + 1 : Bytes::npos;
    }
    if (c == '\\' && quote == '"' && at + 3 < line.size() && line[at + 1] == 'x' &&
        HexDigit(line[at + 2]) >= 0 && HexDigit(line[at + 3]) >= 0) {
      word += static_cast<char>(HexDigit(line[at + 2]) * 16 + HexDigit(line[at + 3]));
      at += 4;
    } else if (c == '\\' && at + 1 < line.size() && (quote == '"' || line[at + 1] == '\'')) {
      word += Unescape(line[at + 1]);
      at += 2;
    } else {
      word += c;
      ++at;
    }
  }
  return Bytes::npos;
}

}  // namespace

std::optional<std::vector<std::string>> SplitArgs(Bytes line) {
  std::vector<std::string> words;
  size_t at = 0;
  for (;;) {
    while (at < line.size() && IsBlank(line[at])) ++at;
    if (at == line.size()) return words;
    std::string word;
    while (at < line.size() && !EndsWord(line[at])) {
      if (line[at] == '"' || line[at] == '\'') {
        at = ReadQuoted(line, at, word);
        if (at == Bytes::npos) return std::nullopt;
        break;  // a closing quote ends the word
      }
      word += line[at++];
    }
    words.push_back(std::move(word));
  }
}

std::string QuoteArg(Bytes text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    switch (c) {
      case '\\':
      case '"':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\a':
        out += "\\a";
        break;
      case '\b':
        out += "\\b";
        break;
      default:
        if (byte >= 0x20 && byte < 0x7f) {
          out += c;
        } else {
          out += "\\x";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        }
    }
  }
  out += '"';
  return out;
}

}  // namespace veddb
