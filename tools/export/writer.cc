// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/writer.h"

#include <vector>

#include "doc/value/decimal.h"
#include "doc/value/path.h"
#include "doc/value/time_text.h"
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

class NdjsonWriter final : public Writer {
 public:
  explicit NdjsonWriter(Output* output) : output_(*output) {}
  Status Write(Bytes json) override {
    TRY(output_.Write(json));
    return output_.Write("\n");
  }

 private:
  Output& output_;
};

class JsonArrayWriter final : public Writer {
 public:
  explicit JsonArrayWriter(Output* output) : output_(*output) {}
  Status Begin() override { return output_.Write("["); }
  Status Write(Bytes json) override {
    TRY(output_.Write(is_first_ ? "\n" : ",\n"));
    is_first_ = false;
    return output_.Write(json);
  }
  Status End() override { return output_.Write("\n]\n"); }

 private:
  Output& output_;
  bool is_first_ = true;
};

class BsonWriter final : public Writer {
 public:
  explicit BsonWriter(Output* output) : output_(*output) {}
  Status Write(Bytes json) override { return output_.Write(TRY(ParseText(json))); }

 private:
  Output& output_;
};

class CsvWriter final : public Writer {
 public:
  CsvWriter(Output* output, const std::vector<std::string>& fields)
      : output_(*output), fields_(fields) {}
  Status Begin() override { return output_.Write(CsvRecord(fields_)); }
  Status Write(Bytes json) override {
    const std::string bson = TRY(ParseText(json));
    std::vector<std::string> values;
    for (const std::string& field : fields_) values.push_back(CsvField(doc::DocView(bson), field));
    return output_.Write(CsvRecord(values));
  }

 private:
  Output& output_;
  const std::vector<std::string>& fields_;
};

std::string Hexadecimal(Bytes bytes) {
  constexpr Bytes kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

}  // namespace

std::unique_ptr<Writer> MakeWriter(Output* output, const Options& options) {
  switch (options.format.value_or(Format::kNdjson)) {
    case Format::kNdjson:
      break;
    case Format::kJsonArray:
      return std::make_unique<JsonArrayWriter>(output);
    case Format::kBson:
      return std::make_unique<BsonWriter>(output);
    case Format::kCsv:
      return std::make_unique<CsvWriter>(output, options.fields);
  }
  return std::make_unique<NdjsonWriter>(output);
}

std::string CsvRecord(const std::vector<std::string>& fields) {
  std::string out;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) out.push_back(',');
    // A record of one empty field would be an empty line.
    const bool lone = field.empty() && fields.size() == 1;
    if (!lone && field.find_first_of(",\"\r\n") == std::string::npos) {
      out += field;
      continue;
    }
    out.push_back('"');
    for (const char c : field) out.append(c == '"' ? 2 : 1, c);
    out.push_back('"');
  }
  return out + "\r\n";
}

std::string CsvField(doc::DocView document, Bytes path) {
  doc::ValueView value = document.AsValue(doc::BsonType::kObject);
  const doc::FieldPath parts(path);
  // The elements of an array are named by their places.
  for (size_t i = 0; i < parts.size() && !value.missing(); ++i) {
    value = value.IsContainer() ? value.Document().Find(parts.part(i)) : doc::ValueView{};
  }
  switch (value.type) {
    case doc::BsonType::kMissing:
    case doc::BsonType::kNull:
    case doc::BsonType::kUndefined:
      return {};
    case doc::BsonType::kString:
    case doc::BsonType::kSymbol:
      return std::string(value.String());
    case doc::BsonType::kObjectId:
      return Hexadecimal(value.ObjectId());
    case doc::BsonType::kDecimal128:
      return doc::FormatDecimal(doc::LoadDecimal(value.data));
    case doc::BsonType::kDate:
      if (value.Date() < 0 || value.Date() >= doc::kIsoMsEnd) break;
      {
        std::string text;
        doc::AppendIsoDate(value.Date(), &text);
        return text;
      }
    default:
      break;
  }
  return doc::JsonText(value);
}

}  // namespace veddb::tool
