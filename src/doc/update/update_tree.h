// SPDX-License-Identifier: BSD-3-Clause
// The paths of an update as one tree, with a modifier at each leaf, so that a document is gone
// through once however many paths there are, and paths that exclude one another are found before
// anything is changed. Immutable once built; any thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/update/array_filters.h"
#include "doc/update/modifier.h"

namespace veddb::doc {

struct PathPart {
  enum class Kind : uint8_t {
    kField,       // a name, or a place in an array
    kPositional,  // `$`: where the filter matched
    kAll,         // `$[]`
    kFiltered,    // `$[name]`
  };
  Kind kind = Kind::kField;
  std::string name;                     // of kField
  const ArrayFilter* filter = nullptr;  // of kFiltered
};
using PathParts = std::vector<PathPart>;

// BADQUERY for a path that no update can have; `what` names operator and path for the message.
Result<PathParts> ParseUpdatePath(Bytes path, const ArrayFilters& filters, Bytes what);

// The order in which an update makes new fields: numbers by value, then names by their bytes.
struct FieldOrder {
  bool operator()(const std::string& a, const std::string& b) const;
};

struct UpdateNode {
  struct Elements {
    const ArrayFilter* filter = nullptr;  // null: all of them
    std::unique_ptr<UpdateNode> node;
  };

  // One of the three, once the node is in a tree.
  const Modifier* modifier = nullptr;
  std::map<std::string, std::unique_ptr<UpdateNode>, FieldOrder> fields;
  std::vector<Elements> elements;

  bool empty() const { return modifier == nullptr && fields.empty() && elements.empty(); }
};

// Adds a leaf. `positional`: what `$` stands for. BADQUERY if the path and one that is there
// exclude one another.
Status AddLeaf(UpdateNode& root, const PathParts& parts, const Modifier& modifier,
               const std::string& positional);

// Both in one; BADQUERY where they exclude one another.
Status MergeNode(UpdateNode& target, const UpdateNode& source);

}  // namespace veddb::doc
