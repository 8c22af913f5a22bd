// SPDX-License-Identifier: BSD-3-Clause
// A BSON dump: documents one after the other, each with its length in front. A document that is
// wrong inside is rejected; a length that can't be true ends the reading, since nothing says where
// the next document would begin.
#include "base/coding.h"
#include "doc/value/validate.h"
#include "tools/read/reader.h"

namespace veddb::tool {
namespace {

constexpr size_t kLengthBytes = 4;

class BsonReader final : public Reader {
 public:
  BsonReader(Input* input, size_t bytes_max) : input_(*input), bytes_max_(bytes_max) {}

  Result<std::optional<Record>> Next() override {
    if (!TRY(Need(input_, kLengthBytes))) {
      if (input_.rest().empty()) return std::optional<Record>();
      return Torn(input_.offset());
    }
    const uint64_t offset = input_.offset();
    const uint64_t size = LoadLE32(input_.rest().data());
    if (size < doc::kEmptyDocumentBytes || size > INT32_MAX) {
      return Err("no BSON document begins" + AtByte(offset) + ": its length would be " +
                 std::to_string(size));
    }
    if (input_.size() && offset + size > *input_.size()) return Torn(offset);
    Record record;
    record.number = ++documents_;
    record.offset = offset;
    if (size > bytes_max_) {
      TRY(Skip(size, offset));
      record.rejection = TooLong(bytes_max_);
    } else {
      if (!TRY(Need(input_, size))) return Torn(offset);
      record.raw = input_.rest().substr(0, size);
      input_.Consume(size);
      Check(record);
    }
    record.end = {input_.offset(), documents_};
    return std::optional<Record>(std::move(record));
  }

  Status Resume(Place place) override {
    documents_ = place.number;
    return input_.Seek(place.offset);
  }
  Bytes unit() const override { return "document"; }
  bool IsJson() const override { return false; }
  Bytes tail() const override { return {}; }

 private:
  static Error Torn(uint64_t offset) {
    return Err("the file ends inside the BSON document" + AtByte(offset) + ": it is torn");
  }

  static void Check(Record& record) {
    Status valid = doc::ValidateBson(record.raw);
    if (valid.ok()) {
      record.bson = record.raw;
    } else {
      record.rejection = Rejection{std::string(kBadBson), valid.error().message};
    }
  }

  Status Skip(uint64_t bytes, uint64_t document_offset) {
    while (bytes > 0) {
      if (input_.rest().empty() && !TRY(input_.More())) return Torn(document_offset);
      const size_t part = std::min<uint64_t>(bytes, input_.rest().size());
      input_.Consume(part);
      bytes -= part;
    }
    return Ok();
  }

  Input& input_;
  const size_t bytes_max_;
  uint64_t documents_ = 0;
};

}  // namespace

std::unique_ptr<Reader> MakeBsonReader(Input* input, const ReaderOptions& options) {
  return std::make_unique<BsonReader>(input, options.text_bytes_max);
}

}  // namespace veddb::tool
