// SPDX-License-Identifier: BSD-3-Clause
// GroupTable: groups by id, with the states of their accumulators. Groups come out in the order in
// which the first document of each came in, whether they fitted memory or not.
//
// A group is one block of an arena: the states, then the id. When the blocks, what states keep
// beside them, and the index take too much, all groups go to a sorter by id, and the table begins
// anew; at the end the sorter brings what belongs together side by side, and a second one the whole
// groups into their order. So a group's documents may be any number, but the state of a single one
// has to fit.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doc/accumulator/accumulator.h"
#include "doc/pipeline/spill.h"
#include "doc/pipeline/stage.h"
#include "doc/pipeline/stages/buckets.h"
#include "doc/value/hash_index.h"

namespace veddb::doc {

// What is grouped by, and what is made of each group. Immutable.
struct GroupSpec {
  struct Field {
    std::string name;
    std::unique_ptr<const Accumulator> accumulator;
    size_t offset;  // of the state in the group
  };
  Expression id;
  std::optional<Buckets> buckets;  // the id is the bucket that the expression's value lies in
  std::vector<Field> fields;
  size_t states_bytes = 0;

  explicit GroupSpec(Expression id_expression) : id(std::move(id_expression)) {}
  // Of `{name: {$accumulator: …}}` elements. BADQUERY.
  Status AddField(const Element& field, const expression::Scope& scope);
  expression::Dependencies Reads() const;
  // The group of the document of `run`.
  Result<ValueView> IdOf(expression::Evaluation& run) const;
};

// The states of one group. Owned by: whoever owns the bytes.
class GroupStates {
 public:
  explicit GroupStates(const GroupSpec* spec) : spec_(spec) {}

  // REQUIRES: room for spec.states_bytes at `states`, aligned as accumulators ask. On an error
  // nothing has begun.
  Status Begin(char* states, ValueView id, expression::Evaluation& run) const;
  void End(char* states) const;
  // The document of `run`. *grown: what the states take more than before, beside their own bytes.
  Status Add(char* states, expression::Evaluation& run, std::string* key, size_t* grown) const;
  void Save(const char* states, std::string* out) const;
  // REQUIRES: what Save wrote.
  Status Merge(char* states, Bytes saved, size_t* grown) const;
  // Appends the fields, not the id.
  Status AppendFields(const char* states, expression::Evaluation& run, DocBuilder* out) const;

 private:
  const GroupSpec* spec_;
};

// Owned by: one thread.
class GroupTable {
 public:
  // What its groups are made into.
  enum class Form : uint8_t {
    kDocuments,  // {_id: id, field: value, …}
    kParts,      // {_id: id, s: saved states}, for Merge of another table
  };
  // REQUIRES: spec and context outlive it.
  GroupTable(const GroupSpec* spec, Bytes stage, Form form, PipelineContext& context);
  ~GroupTable();
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  // A document. BADQUERY, MEMORYLIMIT, IOERR, as for all.
  Status Add(DocView doc);
  // What another table handed out as parts. Parts come in the order of their documents.
  Status Merge(DocView part);
  // Nothing more comes.
  Status Finish();
  // Appends the next group as its form has it; false: there are no more.
  Result<bool> Next(std::string* out);

  size_t memory_bytes() const;
  uint64_t spilled_bytes() const;

 private:
  struct Group;

  Result<char*> Find(ValueView id);
  Result<char*> Insert(ValueView id, uint64_t hash);
  char* Allocate(size_t bytes);
  bool IsFull() const;
  void Clear();
  Status Spill();
  Status MergeSpilled();
  Status MergeGroup(Bytes first, bool* more);
  Status AppendGroup(ValueView id, const char* states, std::string* out);
  Error Limit() const;
  ValueView IdOf(const char* group) const {
    return TaggedView(Bytes(group + spec_.states_bytes, 1));
  }

  const GroupSpec& spec_;
  const GroupStates states_;
  const std::string stage_;
  const Form form_;
  PipelineContext& context_;
  const size_t memory_bytes_max_;
  expression::Evaluation run_;
  std::string key_;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* room_ = nullptr;
  size_t room_bytes_ = 0;
  size_t block_bytes_ = 0;  // of all blocks
  size_t heap_bytes_ = 0;   // of what states keep elsewhere
  std::vector<char*> groups_;
  HashIndex index_;

  // Of groups that were seen before those in memory.
  uint64_t number_ = 0;
  std::optional<RecordSorter> by_id_;
  std::optional<RecordSorter> in_order_;
  uint64_t spilled_bytes_ = 0;
  size_t next_ = 0;  // of groups_, once it is finished
};

}  // namespace veddb::doc
