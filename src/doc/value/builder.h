// SPDX-License-Identifier: BSD-3-Clause
// DocBuilder, ArrayBuilder: write BSON at the end of a string that the caller owns. A nested
// document is written in place by its own builder, so nothing is copied; the parent must not be
// touched until the child is finished. Owned by: the thread that builds.
//
//   std::string out;
//   DocBuilder doc(&out);
//   doc.Int32("a", 1);
//   ArrayBuilder list = doc.Array("b");
//   list.Append(value);
//   list.Finish();
//   doc.Finish();
#pragma once
#include <cstdint>
#include <string>

#include "base/number.h"
#include "doc/value/document.h"

namespace veddb::doc {

class ArrayBuilder;

// Appends the bytes of a string value: length, text, NUL.
inline void PutBsonString(std::string& out, Bytes text) {
  PutLE32(out, static_cast<uint32_t>(text.size() + 1));
  out.append(text);
  out.push_back('\0');
}

class DocBuilder {
 public:
  // Begins a document at the end of *out.
  explicit DocBuilder(std::string* out) : out_(out), start_(out->size()) { PutLE32(*out_, 0); }

  void Append(Bytes name, ValueView value) {
    Name(value.type, name);
    out_->append(value.bytes());
  }
  void Int32(Bytes name, int32_t v) {
    Name(BsonType::kInt32, name);
    PutLE32(*out_, static_cast<uint32_t>(v));
  }
  void Int64(Bytes name, int64_t v) {
    Name(BsonType::kInt64, name);
    PutLE64(*out_, static_cast<uint64_t>(v));
  }
  void Double(Bytes name, double v) {
    Name(BsonType::kDouble, name);
    PutLE64(*out_, std::bit_cast<uint64_t>(v));
  }
  void Bool(Bytes name, bool v) {
    Name(BsonType::kBool, name);
    out_->push_back(v ? 1 : 0);
  }
  void Date(Bytes name, int64_t unix_ms) {
    Name(BsonType::kDate, name);
    PutLE64(*out_, static_cast<uint64_t>(unix_ms));
  }
  void Null(Bytes name) { Name(BsonType::kNull, name); }
  void String(Bytes name, Bytes text) {
    Name(BsonType::kString, name);
    PutBsonString(*out_, text);
  }
  // The nested document or array goes on at the end of the same string.
  DocBuilder Object(Bytes name) {
    Name(BsonType::kObject, name);
    return DocBuilder(out_);
  }
  inline ArrayBuilder Array(Bytes name);

  // Where the next element would begin; Rewind(mark) drops all that came after.
  size_t mark() const { return out_->size(); }
  void Rewind(size_t to) { out_->resize(to); }

  // Writes type and name; the caller appends the value's bytes to out() itself.
  void Name(BsonType type, Bytes name) {
    out_->push_back(static_cast<char>(type));
    out_->append(name);
    out_->push_back('\0');
  }
  std::string* out() { return out_; }
  bool empty() const { return out_->size() == start_ + 4; }

  // REQUIRES: called once, after every child's Finish.
  void Finish() {
    out_->push_back('\0');
    StoreLE32(out_->data() + start_, static_cast<uint32_t>(out_->size() - start_));
  }

 private:
  std::string* out_;
  size_t start_;
};

class ArrayBuilder {
 public:
  explicit ArrayBuilder(std::string* out) : doc_(out) {}

  void Append(ValueView value) {
    Next(value.type);
    doc_.out()->append(value.bytes());
  }
  void String(Bytes text) {
    Next(BsonType::kString);
    PutBsonString(*doc_.out(), text);
  }
  DocBuilder Object() {
    Next(BsonType::kObject);
    return DocBuilder(doc_.out());
  }
  ArrayBuilder Array() {
    Next(BsonType::kArray);
    return ArrayBuilder(doc_.out());
  }
  // Writes type and the next index; the caller appends the value's bytes to out() itself.
  void Next(BsonType type) {
    char name[kInt64Chars];
    doc_.Name(type, Bytes(name, FormatInt64(count_, name)));
    ++count_;
  }
  std::string* out() { return doc_.out(); }
  int64_t count() const { return count_; }
  void Finish() { doc_.Finish(); }

 private:
  DocBuilder doc_;
  int64_t count_ = 0;
};

inline ArrayBuilder DocBuilder::Array(Bytes name) {
  Name(BsonType::kArray, name);
  return ArrayBuilder(out_);
}

}  // namespace veddb::doc
