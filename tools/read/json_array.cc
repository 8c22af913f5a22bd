// SPDX-License-Identifier: BSD-3-Clause
// One JSON array of documents. Only one element is held at a time: where it ends is found by its
// brackets and strings alone, and the JSON reader sees it on its own. So an element that is wrong
// inside is rejected, and the next one is read; a file without its closing bracket is an error.
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Finds the end of an array's element, byte by byte.
class ElementEnd {
 public:
  // Whether the element ended before this byte, or with it (see `with`).
  bool Sees(char c) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return false;
    }
    if (depth_ == 0 && (c == ',' || c == ']' || c == '}')) return true;
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
      with_ = depth_ == 0;
      return with_;
    }
    return false;
  }
  // The last byte seen belongs to the element.
  bool with() const { return with_; }

 private:
  uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool with_ = false;
};

class JsonArrayReader final : public Reader {
 public:
  JsonArrayReader(Input* input, size_t text_bytes_max)
      : input_(*input), text_bytes_max_(text_bytes_max) {}

  Result<std::optional<Record>> Next() override {
    if (ended_ || !TRY(ReachElement())) return std::optional<Record>();
    Record record;
    record.number = ++documents_;
    record.offset = input_.offset();
    const bool too_long = TRY(ReadElement(&record.raw));
    record.end = {input_.offset(), documents_};
    if (too_long) {
      record.rejection = TooLong(text_bytes_max_);
      return std::optional<Record>(std::move(record));
    }
    Result<std::string> parsed = ParseText(record.raw);
    if (parsed.ok()) {
      record.bson = parsed.TakeValue();
    } else {
      record.rejection = RejectionOf(parsed.error());
    }
    return std::optional<Record>(std::move(record));
  }

  Status Resume(Place place) override {
    begun_ = true;
    documents_ = place.number;
    return input_.Seek(place.offset);
  }
  Bytes unit() const override { return "document"; }
  bool IsJson() const override { return true; }

 private:
  // The next byte that is no white space; nothing at the end of the file.
  Result<std::optional<char>> Peek() {
    for (;;) {
      const Bytes rest = input_.rest();
      size_t at = 0;
      while (at < rest.size() && IsSpace(rest[at])) ++at;
      input_.Consume(at);
      if (at < rest.size()) return std::optional<char>(rest[at]);
      if (!TRY(input_.More())) return std::optional<char>();
    }
  }

  Status Take(char wanted) {
    const std::optional<char> next = TRY(Peek());
    if (!next) return Torn();
    if (*next != wanted) {
      return Err(std::string("no '") + wanted + "'" + AtByte(input_.offset()) +
                 " of the JSON array");
    }
    input_.Consume(1);
    return Ok();
  }

  Error Torn() const {
    return Err("the file ends" + AtByte(input_.offset()) + " inside its JSON array: it is torn");
  }

  // False at the end of the array.
  Result<bool> ReachElement() {
    bool first = false;
    if (!begun_) {
      TRY(SkipByteOrderMark(input_));
      TRY(Take('['));
      begun_ = first = true;
    }
    const std::optional<char> next = TRY(Peek());
    if (next == ']') {
      input_.Consume(1);
      ended_ = true;
      if (!TRY(Peek())) return false;
      return Err("something follows the JSON array" + AtByte(input_.offset()));
    }
    if (!first) TRY(Take(','));
    const std::optional<char> begin = TRY(Peek());
    if (!begin) return Torn();
    if (*begin == ',' || *begin == ']' || *begin == '}') {
      return Err("no element" + AtByte(input_.offset()) + " of the JSON array");
    }
    return true;
  }

  // Whether it is longer than may be; then *raw is empty.
  Result<bool> ReadElement(Bytes* raw) {
    ElementEnd end;
    bool too_long = false;
    for (size_t at = 0;;) {
      const Bytes rest = input_.rest();
      for (; at < rest.size(); ++at) {
        if (!end.Sees(rest[at])) continue;
        const size_t size = at + (end.with() ? 1 : 0);
        input_.Consume(size);
        too_long = too_long || size > text_bytes_max_;
        *raw = too_long ? Bytes() : rest.substr(0, size);
        return too_long;
      }
      if (at > text_bytes_max_) {
        too_long = true;
        input_.Consume(at);
        at = 0;
      }
      if (!TRY(input_.More())) return Torn();
    }
  }

  Input& input_;
  const size_t text_bytes_max_;
  bool begun_ = false;
  bool ended_ = false;
  uint64_t documents_ = 0;
};

}  // namespace

std::unique_ptr<Reader> MakeJsonArrayReader(Input* input, const ReaderOptions& options) {
  return std::make_unique<JsonArrayReader>(input, options.text_bytes_max);
}

}  // namespace veddb::tool
