// SPDX-License-Identifier: BSD-3-Clause
// Where the two servers may answer differently. deviations.txt is the written list: every line has
// its reason. Beside it, a few commands have replies that are no function of the commands before
// (times, orders of sets); how these are compared is in the table of deviations.cc.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace veddb::differential {

class Deviations {
 public:
  // The file's lines:  skip COMMAND | REASON
  //                    differ COMMAND | OUR REPLY | THEIRS | REASON     (replies as globs)
  // Nothing, after a message, if a line is not understood.
  static std::optional<Deviations> Read(const std::string& path);

  bool Skips(const std::string& command) const { return skipped_.contains(command); }
  // Whether these replies to the command (lower case) may stand beside one another.
  bool Allows(const std::string& command, std::string_view ours, std::string_view theirs) const;

 private:
  struct Difference {
    std::string command;
    std::string ours;
    std::string theirs;
  };
  bool ReadLine(const std::string& line);

  std::set<std::string> skipped_;
  std::vector<Difference> differences_;
};

}  // namespace veddb::differential
