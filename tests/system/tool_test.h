// SPDX-License-Identifier: BSD-3-Clause
// ToolTest: a server, veddb-tool beside it, and files for it to read and write.
#pragma once
#include <string>

#include "tests/system/server_test.h"
#include "tests/system/tool_process.h"

namespace veddb::testing {

class ToolTest : public ServerTest {
 protected:
  // The words of a command on this server and the collection "c".
  Words With(const std::string& command, const Words& arguments) const;
  ToolResult Import(const Words& arguments, const std::string& input = {});
  ToolResult Export(const Words& arguments);
  // Imports what a file holds.
  ToolResult ImportText(const std::string& text, Words arguments = {});
  std::string Write(const std::string& name, const std::string& text) const;
  std::string FileText(const std::string& name) const;
  std::string Count() const { return Connect().Say({"DOC.COUNT", "c"}); }
};

}  // namespace veddb::testing
