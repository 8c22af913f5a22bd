// SPDX-License-Identifier: BSD-3-Clause
// Files of cases, a line each: `left => result`. Lines that begin with a word of one's own
// ("docs …") say what the following ones are about; '#' begins a comment.
#pragma once
#include <string>
#include <vector>

namespace veddb::doc {

struct Case {
  int line = 0;
  std::string about;  // of the last line that began with the word, without it
  std::string left;
  std::string result;
};

// A line without " => " is a failure of the test.
std::vector<Case> ReadCases(const std::string& path, const std::string& word);

// JSON as canonical JSON, so that types count.
std::string CanonicalJson(const std::string& json);

}  // namespace veddb::doc
