// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace veddb::testing {

RawSocket::RawSocket(int port) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
    return;
  }
  const int on = 1;  // every piece leaves as it is sent
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawSocket::~RawSocket() {
  if (fd_ >= 0) close(fd_);
}

bool RawSocket::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

size_t RawSocket::SendSome(std::string_view bytes) {
  const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return n > 0 ? static_cast<size_t>(n) : 0;
}

void RawSocket::FinishSending() { shutdown(fd_, SHUT_WR); }

std::string RawSocket::ReadUntil(std::string_view suffix, Millis limit) {
  const Clock::time_point deadline = Clock::now() + limit;
  std::string read;
  std::array<char, 16384> buffer;
  while (suffix.empty() || !std::string_view(read).ends_with(suffix)) {
    const auto left = std::chrono::duration_cast<Millis>(deadline - Clock::now());
    pollfd wait = {fd_, POLLIN, 0};
    if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) break;
    const ssize_t n = recv(fd_, buffer.data(), buffer.size(), 0);
    if (n <= 0) {
      closed_ = true;
      break;
    }
    read.append(buffer.data(), static_cast<size_t>(n));
  }
  return read;
}

int64_t RawSocket::Discard(int64_t bytes, Millis limit) {
  std::array<char, 65536> buffer;
  int64_t read = 0;
  while (read < bytes) {
    pollfd wait = {fd_, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(limit.count())) <= 0) break;
    const ssize_t n = recv(fd_, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    read += n;
  }
  return read;
}

}  // namespace veddb::testing
