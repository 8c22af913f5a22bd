// SPDX-License-Identifier: BSD-3-Clause
// conf/veddb.conf is the option table in print. After a change of the table, print it anew:
//   VEDDB_PRINT_CONF=1 build/tests/unit/config/config_test --gtest_filter='Conf.*'
#include "config_testing.h"

namespace veddb {
namespace {

TEST(Conf, TheFileIsTheTableInPrint) {
  if (std::getenv("VEDDB_PRINT_CONF") != nullptr) std::ofstream(VEDDB_CONF) << PrintConf();
  EXPECT_EQ(ReadText(VEDDB_CONF), PrintConf());
}

TEST(Conf, UncommentedItLoadsAndChangesNothing) {
  std::istringstream in(PrintConf());
  std::string text;
  int options = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string body = line.starts_with("# ") ? line.substr(2) : "";
    const std::string name = body.substr(0, body.find(' '));
    const Option* option = FindOption(name);
    // A line of documentation may begin with the name of an option too; an entry is a line that
    // the table would write.
    if (option == nullptr) continue;
    const auto lines = OptionLines(*option, option->name, DefaultConfig());
    if (std::find(lines.begin(), lines.end(), body) == lines.end()) continue;
    text += body + "\n";
    ++options;
  }
  EXPECT_GT(options, 190);
  ConfigStore store;
  ASSERT_EQ(AsText(store.LoadText(text)), "OK");
  const Bytes everything[] = {"*"};
  EXPECT_EQ(store.Get(everything), ConfigStore().Get(everything));
}

TEST(Conf, EveryOptionHasDocumentationThatEndsInAStop) {
  for (const OptionSection& section : OptionSections()) {
    EXPECT_FALSE(section.title.empty());
    for (const Option& option : section.options) {
      EXPECT_FALSE(option.doc.empty()) << option.name;
      const bool example = option.doc.find("\n  ") != Bytes::npos;
      EXPECT_TRUE(example || option.doc.ends_with('.')) << option.name;
      EXPECT_EQ(FindOption(option.name), &option) << option.name << " stands twice";
    }
  }
}

TEST(Conf, NoLineIsTooLong) {
  std::istringstream in(PrintConf());
  for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), 100u) << line;
}

}  // namespace
}  // namespace veddb
