// SPDX-License-Identifier: BSD-3-Clause
// RapidJSON's reader calls BsonHandler, which writes BSON as the events come. An object whose key
// names an extended type is written as a plain document too, and replaced by the value it stands
// for when it closes: so the wrappers nest by themselves and need no grammar of their own.
#include <absl/container/flat_hash_set.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "base/number.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/extjson_types.h"
#include "doc/value/utf8.h"

namespace veddb::doc {
namespace {

// The longest chain of wrappers that one scalar needs: {"$dbPointer": {"$id": {"$oid": …}}}.
constexpr size_t kWrapperLevels = 3;
// Up to this many fields, duplicates are looked for one by one; from here on by a hash set.
constexpr size_t kLinearNames = 24;

// The type byte in front of the outermost value.
constexpr size_t kTagBytes = 1;

struct NameRef {
  size_t at;
  size_t size;
};

struct Frame {
  size_t type_at;      // where the type byte of this value stands
  size_t document_at;  // where its length stands
  size_t names_begin;  // its first entry in names_
  int64_t count = 0;
  uint32_t level;
  bool is_array;
  bool in_wrapper;           // the value of an extended type's key
  bool long_inside = false;  // its last value was a {"$numberLong": …}
  bool is_reference = false;
  std::optional<ExtendedType> extended;
  std::unique_ptr<absl::flat_hash_set<std::string>> many_names;
};

class BsonHandler {
 public:
  explicit BsonHandler(const ParseLimits& limits) : limits_(limits) {}

  // The SAX interface, in RapidJSON's spelling.
  bool Null() { return BeginValue(BsonType::kNull) && Check(); }
  bool Bool(bool v) {
    if (!BeginValue(BsonType::kBool)) return false;
    out_.push_back(v ? 1 : 0);
    return Check();
  }
  bool RawNumber(const char* text, unsigned size, bool /*copy*/) { return Number({text, size}); }
  bool String(const char* text, unsigned size, bool /*copy*/) {
    if (HasSurrogate({text, size})) return Fail("lone surrogate");
    if (!BeginValue(BsonType::kString)) return false;
    PutBsonString(out_, {text, size});
    return Check();
  }
  bool StartObject() { return Open(false); }
  bool Key(const char* text, unsigned size, bool /*copy*/);
  bool EndObject(unsigned /*count*/);
  bool StartArray() { return Open(true); }
  bool EndArray(unsigned /*count*/) {
    Close();
    return Check();
  }
  // RapidJSON asks for these, but numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  std::string TakeTagged() { return std::move(out_); }
  bool failed() const { return failed_; }
  Error TakeError(size_t byte) {
    if (code_ == ErrorCode::kBadJson)
      message_ += " at byte " + FormatInt64(static_cast<int64_t>(byte));
    return MakeError(code_, std::move(message_));
  }

 private:
  bool Fail(std::string message, ErrorCode code = ErrorCode::kBadJson) {
    failed_ = true;
    code_ = code;
    message_ = std::move(message);
    return false;
  }
  bool TooDeep() {
    return Fail("nested deeper than " + FormatInt64(limits_.depth_max) + " levels",
                ErrorCode::kTooLarge);
  }
  // Within an extended type the text may be larger than the value it becomes (base64).
  bool Check() {
    const bool wrapped = !frames_.empty() && (frames_.back().extended || frames_.back().in_wrapper);
    const size_t size = out_.size() - kTagBytes;
    if (size <= limits_.size_max || (wrapped && size / 2 <= limits_.size_max)) return true;
    return Fail("larger than " + FormatInt64(limits_.size_max) + " bytes", ErrorCode::kTooLarge);
  }
  // RapidJSON lets a lone low surrogate pass, and writes it as three bytes that are not UTF-8.
  static bool HasSurrogate(Bytes text) {
    for (size_t i = text.find('\xed'); i != Bytes::npos; i = text.find('\xed', i + 1)) {
      if (i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) >= 0xa0) return true;
    }
    return false;
  }

  bool BeginValue(BsonType type);
  bool Number(Bytes text);
  bool Open(bool is_array);
  void Close();
  bool CheckLevel(const Frame& frame);
  bool IsDuplicate(Frame& frame, Bytes name);
  bool CheckReference(const Frame& frame);

