// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/support/random_query.h"

#include <array>
#include <set>

namespace veddb::doc {
namespace {

constexpr std::array kPaths = {"a", "b", "c", "d.x", "d.y", "d.z.x", "d.z.y", "d", "_id", "a.0"};
constexpr std::array kScalars = {"0",
                                 "1",
                                 "2",
                                 "3",
                                 "4",
                                 "1.0",
                                 "2.5",
                                 "-1",
                                 "{\"$numberLong\":\"2\"}",
                                 "{\"$numberDecimal\":\"3\"}",
                                 "{\"$numberDouble\":\"NaN\"}",
                                 "{\"$numberDouble\":\"-Infinity\"}",
                                 "\"\"",
                                 "\"a\"",
                                 "\"ab\"",
                                 "\"abc\"",
                                 "\"b\"",
                                 "null",
                                 "null",
                                 "true",
                                 "false",
                                 "{\"$date\":{\"$numberLong\":\"5\"}}",
                                 "{\"$minKey\":1}",
                                 "{\"$maxKey\":1}",
                                 "{\"$oid\":\"0123456789abcdef01234567\"}",
                                 "-0.0",
                                 "9007199254740993"};
constexpr std::array kTypes = {
    "\"int\"",       "\"number\"", "\"string\"", "\"null\"",
    "\"array\"",     "\"object\"", "\"bool\"",   "[\"double\",\"string\"]",
    "\"undefined\"", "\"date\""};
constexpr std::array kPatterns = {"^a", "^ab", "b", "^ab*", "^a|b", "^\\\\.", "c$"};

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

template <size_t N>
std::string Pick(const std::array<const char*, N>& all, std::mt19937_64& dice) {
  return all[dice() % N];
}

}  // namespace

std::string RandomQueries::Path() {
  if (!indexed_.empty() && Below(3) > 0) return indexed_[Below(indexed_.size())];
  return Pick(kPaths, dice_);
}
std::string RandomQueries::Scalar() {
  return Below(4) == 0 ? Pick(kScalars, dice_) : std::to_string(Below(3));
}
std::string RandomQueries::Id() { return std::to_string(Below(60)); }

std::string RandomQueries::Elements(int depth, uint64_t most) {
  std::string text = "[";
  for (uint64_t i = Below(most + 1); i > 0; --i) {
    if (text.size() > 1) text += ',';
    text += Value(depth);
  }
  return text + "]";
}

std::string RandomQueries::Nested(int depth) {
  std::string text = "{";
  for (const char* name : {"x", "y", "z"}) {
    if (Below(3) == 0) continue;
    if (text.size() > 1) text += ',';
    text += Quoted(name) + ":";
    if (name[0] != 'z' || depth <= 0) {
      text += Value(depth - 1);
    } else if (arrays_ && Chance(2)) {
      text += "[" + Nested(depth - 1) + "," + Nested(depth - 1) + "]";
    } else {
      text += Nested(depth - 1);
    }
  }
  return text + "}";
}

std::string RandomQueries::Value(int depth) {
  if (depth <= 0 || Below(3) > 0) return Scalar();
  if (Chance(12)) return "{\"$undefined\":true}";
  return !arrays_ || Chance(3) ? Nested(depth - 1) : Elements(depth - 1, 3);
}

std::string RandomQueries::Document(int64_t id) {
  std::string text = "{\"_id\":" + std::to_string(id);
  const auto begin = [&](const char* name) {
    arrays_ = array_fields_.find(name[0]) != std::string::npos;
    text += "," + Quoted(name) + ":";
  };
  for (const char* name : {"a", "b", "c"}) {
    if (Below(4) == 0) continue;
    begin(name);
    text += Value(2);
  }
  if (Below(5) > 0) {
    begin("d");
    if (arrays_ && Chance(2)) {
      text += "[";
      for (uint64_t i = Below(3); i > 0; --i) text += Nested(2) + (i > 1 ? "," : "");
      text += "]";
    } else {
      text += Chance(4) ? Value(2) : Nested(2);
    }
  }
  arrays_ = true;
  return text + "}";
}

RandomIndex RandomQueries::Index() {
  RandomIndex index;
  std::set<std::string> paths;
  index.keys = "{";
  for (uint64_t i = 1 + Below(3); i > 0; --i) {
    const std::string path = Path();
    if (path == "_id" && paths.empty()) continue;
    if (!paths.insert(path).second) continue;
    indexed_.push_back(path);
    if (index.keys.size() > 1) index.keys += ',';
    index.keys += Quoted(path) + (Chance(3) ? ":-1" : ":1");
  }
  if (paths.empty()) index.keys += "\"a\":1";
  index.keys += "}";
  switch (Below(8)) {
    case 0:
      index.sparse = true;
      break;
    case 1:
      index.unique = true;
      break;
    case 2:
      index.partial = Chance(2)   ? "{\"a\":{\"$gte\":1}}"
                      : Chance(2) ? "{\"b\":{\"$exists\":true}}"
                                  : "{\"$or\":[{\"a\":{\"$in\":[1,2]}},{\"d.x\":{\"$lt\":2}}]}";
      break;
    default:
      break;
  }
  return index;
}

std::string RandomQueries::Operator(const std::string& path, int depth) {
  const auto value = [&] { return path == "_id" ? Id() : Value(2); };
  const auto comparable = [&] {
    std::string text = value();
    while (text.find("$undefined") != std::string::npos) text = value();
    return text;
  };
  const auto list = [&] {
    std::string text = "[";
    for (uint64_t i = Below(4); i > 0; --i) text += comparable() + (i > 1 ? "," : "");
    return text + "]";
  };
  switch (Below(20)) {
    case 0:
    case 1:
      return "\"$eq\":" + comparable();
    case 2:
      return "\"$gt\":" + comparable();
    case 3:
      return "\"$gte\":" + comparable();
    case 4:
      return "\"$lt\":" + comparable();
    case 5:
      return "\"$lte\":" + comparable();
    case 6:
    case 7:
      return "\"$in\":" + list();
    case 8:
      return "\"$nin\":" + list();
    case 9:
      return "\"$ne\":" + comparable();
    case 10:
      return std::string("\"$exists\":") + (Chance(2) ? "true" : "false");
    case 11:
      return "\"$type\":" + Pick(kTypes, dice_);
    case 12:
      return "\"$regex\":" + Quoted(Pick(kPatterns, dice_));
    case 13:
      return "\"$mod\":[2," + std::to_string(Below(2)) + "]";
    case 14:
      return "\"$size\":" + std::to_string(Below(3));
    case 15:
      return "\"$all\":" + list();
    case 16:
      if (depth > 0) return "\"$elemMatch\":" + Condition(path, depth - 1);
      return "\"$elemMatch\":{\"$gt\":1}";
    case 17:
      return "\"$elemMatch\":" + ElementFilter(depth - 1);
    case 18:
      if (depth > 0) return "\"$not\":" + Condition(path, depth - 1);
      return "\"$not\":{\"$gt\":1}";
    default:
      return "\"$gte\":1,\"$lt\":3";
  }
}

// Operators for one path, as an object.
std::string RandomQueries::Condition(const std::string& path, int depth) {
  std::string text = "{" + Operator(path, depth);
  if (Chance(4)) {
    const std::string more = Operator(path, depth);
    // Names in an object differ.
    if (text.find(more.substr(0, more.find(':') + 1)) == std::string::npos &&
        more.find("$lt\":3") == std::string::npos) {
      text += "," + more;
    }
  }
  return text + "}";
}

// Of an element of `d` (or of `d.z`).
std::string RandomQueries::ElementFilter(int depth) {
  std::string text = "{";
  for (const char* name : {"x", "y", "z.x", "z.y"}) {
    if (!Chance(2)) continue;
    if (text.size() > 1) text += ',';
    text += Quoted(name) + ":" + (Chance(2) ? std::to_string(Below(3)) : Condition(name, depth));
  }
  return text.size() > 1 ? text + "}" : "{\"x\":1}";
}

std::string RandomQueries::Filters(int depth) {
  std::string text = "[" + Filter(depth);
  for (uint64_t i = Below(3); i > 0; --i) text += "," + Filter(depth);
  return text + "]";
}

std::string RandomQueries::Filter(int depth) {
  std::string text = "{";
  std::set<std::string> names;
  for (uint64_t i = 1 + Below(2); i > 0; --i) {
    if (depth > 0 && Chance(4)) {
      static constexpr std::array kLists = {"$or", "$or", "$and", "$nor"};
      const std::string name = Pick(kLists, dice_);
      if (!names.insert(name).second) continue;
      if (text.size() > 1) text += ',';
      text += Quoted(name) + ":" + Filters(depth - 1);
      continue;
    }
    const std::string path = Path();
    if (!names.insert(path).second) continue;
    if (text.size() > 1) text += ',';
    text += Quoted(path) + ":";
    text += Chance(3) ? (path == "_id" ? Id() : Scalar()) : Condition(path, depth);
  }
  return text + "}";
}

std::string RandomQueries::Sort() {
  if (Chance(2)) return "";
  std::string text = "{";
  std::set<std::string> paths;
  for (uint64_t i = 1 + Below(3); i > 0; --i) {
    const std::string path = Path();
    if (!paths.insert(path).second) continue;
    if (text.size() > 1) text += ',';
    text += Quoted(path) + (Chance(2) ? ":-1" : ":1");
  }
  return text + "}";
}

std::string RandomQueries::Projection() {
  static constexpr std::array kProjections = {"",
                                              "",
                                              "{\"a\":1,\"_id\":0}",
                                              "{\"a\":1}",
                                              "{\"d.x\":1,\"_id\":0}",
                                              "{\"_id\":1}",
                                              "{\"b\":1}",
                                              "{\"a\":1,\"b\":1}",
                                              "{\"d.z.x\":1}",
                                              "{\"a\":0}"};
  return Pick(kProjections, dice_);
}

}  // namespace veddb::doc
