// SPDX-License-Identifier: BSD-3-Clause
// Item: a key or a document as the oracle knows it, and as the server shows it.
//
// Every item is written by one client only, so that the oracle needs no order between clients.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/resp_client.h"

namespace veddb::torture {

inline constexpr char kCollection[] = "torture";
// Databases that FLUSHDB and SWAPDB are for; everything else is in 0.
inline constexpr int kFirstSpareDb = 8;
inline constexpr int kSecondSpareDb = 9;

struct State {
  bool present = false;
  std::string value;
  int64_t expire_at_ms = 0;
  // Of a document: its last known version. It is exact, or a later one may be right as well.
  int64_t version = 0;
  bool version_exact = true;

  // Whether what the server shows is this.
  bool Matches(const State& shown) const;
  std::string Print() const;
};

struct Item {
  enum class Kind { kText, kCounter, kDocument };
  Kind kind = Kind::kText;
  int database = 0;
  std::string name;
  size_t group = 0;  // the index of the first of those that are written together; often its own
  State state;
};

// The requests that show an item, and what their replies say.
void AskFor(const Item& item, testing::RespClient& client);
// Nothing if the connection broke; a problem with the value itself goes into `problem`.
std::optional<State> ReadShown(const Item& item, testing::RespClient& client, std::string& problem);

// The JSON of a document that holds a value, with fields for indexes of every kind; and back.
std::string DocumentOf(const std::string& id, const std::string& value);
std::optional<std::string> ValueIn(const std::string& document);

}  // namespace veddb::torture
