// SPDX-License-Identifier: BSD-3-Clause
// Modifier: what one update operator does to the value at one path. Immutable once parsed and
// shared by threads; its operands point into the update's own BSON.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "doc/value/document.h"

namespace veddb::doc {

// What became of a value.
enum class Outcome : uint8_t {
  kKept,     // as it was: there or not
  kRemoved,  // gone; in an array: null
  kWritten,  // the new value was appended
};

// What a modifier may know of the update under way.
struct ModifyContext {
  DocView document;       // as it was before the update
  int64_t now_ms = 0;     // one time for the whole command
  bool inserts = false;   // an upsert makes a document
  bool in_array = false;  // the value is an element of an array
  uint64_t random = 0;
};

class Modifier {
 public:
  Modifier(Bytes name, Bytes path) : name_(name), path_(path) {}
  virtual ~Modifier() = default;

  // With its '$'.
  const std::string& name() const { return name_; }
  // As the update says it, positional parts included.
  const std::string& path() const { return path_; }

  // Appends the bytes of the new value (without its type byte) to *out if it says kWritten, and
  // nothing otherwise. `before` is missing where there is no value.
  virtual Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                                 std::string* out) const = 0;
  // Where the path can't lead on (a scalar stands in the way), there is nothing to do rather than
  // an error.
  virtual bool IgnoresDeadEnds(const ModifyContext&) const { return false; }

  // BADQUERY "$name of 'path': what".
  Error Bad(Bytes what) const {
    return MakeError(ErrorCode::kBadQuery, name_ + " of '" + path_ + "': " + std::string(what));
  }

 protected:
  static Result<Outcome> Write(ValueView value, BsonType* type, std::string* out) {
    *type = value.type;
    out->append(value.bytes());
    return Outcome::kWritten;
  }

 private:
  const std::string name_;
  const std::string path_;
};

using ModifierPtr = std::unique_ptr<Modifier>;

}  // namespace veddb::doc
