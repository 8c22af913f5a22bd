// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/group_table.h"

#include <algorithm>
#include <cstring>

#include "doc/value/compare.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

constexpr size_t kAlignment = Accumulator::kStateAlignment;
constexpr size_t kBlockBytesMin = 4 * 1024;
constexpr size_t kBlockBytesMax = 256 * 1024;
// Of the memory, what the sorter of spilled groups gets; the table has the rest.
constexpr size_t kSorterShare = 4;
// What the parts of one group may come to, while they are put together.
constexpr size_t kGroupShare = 2;
// The field of a part with the saved states.
constexpr Bytes kStatesField = "s";

size_t Aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Of values whose hashes are the same: most often they are the same bytes.
bool SameId(ValueView a, ValueView b) {
  if (a.type == b.type && a.bytes() == b.bytes()) return true;
  return EqualValues(a, b);
}

// A saved group: its number, its id, its states.
void PutGroup(uint64_t number, ValueView id, std::string* out) {
  PutLE64(*out, number);
  out->push_back(static_cast<char>(id.type));
  out->append(id.bytes());
}
struct SavedGroup {
  uint64_t number;
  ValueView id;
  Bytes states;
};
SavedGroup TakeGroup(Bytes saved) {
  SavedGroup group;
  CHECK(GetLE64(&saved, &group.number));
  group.id = TaggedView(saved);
  group.states = saved.substr(1 + group.id.size());
  return group;
}

}  // namespace

// --- GroupSpec ---

Status GroupSpec::AddField(const Element& field, const expression::Scope& scope) {
  const auto bad = [&field](const char* what) {
    return MakeError(ErrorCode::kBadQuery, "the field '" + std::string(field.name) + "' " + what);
  };
  if (field.name.empty()) return bad("needs a name");
  if (field.name.find('.') != Bytes::npos) return bad("must not have a dot in its name");
  if (field.name.starts_with('$')) return bad("must not begin with '$'");
  if (field.value.type != BsonType::kObject || field.value.Document().Count() != 1) {
    return bad("must be an object of one accumulator");
  }
  const Element call = *field.value.Document().begin();
  auto accumulator = TRY(Accumulator::Parse(call, scope));
  const size_t bytes = accumulator->state_bytes();
  fields.push_back({std::string(field.name), std::move(accumulator), states_bytes});
  states_bytes += bytes;
  return Ok();
}

expression::Dependencies GroupSpec::Reads() const {
  expression::Dependencies reads = id.dependencies();
  for (const Field& field : fields) reads.Add(field.accumulator->dependencies());
  return reads;
}

Result<ValueView> GroupSpec::IdOf(expression::Evaluation& run) const {
  const ValueView value = TRY(id.Evaluate(run));
  if (buckets) return buckets->Find(value);
  return value.missing() ? expression::Evaluation::Null() : value;
}

// --- GroupStates ---

Status GroupStates::Begin(char* states, ValueView id, expression::Evaluation& run) const {
  for (size_t i = 0; i < spec_->fields.size(); ++i) {
    const GroupSpec::Field& field = spec_->fields[i];
    const Result<size_t> places = field.accumulator->Places(run, id);
    if (!places.ok()) {
      while (i-- > 0) spec_->fields[i].accumulator->End(states + spec_->fields[i].offset);
      return places.error();
    }
    field.accumulator->Begin(states + field.offset, *places);
  }
  return Ok();
}

void GroupStates::End(char* states) const {
  for (const GroupSpec::Field& field : spec_->fields) field.accumulator->End(states + field.offset);
}

Status GroupStates::Add(char* states, expression::Evaluation& run, std::string* key,
                        size_t* grown) const {
  for (const GroupSpec::Field& field : spec_->fields) {
    char* const state = states + field.offset;
    const Accumulator::Input input = TRY(field.accumulator->Read(run, key));
    *grown -= field.accumulator->heap_bytes(state);
    TRY(field.accumulator->Add(state, input));
    *grown += field.accumulator->heap_bytes(state);
  }
  return Ok();
}

void GroupStates::Save(const char* states, std::string* out) const {
  std::string one;
  for (const GroupSpec::Field& field : spec_->fields) {
    one.clear();
    field.accumulator->Save(states + field.offset, &one);
    PutSized(*out, one);
  }
}

