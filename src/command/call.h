// SPDX-License-Identifier: BSD-3-Clause
// Call: what a handler sees of one execution of its command.
//
// Which members are set depends on the route of the command (command/spec.h):
//   kLoop       session, server, cursors                  on the loop
//   kKeys       keys (resolved: memory knows each)        on whoever holds their shards
//   kAllShards  session, server, databases                on the loop
//   kSnapshot   snapshot, cursors                         on a thread of the query pool, or, inside
//                                                         a transaction, like kAllShards
// A handler never blocks, and what it changes is durable or undone as a whole with its turn.
#pragma once
#include <absl/container/inlined_vector.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "command/session.h"
#include "command/spec.h"
#include "object/databases.h"
#include "object/key_ref.h"
#include "resp/reply.h"

namespace veddb {

class CursorTable;
class ServerApi;
class Snapshot;
class Turn;

// What prepare() parsed, for the handler. A module derives its own.
struct Prepared {
  virtual ~Prepared() = default;
};

// A collection that a command uses and that no key spec tells of.
struct CollectionUse {
  std::string name;
  Access access = Access::kNone;
};

// The result of preparing a command: which keys, which route.
struct CallPlan {
  Route route = Route::kLoop;
  absl::InlinedVector<KeyRef, 2> keys;
  std::unique_ptr<Prepared> prepared;
  std::list<std::string> owned;            // bytes that keys refer to and argv does not hold
  std::vector<CollectionUse> collections;  // beside those of the key specs, each once
  // It changes data although its flags do not say so: it is gated like a command that does.
  bool writes = false;
  // kSnapshot: what the store has will do, pending changes need not be drained first.
  bool may_lag = false;
  // kSnapshot: it may turn out to be little work. Then it is tried on the loop first, where it can
  // see what is in memory; see Call::only_if_little.
  bool may_be_little = false;
};

// What prepare() sees; on the loop.
class PrepareCall {
 public:
  PrepareCall(std::span<const Bytes> arguments, uint32_t selected, const Databases& all,
              CallPlan& result)
      : argv(arguments), database(selected), databases(all), plan(result) {}

  const std::span<const Bytes> argv;
  const uint32_t database;
  const Databases& databases;
  CallPlan& plan;

  void AddKey(Bytes key) { AddKey(key, database); }
  void AddKey(Bytes key, uint32_t in_database) {
    plan.keys.push_back(MakeKeyRef(key, in_database, databases.shard_count()));
  }
  // The ordered encoding of an _id; its bytes are kept by the plan.
  void AddDocument(std::string encoded_id, uint32_t collection) {
    plan.owned.push_back(std::move(encoded_id));
    plan.keys.push_back(MakeDocumentRef(plan.owned.back(), collection, databases.shard_count()));
  }
};

class Call {
 public:
  Call(const CommandSpec& command, std::span<const Bytes> arguments, Reply& to)
      : spec(command), argv(arguments), reply(to) {}

  const CommandSpec& spec;
  const std::span<const Bytes> argv;
  Reply& reply;
  int64_t now_ms = 0;  // one value for the whole command, and for a whole transaction
  uint32_t database = 0;
  std::span<KeyRef> keys;
  Prepared* prepared = nullptr;

  Session* session = nullptr;
  ServerApi* server = nullptr;
  Databases* databases = nullptr;
  Snapshot* snapshot = nullptr;
  // The snapshot for longer than the command, where it can be kept: as long as the result lives.
  std::function<std::shared_ptr<const Snapshot>()> keep_snapshot;
  CursorTable* cursors = nullptr;
  Bytes user;  // whose command it is; where there are cursors
  // Inside of a transaction: a command that would wait answers at once with what there is.
  bool must_not_wait = false;
  // When nobody waits for the reply any more (monotonic nanoseconds; 0: somebody does); null: that
  // is not known. A long read looks at it.
  const std::atomic<int64_t>* client_gone_at = nullptr;
  // A read that is tried on the loop: it must be little work and need no disk. A handler that finds
  // that it is more sets gave_up; whatever it has replied is dropped, and it is run again
  // elsewhere.
  bool only_if_little = false;
  bool gave_up = false;

  template <typename T>
  T& prepared_as() const {
    return static_cast<T&>(*prepared);
  }

  // --- keys ---
  // The entry of a key that is there and not expired, else nullptr. An expired one is deleted.
  Entry* Lookup(KeyRef& key) const;
  // The same for a command that reads: counts a hit or a miss.
  Entry* LookupRead(KeyRef& key) const;
  // The entry to give a value to (of so many bytes, if it is bytes), whether present (and not
  // expired) or new.
  Entry* LookupOrInsert(KeyRef& key, size_t value_bytes) const;
  // Replies WRONGTYPE and returns false if the entry is there and of another type.
  bool CheckType(const Entry* entry, ObjectType type) const;
};

// Redis's texts that many handlers share.
extern const Error kSyntaxError;      // ERR syntax error
extern const Error kNotInteger;       // ERR value is not an integer or out of range
extern const Error kNotFloat;         // ERR value is not a valid float
extern const Error kWrongTypeError;   // WRONGTYPE …
extern const Error kNoSuchKey;        // ERR no such key
extern const Error kIndexOutOfRange;  // ERR index out of range
extern const Error kOutOfRange;       // ERR value is out of range

}  // namespace veddb
