// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/client.h"

#include <utility>

namespace veddb::consistency {
namespace {

using testing::RespClient;
using testing::RespReply;
using testing::Words;
using Outcome = ListTransaction::Outcome;

constexpr size_t kPipelineMax = 4;
constexpr size_t kPaddingBytesMax = 2000;
constexpr size_t kStepsMax = 4;
constexpr int64_t kClientsMax = 1000;

bool IsDocumentList(const std::string& key) { return key[0] == 'm'; }

Words ReadWords(const std::string& key) {
  if (IsDocumentList(key)) return {"DOC.GET", kDocuments, key};
  return {"GET", key};
}

}  // namespace

std::string RegisterKey(size_t i) { return "r" + std::to_string(i); }
std::string CounterKey(size_t i) { return "c" + std::to_string(i); }
std::string DocumentKey(size_t i) { return "d" + std::to_string(i); }
std::string TextListKey(size_t i) { return "l" + std::to_string(i); }
std::string DocumentListKey(size_t i) { return "m" + std::to_string(i); }

int64_t Client::NewValue() { return ++value_ * kClientsMax + number_; }

void Client::Run(Gate& gate) {
  RespClient client = gate.Connect();
  while (!gate.finished()) {
    if (!client.ok()) {
      client = gate.Connect();
      continue;
    }
    if (OneIn(3)) {
      RunTransaction(client);
    } else {
      RunBatch(client);
    }
    operations_.fetch_add(1, std::memory_order_relaxed);
  }
}

// --- single operations ---

Action Client::RegisterAction() {
  switch (Below(10)) {
    case 0:
      return {.kind = ActionKind::kDelete};
    case 1:
      return {.kind = ActionKind::kWriteNew, .value = NewValue()};
    case 2:
      return {.kind = ActionKind::kExchange, .value = NewValue()};
    case 3:
      return {.kind = ActionKind::kTake};
    case 4:
    case 5:
    case 6:
      return {.kind = ActionKind::kWrite, .value = NewValue()};
    default:
      return {.kind = ActionKind::kRead};
  }
}

Action Client::CounterAction() {
  if (OneIn(4)) return {.kind = ActionKind::kRead};
  return {.kind = ActionKind::kAdd, .value = static_cast<int64_t>(1 + Below(5))};
}

Action Client::DocumentAction(const std::string& key) {
  const int64_t version = versions_[key];
  switch (Below(10)) {
    case 0:
      return {.kind = ActionKind::kPut, .value = NewValue()};
    case 1:
      return {.kind = ActionKind::kPutNew, .value = NewValue()};
    case 2:
      return {.kind = ActionKind::kRemove};
    case 3:
      return {.kind = version > 0 ? ActionKind::kRemoveIf : ActionKind::kRemove,
              .condition = version};
    case 4:
    case 5:
    case 6:
      return {.kind = ActionKind::kPutIf, .value = NewValue(), .condition = version};
    default:
      return {.kind = ActionKind::kGetDocument};
  }
}

Client::Request Client::NextRequest() {
  Request request;
  const uint64_t kind = Below(3);
  if (kind == 0) {
    request.key = RegisterKey(Below(kRegisters));
    request.action = RegisterAction();
  } else if (kind == 1) {
    request.key = CounterKey(Below(kCounters));
    request.action = CounterAction();
  } else {
    request.key = DocumentKey(Below(kVersionedDocuments));
    request.action = DocumentAction(request.key);
  }
  return request;
}

void Client::Send(RespClient& client, const Request& request) {
  // Queries over a collection are much slower than the rest.
  const bool query = request.action.kind == ActionKind::kGetDocument;
  const Wording wording = OneIn(query ? 8 : 2) ? Wording::kOther : Wording::kPlain;
  const size_t padding = OneIn(2) ? Below(kPaddingBytesMax) : 0;
  client.Add(WordsOf(request.key, request.action, wording, padding));
}

void Client::RunBatch(RespClient& client) {
  std::vector<Request> batch;
  const size_t size = OneIn(2) ? 1 : 1 + Below(kPipelineMax);
  for (size_t i = 0; i < size; ++i) {
    batch.push_back(NextRequest());
    batch.back().begin = Now();
    Send(client, batch.back());
  }
  for (Request& request : batch) Settle(request, client.Next());
}

void Client::Settle(Request& request, const RespReply& reply) {
  const Answer answer = ReadAnswer(reply, request.action);
  if (answer == Answer::kRefused) return;
  if (answer == Answer::kStrange) return Strange(request.key, reply);
  Operation operation = {.client = number_, .begin = request.begin, .action = request.action};
  if (answer == Answer::kKnown) operation.end = Now();
  records_.Add(request.key, operation);
  if (answer != Answer::kKnown) return;
  if (request.action.kind == ActionKind::kGetDocument) {
    versions_[request.key] = request.action.version;
  } else if (request.key[0] == 'd' && request.action.result > 0 && request.action.value != 0) {
    versions_[request.key] = request.action.result;
  }
}

void Client::Strange(const std::string& what, const RespReply& reply) {
  constexpr size_t kProblemsMax = 10;
  if (records_.problems.size() >= kProblemsMax) return;
  records_.problems.push_back("strange reply about " + what + ": " + reply.Print().substr(0, 300));
}

// --- transactions ---

ListTransaction Client::Begin() const { return {.client = number_, .begin = Now()}; }

void Client::RunTransaction(RespClient& client) {
  switch (Below(6)) {
    case 0:
      return AppendUnderWatch(client);
    case 1:
    case 2:
      return AppendToDocument(client);
    case 3:
      return ReadOne(client, OneIn(2) ? TextListKey(Below(kTextLists))
                                      : DocumentListKey(Below(kDocumentLists)));
    default:
      return AppendInMulti(client);
  }
}

bool Client::Learn(ListStep& step, const RespReply& reply) {
  if (step.kind == ListStep::Kind::kAppend) return reply.kind == RespReply::Kind::kInteger;
  auto list = IsDocumentList(step.key) ? ParseListDocument(reply) : ParseList(reply);
  if (list) step.seen = *std::move(list);
  return list.has_value();
}

// What never happened must never be seen.
void Client::Abort(ListTransaction transaction) {
  std::erase_if(transaction.steps,
                [](const ListStep& step) { return step.kind == ListStep::Kind::kRead; });
  transaction.outcome = Outcome::kAborted;
  records_.Add(std::move(transaction));
}

void Client::ReadOne(RespClient& client, const std::string& key) {
  ListTransaction transaction = Begin();
  const RespReply reply = client.Run(ReadWords(key));
  if (reply.broken()) return;
  ListStep step = {.key = key};
  if (!Learn(step, reply)) return Strange(key, reply);
  transaction.steps.push_back(std::move(step));
  transaction.end = Now();
  records_.Add(std::move(transaction));
}

// MULTI, some APPEND and GET, EXEC, in one piece.
void Client::AppendInMulti(RespClient& client) {
  ListTransaction transaction = Begin();
  client.Add({"MULTI"});
  const size_t size = 1 + Below(kStepsMax);
  for (size_t i = 0; i < size; ++i) {
    ListStep step = {.key = TextListKey(Below(kTextLists))};
    if (OneIn(4)) step.key = DocumentListKey(Below(kDocumentLists));
    if (OneIn(2) && !IsDocumentList(step.key)) {
      step.kind = ListStep::Kind::kAppend;
      step.element = NewValue();
      client.Add({"APPEND", step.key, ListElement(step.element)});
    } else {
      client.Add(ReadWords(step.key));
    }
    transaction.steps.push_back(std::move(step));
  }
  client.Add({"EXEC"});
  RespReply reply;
  for (size_t i = 0; i < size + 2; ++i) reply = client.Next();
  if (reply.is_error()) return Abort(std::move(transaction));
  if (reply.broken()) {
    Abort(transaction);  // drops the reads; then it is in doubt instead
    records_.transactions.back().outcome = Outcome::kInDoubt;
    return;
  }
  for (size_t i = 0; i < size; ++i) {
    if (!Learn(transaction.steps[i], reply.elements.at(i))) {
      return Strange(transaction.steps[i].key, reply);
    }
  }
  transaction.end = Now();
  records_.Add(std::move(transaction));
}

// WATCH and GET, then MULTI with a SET of the longer list: optimistic, the way Redis's manual says.
void Client::AppendUnderWatch(RespClient& client) {
  ListTransaction transaction = Begin();
  ListStep read = {.key = TextListKey(Below(kTextLists))};
  ListStep append = {.kind = ListStep::Kind::kAppend, .key = read.key, .element = NewValue()};
  ListStep other = {.key = TextListKey(Below(kTextLists))};
  client.Run({"WATCH", read.key});
  const RespReply before = client.Run({"GET", read.key});
  if (before.broken()) return;
  if (!Learn(read, before)) return Strange(read.key, before);
  client.Add({"MULTI"});
  client.Add({"SET", read.key, before.text + ListElement(append.element)});
  client.Add({"GET", other.key});
  client.Add({"EXEC"});
  RespReply reply;
  for (size_t i = 0; i < 4; ++i) reply = client.Next();
  transaction.steps = {append};
  if (reply.is_nil() || reply.is_error()) return Abort(std::move(transaction));
  if (reply.broken()) {
    transaction.outcome = Outcome::kInDoubt;
    records_.Add(std::move(transaction));
    return;
  }
  if (!Learn(other, reply.elements.at(1))) return Strange(other.key, reply);
  transaction.steps = {read, append, other};
  transaction.end = Now();
  records_.Add(std::move(transaction));
}

// Reads a document with its version and puts the longer list if the version is still that; in the
// same MULTI it reads another.
void Client::AppendToDocument(RespClient& client) {
  ListTransaction transaction = Begin();
  ListStep read = {.key = DocumentListKey(Below(kDocumentLists))};
  ListStep append = {.kind = ListStep::Kind::kAppend, .key = read.key, .element = NewValue()};
  ListStep other = {.key = OneIn(2) ? TextListKey(Below(kTextLists))
                                    : DocumentListKey(Below(kDocumentLists))};
  const RespReply before = client.Run({"DOC.GET", kDocuments, read.key, "WITHVERSION"});
  if (before.broken()) return;
  const bool present = before.kind == RespReply::Kind::kArray && before.elements.size() == 2;
  if (!Learn(read, present ? before.elements[0] : before)) return Strange(read.key, before);
  std::vector<int64_t> list = read.seen;
  list.push_back(append.element);
  client.Add({"MULTI"});
  client.Add({"DOC.PUT", kDocuments, read.key, ListDocument(list), "IFVERSION",
              std::to_string(present ? before.elements[1].integer : 0)});
  client.Add(ReadWords(other.key));
  client.Add({"EXEC"});
  RespReply reply;
  for (size_t i = 0; i < 4; ++i) reply = client.Next();
  transaction.steps = {append};
  if (reply.broken()) {
    transaction.outcome = Outcome::kInDoubt;
    records_.Add(std::move(transaction));
    return;
  }
  if (reply.is_error() || reply.elements.at(0).is_error()) return Abort(std::move(transaction));
  if (!Learn(other, reply.elements.at(1))) return Strange(other.key, reply);
  transaction.steps = {read, append, other};
  transaction.end = Now();
  records_.Add(std::move(transaction));
}

// --- the end ---

void Client::ReadAll(RespClient& client) {
  const auto read = [&](const std::string& key, ActionKind kind) {
    Request request = {.key = key, .action = {.kind = kind}, .begin = Now()};
    client.Add(WordsOf(key, request.action, Wording::kPlain, 0));
    Settle(request, client.Next());
  };
  for (size_t i = 0; i < kRegisters; ++i) read(RegisterKey(i), ActionKind::kRead);
  for (size_t i = 0; i < kCounters; ++i) read(CounterKey(i), ActionKind::kRead);
  for (size_t i = 0; i < kVersionedDocuments; ++i) read(DocumentKey(i), ActionKind::kGetDocument);
  for (size_t i = 0; i < kTextLists; ++i) ReadOne(client, TextListKey(i));
  for (size_t i = 0; i < kDocumentLists; ++i) ReadOne(client, DocumentListKey(i));
  if (!client.ok()) records_.problems.emplace_back("the connection broke in the last reads");
}

}  // namespace veddb::consistency
