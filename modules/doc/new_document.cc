// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/new_document.h"

#include <sys/random.h>

#include <array>
#include <cstring>

#include "base/check.h"
#include "base/clock.h"
#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

// Random bytes for ids, fetched from the kernel many at a time. Owned by: the loop.
class RandomBytes {
 public:
  static constexpr size_t kIdBytes = 16;

  const uint8_t* Next() {
    if (used_ == pool_.size()) Refill();
    const uint8_t* out = pool_.data() + used_;
    used_ += kIdBytes;
    return out;
  }

 private:
  void Refill() {
    for (size_t have = 0; have < pool_.size();) {
      const ssize_t got = getrandom(pool_.data() + have, pool_.size() - have, 0);
      // Without a buffer or flags that it dislikes, it fails only when interrupted.
      if (got > 0) have += static_cast<size_t>(got);
    }
    used_ = 0;
  }
  std::array<uint8_t, 256 * kIdBytes> pool_;
  size_t used_ = pool_.size();
};

std::string GenerateId() {
  static doc::IdGenerator generator;
  static RandomBytes random;
  return generator.Next(static_cast<uint64_t>(WallMillis()), random.Next());
}

Status CheckSize(const std::string& bson) {
  const uint32_t max = DocumentParseLimits().size_max;
  if (bson.size() <= max) return Ok();
  return MakeError(ErrorCode::kTooLarge, "a document may not have more than " +
                                             std::to_string(max) + " bytes (doc-max-size)");
}

bool BeginsWithId(doc::DocView document) {
  const auto first = document.begin();
  return !first.done() && first->name == doc::kIdField;
}

Result<NewDocument> Finish(std::string bson) {
  TRY(CheckSize(bson));
  NewDocument out;
  out.ordered_id = doc::OrderedKey(doc::DocView(bson).Find(doc::kIdField));
  bson.insert(0, doc::kVersionBytes, '\0');
  out.value = std::move(bson);
  DCHECK(BeginsWithId(out.document()));
  return out;
}

}  // namespace

Result<NewDocument> ParseInsert(Bytes json) {
  return MakeInsert(TRY(doc::ParseDocument(json, DocumentParseLimits())));
}

Result<NewDocument> MakeInsert(std::string bson) {
  const doc::DocView document(bson);
  TRY(doc::ValidateDocument(document, doc::DocumentUse::kInsert));
  if (!BeginsWithId(document)) {
    const bool has_id = !document.Find(doc::kIdField).missing();
    const std::string generated = has_id ? std::string() : GenerateId();
    bson = doc::WithIdFirst(document, has_id ? doc::ValueView() : doc::TaggedView(generated));
  }
  return Finish(std::move(bson));
}

Result<NewDocument> ParsePut(Bytes json, Bytes tagged_id) {
  std::string bson = TRY(doc::ParseDocument(json, DocumentParseLimits()));
  const doc::DocView document(bson);
  TRY(doc::ValidateDocument(document, doc::DocumentUse::kReplacement));
  const doc::ValueView id = doc::TaggedView(tagged_id);
  const doc::ValueView own = document.Find(doc::kIdField);
  if (!own.missing() && !doc::EqualValues(own, id)) {
    return MakeError(ErrorCode::kBadQuery, "the document's _id " + doc::JsonText(own) +
                                               " differs from the id " + doc::JsonText(id));
  }
  if (!BeginsWithId(document)) bson = doc::WithIdFirst(document, id);
  return Finish(std::move(bson));
}

Error DuplicateId(doc::ValueView id) {
  return MakeError(ErrorCode::kDuplicateKey, "index _id_ has the value " + doc::JsonText(id));
}

}  // namespace veddb
