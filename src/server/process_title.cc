// SPDX-License-Identifier: BSD-3-Clause
#include "server/process_title.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/number.h"

namespace veddb {
namespace {

struct TitleSpace {
  char* begin = nullptr;
  size_t size = 0;
  std::string program;
  std::vector<std::string> environment;  // the copies that environ points to
  std::vector<char*> pointers;
};

TitleSpace& Space() {
  static TitleSpace space;
  return space;
}

// The end of the strings if they stand one behind the other, else the end of those that do.
char* EndOf(char** strings, char* end) {
  for (; *strings != nullptr && *strings == end; ++strings) end += std::strlen(*strings) + 1;
  return end;
}

std::string ListenAddress(const Config& config) {
  if (config.port == 0) return config.unixsocket;
  std::string address = config.bind.empty() ? "*" : config.bind[0];
  if (address.starts_with('-')) address.erase(0, 1);
  return address + ":" + FormatInt64(config.port);
}

std::string Variable(Bytes name, const Config& config, Bytes program, Bytes config_file) {
  if (name == "title") return std::string(program);
  if (name == "listen-addr") return ListenAddress(config);
  if (name == "port") return FormatInt64(config.port);
  if (name == "tls-port") return FormatInt64(config.tls_port);
  if (name == "unixsocket") return config.unixsocket;
  if (name == "config-file") return std::string(config_file);
  return {};  // server-mode: there is neither cluster nor sentinel
}

}  // namespace

void KeepTitleSpace(int argc, char** argv) {
  TitleSpace& space = Space();
  if (argc < 1) return;
  space.program = argv[0];
  char* end = EndOf(argv, argv[0]);
  end = EndOf(environ, end);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    space.environment.emplace_back(*variable);
  }
  for (std::string& variable : space.environment) space.pointers.push_back(variable.data());
  space.pointers.push_back(nullptr);
  environ = space.pointers.data();
  space.begin = argv[0];
  space.size = static_cast<size_t>(end - argv[0]);
}

void SetProcessTitle(Bytes title) {
  const TitleSpace& space = Space();
  if (space.size < 2) return;
  const size_t n = std::min(title.size(), space.size - 1);
  std::memcpy(space.begin, title.data(), n);
  std::memset(space.begin + n, 0, space.size - n);
}

const std::string& ProgramName() { return Space().program; }

std::string ExpandTitle(const Config& config, Bytes program, Bytes config_file) {
  const Bytes pattern = config.proc_title_template;
  std::string title;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const size_t end = pattern[at] == '{' ? pattern.find('}', at) : Bytes::npos;
    if (end == Bytes::npos) {
      title += pattern[at];
      continue;
    }
    title += Variable(pattern.substr(at + 1, end - at - 1), config, program, config_file);
    at = end;
  }
  title.erase(title.find_last_not_of(' ') + 1);
  return title;
}

}  // namespace veddb
