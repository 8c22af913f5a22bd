// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/support/case_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

}  // namespace

std::vector<Case> ReadCases(const std::string& path, const std::string& word) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  std::vector<Case> cases;
  std::string about;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with(word + " ")) {
      about = line.substr(word.size() + 1);
      continue;
    }
    const size_t arrow = line.rfind(" => ");
    if (arrow == std::string::npos) {
      ADD_FAILURE() << path << ":" << number << ": no ' => '";
      continue;
    }
    cases.push_back(
        {number, about, Trimmed(line.substr(0, arrow)), Trimmed(line.substr(arrow + 4))});
  }
  return cases;
}

std::string CanonicalJson(const std::string& json) {
  const Result<std::string> value = ParseValue(json);
  if (!value.ok()) return "no JSON: " + json;
  std::string text;
  WriteJsonValue(TaggedView(*value), JsonMode::kCanonical, &text);
  return text;
}

}  // namespace veddb::doc
