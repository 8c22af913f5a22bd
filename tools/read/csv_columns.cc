// SPDX-License-Identifier: BSD-3-Clause
#include "tools/read/csv_columns.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/number.h"
#include "doc/value/base64.h"
#include "doc/value/decimal.h"

namespace veddb::tool {
namespace {

using doc::DocBuilder;

bool AppendString(const ColumnReader&, Bytes text, Bytes name, DocBuilder& to) {
  to.String(name, text);
  return true;
}

bool AppendInteger(Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<int64_t> number = ParseInt64(text);
  if (!number) return false;
  if (*number >= INT32_MIN && *number <= INT32_MAX) {
    to.Int32(name, static_cast<int32_t>(*number));
  } else {
    to.Int64(name, *number);
  }
  return true;
}

std::optional<double> ReadDouble(Bytes text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A number as JSON writes it, with a point or an exponent. So "007", "1." and "nan" stay texts.
bool LooksLikeDouble(Bytes text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
  if (whole == 0 || whole == text.size() || (text[0] == '0' && whole > 1)) return false;
  if (text[whole] != '.') return text[whole] == 'e' || text[whole] == 'E';
  return whole + 1 < text.size() && text[whole + 1] >= '0' && text[whole + 1] <= '9';
}

bool AppendGuess(const ColumnReader& reader, Bytes text, Bytes name, DocBuilder& to) {
  if (AppendInteger(text, name, to)) return true;
  if (text == "true" || text == "false") {
    to.Bool(name, text == "true");
    return true;
  }
  const std::optional<double> number = LooksLikeDouble(text) ? ReadDouble(text) : std::nullopt;
  if (!number) return AppendString(reader, text, name, to);
  to.Double(name, *number);
  return true;
}

bool AppendInt32(const ColumnReader&, Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<int64_t> number = ParseInt64(text);
  if (!number || *number < INT32_MIN || *number > INT32_MAX) return false;
  to.Int32(name, static_cast<int32_t>(*number));
  return true;
}

bool AppendInt64(const ColumnReader&, Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<int64_t> number = ParseInt64(text);
  if (number) to.Int64(name, *number);
  return number.has_value();
}

bool AppendDouble(const ColumnReader&, Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<double> number = ReadDouble(text);
  if (number) to.Double(name, *number);
  return number.has_value();
}

bool AppendDecimal(const ColumnReader&, Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<doc::DecimalBits> bits = doc::ParseDecimal(text);
  if (!bits) return false;
  to.Name(doc::BsonType::kDecimal128, name);
  PutLE64(*to.out(), bits->low);
  PutLE64(*to.out(), bits->high);
  return true;
}

bool AppendBoolean(const ColumnReader&, Bytes text, Bytes name, DocBuilder& to) {
  constexpr Bytes kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr Bytes kFalse[] = {"0", "f", "F", "false", "FALSE", "False"};
  const bool is_true = std::find(std::begin(kTrue), std::end(kTrue), text) != std::end(kTrue);
  if (!is_true && std::find(std::begin(kFalse), std::end(kFalse), text) == std::end(kFalse)) {
    return false;
  }
  to.Bool(name, is_true);
  return true;
}

bool AppendDate(const ColumnReader& reader, Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<int64_t> unix_ms = reader.layout->Read(text);
  if (unix_ms) to.Date(name, *unix_ms);
  return unix_ms.has_value();
}

std::optional<std::string> DecodeHex(Bytes text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (size_t at = 0; at < text.size(); at += 2) {
    uint8_t byte = 0;
    const char* const end = text.data() + at + 2;
    if (std::from_chars(text.data() + at, end, byte, 16).ptr != end) return std::nullopt;
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

bool AppendBinary(const ColumnReader& reader, Bytes text, Bytes name, DocBuilder& to) {
  const std::optional<std::string> bytes =
      reader.hexadecimal ? DecodeHex(text) : doc::DecodeBase64(text);
  if (!bytes) return false;
  to.Name(doc::BsonType::kBinary, name);
  PutLE32(*to.out(), static_cast<uint32_t>(bytes->size()));
  to.out()->push_back(0);  // the generic subtype
  to.out()->append(*bytes);
  return true;
}

constexpr ColumnType kTypes[] = {
    {"auto", AppendGuess},       {"binary", AppendBinary},   {"boolean", AppendBoolean},
    {"date", AppendDate},        {"date_go", AppendDate},    {"date_ms", AppendDate},
    {"date_oracle", AppendDate}, {"decimal", AppendDecimal}, {"double", AppendDouble},
    {"int32", AppendInt32},      {"int64", AppendInt64},     {"string", AppendString}};

Status ReadArgument(ColumnReader& reader, Bytes argument) {
  const Bytes type = reader.type->name;
  if (type == "binary") {
    reader.hexadecimal = argument == "hex";
    if (reader.hexadecimal || argument == "base64") return Ok();
    return Err("binary() takes base64 or hex");
  }
  if (type.starts_with("date")) {
    const DateLanguage language = type == "date_ms"       ? DateLanguage::kMicrosoft
                                  : type == "date_oracle" ? DateLanguage::kOracle
                                                          : DateLanguage::kGo;
    reader.layout = TRY(DateLayout::Parse(language, argument));
    return Ok();
  }
  return argument.empty() ? Ok() : Status(Err(std::string(type) + "() takes no argument"));
}

}  // namespace

Result<TypedName> ParseTypedName(Bytes header) {
  const auto wrong = [&](Bytes why) {
    return Err("column '" + std::string(header) + "': " + std::string(why));
  };
  const size_t open = header.find('(');
  const size_t dot = header.rfind('.', open);
  if (open == Bytes::npos || dot == Bytes::npos || !header.ends_with(')')) {
    return wrong("has no type; it should look like name.string()");
  }
  const Bytes type = header.substr(dot + 1, open - dot - 1);
  TypedName out{std::string(header.substr(0, dot)), {}};
  for (const ColumnType& known : kTypes) {
    if (known.name == type) out.reader.type = &known;
  }
  if (out.reader.type == nullptr) return wrong("there is no type '" + std::string(type) + "'");
  Status read = ReadArgument(out.reader, header.substr(open + 1, header.size() - open - 2));
  if (!read.ok()) return wrong(read.error().message);
  return out;
}

Result<CsvColumns> CsvColumns::Parse(const std::vector<std::string>& header, bool have_types,
                                     Blanks blanks) {
  CsvColumns out;
  out.blanks_ = blanks;
  for (const std::string& cell : header) {
    TypedName typed{cell, {&kTypes[0], std::nullopt, false}};
    if (have_types) typed = TRY(ParseTypedName(cell));
    TRY(out.Place(typed.name, out.columns_.size()));
    out.columns_.push_back({std::move(typed.name), std::move(typed.reader)});
  }
  return out;
}

Status CsvColumns::Place(Bytes name, size_t column) {
  const auto wrong = [&](Bytes why) {
    return Err("column '" + std::string(name) + "' " + std::string(why));
  };
  if (name.find('\0') != Bytes::npos) return wrong("holds a NUL");
  std::vector<Node>* level = &fields_;
  for (Bytes rest = name;;) {
    const size_t dot = rest.find('.');
    const Bytes part = rest.substr(0, dot);
    if (part.empty()) return wrong("has an empty part");
    auto node = std::find_if(level->begin(), level->end(), [&](auto& n) { return n.name == part; });
    const bool is_new = node == level->end();
    if (is_new) node = level->insert(node, Node{std::string(part), std::nullopt, {}});
    if (dot == Bytes::npos) {
      if (!is_new) return wrong("stands twice, or is a part of another");
      node->column = column;
      return Ok();
    }
    if (node->column) return wrong("goes into a column that holds values");
    level = &node->inside;
    rest.remove_prefix(dot + 1);
  }
}

bool CsvColumns::IsBlank(const Node& node, const std::vector<std::string>& fields) const {
  if (blanks_ == Blanks::kEmptyStrings) return false;
  if (node.column) return fields[*node.column].empty();
  return std::all_of(node.inside.begin(), node.inside.end(),
                     [&](const Node& inner) { return IsBlank(inner, fields); });
}

Status CsvColumns::Append(const std::vector<Node>& nodes, const std::vector<std::string>& fields,
                          DocBuilder& to) const {
  for (const Node& node : nodes) {
    if (IsBlank(node, fields)) continue;
    if (!node.column) {
      DocBuilder inside = to.Object(node.name);
      TRY(Append(node.inside, fields, inside));
      inside.Finish();
      continue;
    }
    const Column& column = columns_[*node.column];
    const std::string& text = fields[*node.column];
    if (column.reader.type->append(column.reader, text, node.name, to)) continue;
    constexpr size_t kShownBytes = 64;
    return Err("column " + column.name + ": '" + text.substr(0, kShownBytes) + "' is no " +
               std::string(column.reader.type->name));
  }
  return Ok();
}

Result<std::string> CsvColumns::Document(const std::vector<std::string>& fields) const {
  std::string bson;
  DocBuilder builder(&bson);
  TRY(Append(fields_, fields, builder));
  builder.Finish();
  return bson;
}

}  // namespace veddb::tool