  const ParseLimits limits_;
  std::string out_;
  std::vector<Frame> frames_;
  std::vector<NameRef> names_;
  size_t key_type_at_ = 0;
  bool failed_ = false;
  ErrorCode code_ = ErrorCode::kBadJson;
  std::string message_;
};

bool BsonHandler::BeginValue(BsonType type) {
  if (frames_.empty()) {
    out_.push_back(static_cast<char>(type));
    return true;
  }
  Frame& frame = frames_.back();
  frame.long_inside = false;
  if (!frame.is_array) {
    out_[key_type_at_] = static_cast<char>(type);
    return true;
  }
  char name[kInt64Chars];
  out_.push_back(static_cast<char>(type));
  out_.append(name, FormatInt64(frame.count++, name));
  out_.push_back('\0');
  return true;
}

// int32 if it fits, else int64, else double; a point or an exponent makes a double.
bool BsonHandler::Number(Bytes text) {
  const char* end = text.data() + text.size();
  if (text.find_first_of(".eE") == Bytes::npos) {
    int64_t v = 0;
    if (std::from_chars(text.data(), end, v).ec == std::errc{}) {
      const auto small = static_cast<int32_t>(v);
      BeginValue(small == v ? BsonType::kInt32 : BsonType::kInt64);
      if (small == v) {
        PutLE32(out_, static_cast<uint32_t>(small));
      } else {
        PutLE64(out_, static_cast<uint64_t>(v));
      }
      return Check();
    }
  }
  double v = 0;
  if (std::from_chars(text.data(), end, v).ec == std::errc::result_out_of_range) {
    // Too large is an error; too small is the nearest double, zero or a subnormal one.
    v = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isinf(v)) return Fail("number outside the range of a double");
  }
  BeginValue(BsonType::kDouble);
  PutLE64(out_, std::bit_cast<uint64_t>(v));
  return Check();
}

bool BsonHandler::Open(bool is_array) {
  if (frames_.size() >= limits_.depth_max + kWrapperLevels) return TooDeep();
  size_t type_at = key_type_at_;
  if (frames_.empty() || frames_.back().is_array) type_at = out_.size();
  BeginValue(is_array ? BsonType::kArray : BsonType::kObject);
  Frame frame{.type_at = type_at,
              .document_at = out_.size(),
              .names_begin = names_.size(),
              .level = 1,
              .is_array = is_array,
              .in_wrapper = false};
  if (!frames_.empty()) {
    const Frame& parent = frames_.back();
    // The object inside {"$binary": …} is no level of its own; a scope is a document.
    frame.in_wrapper = parent.extended && *parent.extended != ExtendedType::kCode &&
                       *parent.extended != ExtendedType::kScope;
    frame.level = parent.extended ? parent.level : parent.level + 1;
  }
  frames_.push_back(std::move(frame));
  PutLE32(out_, 0);
  return !is_array || CheckLevel(frames_.back());
}

bool BsonHandler::CheckLevel(const Frame& frame) {
  if (frame.level <= limits_.depth_max || frame.extended || frame.in_wrapper) return true;
  return TooDeep();
}

bool BsonHandler::IsDuplicate(Frame& frame, Bytes name) {
  const size_t count = names_.size() - frame.names_begin;
  if (count < kLinearNames) {
    for (size_t i = frame.names_begin; i < names_.size(); ++i) {
      if (Bytes(out_.data() + names_[i].at, names_[i].size) == name) return true;
    }
    return false;
  }
  if (!frame.many_names) {
    frame.many_names = std::make_unique<absl::flat_hash_set<std::string>>();
    for (size_t i = frame.names_begin; i < names_.size(); ++i) {
      frame.many_names->emplace(out_.data() + names_[i].at, names_[i].size);
    }
  }
  return !frame.many_names->emplace(name).second;
}

