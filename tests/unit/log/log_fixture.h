// SPDX-License-Identifier: BSD-3-Clause
// What the log's tests share: a temporary directory, records of known content, file surgery.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "log/reader.h"
#include "log/segment.h"
#include "log/tail.h"
#include "log/writer.h"

namespace veddb {

// Made empty, removed at the end.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "veddb-log-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void WriteFile(const std::string& path, Bytes bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

class LogTest : public ::testing::Test {
 protected:
  std::unique_ptr<LogWriter> Open(LogPosition tail = 0, uint64_t segment_bytes = 1 << 20,
                                  FsyncPolicy policy = FsyncPolicy::kNo) {
    auto writer =
        LogWriter::Open({.dir = dir(), .segment_bytes = segment_bytes, .policy = policy}, tail);
    EXPECT_TRUE(writer.ok()) << writer.error().message;
    return writer.ok() ? writer.TakeValue() : nullptr;
  }

  // Appends Put(keys, "k<number>", value) and returns the position after it.
  static Result<LogPosition> Append(LogWriter& writer, int number, Bytes value = "value") {
    RecordBuilder record;
    record.Put(Family::kKeys, "k" + std::to_string(number), value);
    return writer.Append(record);
  }

  // The keys of all records in [from, tail), or the error's text.
  std::vector<std::string> ReadKeys(LogPosition from, LogPosition tail) {
    std::vector<std::string> keys;
    auto reader = LogReader::Open(dir(), from);
    if (!reader.ok()) return {reader.error().message};
    (*reader)->SetLimit(tail);
    RecordView record;
    while (true) {
      const auto next = (*reader)->Next(&record);
      if (!next.ok()) {
        keys.push_back(next.error().message);
        return keys;
      }
      if (!*next) return keys;
      ChangeReader changes(record.payload);
      Change change;
      while (changes.Next(&change)) keys.emplace_back(change.key);
    }
  }

  static std::vector<std::string> Keys(int from, int to) {
    std::vector<std::string> keys;
    for (int i = from; i < to; ++i) keys.push_back("k" + std::to_string(i));
    return keys;
  }

  std::string dir() const { return dir_.path() + "/log"; }
  std::string Segment(LogPosition start) const { return SegmentPath(dir(), start); }

  TempDir dir_;
};

}  // namespace veddb
