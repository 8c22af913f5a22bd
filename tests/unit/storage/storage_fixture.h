// SPDX-License-Identifier: BSD-3-Clause
// What the storage tests share: a temporary directory with a store and a log in it.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "base/coding.h"
#include "storage/engine.h"

namespace veddb {

// Made empty, removed at the end.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "veddb-store-XXXXXX").string();
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

inline std::string Counter(int64_t value) {
  std::string out;
  PutLE64(out, static_cast<uint64_t>(value));
  return out;
}

class StorageTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> Open() {
    auto engine = Engine::Open(options());
    EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
    return engine.ok() ? engine.TakeValue() : nullptr;
  }
  EngineOptions options() const {
    return {.dir = store_dir(),
            .block_cache_bytes = size_t{8} << 20,
            .write_buffer_bytes = size_t{16} << 20,
            .max_open_files = 64,
            .ingest_changes_min = ingest_changes_min_};
  }
  std::string store_dir() const { return dir_.path() + "/store"; }
  std::string log_dir() const { return dir_.path() + "/log"; }

  // The value, or "(nil)", or the error's text.
  static std::string Get(const Engine& engine, Family family, Bytes key) {
    std::string value;
    const auto found = engine.Get(family, key, &value);
    if (!found.ok()) return found.error().message;
    return *found ? value : "(nil)";
  }

  // Everything in the family.
  static std::map<std::string, std::string> All(const ReadView& view, Family family) {
    std::map<std::string, std::string> out;
    const auto it = view.NewIterator(family, {}, {});
    for (it->SeekToFirst(); it->Valid(); it->Next()) out.emplace(it->key(), it->value());
    EXPECT_TRUE(it->status().ok());
    return out;
  }

  size_t ingest_changes_min_ = 1000;
  TempDir dir_;
};

}  // namespace veddb
