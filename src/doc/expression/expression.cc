// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/expression.h"

#include "doc/expression/parser.h"

namespace veddb::doc {
namespace expression {
namespace {

constexpr Operator kLet{.name = "LET"};

}  // namespace

ValueView Variables::Find(Bytes name) const {
  if (name == "NOW" && now_ms_) {
    return {BsonType::kDate, reinterpret_cast<const char*>(&*now_ms_)};
  }
  const auto it = tagged_.find(name);
  return it == tagged_.end() ? ValueView() : TaggedView(it->second);
}

Status Variables::Let(DocView let) {
  Variables with_let = *this;
  const Scope scope{.variables = this};
  for (const Element& element : let) {
    Parser parser(scope);
    TRY(parser.Bind(kLet, element.name));
    parser.Unbind(1);
    const NodePtr node = TRY(parser.Parse(element.value));
    const Dependencies& reads = parser.dependencies();
    if (reads.whole_document || !reads.paths.empty()) {
      return Parser::Bad(kLet, "'" + std::string(element.name) + "' must not read a document");
    }
    Evaluation run;
    run.ReserveVariables(parser.slots());
    const ValueView value = TRY(node->Evaluate(run));
    // There has to be something under the name.
    with_let.tagged_[std::string(element.name)] =
        Tagged(value.missing() ? Evaluation::Null() : value);
  }
  *this = std::move(with_let);
  return Ok();
}

void Dependencies::Add(const Dependencies& other) {
  whole_document |= other.whole_document;
  paths.insert(other.paths.begin(), other.paths.end());
  chance |= other.chance;
}

}  // namespace expression

Result<Expression> Expression::Parse(ValueView value, const expression::Scope& scope) {
  expression::Parser parser(scope);
  expression::NodePtr root = TRY(parser.Parse(value));
  return Expression(std::move(root), parser.dependencies(), parser.slots());
}

}  // namespace veddb::doc
