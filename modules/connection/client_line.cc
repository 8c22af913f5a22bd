// SPDX-License-Identifier: BSD-3-Clause
#include "modules/connection/client_line.h"

#include "base/number.h"

namespace veddb {
namespace {

class Line {
 public:
  void Text(Bytes name, Bytes value) {
    if (!text_.empty()) text_.push_back(' ');
    text_.append(name);
    text_.push_back('=');
    text_.append(value);
  }
  void Number(Bytes name, int64_t value) { Text(name, FormatInt64(value)); }
  void Number(Bytes name, size_t value) { Number(name, static_cast<int64_t>(value)); }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// One letter a state; N where there is nothing to say.
std::string Flags(const ClientView& client) {
  const Session& session = *client.session;
  std::string flags;
  if (session.monitor) flags.push_back('O');
  if (session.in_multi) flags.push_back('x');
  if (client.blocked) flags.push_back('b');
  if (const KeyTracking* tracking = session.tracking.get()) {
    flags.push_back('t');
    if (tracking->redirect_broken) flags.push_back('R');
    if (tracking->broadcast) flags.push_back('B');
  }
  if (session.watch != nullptr && session.watch->touched.load(std::memory_order_relaxed)) {
    flags.push_back('d');
  }
  if (session.close_after_reply) flags.push_back('c');
  if (client.unix_socket) flags.push_back('U');
  if (session.no_evict) flags.push_back('e');
  return flags.empty() ? "N" : flags;
}

}  // namespace

std::string ClientLine(const ClientView& client) {
  const Session& session = *client.session;
  Line line;
  line.Number("id", static_cast<int64_t>(session.id));
  line.Text("addr", *client.address);
  line.Text("laddr", *client.local_address);
  line.Number("fd", static_cast<int64_t>(client.fd));
  line.Text("name", session.name);
  line.Number("age", client.age_s);
  line.Number("idle", client.idle_s);
  line.Text("flags", Flags(client));
  line.Number("db", static_cast<int64_t>(session.database));
  line.Text("sub", "0");
  line.Text("psub", "0");
  line.Text("ssub", "0");
  line.Number("multi", session.in_multi ? static_cast<int64_t>(session.queue.size()) : int64_t{-1});
  line.Number("qbuf", client.query_buffer_used);
  line.Number("qbuf-free", client.query_buffer_free);
  line.Number("argv-mem", client.argv_memory);
  line.Number("multi-mem", session.queue_bytes);
  line.Number("rbs", client.reply_buffer_bytes);
  line.Number("rbp", client.reply_buffer_peak);
  line.Number("obl", client.reply_buffer_used);
  line.Number("oll", client.output_list_length);
  line.Number("omem", client.output_memory);
  line.Number("tot-mem", client.total_memory);
  line.Text("events", client.reading ? client.writing ? "rw" : "r" : client.writing ? "w" : "");
  line.Text("cmd", client.last_command);
  line.Text("user", session.user);
  line.Number("redir", session.tracking != nullptr
                           ? static_cast<int64_t>(session.tracking->redirect)
                           : int64_t{-1});
  line.Number("resp", static_cast<int64_t>(session.protocol));
  return line.Take();
}

}  // namespace veddb
