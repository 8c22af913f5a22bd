// SPDX-License-Identifier: BSD-3-Clause
// Random BSON for property tests: every type, and numbers that lie close together or at the edges
// of their types. The seed is printed by the tests that use it; VEDDB_TEST_SEED replays one.
#pragma once
#include <cstdint>
#include <random>
#include <string>

#include "doc/value/builder.h"

namespace veddb::doc {

// From VEDDB_TEST_SEED, or fresh.
uint64_t TestSeed();

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : dice_(seed) {}

  // A document of up to `depth` levels.
  std::string Document(int depth);
  // A tagged value of any type.
  std::string Value(int depth);
  // A tagged number.
  std::string Number();

 private:
  uint64_t Below(uint64_t n) { return dice_() % n; }
  void AppendValue(DocBuilder* doc, Bytes name, int depth);
  void AppendContainer(DocBuilder* doc, Bytes name, int depth);
  void AppendScalar(DocBuilder* doc, Bytes name);
  void AppendNumber(DocBuilder* doc, Bytes name);
  std::string Text();
  int64_t Integer();
  double Double();

  std::mt19937_64 dice_;
};

}  // namespace veddb::doc
