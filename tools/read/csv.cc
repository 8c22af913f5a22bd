// SPDX-License-Identifier: BSD-3-Clause
// CSV as RFC 4180 draws it: fields in quotes may hold commas, line ends and doubled quotes. The
// first record names the columns; every other one has as many fields. A quote that is never closed
// ends the reading.
#include "doc/value/utf8.h"
#include "tools/read/csv_columns.h"
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

// Finds the end of a record, byte by byte.
class RecordEnd {
 public:
  // Whether this byte is the line end behind the record.
  bool Sees(char c) {
    if (state_ == State::kQuoted) {
      if (c == '"') state_ = State::kQuoteSeen;
      return false;
    }
    // One that begins a field, or the second of two.
    if (c == '"' && state_ != State::kField) {
      state_ = State::kQuoted;
      return false;
    }
    state_ = c == ',' ? State::kFieldBegin : State::kField;
    return c == '\n';
  }
  bool in_quotes() const { return state_ == State::kQuoted; }

 private:
  enum class State : uint8_t { kFieldBegin, kField, kQuoted, kQuoteSeen };
  State state_ = State::kFieldBegin;
};

// Takes a field in quotes off the front, with its quotes.
Result<std::string> TakeQuoted(Bytes* text) {
  std::string field;
  for (size_t at = 1;;) {
    const size_t quote = text->find('"', at);
    if (quote == Bytes::npos) return Err("a quote is not closed");
    field.append(text->substr(at, quote - at));
    if (quote + 1 < text->size() && (*text)[quote + 1] == '"') {
      field.push_back('"');
      at = quote + 2;
      continue;
    }
    text->remove_prefix(quote + 1);
    if (text->empty() || text->starts_with(',')) return field;
    return Err("something stands between a closing quote and the next comma");
  }
}

// The fields of one record without its line end.
Result<std::vector<std::string>> SplitRecord(Bytes record) {
  std::vector<std::string> fields;
  for (;;) {
    if (record.starts_with('"')) {
      fields.push_back(TRY(TakeQuoted(&record)));
    } else {
      const size_t comma = std::min(record.find(','), record.size());
      fields.emplace_back(record.substr(0, comma));
      if (fields.back().find('"') != std::string::npos) {
        return Err("a quote stands inside a field that does not begin with one");
      }
      record.remove_prefix(comma);
    }
    if (record.empty()) return fields;
    record.remove_prefix(1);
  }
}

class CsvReader final : public Reader {
 public:
  CsvReader(Input* input, const ReaderOptions& options) : input_(*input), options_(options) {}

  // Reads the header.
  Status Begin() {
    TRY(SkipByteOrderMark(input_));
    const std::optional<Text> header = TRY(ReadRecord());
    if (!header) return Ok();  // an empty file: no columns, no records
    if (header->too_long) return Err("the header is too long");
    if (!doc::IsUtf8(header->text)) return Err("the header is not UTF-8");
    header_ = std::string(header->text);
    const auto blanks =
        options_.ignore_blanks ? CsvColumns::Blanks::kNoFields : CsvColumns::Blanks::kEmptyStrings;
    const std::vector<std::string> names = TRY(SplitRecord(header_));
    columns_ = TRY(CsvColumns::Parse(names, options_.columns_have_types, blanks));
    return Ok();
  }

  Result<std::optional<Record>> Next() override {
    for (;;) {
      const uint64_t offset = input_.offset();
      const uint64_t line = lines_ + 1;
      const std::optional<Text> text = TRY(ReadRecord());
      if (!text) return std::optional<Record>();
      if (text->text.empty() && !text->too_long) continue;  // an empty line
      Record record;
      record.raw = text->text;
      record.number = line;
      record.offset = offset;
      record.end = {input_.offset(), lines_};
      if (text->too_long) {
        record.rejection = TooLong(options_.text_bytes_max);
      } else {
        Convert(record);
      }
      return std::optional<Record>(std::move(record));
    }
  }

  Status Resume(Place place) override {
    lines_ = place.number;
    return input_.Seek(place.offset);
  }
  Bytes unit() const override { return "line"; }
  bool IsJson() const override { return false; }
  std::string head() const override { return header_ + "\n"; }

 private:
  struct Text {
    Bytes text;  // without the line end
    bool too_long = false;
  };

  void Convert(Record& record) const {
    Result<std::string> bson = DocumentOf(record.raw);
    if (bson.ok()) {
      record.bson = bson.TakeValue();
    } else {
      record.rejection = Rejection{std::string(kBadCsv), bson.error().message};
    }
  }

  Result<std::string> DocumentOf(Bytes text) const {
    if (!doc::IsUtf8(text)) return Err("it is not UTF-8");
    const std::vector<std::string> fields = TRY(SplitRecord(text));
    if (fields.size() == columns_.count()) return columns_.Document(fields);
    return Err("it has " + std::to_string(fields.size()) + " fields, the header has " +
               std::to_string(columns_.count()));
  }

  // Nothing at the end of the file.
  Result<std::optional<Text>> ReadRecord() {
    RecordEnd end;
    Text out;
    const uint64_t first_line = lines_ + 1;
    for (size_t at = 0;;) {
      const Bytes rest = input_.rest();
      for (; at < rest.size(); ++at) {
        if (rest[at] == '\n') ++lines_;
        if (end.Sees(rest[at])) return std::optional<Text>(Finish(out, at, 1));
      }
      if (at > options_.text_bytes_max) {
        out.too_long = true;
        input_.Consume(at);
        at = 0;
      }
      if (TRY(input_.More())) continue;
      if (end.in_quotes()) {
        return Err("a quote that begins in the record of line " + std::to_string(first_line) +
                   " is not closed before the end of the file");
      }
      if (at == 0 && !out.too_long) return std::optional<Text>();
      ++lines_;
      return std::optional<Text>(Finish(out, at, 0));
    }
  }

  Text Finish(Text out, size_t size, size_t line_end) {
    out.too_long = out.too_long || size > options_.text_bytes_max;
    if (!out.too_long) out.text = input_.rest().substr(0, size);
    if (out.text.ends_with('\r')) out.text.remove_suffix(1);
    input_.Consume(size + line_end);
    return out;
  }

  Input& input_;
  const ReaderOptions options_;
  std::string header_;
  CsvColumns columns_;
  uint64_t lines_ = 0;
};

}  // namespace

Result<std::unique_ptr<Reader>> MakeCsvReader(Input* input, const ReaderOptions& options) {
  auto reader = std::make_unique<CsvReader>(input, options);
  TRY(reader->Begin());
  return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace veddb::tool