Status GroupStates::Merge(char* states, Bytes saved, size_t* grown) const {
  for (const GroupSpec::Field& field : spec_->fields) {
    char* const state = states + field.offset;
    Bytes one;
    CHECK(GetSized(&saved, &one));
    *grown -= field.accumulator->heap_bytes(state);
    TRY(field.accumulator->Merge(state, one));
    *grown += field.accumulator->heap_bytes(state);
  }
  return Ok();
}

Status GroupStates::AppendFields(const char* states, expression::Evaluation& run,
                                 DocBuilder* out) const {
  for (const GroupSpec::Field& field : spec_->fields) {
    run.Begin(DocView());
    out->Append(field.name, TRY(field.accumulator->Finish(states + field.offset, run)));
  }
  return Ok();
}

// --- GroupTable ---

GroupTable::GroupTable(const GroupSpec* spec, Bytes stage, Form form, PipelineContext& context)
    : spec_(*spec),
      states_(spec),
      stage_(stage),
      form_(form),
      context_(context),
      memory_bytes_max_(context.memory_bytes_max()),
      run_(context.NewEvaluation()) {}

GroupTable::~GroupTable() { Clear(); }

void GroupTable::Clear() {
  for (char* group : groups_) states_.End(group);
  std::vector<char*>().swap(groups_);
  index_.Clear();
  blocks_.clear();
  room_bytes_ = 0;
  block_bytes_ = 0;
  heap_bytes_ = 0;
}

size_t GroupTable::memory_bytes() const {
  return block_bytes_ + heap_bytes_ + index_.memory_bytes() + groups_.capacity() * sizeof(char*) +
         (by_id_ ? by_id_->memory_bytes() : 0) + (in_order_ ? in_order_->memory_bytes() : 0);
}

uint64_t GroupTable::spilled_bytes() const {
  return spilled_bytes_ + (by_id_ ? by_id_->spilled_bytes() : 0) +
         (in_order_ ? in_order_->spilled_bytes() : 0);
}

Error GroupTable::Limit() const {
  return MakeError(ErrorCode::kMemoryLimit, stage_ + ": one group alone takes more than " +
                                                std::to_string(memory_bytes_max_ / kGroupShare) +
                                                " bytes");
}

bool GroupTable::IsFull() const {
  const size_t list = groups_.size() == groups_.capacity() ? groups_.size() * 3 * sizeof(char*)
                                                           : groups_.capacity() * sizeof(char*);
  return block_bytes_ + heap_bytes_ + index_.memory_bytes_next() + list >
         memory_bytes_max_ - memory_bytes_max_ / kSorterShare;
}

char* GroupTable::Allocate(size_t bytes) {
  if (bytes > room_bytes_) {
    room_bytes_ = std::max(bytes, std::clamp(block_bytes_, kBlockBytesMin, kBlockBytesMax));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(room_bytes_));
    room_ = blocks_.back().get();
    block_bytes_ += room_bytes_;
  }
  char* const at = room_;
  room_ += bytes;
  room_bytes_ -= bytes;
  return at;
}

Result<char*> GroupTable::Find(ValueView id) {
  const uint64_t hash = HashValue(id);
  const uint32_t found =
      index_.Find(hash, [this, id](uint32_t number) { return SameId(IdOf(groups_[number]), id); });
  if (found != HashIndex::kNone) return groups_[found];
  return Insert(id, hash);
}

Result<char*> GroupTable::Insert(ValueView id, uint64_t hash) {
  if (!groups_.empty() && IsFull()) TRY(Spill());
  const size_t id_bytes = id.size();
  char* const group = Allocate(Aligned(spec_.states_bytes + 1 + id_bytes));
  char* const at = group + spec_.states_bytes;
  *at = static_cast<char>(id.type);
  std::memcpy(at + 1, id.data, id_bytes);
  TRY(states_.Begin(group, id, run_));
  index_.Insert(hash, static_cast<uint32_t>(groups_.size()));
  groups_.push_back(group);
  return group;
}

