// SPDX-License-Identifier: BSD-3-Clause
// Goes through a document along an update's tree and writes what it becomes. Fields keep their
// order; new ones follow in the tree's order.
#pragma once
#include <string>

#include "base/result.h"
#include "doc/match/node.h"
#include "doc/update/modifier.h"
#include "doc/update/update_tree.h"
#include "doc/value/builder.h"

namespace veddb::doc {

// Nulls that a write behind an array's end may have to put between.
inline constexpr int64_t kArrayGapMax = 1'500'000;

// Owned by: one thread, for one document.
class UpdateWalk {
 public:
  explicit UpdateWalk(const ModifyContext& context) : context_(context), match_(context.random) {}

  // Appends the whole document as it is to become. On an error *out is in an unknown state.
  Status Run(const UpdateNode& root, std::string* out);

 private:
  // Where the walk is, for messages.
  struct Place {
    const Place* parent;
    Bytes name;
    std::string Text() const;
  };

  Result<Outcome> Apply(const UpdateNode& node, ValueView before, const Place& place,
                        BsonType* type, std::string* out);
  Status WriteField(DocBuilder& builder, const UpdateNode& node, ValueView before,
                    const Place& place, bool* written);
  Status WriteFields(const UpdateNode& node, DocView before, const Place* parent,
                     DocBuilder& builder, bool* written);
  Result<Outcome> WriteObject(const UpdateNode& node, ValueView before, const Place& place,
                              BsonType* type, std::string* out);
  Result<Outcome> WritePlaces(const UpdateNode& node, DocView array, const Place& place,
                              BsonType* type, std::string* out);
  Status WriteBehindEnd(const UpdateNode& node, int64_t count, const Place& place,
                        DocBuilder& builder);
  Result<Outcome> WriteElements(const UpdateNode& node, ValueView before, const Place& place,
                                BsonType* type, std::string* out);
  Status WriteElement(const UpdateNode& node, ValueView before, const Place& place,
                      DocBuilder& builder);
  Status DeadEnd(const UpdateNode& node, ValueView before, const Place& place) const;
  const Modifier* Insistent(const UpdateNode& node) const;

  ModifyContext context_;
  MatchState match_;
};

}  // namespace veddb::doc
