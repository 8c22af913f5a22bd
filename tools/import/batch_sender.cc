// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/batch_sender.h"

#include <algorithm>
#include <array>

#include "doc/value/extjson.h"
#include "doc/value/id.h"

namespace veddb::tool {
namespace {

// What the server says of one document; anything else it would say of all.
constexpr std::array kOfOneDocument = {ErrorCode::kBadJson, ErrorCode::kBadQuery,
                                       ErrorCode::kDuplicateKey, ErrorCode::kValidation,
                                       ErrorCode::kTooLarge};

bool IsOfOneDocument(const Error& error) {
  return std::find(kOfOneDocument.begin(), kOfOneDocument.end(), error.code) !=
         kOfOneDocument.end();
}

Error Unexpected() { return Err("the server answers what no VedDB answers"); }

// As the server keeps a document: its _id first.
std::string Normal(const std::string& bson) { return doc::WithIdFirst(doc::DocView(bson), {}); }

}  // namespace

void BatchSender::SendInsert(const Outgoing& document) {
  const std::array<Bytes, 3> words = {"DOC.INSERT", collection_, document.json};
  connection_.Send(words);
}

void BatchSender::SendPut(const Outgoing& document) {
  words_ = {"DOC.PUT", collection_, document.id, document.json};
  if (mode_ == ImportMode::kReplaceById) words_.push_back("XX");
  connection_.Send(words_);
}

Status BatchSender::Send(const Batch& batch) {
  if (mode_ != ImportMode::kInsert) {
    for (const Outgoing& document : batch.documents) {
      if (!document.rejection) SendPut(document);
    }
    return connection_.Flush();
  }
  words_ = {"DOC.INSERT", collection_};
  for (const Outgoing& document : batch.documents) {
    if (!document.rejection) words_.push_back(document.json);
  }
  if (words_.size() > 2) connection_.Send(words_);
  return connection_.Flush();
}

Result<bool> BatchSender::Receive(Batch& batch) {
  const auto was_sent = [](const Outgoing& document) { return !document.rejection; };
  if (mode_ != ImportMode::kInsert) {
    for (Outgoing& document : batch.documents) {
      if (was_sent(document)) TRY(ReceiveOne(document));
    }
    return true;
  }
  const auto sent = std::count_if(batch.documents.begin(), batch.documents.end(), was_sent);
  if (sent == 0) return true;
  const Reply reply = TRY(connection_.Receive());
  if (reply->type == REDIS_REPLY_ERROR) {
    Error error = ErrorOf(*reply);
    if (!IsOfOneDocument(error)) return error;
    return false;
  }
  if (reply->type != REDIS_REPLY_ARRAY || std::cmp_not_equal(reply->elements, sent)) {
    return Unexpected();
  }
  return true;
}

Status BatchSender::ReceiveOne(Outgoing& document) {
  const Reply reply = TRY(connection_.Receive());
  switch (reply->type) {
    case REDIS_REPLY_ARRAY:
    case REDIS_REPLY_INTEGER:
      return Ok();
    case REDIS_REPLY_NIL:
      document.rejection = Rejection{std::string(kAbsent), "there is no document " + document.id};
      return Ok();
    case REDIS_REPLY_ERROR: {
      Error error = ErrorOf(*reply);
      if (!IsOfOneDocument(error)) return error;
      document.rejection = RejectionOf(error);
      return Ok();
    }
    default:
      return Unexpected();
  }
}

Status BatchSender::SendSingly(Batch& batch) {
  std::vector<Outgoing*> sent;
  for (Outgoing& document : batch.documents) {
    if (document.rejection) continue;
    SendInsert(document);
    sent.push_back(&document);
  }
  for (Outgoing* document : sent) TRY(ReceiveOne(*document));
  const Bytes duplicate = ErrorWord(ErrorCode::kDuplicateKey);
  for (Outgoing* document : sent) {
    if (!document->rejection || document->rejection->code != duplicate) continue;
    if (document->offset < sent_before_ && TRY(IsThere(*document))) document->rejection.reset();
  }
  return Ok();
}

Result<bool> BatchSender::IsThere(const Outgoing& document) {
  const Reply reply =
      TRY(connection_.Run({"DOC.GET", collection_, document.id, "EJSON", "CANONICAL"}));
  if (reply->type != REDIS_REPLY_STRING) return false;
  const std::string stored = TRY(ParseText(TextOf(*reply)));
  return Normal(stored) == Normal(TRY(ParseText(document.json)));
}

}  // namespace veddb::tool