Status GroupTable::Add(DocView doc) {
  run_.Begin(doc);
  const ValueView id = TRY(spec_.IdOf(run_));
  char* const group = TRY(Find(id));
  size_t grown = 0;
  TRY(states_.Add(group, run_, &key_, &grown));
  heap_bytes_ += grown;
  // Few groups may grow without end as well.
  return grown != 0 && IsFull() ? Spill() : Ok();
}

Status GroupTable::Merge(DocView part) {
  run_.Begin(DocView());
  char* const group = TRY(Find(part.Find(kIdField)));
  size_t grown = 0;
  TRY(states_.Merge(group, part.Find(kStatesField).Binary().data, &grown));
  heap_bytes_ += grown;
  return grown != 0 && IsFull() ? Spill() : Ok();
}

Status GroupTable::Spill() {
  if (!by_id_) by_id_.emplace(context_, memory_bytes_max_ / kSorterShare);
  std::string id;
  std::string saved;
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (i % kCheckEvery == 0) TRY(context_.MayGoOn());
    id.clear();
    saved.clear();
    AppendOrderedKey(IdOf(groups_[i]), &id);
    PutGroup(number_ + i, IdOf(groups_[i]), &saved);
    states_.Save(groups_[i], &saved);
    TRY(by_id_->Add(id, saved));
  }
  number_ += groups_.size();
  Clear();
  return Ok();
}

Status GroupTable::Finish() {
  if (!by_id_) return Ok();
  TRY(Spill());
  TRY(by_id_->Finish());
  in_order_.emplace(context_, memory_bytes_max_ / 2);
  TRY(MergeSpilled());
  spilled_bytes_ += by_id_->spilled_bytes();
  by_id_.reset();
  return in_order_->Finish();
}

// The parts of a group follow each other, the oldest first: it has the group's number.
Status GroupTable::MergeSpilled() {
  bool more = TRY(by_id_->Next());
  std::string id_key;
  for (uint64_t i = 0; more; ++i) {
    if (i % kCheckEvery == 0) TRY(context_.MayGoOn());
    id_key.assign(by_id_->key());
    TRY(MergeGroup(id_key, &more));
  }
  return Ok();
}

Status GroupTable::MergeGroup(Bytes id_key, bool* more) {
  const std::string first(by_id_->payload());
  const SavedGroup group = TakeGroup(first);
  const std::unique_ptr<uint64_t[]> bytes(
      new uint64_t[Aligned(spec_.states_bytes) / sizeof(uint64_t) + 1]);
  char* const states = reinterpret_cast<char*>(bytes.get());
  run_.Begin(DocView());
  TRY(states_.Begin(states, group.id, run_));
  const auto end = [this](char* begun) { states_.End(begun); };
  const std::unique_ptr<char, decltype(end)> ends(states, end);
  size_t heap_bytes = 0;
  TRY(states_.Merge(states, group.states, &heap_bytes));
  for (*more = TRY(by_id_->Next()); *more && by_id_->key() == id_key; *more = TRY(by_id_->Next())) {
    TRY(states_.Merge(states, TakeGroup(by_id_->payload()).states, &heap_bytes));
    if (heap_bytes > memory_bytes_max_ / kGroupShare) return Limit();
  }
  std::string place;
  PutBE64(place, group.number);
  std::string made;
  TRY(AppendGroup(group.id, states, &made));
  return in_order_->Add(place, made);
}

Status GroupTable::AppendGroup(ValueView id, const char* states, std::string* out) {
  DocBuilder doc(out);
  doc.Append(kIdField, id);
  if (form_ == Form::kDocuments) {
    TRY(states_.AppendFields(states, run_, &doc));
  } else {
    doc.Name(BsonType::kBinary, kStatesField);
    const size_t size_at = out->size();
    PutLE32(*out, 0);
    out->push_back('\0');  // the subtype
    const size_t begin = out->size();
    states_.Save(states, out);
    StoreLE32(out->data() + size_at, static_cast<uint32_t>(out->size() - begin));
  }
  doc.Finish();
  return Ok();
}

Result<bool> GroupTable::Next(std::string* out) {
  if (in_order_) {
    if (!TRY(in_order_->Next())) return false;
    out->append(in_order_->payload());
    return true;
  }
  if (next_ == groups_.size()) return false;
  const char* const group = groups_[next_++];
  TRY(AppendGroup(IdOf(group), group, out));
  return true;
}

}  // namespace veddb::doc
