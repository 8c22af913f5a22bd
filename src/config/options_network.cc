// SPDX-License-Identifier: BSD-3-Clause
// Options of the sockets: addresses and TLS.
#include "config/option_tables.h"

namespace veddb {
namespace {

constexpr int64_t kFileModeMax = 0777;

constexpr Option kNetwork[] = {
    {.name = "bind",
     .bind = &kBindWords,
     .initial = "* -::*",
     .doc = "Addresses to listen on, at most 16. '*' is every IPv4 address, '::*' every IPv6 "
            "address; an address with '-' in front may be missing on this machine.\n"
            "DANGER: everyone who reaches an address can talk to the server. Name only the "
            "addresses that are needed, and set a password or users."},
    {.name = "port",
     .bind = NumberValue{&Config::port, 0, kPortMax},
     .initial = "6379",
     .doc = "Port for connections without TLS; 0 opens none."},
    {.name = "protected-mode",
     .bind = YesNoValue{&Config::protected_mode},
     .initial = "yes",
     .doc = "While the default user has no password, connections from other machines are refused."},
    {.name = "unixsocket",
     .bind = TextValue{&Config::unixsocket},
     .initial = "\"\"",
     .change = Mutability::kStart,
     .doc = "Path of a Unix socket to listen on as well; empty: none."},
    {.name = "unixsocketperm",
     .bind = NumberValue{&Config::unixsocketperm, 0, kFileModeMax, ValueUnit::kOctal},
     .initial = "0",
     .change = Mutability::kStart,
     .doc = "File mode of the Unix socket, in octal; 0 leaves what the umask gives."},
    {.name = "tcp-backlog",
     .bind = NumberValue{&Config::tcp_backlog, 0, kIntMax},
     .initial = "511",
     .change = Mutability::kStart,
     .doc = "Connections that may wait to be accepted. The kernel lowers it silently to "
            "net.core.somaxconn."},
    {.name = "tcp-keepalive",
     .bind = NumberValue{&Config::tcp_keepalive, 0, kIntMax},
     .initial = "300",
     .doc = "Seconds between keep-alive probes to silent clients, so that dead ones are noticed; "
            "0: none."},
    {.name = "timeout",
     .bind = NumberValue{&Config::timeout, 0, kIntMax},
     .initial = "0",
     .doc =
         "Seconds after which an idle client is disconnected; 0: never. Subscribers and replicas "
         "are exempt."},
    {.name = "bind-source-addr",
     .bind = TextValue{&Config::bind_source_addr},
     .initial = "\"\"",
     .effect = OptionEffect::kCompat,
     .doc = "The link to a primary leaves from the address that the kernel chooses."},
    {.name = "socket-mark-id",
     .bind = NumberValue{&Config::socket_mark_id, 0, kUint32Max},
     .initial = "0",
     .change = Mutability::kStart,
     .effect = OptionEffect::kCompat,
     .doc = "Listening sockets are not marked."},
};

constexpr ChoiceName kTlsAuthNames[] = {{"no", Code(TlsAuthClients::kNo)},
                                        {"yes", Code(TlsAuthClients::kYes)},
                                        {"optional", Code(TlsAuthClients::kOptional)}};

constexpr Option kTls[] = {
    {.name = "tls-port",
     .bind = NumberValue{&Config::tls_port, 0, kPortMax},
     .initial = "0",
     .doc = "Port for TLS connections; 0 opens none. With port 0 TLS is the only way in."},
    {.name = "tls-cert-file",
     .bind = TextValue{&Config::tls_cert_file},
     .initial = "\"\"",
     .doc = "The server's certificate and, behind it, its chain (PEM)."},
    {.name = "tls-key-file",
     .bind = TextValue{&Config::tls_key_file},
     .initial = "\"\"",
     .doc = "The private key of tls-cert-file (PEM). Keep the file unreadable for others."},
    {.name = "tls-key-file-pass",
     .bind = TextValue{&Config::tls_key_file_pass},
     .initial = "\"\"",
     .sensitive = true,
     .doc = "Password of tls-key-file, where it is encrypted."},
    {.name = "tls-client-cert-file",
     .bind = TextValue{&Config::tls_client_cert_file},
     .initial = "\"\"",
     .doc = "Certificate that a replica shows its primary; empty: tls-cert-file."},
    {.name = "tls-client-key-file",
     .bind = TextValue{&Config::tls_client_key_file},
     .initial = "\"\"",
     .doc = "The private key of tls-client-cert-file."},
    {.name = "tls-client-key-file-pass",
     .bind = TextValue{&Config::tls_client_key_file_pass},
     .initial = "\"\"",
     .sensitive = true,
     .doc = "Password of tls-client-key-file, where it is encrypted."},
    {.name = "tls-ca-cert-file",
     .bind = TextValue{&Config::tls_ca_cert_file},
     .initial = "\"\"",
     .doc = "Certificates of the authorities that clients and peers are checked against (PEM)."},
    {.name = "tls-ca-cert-dir",
     .bind = TextValue{&Config::tls_ca_cert_dir},
     .initial = "\"\"",
     .doc = "The same as a directory of hashed names, as c_rehash makes it."},
    {.name = "tls-crl-file",
     .bind = TextValue{&Config::tls_crl_file},
     .initial = "\"\"",
     .doc = "Revocation lists (PEM) that every certificate of a chain is checked against; empty: "
            "revocation is not checked."},
    {.name = "tls-auth-clients",
     .bind = OneOf<&Config::tls_auth_clients>(kTlsAuthNames),
     .initial = "yes",
     .doc = "Whether clients must show a certificate: yes, no, or optional (checked if shown)."},
    {.name = "tls-replication",
     .bind = YesNoValue{&Config::tls_replication},
     .initial = "no",
     .doc = "A replica talks TLS to its primary, and checks its chain and name."},
    {.name = "tls-protocols",
     .bind = TextValue{&Config::tls_protocols},
     .initial = "\"\"",
     .doc = "Versions that are allowed, such as \"TLSv1.2 TLSv1.3\"; empty: these two."},
    {.name = "tls-ciphers",
     .bind = TextValue{&Config::tls_ciphers},
     .initial = "\"\"",
     .doc = "Ciphers for TLS 1.2 in OpenSSL's notation; empty: OpenSSL's choice."},
    {.name = "tls-ciphersuites",
     .bind = TextValue{&Config::tls_ciphersuites},
     .initial = "\"\"",
     .doc = "Cipher suites for TLS 1.3; empty: OpenSSL's choice."},
    {.name = "tls-prefer-server-ciphers",
     .bind = YesNoValue{&Config::tls_prefer_server_ciphers},
     .initial = "no",
     .doc = "The server's order of ciphers counts, not the client's."},
    {.name = "tls-session-caching",
     .bind = YesNoValue{&Config::tls_session_caching},
     .initial = "yes",
     .doc = "Clients that come again may resume their session, which is cheaper."},
    {.name = "tls-session-cache-size",
     .bind = NumberValue{&Config::tls_session_cache_size, 0, kIntMax},
     .initial = "20480",
     .doc = "Sessions that are kept for that; 0: no limit."},
    {.name = "tls-session-cache-timeout",
     .bind = NumberValue{&Config::tls_session_cache_timeout, 0, kIntMax},
     .initial = "300",
     .doc = "Seconds for which they are kept."},
    {.name = "tls-dh-params-file",
     .bind = TextValue{&Config::tls_dh_params_file},
     .initial = "\"\"",
     .effect = OptionEffect::kCompat,
     .doc = "OpenSSL chooses the Diffie-Hellman groups."},
    {.name = "tls-cluster",
     .bind = YesNoValue{&Config::tls_cluster},
     .initial = "no",
     .effect = OptionEffect::kCompat,
     .doc = "There is no cluster bus."},
};

}  // namespace

OptionSection NetworkOptions() { return {"NETWORK", "Where the server listens.", kNetwork}; }

OptionSection TlsOptions() {
  return {"TLS",
          "Encrypted connections. Files are read at the start and whenever one of the options is "
          "set; a certificate that does not fit is refused and the old one stays in use.",
          kTls};
}

}  // namespace veddb
