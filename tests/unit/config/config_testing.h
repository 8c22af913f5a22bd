// SPDX-License-Identifier: BSD-3-Clause
// What the tests of configuration share: short forms of Set and Get, files in an own directory.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "config/config_store.h"

namespace veddb {

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class ConfigDirectory {
 public:
  ConfigDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "veddb-config-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  ~ConfigDirectory() { std::filesystem::remove_all(path_); }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

 private:
  std::string path_;
};

// "OK" or the error's message.
inline std::string AsText(const Status& status) {
  return status.ok() ? "OK" : status.error().message;
}

inline std::string SetText(ConfigStore& store, std::vector<ConfigStore::NameValue> changes,
                           ConfigCaller caller = ConfigCaller::kRemote) {
  return AsText(store.Set(changes, caller));
}

inline std::string Load(ConfigStore& store, const std::vector<std::string>& args) {
  return AsText(store.Load(args));
}

// The value of one option, "(none)" if CONFIG GET finds nothing.
inline std::string Shown(const ConfigStore& store, Bytes name) {
  const Bytes patterns[] = {name};
  const auto found = store.Get(patterns);
  return found.empty() ? "(none)" : found[0].second;
}

}  // namespace veddb
