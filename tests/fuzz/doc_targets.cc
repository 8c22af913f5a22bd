// SPDX-License-Identifier: BSD-3-Clause
// Documents: JSON and BSON, their order, and the four small languages over them.
#include <optional>
#include <string>

#include "base/check.h"
#include "doc/collection/collection_options.h"
#include "doc/expression/expression.h"
#include "doc/match/filter.h"
#include "doc/query/projection.h"
#include "doc/query/sort.h"
#include "doc/schema/schema.h"
#include "doc/schema/unordered.h"
#include "doc/value/builder.h"
#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "doc/value/ordered_key.h"
#include "doc/value/validate.h"
#include "tests/fuzz/targets.h"

namespace veddb::fuzz {
namespace {

using doc::DocView;
using doc::JsonMode;

std::string Json(DocView document, JsonMode mode) {
  std::string text;
  doc::WriteJson(document, mode, &text);
  return text;
}

int Sign(int comparison) { return comparison < 0 ? -1 : comparison > 0; }

// The order of documents is that of their keys.
void CheckOrder(DocView a, DocView b) {
  const auto value_a = a.AsValue(doc::BsonType::kObject);
  const auto value_b = b.AsValue(doc::BsonType::kObject);
  const std::string key_a = doc::OrderedKey(value_a);
  const std::string key_b = doc::OrderedKey(value_b);
  CHECK(doc::OrderedKeyLength(key_a) == key_a.size());
  CHECK(doc::OrderedKeyLength(key_a + key_b) == key_a.size());
  const int order = Sign(doc::CompareDocuments(a, b));
  CHECK(order == Sign(key_a.compare(key_b)));
  CHECK(order == -Sign(doc::CompareDocuments(b, a)));
  CHECK(doc::CompareDocuments(a, a) == 0);
}

}  // namespace

// What was parsed is sound BSON; canonical text brings back the same bytes, relaxed text an equal
// document.
void FuzzJson(Bytes input) {
  const auto value = doc::ParseValue(input);
  if (value.ok()) doc::JsonText(doc::TaggedView(*value));
  const auto array = doc::ParseArray(input);
  if (array.ok()) CHECK(doc::ValidateBson(*array).ok());
  const auto parsed = doc::ParseDocument(input);
  if (!parsed.ok()) return;
  CHECK(doc::ValidateBson(*parsed).ok());
  const DocView document(*parsed);
  const auto canonical = doc::ParseDocument(Json(document, JsonMode::kCanonical));
  CHECK(canonical.ok() && *canonical == *parsed);
  const auto relaxed = doc::ParseDocument(Json(document, JsonMode::kRelaxed));
  CHECK(relaxed.ok() && doc::CompareDocuments(DocView(*relaxed), document) == 0);
  CheckOrder(document, DocView(*relaxed));
}

// Bytes that pass as BSON can be written, compared and made into keys; what is read back from their
// text, where it can be, is BSON as well. The input holds up to two documents.
void FuzzBson(Bytes input) {
  std::optional<std::string> before;
  for (int i = 0; i < 2 && input.size() >= doc::kEmptyDocumentBytes; ++i) {
    const size_t size = std::min<size_t>(LoadLE32(input.data()), input.size());
    const std::string bytes(input.substr(0, size));
    input.remove_prefix(size);
    if (!doc::ValidateBson(bytes).ok()) return;
    for (const JsonMode mode : {JsonMode::kCanonical, JsonMode::kRelaxed}) {
      const auto again = doc::ParseDocument(Json(DocView(bytes), mode));
      if (again.ok()) CHECK(doc::ValidateBson(*again).ok());
    }
    CheckOrder(DocView(bytes), before ? DocView(*before) : DocView());
    before = bytes;
  }
}

// An encoding ends where it says, whatever follows, and no part of it is one.
void FuzzOrderedKey(Bytes input) {
  const size_t size = doc::OrderedKeyLength(input);
  CHECK(size <= input.size());
  if (size == 0) return;
  CHECK(doc::OrderedKeyLength(input.substr(0, size)) == size);
  for (size_t cut = 0; cut < size; ++cut) CHECK(doc::OrderedKeyLength(input.substr(0, cut)) == 0);
}

// A filter and its opposite never agree, and asking twice gives the same answer.
void FuzzFilter(Bytes input) {
  const std::string text(TakeLine(&input));
  const doc::expression::Scope scope;
  const auto filter = doc::Filter::ParseJson(text, &scope);
  if (!filter.ok()) return;
  const std::string opposite_text = "{\"$nor\":[" + text + "]}";
  const auto opposite = doc::Filter::ParseJson(opposite_text, &scope);
  const auto document = doc::ParseDocument(input);
  if (!document.ok()) return;
  doc::Matcher matcher(&*filter);
  const bool matches = matcher.Matches(DocView(*document));
  const bool by_chance =
      text.find("ampleRate") != std::string::npos || text.find("rand") != std::string::npos;
  if (matcher.error() || by_chance) return;
  CHECK(matcher.Matches(DocView(*document)) == matches);
  if (!opposite.ok()) return;  // it may be a level too deep
  doc::Matcher other(&*opposite);
  CHECK(other.Matches(DocView(*document)) != matches || other.error());
}

// A document follows a schema, or breaks a rule that is named, and then follows the schema's
// opposite; what it would be stored as brings back the same schema.
void FuzzSchema(Bytes input) {
  const std::string text(TakeLine(&input));
  const auto schema = doc::Schema::ParseJson(text);
  if (!schema.ok()) return;
  const std::string options = doc::EncodeCollectionOptions(
      {std::string(schema->document().bytes()), doc::Validation::kWarn});
  const auto stored = doc::SchemaOfOptions(options);
  CHECK(stored.ok() && (*stored)->schema.document().bytes() == schema->document().bytes());
  const auto parsed = doc::ParseDocument(input);
  if (!parsed.ok()) return;
  const DocView document(*parsed);
  std::optional<doc::RegexScratch> regex;
  const auto value = document.AsValue(doc::BsonType::kObject);
  const auto follows = schema->Follows(value, regex);
  const Status valid = schema->Validate(document);
  CHECK(follows.ok() ? valid.ok() == *follows : !valid.ok());
  CHECK(doc::UnorderedKey(value) == doc::UnorderedKey(value));
  const auto opposite = doc::Schema::ParseJson("{\"not\":" + text + "}");
  if (!follows.ok() || !opposite.ok()) return;  // it may be a level too deep
  const auto against = opposite->Follows(value, regex);
  CHECK(!against.ok() || *against != *follows);
}

// What an expression makes is BSON, and the same every time.
void FuzzExpression(Bytes input) {
  const auto parsed = doc::ParseValue(TakeLine(&input));
  if (!parsed.ok()) return;
  const auto expression = doc::Expression::Parse(doc::TaggedView(*parsed));
  if (!expression.ok()) return;
  const auto document = doc::ParseDocument(input);
  if (!document.ok()) return;
  constexpr uint32_t kAnyDepth = 1'000'000;
  doc::expression::Evaluation run(1, {.memory_bytes = 1 << 20, .steps = 10'000});
  std::string results[2];
  for (std::string& result : results) {
    run.Begin(DocView(*document));
    const auto value = expression->Evaluate(run);
    if (!value.ok()) {
      result = value.error().Wire();
      continue;
    }
    doc::DocBuilder builder(&result);
    if (!value->missing()) builder.Append("value", *value);
    builder.Finish();
    CHECK(doc::ValidateBson(result, kAnyDepth).ok());
  }
  CHECK(results[0] == results[1] || expression->dependencies().chance);
}

// What is left of a document is a document.
void FuzzProjection(Bytes input) {
  const auto projection = doc::Projection::ParseJson(TakeLine(&input));
  if (!projection.ok()) return;
  const auto document = doc::ParseDocument(input);
  if (!document.ok()) return;
  doc::Projector projector(&*projection);
  for (const uint32_t place : {uint32_t{0}, doc::kNoArrayIndex}) {
    std::string shown;
    if (!projector.Apply(DocView(*document), place, &shown).ok()) continue;
    CHECK(doc::ValidateBson(shown).ok());
    CHECK(shown.size() <= document->size() || projection->mode() != doc::Projection::Mode::kWhole);
  }
}

// Equal documents have equal keys, and the order of two is the opposite the other way round.
void FuzzSort(Bytes input) {
  const auto sort = doc::SortSpec::ParseJson(TakeLine(&input));
  if (!sort.ok()) return;
  const auto a = doc::ParseDocument(TakeLine(&input));
  const auto b = doc::ParseDocument(input);
  std::string key_a;
  std::string key_again;
  std::string key_b;
  if (!a.ok() || !sort->AppendKey(DocView(*a), &key_a).ok()) return;
  CHECK(sort->AppendKey(DocView(*a), &key_again).ok() && key_again == key_a);
  if (!b.ok() || !sort->AppendKey(DocView(*b), &key_b).ok()) return;
  if (doc::CompareDocuments(DocView(*a), DocView(*b)) == 0) CHECK(key_a == key_b);
}

}  // namespace veddb::fuzz
