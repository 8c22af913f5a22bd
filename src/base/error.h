// SPDX-License-Identifier: BSD-3-Clause
// Error: a code from the closed list of the wire's first words, and a sentence for people.
// The table in error.cc is the only place that lists the codes.
#pragma once
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace veddb {

enum class ErrorCode : uint8_t {
  kErr,               // ERR: syntax, wrong number of arguments, anything without a word of its own
  kWrongType,         // WRONGTYPE
  kNoAuth,            // NOAUTH
  kWrongPass,         // WRONGPASS
  kNoPerm,            // NOPERM
  kNoProto,           // NOPROTO
  kExecAbort,         // EXECABORT
  kBusyKey,           // BUSYKEY
  kBusy,              // BUSY
  kLoading,           // LOADING
  kMisconf,           // MISCONF
  kOom,               // OOM
  kReadOnly,          // READONLY
  kNoReplicas,        // NOREPLICAS
  kNoScript,          // NOSCRIPT
  kIoErr,             // IOERR: reading the store failed
  kBadJson,           // BADJSON
  kBadQuery,          // BADQUERY
  kDuplicateKey,      // DUPLICATEKEY
  kVersionMismatch,   // VERSIONMISMATCH
  kValidation,        // VALIDATION
  kNoCollection,      // NOCOLLECTION
  kCollectionExists,  // COLLECTIONEXISTS
  kNoIndex,           // NOINDEX
  kIndexExists,       // INDEXEXISTS
  kNoCursor,          // NOCURSOR
  kTooLarge,          // TOOLARGE
  kMemoryLimit,       // MEMORYLIMIT
  kTimeout,           // TIMEOUT
  kUnblocked,         // UNBLOCKED
  kCount,
};

// The first word of the error on the wire.
Bytes ErrorWord(ErrorCode code);
// One line that says when the error is given (for the reference).
Bytes ErrorMeaning(ErrorCode code);

struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kErr;
  std::string message;

  // "WORD message", without the leading '-' and the line end.
  std::string Wire() const;
};

// An ERR error with a printf-free message built by concatenation.
Error Err(std::string message);
Error MakeError(ErrorCode code, std::string message);

}  // namespace veddb
