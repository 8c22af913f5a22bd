// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/arena.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

namespace veddb::differential {
namespace {

void AppendRequest(std::string& out, const Arguments& arguments) {
  out += '*' + std::to_string(arguments.size()) + "\r\n";
  for (const std::string& argument : arguments) {
    out += '$' + std::to_string(argument.size()) + "\r\n";
    out += argument;
    out += "\r\n";
  }
}

std::string LowerCase(const std::string& text) {
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// The text of a bulk or simple string.
std::string TextOf(std::string_view reply) {
  if (reply.empty()) return "";
  if (reply[0] != '$') return std::string(reply.substr(1, reply.size() - 3));
  const size_t line = reply.find('\n') + 1;
  return line + 2 > reply.size() ? "" : std::string(reply.substr(line, reply.size() - line - 2));
}

int64_t IntegerOf(std::string_view reply) { return std::atoll(reply.data() + 1); }

// How the value of a key of each type is read, with a command whose replies can be compared.
Arguments ValueRequest(const std::string& type, const std::string& key) {
  if (type == "list") return {"LRANGE", key, "0", "-1"};
  if (type == "set") return {"SMEMBERS", key};
  if (type == "zset") return {"ZRANGE", key, "0", "-1", "WITHSCORES"};
  if (type == "hash") return {"HGETALL", key};
  if (type == "stream") return {"XRANGE", key, "-", "+"};
  return {"GET", key};
}

// Commands that wait, publish, or are about the server itself.
bool TakesPart(const std::set<std::string>& flags) {
  return !flags.contains("blocking") && !flags.contains("pubsub") && !flags.contains("admin");
}

}  // namespace

Arena::Arena(int our_port, int their_port, const Deviations& deviations) : deviations_(deviations) {
  ours_.port = our_port;
  theirs_.port = their_port;
  for (Side* side : {&ours_, &theirs_}) side->own = std::make_unique<Link>(side->port);
}

std::vector<std::string> Arena::Ask(Side& side, const std::vector<Arguments>& requests) {
  std::string bytes;
  for (const Arguments& request : requests) AppendRequest(bytes, request);
  side.own->Send(bytes);
  const auto& replies = side.own->Receive(requests.size());
  std::vector<std::string> out(replies.begin(), replies.end());
  out.resize(requests.size());
  return out;
}

std::vector<KnownCommand> Arena::CommandsOf(Side& side) {
  constexpr size_t kName = 0, kArity = 1, kFlags = 2, kFirstKey = 3;
  std::vector<KnownCommand> commands;
  const std::string reply = Ask(side, {{"COMMAND"}})[0];
  for (const std::string_view command : ElementsOf(reply)) {
    const auto fields = ElementsOf(command);
    if (fields.size() <= kFirstKey) continue;
    std::set<std::string> flags;
    for (const std::string_view flag : ElementsOf(fields[kFlags])) flags.insert(TextOf(flag));
    const std::string name = TextOf(fields[kName]);
    if (!TakesPart(flags) || deviations_.Skips(name)) continue;
    commands.push_back({name, IntegerOf(fields[kArity]), IntegerOf(fields[kFirstKey])});
  }
  return commands;
}

std::vector<KnownCommand> Arena::CommonCommands() {
  std::set<std::string> ours;
  for (const KnownCommand& command : CommandsOf(ours_)) ours.insert(command.name);
  std::vector<KnownCommand> common = CommandsOf(theirs_);
  std::erase_if(common, [&](const KnownCommand& command) { return !ours.contains(command.name); });
  std::sort(common.begin(), common.end(),
            [](const KnownCommand& a, const KnownCommand& b) { return a.name < b.name; });
  return common;
}

bool Arena::Reset() {
  for (Side* side : {&ours_, &theirs_}) {
    for (size_t i = 0; i < kConnections; ++i) {
      side->links[i] = std::make_unique<Link>(side->port);
      if (i < kFirstResp3) continue;
      std::string hello;
      AppendRequest(hello, {"HELLO", "3"});
      side->links[i]->Send(hello);
      if (side->links[i]->Receive(1).size() != 1) return false;
    }
    if (Ask(*side, {{"FLUSHALL"}})[0] != "+OK\r\n") return false;
  }
  for (auto& names : queued_) names.clear();
  return true;
}

std::optional<Difference> Arena::Run(std::span<const Step> steps) {
  for (size_t begin = 0; begin < steps.size();) {
    size_t end = begin + 1;
    while (end < steps.size() && steps[end].connection == steps[begin].connection) ++end;
    if (auto difference = RunBatch(steps.subspan(begin, end - begin), begin)) return difference;
    begin = end;
  }
  auto difference = CompareState();
  if (difference) difference->step = steps.size() - 1;
  return difference;
}

std::optional<Difference> Arena::RunBatch(std::span<const Step> batch, size_t first) {
  std::string bytes;
  for (const Step& step : batch) AppendRequest(bytes, step.arguments);
  Link& our_link = *ours_.links[batch[0].connection];
  Link& their_link = *theirs_.links[batch[0].connection];
  our_link.Send(bytes);
  their_link.Send(bytes);
  const auto& theirs = their_link.Receive(batch.size());
  const auto& ours = our_link.Receive(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    const std::string_view our_reply = i < ours.size() ? ours[i] : "(no reply)";
    const std::string_view their_reply = i < theirs.size() ? theirs[i] : "(no reply)";
    if (Agree(batch[i], our_reply, their_reply)) continue;
    return Difference{.step = first + i,
                      .command = LowerCase(batch[i].arguments[0]),
                      .ours = std::string(our_reply),
                      .theirs = std::string(their_reply)};
  }
  return std::nullopt;
}

bool Arena::Agree(const Step& step, std::string_view ours, std::string_view theirs) {
  auto& queued = queued_[step.connection];
  if (theirs == "+QUEUED\r\n" && ours == theirs) {
    queued.push_back(LowerCase(step.arguments[0]));
    return true;
  }
  const std::string name = ours == theirs && queued.empty() ? "" : LowerCase(step.arguments[0]);
  const bool agree = ours == theirs ||
                     (name == "exec" && AgreeOnExec(step.connection, ours, theirs)) ||
                     deviations_.Allows(name, ours, theirs);
  if (name == "exec" || name == "discard" || name == "reset") queued.clear();
  return agree;
}

bool Arena::AgreeOnExec(size_t connection, std::string_view ours, std::string_view theirs) {
  const auto our_replies = ElementsOf(ours);
  const auto their_replies = ElementsOf(theirs);
  const auto& names = queued_[connection];
  if (our_replies.size() != their_replies.size() || our_replies.size() != names.size()) {
    return false;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (our_replies[i] == their_replies[i]) continue;
    if (!deviations_.Allows(names[i], our_replies[i], their_replies[i])) return false;
  }
  return true;
}

std::optional<Difference> Arena::CompareState() {
  for (int database = 0; database < kComparedDatabases; ++database) {
    std::array<std::vector<std::string>, 2> keys;
    for (const bool is_ours : {true, false}) {
      const auto replies =
          Ask(is_ours ? ours_ : theirs_, {{"SELECT", std::to_string(database)}, {"KEYS", "*"}});
      for (const std::string_view key : ElementsOf(replies[1])) {
        keys[is_ours ? 0 : 1].push_back(TextOf(key));
      }
      std::sort(keys[is_ours ? 0 : 1].begin(), keys[is_ours ? 0 : 1].end());
    }
    if (keys[0] != keys[1]) {
      std::array<std::string, 2> text;
      for (size_t i = 0; i < 2; ++i) {
        for (const std::string& key : keys[i]) text[i] += key + " ";
      }
      return Difference{.command = "state: keys", .ours = text[0], .theirs = text[1]};
    }
    if (auto difference = CompareKeys(keys[0])) return difference;
  }
  return std::nullopt;
}

std::optional<Difference> Arena::CompareKeys(const std::vector<std::string>& keys) {
  std::vector<Arguments> requests;
  for (const std::string& key : keys) requests.push_back({"TYPE", key});
  const auto types = Ask(theirs_, requests);
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string type = TextOf(types[i]);
    requests.push_back(ValueRequest(type, keys[i]));
    requests.push_back({"PEXPIRETIME", keys[i]});
    requests.push_back({"OBJECT", "ENCODING", keys[i]});
    if (type == "string") requests.push_back({"STRLEN", keys[i]});
  }
  const auto ours = Ask(ours_, requests);
  const auto theirs = Ask(theirs_, requests);
  for (size_t i = 0; i < requests.size(); ++i) {
    const std::string command = LowerCase(requests[i][0]);
    if (ours[i] == theirs[i] || deviations_.Allows(command, ours[i], theirs[i])) continue;
    return Difference{.command = "state: " + command + " of " + requests[i].back(),
                      .ours = ours[i],
                      .theirs = theirs[i]};
  }
  return std::nullopt;
}

}  // namespace veddb::differential
