// SPDX-License-Identifier: BSD-3-Clause
#include "base/error.h"

#include <array>
#include <utility>

namespace veddb {
namespace {

struct Row {
  Bytes word;
  Bytes meaning;
};

constexpr std::array<Row, static_cast<size_t>(ErrorCode::kCount)> kRows = {{
    {"ERR", "Syntax, a wrong number of arguments, an unknown or repeated option."},
    {"WRONGTYPE", "The key holds another type than the command works on."},
    {"NOAUTH", "The connection has not authenticated yet."},
    {"WRONGPASS", "User name and password do not match, or the user is disabled."},
    {"NOPERM", "The user may not run this command or touch this key."},
    {"NOPROTO", "HELLO asked for a protocol version that is not supported."},
    {"EXECABORT", "The transaction was discarded because of an earlier error."},
    {"BUSYKEY", "The target key exists already."},
    {"BUSY", "The server is busy with a long command."},
    {"LOADING", "The server is still recovering its data."},
    {"MISCONF", "Writes are refused because the data can't be made durable now."},
    {"OOM", "The memory limit is reached and nothing can leave memory."},
    {"READONLY", "The server is a read-only replica."},
    {"NOREPLICAS", "Fewer replicas than min-replicas-to-write are connected."},
    {"NOSCRIPT", "No script with this hash."},
    {"IOERR", "The data could not be read from disk."},
    {"BADJSON", "Text that is not JSON, or not valid Extended JSON; says at which byte."},
    {"BADQUERY", "A filter, update, projection, sort or stage that is not valid."},
    {"DUPLICATEKEY", "A unique index or _id already has the value; nothing was written."},
    {"VERSIONMISMATCH", "IFVERSION against another version; nothing was written."},
    {"VALIDATION", "The collection's schema rejects the document."},
    {"NOCOLLECTION", "There is no such collection."},
    {"COLLECTIONEXISTS", "The collection exists already."},
    {"NOINDEX", "There is no such index."},
    {"INDEXEXISTS", "An index of this name or these keys exists with other options."},
    {"NOCURSOR", "There is no such cursor."},
    {"TOOLARGE", "A document, its nesting, or a batch over its limit."},
    {"MEMORYLIMIT", "A query stage went over its memory limit."},
    {"TIMEOUT", "The command ran longer than its TIMEOUT."},
    {"UNBLOCKED", "CLIENT UNBLOCK … ERROR ended the wait of the command."},
}};

}  // namespace

Bytes ErrorWord(ErrorCode code) { return kRows[static_cast<size_t>(code)].word; }
Bytes ErrorMeaning(ErrorCode code) { return kRows[static_cast<size_t>(code)].meaning; }

std::string Error::Wire() const {
  std::string text(ErrorWord(code));
  text += ' ';
  text += message;
  return text;
}

Error Err(std::string message) { return Error{ErrorCode::kErr, std::move(message)}; }
Error MakeError(ErrorCode code, std::string message) { return Error{code, std::move(message)}; }

}  // namespace veddb
