// SPDX-License-Identifier: BSD-3-Clause
#include "tests/faults/in_process_server.h"

#include <unistd.h>

#include <future>
#include <memory>
#include <utility>

#include "modules/modules.h"
#include "server/server.h"

namespace veddb::testing {
namespace {

Words Arguments(const std::string& dir, const std::string& socket, Words more) {
  Words all = {"--port",
               "0",
               "--unixsocket",
               socket,
               "--dir",
               dir,
               "--disk-min-free",
               "0",
               "--databases",
               "4",
               "--shards",
               "2",
               "--query-threads",
               "1",
               "--write-buffer",
               "2mb",
               "--block-cache",
               "8mb",
               "--drain-interval",
               "5",
               "--enable-debug-command",
               "yes"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

InProcessServer::InProcessServer(const std::string& dir, Words options,
                                 const HealingLimits& healing)
    : socket_(dir + ".sock"),
      arguments_(Arguments(dir, socket_, std::move(options))),
      healing_(healing) {
  if (::chdir(dir.c_str()) != 0) std::abort();
}

InProcessServer::~InProcessServer() { Stop(); }

std::optional<std::string> InProcessServer::Start() {
  std::promise<std::optional<std::string>> started;
  std::future<std::optional<std::string>> outcome = started.get_future();
  thread_ = std::thread([this, &started] {
    auto server = std::make_unique<Server>();
    server->SetHealingLimits(healing_);
    Status status = server->config().Load(arguments_);
    if (status.ok()) status = AddModules(*server);
    if (status.ok()) status = server->Start();
    if (!status.ok()) {
      started.set_value(status.error().message);
      return;
    }
    started.set_value(std::nullopt);
    exit_code_ = server->Run();
    server.reset();
    ended_.store(true, std::memory_order_release);
  });
  std::optional<std::string> failure = outcome.get();
  if (failure) thread_.join();
  return failure;
}

int InProcessServer::Stop() {
  if (!thread_.joinable()) return exit_code_;
  RespClient client = Connect();
  if (client.ok()) client.Run({"SHUTDOWN", "NOSAVE"});
  thread_.join();
  return exit_code_;
}

}  // namespace veddb::testing