bool BsonHandler::Key(const char* text, unsigned size, bool /*copy*/) {
  const Bytes name(text, size);
  Frame& frame = frames_.back();
  if (name.find('\0') != Bytes::npos) return Fail("NUL in a field name");
  if (HasSurrogate(name)) return Fail("lone surrogate");
  if (IsDuplicate(frame, name)) return Fail("duplicate field name '" + std::string(name) + "'");
  const std::optional<ExtendedType> extended = ExtendedTypeOf(name);
  const bool first = names_.size() == frame.names_begin;
  if (first) {
    frame.extended = extended;
    if (!CheckLevel(frame)) return false;
  } else if (extended && !frame.extended) {
    return Fail("extended type " + std::string(name) + " beside other fields");
  }
  if (name == "$ref") frame.is_reference = true;
  key_type_at_ = out_.size();
  out_.push_back('\0');
  names_.push_back({out_.size(), name.size()});
  out_.append(name);
  out_.push_back('\0');
  return Check();
}

void BsonHandler::Close() {
  const Frame& frame = frames_.back();
  out_.push_back('\0');
  StoreLE32(out_.data() + frame.document_at,
            static_cast<uint32_t>(out_.size() - frame.document_at));
  names_.resize(frame.names_begin);
  frames_.pop_back();
}

// A DBRef: with $id beside it, $ref must be a string, and so must $db.
bool BsonHandler::CheckReference(const Frame& frame) {
  const DocView document(out_.data() + frame.document_at);
  const ValueView db = document.Find("$db");
  if (document.Find("$id").missing()) return true;
  if (document.Find("$ref").type == BsonType::kString &&
      (db.missing() || db.type == BsonType::kString)) {
    return true;
  }
  return Fail("malformed DBRef");
}

bool BsonHandler::EndObject(unsigned /*count*/) {
  const Frame frame = std::move(frames_.back());
  Close();
  if (!frame.extended) {
    if (!CheckLevel(frame)) return false;
    return frame.is_reference ? CheckReference(frame) && Check() : Check();
  }
  std::string value;
  const auto type = ConvertExtended(*frame.extended, DocView(out_.data() + frame.document_at),
                                    frame.long_inside, &value);
  if (!type) return Fail("malformed " + std::string(ExtendedKey(*frame.extended)));
  out_.resize(frame.document_at);
  out_.append(value);
  out_[frame.type_at] = static_cast<char>(*type);
  if (!frames_.empty()) {
    frames_.back().long_inside = *frame.extended == ExtendedType::kNumberLong;
  }
  return Check();
}

Error NotJson(Bytes what, size_t byte) {
  return MakeError(ErrorCode::kBadJson,
                   std::string(what) + " at byte " + FormatInt64(static_cast<int64_t>(byte)));
}

Bytes WithoutFullStop(Bytes sentence) {
  if (!sentence.empty() && sentence.back() == '.') sentence.remove_suffix(1);
  return sentence;
}

}  // namespace

Result<std::string> ParseValue(Bytes json, const ParseLimits& limits) {
  const size_t invalid = FindInvalidUtf8(json);
  if (invalid != json.size()) return NotJson("invalid UTF-8", invalid);
  BsonHandler handler(limits);
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(json.data(), json.size());
  reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, handler);
  if (handler.failed()) return handler.TakeError(stream.Tell());
  if (reader.HasParseError()) {
    const Bytes what = rapidjson::GetParseError_En(reader.GetParseErrorCode());
    return NotJson(WithoutFullStop(what), reader.GetErrorOffset());
  }
  // A NUL looks to the reader like the end of the text.
  if (stream.Tell() != json.size()) return NotJson("unexpected NUL", stream.Tell());
  return handler.TakeTagged();
}

Result<std::string> ParseDocument(Bytes json, const ParseLimits& limits) {
  std::string tagged = TRY(ParseValue(json, limits));
  if (TaggedView(tagged).type != BsonType::kObject) {
    return MakeError(ErrorCode::kBadQuery, "an object is expected");
  }
  tagged.erase(0, 1);
  return tagged;
}

Result<std::string> ParseArray(Bytes json, const ParseLimits& limits) {
  std::string tagged = TRY(ParseValue(json, limits));
  if (TaggedView(tagged).type != BsonType::kArray) {
    return MakeError(ErrorCode::kBadQuery, "an array is expected");
  }
  tagged.erase(0, 1);
  return tagged;
}

}  // namespace veddb::doc
