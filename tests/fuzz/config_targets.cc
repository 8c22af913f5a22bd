// SPDX-License-Identifier: BSD-3-Clause
// Configuration: files, and the values of CONFIG SET.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "config/config_store.h"
#include "tests/fuzz/targets.h"
#include "tests/support/temp_dir.h"

namespace veddb::fuzz {
namespace {

std::vector<ConfigStore::NameValue> All(const ConfigStore& store) {
  const Bytes everything[] = {"*"};
  return store.Get(everything);
}

// Such a text would read any file of this machine.
bool Includes(Bytes text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower.find("include") != std::string::npos;
}

}  // namespace

// A file that was taken, rewritten, says the same.
void FuzzConfigText(Bytes input) {
  if (Includes(input)) return;
  const testing::TempDir dir("fuzz-config");
  const std::string path = dir / "veddb.conf";
  for (const auto scope : {RewriteScope::kChanged, RewriteScope::kEverything}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << input;
    ConfigStore store;
    const std::string arguments[] = {path};
    if (!store.Load(arguments).ok()) return;
    CHECK(store.Rewrite(scope).ok());
    ConfigStore again;
    CHECK(again.Load(arguments).ok());
    CHECK(All(again) == All(store));
  }
}

// A value that was taken is shown in a form that is taken as the same value. The first byte is the
// option.
void FuzzConfigValue(Bytes input) {
  ConfigStore store;
  const auto options = All(store);
  const std::string& name = options[TakeByte(&input) % options.size()].first;
  const ConfigStore::NameValue change[] = {{name, std::string(input)}};
  if (!store.Set(change, ConfigCaller::kLocal).ok()) {
    CHECK(All(store) == options);
    return;
  }
  const Bytes pattern[] = {name};
  const auto shown = store.Get(pattern);
  CHECK(shown.size() == 1);
  const auto before = All(store);
  CHECK(store.Set(shown, ConfigCaller::kLocal).ok());
  CHECK(All(store) == before);
}

}  // namespace veddb::fuzz
