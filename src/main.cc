// SPDX-License-Identifier: BSD-3-Clause
// veddb-server [config-file] [--option value …]: options, daemon, messages; then the server.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/logging.h"
#include "modules/modules.h"
#include "server/maintenance.h"
#include "server/process.h"
#include "server/process_title.h"
#include "server/server.h"

namespace {

int Fail(const veddb::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  veddb::LogWarning(error.message);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  veddb::KeepTitleSpace(argc, argv);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (const std::string text = veddb::AnswerToFlags(arguments); !text.empty()) {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  // Before a configuration file and options: where the data is, is said as ever.
  int (*maintain)() = nullptr;
  if (!arguments.empty() && arguments[0] == "--verify") maintain = veddb::VerifyData;
  if (!arguments.empty() && arguments[0] == "--repair") maintain = veddb::RepairData;
  if (maintain != nullptr) arguments.erase(arguments.begin());
  veddb::Server server;
  if (const veddb::Status loaded = server.config().Load(arguments); !loaded.ok()) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 1;
  }
  const veddb::Config& config = server.config().config();
  if (const veddb::Status status = veddb::PrepareProcess(server.config()); !status.ok()) {
    return Fail(status.error());
  }
  if (maintain != nullptr) return maintain();
  veddb::LogStartBanner(config, server.config().file());
  if (const veddb::Status status = veddb::AddModules(server); !status.ok()) {
    return Fail(status.error());
  }
  if (const veddb::Status status = server.Start(); !status.ok()) return Fail(status.error());
  veddb::NotifySupervisor(config, "READY=1\nSTATUS=Ready to accept connections\n");
  return server.Run();
}
