// SPDX-License-Identifier: BSD-3-Clause
#include "tests/system/dump.h"

#include <algorithm>

namespace veddb::testing {
namespace {

constexpr int kDatabases = 16;

void DumpKeys(RespClient& client, const std::string& database, std::string& out) {
  const Words names = ScanAll(client, 1000);
  for (const std::string& name : names) {
    client.Add({"GET", name});
    client.Add({"PEXPIRETIME", name});
  }
  for (const std::string& name : names) {
    const std::string value = client.Next().Print();
    const std::string expiry = client.Next().Print();
    out += database + ' ' + name + " = " + value + " until " + expiry + '\n';
  }
}

void DumpDocuments(RespClient& client, const std::string& database, std::string& out) {
  for (const RespReply& name : client.Run({"DOC.COLLECTIONS"}).elements) {
    const RespReply found = client.Run({"DOC.FIND", name.text, "{}", "WITHVERSION"});
    for (const RespReply& pair : found.elements) {
      out += database + " in " + name.text + ": " + pair.Print() + '\n';
    }
  }
}

}  // namespace

Words ScanAll(RespClient& client, int count) {
  Words names;
  std::string cursor = "0";
  do {
    const RespReply reply = client.Run({"SCAN", cursor, "COUNT", std::to_string(count)});
    if (reply.elements.size() != 2) break;
    cursor = reply.elements[0].text;
    for (const RespReply& name : reply.elements[1].elements) names.push_back(name.text);
  } while (cursor != "0");
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string Dump(RespClient& client) {
  std::string out;
  for (int i = 0; i < kDatabases; ++i) {
    const std::string database = std::to_string(i);
    client.Run({"SELECT", database});
    DumpKeys(client, database, out);
    DumpDocuments(client, database, out);
  }
  client.Run({"SELECT", "0"});
  return out;
}

}  // namespace veddb::testing
