// SPDX-License-Identifier: BSD-3-Clause
// NDJSON: a document a line. Lines of white space are passed over; LF and CR LF end a line, the
// last one needs no end.
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

class NdjsonReader final : public Reader {
 public:
  NdjsonReader(Input* input, size_t text_bytes_max)
      : input_(*input), text_bytes_max_(text_bytes_max) {}

  Result<std::optional<Record>> Next() override {
    if (!begun_) TRY(SkipByteOrderMark(input_));
    begun_ = true;
    for (;;) {
      const uint64_t offset = input_.offset();
      const std::optional<Line> line = TRY(ReadLine());
      if (!line) return std::optional<Record>();
      ++lines_;
      if (!line->too_long && line->text.find_first_not_of(" \t\r") == Bytes::npos) continue;
      return std::optional<Record>(RecordOf(*line, offset));
    }
  }

  Status Resume(Place place) override {
    begun_ = true;
    lines_ = place.number;
    return input_.Seek(place.offset);
  }
  Bytes unit() const override { return "line"; }
  bool IsJson() const override { return true; }

 private:
  struct Line {
    Bytes text;  // without its end
    bool too_long = false;
  };

  // Nothing at the end of the file.
  Result<std::optional<Line>> ReadLine() {
    Line line;
    size_t searched = 0;
    for (;;) {
      const Bytes rest = input_.rest();
      const size_t end = rest.find('\n', searched);
      if (end != Bytes::npos) {
        line.text = rest.substr(0, end);
        input_.Consume(end + 1);
        break;
      }
      searched = rest.size();
      if (searched > text_bytes_max_) {
        line.too_long = true;
        input_.Consume(searched);
        searched = 0;
      }
      if (TRY(input_.More())) continue;
      line.text = input_.rest();
      if (line.text.empty() && !line.too_long) return std::optional<Line>();
      input_.Consume(line.text.size());
      break;
    }
    if (line.text.size() > text_bytes_max_) line.too_long = true;
    if (line.too_long) line.text = Bytes();
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    return std::optional<Line>(line);
  }

  Record RecordOf(const Line& line, uint64_t offset) const {
    Record record;
    record.raw = line.text;
    record.number = lines_;
    record.offset = offset;
    record.end = {input_.offset(), lines_};
    if (line.too_long) {
      record.rejection = TooLong(text_bytes_max_);
      return record;
    }
    Result<std::string> parsed = ParseText(line.text);
    if (parsed.ok()) {
      record.bson = parsed.TakeValue();
    } else {
      record.rejection = RejectionOf(parsed.error());
    }
    return record;
  }

  Input& input_;
  const size_t text_bytes_max_;
  bool begun_ = false;
  uint64_t lines_ = 0;
};

}  // namespace

std::unique_ptr<Reader> MakeNdjsonReader(Input* input, const ReaderOptions& options) {
  return std::make_unique<NdjsonReader>(input, options.text_bytes_max);
}

}  // namespace veddb::tool
