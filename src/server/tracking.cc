// SPDX-License-Identifier: BSD-3-Clause
#include "server/tracking.h"

#include <algorithm>
#include <utility>

#include "command/spec.h"
#include "server/client.h"
#include "server/server.h"

namespace veddb {
namespace {

// Keys that are forgotten in one turn of the loop to keep the table's limit.
constexpr size_t kForgetPerTurn = 1000;
// A prefix costs its client so much besides its name, which the client and the table both keep.
constexpr size_t kPrefixBytes = 128;

constexpr Bytes kNull = "_\r\n";

std::string EncodeKeys(std::span<const Bytes> keys) {
  std::string text;
  Reply reply(text, Protocol::kResp3);
  reply.Array(keys.size());
  for (const Bytes key : keys) reply.Bulk(key);
  return text;
}

}  // namespace

// --- who tracks ---

void Tracking::Enable(Session& session, const TrackingRequest& request) {
  if (session.tracking == nullptr) session.tracking = std::make_unique<KeyTracking>();
  KeyTracking& tracking = *session.tracking;
  tracking.redirect = request.redirect;
  tracking.redirect_broken = false;
  tracking.broadcast = request.broadcast;
  tracking.opt_in = request.opt_in;
  tracking.opt_out = request.opt_out;
  tracking.no_loop = request.no_loop;
  if (request.broadcast && request.prefixes.empty()) AddPrefix(session, "");
  for (const std::string& prefix : request.prefixes) AddPrefix(session, prefix);
  clients_.insert(session.id);
  server_.shards().ReportChanges(true);
}

void Tracking::Disable(Session& session) {
  if (session.tracking == nullptr) return;
  for (const std::string& prefix : session.tracking->prefixes) RemovePrefix(session, prefix);
  session.tracking = nullptr;
  clients_.erase(session.id);
  if (!clients_.empty()) return;
  server_.shards().ReportChanges(false);
  Clear();
}

void Tracking::EndCommand(Session& session, const CommandSpec& spec) {
  if (!session.in_multi && spec.parent != "client") session.tracking->caching = false;
}

void Tracking::AddPrefix(Session& session, const std::string& text) {
  const auto [found, fresh] = prefixes_.try_emplace(text);
  if (fresh) ++prefix_lengths_[text.size()];
  if (!found->second.clients.insert(session.id).second) return;
  session.tracking->prefixes.insert(text);
  session.tracking->prefix_bytes += kPrefixBytes + 2 * text.size();
}

void Tracking::RemovePrefix(Session& session, const std::string& text) {
  const auto found = prefixes_.find(text);
  found->second.clients.erase(session.id);
  if (!found->second.clients.empty()) return;
  prefixes_.erase(found);
  const auto length = prefix_lengths_.find(text.size());
  if (--length->second == 0) prefix_lengths_.erase(length);
}

// --- reads ---

void Tracking::Remember(const Session& session, const CommandSpec& spec,
                        std::span<const KeyRef> keys) {
  const KeyTracking& tracking = *session.tracking;
  if (tracking.broadcast || !Has(spec.flags, Flag::kReadonly)) return;
  if ((tracking.opt_in && !tracking.caching) || (tracking.opt_out && tracking.caching)) return;
  for (const KeyRef& key : keys) {
    if (key.kind != KeyspaceKind::kKeys) continue;
    const auto [found, fresh] = readers_.try_emplace(std::string(key.name));
    Readers& readers = found->second;
    if (fresh) {
      readers.index = order_.size();
      order_.push_back(&found->first);
    }
    const auto at = std::lower_bound(readers.ids.begin(), readers.ids.end(), session.id);
    if (at != readers.ids.end() && *at == session.id) continue;
    readers.ids.insert(at, session.id);
    ++items_;
  }
}

// --- changes ---

void Tracking::Apply(const ChangeList& changes) {
  if (clients_.empty()) return;
  if (changes.flushed) InvalidateAll();
  for (const KeyChange& change : changes.keys) {
    if (!prefixes_.empty()) NoteForPrefixes(change);
    Invalidate(change.key, change.writer);
  }
}

void Tracking::Invalidate(const std::string& key, uint64_t writer) {
  const auto found = readers_.find(key);
  if (found == readers_.end()) return;
  const Readers readers = std::move(found->second);
  order_[readers.index] = order_.back();
  readers_.find(*order_[readers.index])->second.index = readers.index;
  order_.pop_back();
  items_ -= readers.ids.size();
  const Bytes name = key;
  const std::string list = EncodeKeys({&name, 1});
  for (const uint64_t id : readers.ids) {
    Client* client = server_.FindClient(id);
    const KeyTracking* tracking = client == nullptr ? nullptr : client->session.tracking.get();
    if (tracking == nullptr || tracking->broadcast) continue;
    if (tracking->no_loop && id == writer) continue;
    Tell(*client, list);
  }
  readers_.erase(found);
}

void Tracking::NoteForPrefixes(const KeyChange& change) {
  for (const auto& [length, count] : prefix_lengths_) {
    if (length > change.key.size()) return;
    const auto found = prefixes_.find(change.key.substr(0, length));
    if (found != prefixes_.end()) found->second.changed[change.key] = change.writer;
  }
}

void Tracking::InvalidateAll() {
  for (const uint64_t id : clients_) {
    if (Client* client = server_.FindClient(id); client != nullptr) Tell(*client, kNull);
  }
  readers_.clear();
  order_.clear();
  items_ = 0;
}

void Tracking::EndTurn() {
  if (clients_.empty()) return;
  for (auto& [text, prefix] : prefixes_) {
    if (!prefix.changed.empty()) TellPrefix(prefix);
  }
  EnforceTableLimit();
}

void Tracking::TellPrefix(Prefix& prefix) {
  std::vector<Bytes> all;
  for (const auto& [key, writer] : prefix.changed) all.emplace_back(key);
  const std::string all_encoded = EncodeKeys(all);
  for (const uint64_t id : prefix.clients) {
    Client* client = server_.FindClient(id);
    if (client == nullptr) continue;
    if (!client->session.tracking->no_loop) {
      Tell(*client, all_encoded);
      continue;
    }
    std::vector<Bytes> of_others;
    for (const auto& [key, writer] : prefix.changed) {
      if (writer != id) of_others.emplace_back(key);
    }
    if (!of_others.empty()) Tell(*client, EncodeKeys(of_others));
  }
  prefix.changed.clear();
}

void Tracking::EnforceTableLimit() {
  const auto max = static_cast<size_t>(server_.config().config().tracking_table_max_keys);
  if (max == 0) return;
  for (size_t n = 0; n < kForgetPerTurn && readers_.size() > max; ++n) {
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::string key = *order_[(random_ >> 16) % order_.size()];
    Invalidate(key, 0);
  }
}

void Tracking::Tell(Client& client, Bytes what) {
  KeyTracking& tracking = *client.session.tracking;
  Client* target = &client;
  std::string text;
  if (tracking.redirect != 0) {
    target = server_.FindClient(tracking.redirect);
    if (target == nullptr || target->closing()) {
      tracking.redirect_broken = true;
      if (client.session.protocol == Protocol::kResp2) return;
      Reply reply(text, Protocol::kResp3);
      reply.Push(2);
      reply.Bulk("tracking-redir-broken");
      reply.Integer(static_cast<int64_t>(tracking.redirect));
      client.Push(text);
      return;
    }
  }
  // RESP2 has a way for such a message only as one of a channel, to a client that listens to it.
  if (target->session.protocol == Protocol::kResp2) return;
  Reply reply(text, Protocol::kResp3);
  reply.Push(2);
  reply.Bulk("invalidate");
  reply.Raw(what);
  target->Push(text);
}

void Tracking::Clear() {
  readers_ = ReaderTable();
  order_ = {};
  items_ = 0;
}

}  // namespace veddb
