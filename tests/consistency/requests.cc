// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/requests.h"

#include <cstdlib>

#include "base/number.h"

namespace veddb::consistency {
namespace {

using testing::RespReply;
using testing::Words;

std::string Padded(int64_t value, size_t padding_bytes) {
  std::string text = std::to_string(value);
  if (padding_bytes > 0) text += ':' + std::string(padding_bytes, 'p');
  return text;
}

std::string DocumentText(const std::string& key, int64_t value, size_t padding_bytes) {
  return "{\"v\":" + std::to_string(value) + ",\"name\":\"" + key + "\",\"pad\":\"" +
         std::string(padding_bytes, 'p') + "\"}";
}

// The number at the front of a value; 0 for nil.
std::optional<int64_t> ValueOf(const RespReply& reply) {
  if (reply.is_nil()) return 0;
  if (reply.kind != RespReply::Kind::kText) return std::nullopt;
  return ParseInt64(reply.text.substr(0, reply.text.find(':')));
}

std::optional<int64_t> DocumentValueOf(const RespReply& reply) {
  constexpr char kField[] = "\"v\":";
  const size_t at = reply.text.find(kField);
  if (reply.kind != RespReply::Kind::kText || at == std::string::npos) return std::nullopt;
  return std::strtoll(reply.text.c_str() + at + sizeof kField - 1, nullptr, 10);
}

bool Refuses(const RespReply& reply) {
  for (const char* word : {"OOM", "MISCONF", "LOADING", "BUSY", "EXECABORT"}) {
    if (reply.text.starts_with(word)) return true;
  }
  return false;
}

// A pair of document and version, nil, or (of FIND) an array of at most one pair.
bool ReadDocument(const RespReply& reply, Action& action) {
  if (reply.is_nil() || (reply.kind == RespReply::Kind::kArray && reply.elements.empty())) {
    action.result = 0;
    return true;
  }
  if (reply.kind != RespReply::Kind::kArray) return false;
  if (reply.elements.size() == 1) return ReadDocument(reply.elements[0], action);
  const std::optional<int64_t> value = DocumentValueOf(reply.elements[0]);
  if (reply.elements.size() != 2 || !value) return false;
  action.result = *value;
  action.version = reply.elements[1].integer;
  return true;
}

bool ReadValue(const RespReply& reply, Action& action) {
  const std::optional<int64_t> value = ValueOf(reply);
  action.result = value.value_or(0);
  return value.has_value();
}

bool ReadInteger(const RespReply& reply, Action& action) {
  action.result = reply.integer;
  return reply.kind == RespReply::Kind::kInteger;
}

bool ReadResult(const RespReply& reply, Action& action) {
  switch (action.kind) {
    case ActionKind::kWrite:
      return reply.kind == RespReply::Kind::kStatus && reply.text == "OK";
    case ActionKind::kRead:
    case ActionKind::kExchange:
    case ActionKind::kTake:
      return ReadValue(reply, action);
    case ActionKind::kGetDocument:
      return ReadDocument(reply, action);
    case ActionKind::kWriteNew:
      // SETNX answers 1 or 0, SET … NX OK or nil.
      if (reply.kind == RespReply::Kind::kInteger) return ReadInteger(reply, action);
      action.result = reply.is_nil() ? 0 : 1;
      return reply.is_nil() || reply.text == "OK";
    case ActionKind::kPutIf:
    case ActionKind::kRemoveIf:
      action.result = kMismatch;
      return reply.text.starts_with("VERSIONMISMATCH") || ReadInteger(reply, action);
    case ActionKind::kPutNew:
      action.result = 0;
      return reply.is_nil() || ReadInteger(reply, action);
    default:
      return ReadInteger(reply, action);
  }
}

Words RegisterWords(const std::string& key, const Action& action, bool other,
                    const std::string& value) {
  switch (action.kind) {
    case ActionKind::kWrite:
      return other ? Words{"SET", key, value, "EX", "86400"} : Words{"SET", key, value};
    case ActionKind::kRead:
      return other ? Words{"GETRANGE", key, "0", "-1"} : Words{"GET", key};
    case ActionKind::kDelete:
      return other ? Words{"PEXPIREAT", key, "1"} : Words{"DEL", key};
    case ActionKind::kWriteNew:
      return other ? Words{"SET", key, value, "NX"} : Words{"SETNX", key, value};
    case ActionKind::kExchange:
      return other ? Words{"SET", key, value, "GET"} : Words{"GETSET", key, value};
    case ActionKind::kTake:
      return {"GETDEL", key};
    default:
      return other ? Words{"DECRBY", key, std::to_string(-action.value)}
                   : Words{"INCRBY", key, std::to_string(action.value)};
  }
}

}  // namespace

Words WordsOf(const std::string& key, const Action& action, Wording wording, size_t padding_bytes) {
  const bool other = wording == Wording::kOther;
  const std::string condition = std::to_string(action.condition);
  const auto text = [&] { return DocumentText(key, action.value, padding_bytes); };
  switch (action.kind) {
    case ActionKind::kPut:
      return {"DOC.PUT", kDocuments, key, text()};
    case ActionKind::kPutIf:
      return {"DOC.PUT", kDocuments, key, text(), "IFVERSION", condition};
    case ActionKind::kPutNew:
      return {"DOC.PUT", kDocuments, key, text(), "NX"};
    case ActionKind::kGetDocument:
      if (!other) return {"DOC.GET", kDocuments, key, "WITHVERSION"};
      return {"DOC.FIND", kDocuments, "{\"name\":\"" + key + "\"}", "WITHVERSION"};
    case ActionKind::kRemove:
      return {"DOC.DEL", kDocuments, key};
    case ActionKind::kRemoveIf:
      return {"DOC.DEL", kDocuments, key, "IFVERSION", condition};
    default:
      return RegisterWords(key, action, other, Padded(action.value, padding_bytes));
  }
}

Answer ReadAnswer(const RespReply& reply, Action& action) {
  if (reply.broken()) return Answer::kInDoubt;
  if (reply.is_error() && Refuses(reply)) return Answer::kRefused;
  // GETRANGE answers the empty string where GET answers nil.
  if (action.kind == ActionKind::kRead && reply.kind == RespReply::Kind::kText &&
      reply.text.empty()) {
    action.result = 0;
    return Answer::kKnown;
  }
  return ReadResult(reply, action) ? Answer::kKnown : Answer::kStrange;
}

// --- lists ---

std::string ListElement(int64_t element) { return std::to_string(element) + ","; }

std::optional<std::vector<int64_t>> ParseList(const RespReply& text) {
  std::vector<int64_t> list;
  if (text.is_nil()) return list;
  if (text.kind != RespReply::Kind::kText) return std::nullopt;
  for (size_t at = 0; at < text.text.size();) {
    const size_t end = text.text.find(',', at);
    if (end == std::string::npos) return std::nullopt;
    const std::optional<int64_t> element = ParseInt64(text.text.substr(at, end - at));
    if (!element) return std::nullopt;
    list.push_back(*element);
    at = end + 1;
  }
  return list;
}

std::string ListDocument(const std::vector<int64_t>& list) {
  std::string text = "{\"l\":[";
  for (size_t i = 0; i < list.size(); ++i) text += (i > 0 ? "," : "") + std::to_string(list[i]);
  return text + "]}";
}

std::optional<std::vector<int64_t>> ParseListDocument(const RespReply& text) {
  if (text.is_nil()) return std::vector<int64_t>();
  const size_t from = text.text.find('[');
  const size_t to = text.text.find(']');
  if (from == std::string::npos || to == std::string::npos) return std::nullopt;
  RespReply inner;
  inner.kind = RespReply::Kind::kText;
  inner.text = text.text.substr(from + 1, to - from - 1);
  if (!inner.text.empty()) inner.text += ',';
  return ParseList(inner);
}

}  // namespace veddb::consistency
