// SPDX-License-Identifier: BSD-3-Clause
// Random documents, indexes, filters, sorts and projections over few paths and few values, so that
// they meet: arrays, arrays of objects and of arrays, nulls, missing fields, numbers of all types.
// As JSON, so that the same can be sent to a server.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace veddb::doc {

struct RandomIndex {
  std::string keys;
  std::string partial;  // empty: none
  bool unique = false;
  bool sparse = false;
};

class RandomQueries {
 public:
  explicit RandomQueries(uint64_t seed) : dice_(seed) {}

  // Which of the fields a, b, c and d may hold arrays, somewhere: all of them to begin with.
  void set_array_fields(std::string names) { array_fields_ = std::move(names); }

  std::string Document(int64_t id);
  // From then on its paths are asked for more often than others.
  RandomIndex Index();
  std::string Filter(int depth);
  // Empty: none.
  std::string Sort();
  std::string Projection();
  uint64_t Below(uint64_t n) { return dice_() % n; }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }

 private:
  std::string Id();
  std::string Path();
  std::string Scalar();
  std::string Value(int depth);
  std::string Elements(int depth, uint64_t most);
  std::string Nested(int depth);
  std::string Fields(int depth);
  std::string Condition(const std::string& path, int depth);
  std::string Operator(const std::string& path, int depth);
  std::string Filters(int depth);
  std::string ElementFilter(int depth);

  std::mt19937_64 dice_;
  std::string array_fields_ = "abcd";
  bool arrays_ = true;
  std::vector<std::string> indexed_;  // paths
};

}  // namespace veddb::doc
