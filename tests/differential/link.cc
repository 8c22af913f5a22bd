// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace veddb::differential {
namespace {

constexpr int kSilenceMillisMax = 60'000;
constexpr size_t kReadBytes = size_t{256} << 10;

// The line's end is behind \r\n.
size_t LineSize(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

size_t CountOfElements(std::string_view header) {
  const long long count = std::atoll(header.data() + 1);
  if (count < 0) return 0;
  const bool pairs = header[0] == '%' || header[0] == '|';
  return static_cast<size_t>(count) * (pairs ? 2 : 1);
}

}  // namespace

size_t ReplySize(std::string_view bytes) {
  const size_t line = LineSize(bytes);
  if (line == 0) return 0;
  const std::string_view mark = bytes.substr(0, 1);
  if (mark == "$" || mark == "=" || mark == "!") {
    const long long size = std::atoll(bytes.data() + 1);
    const size_t whole = size < 0 ? line : line + static_cast<size_t>(size) + 2;
    return whole <= bytes.size() ? whole : 0;
  }
  if (std::string_view("*~>%|").find(mark[0]) == std::string_view::npos) return line;
  size_t at = line;
  const size_t count = CountOfElements(bytes) + (mark == "|" ? 1 : 0);
  for (size_t i = 0; i < count; ++i) {
    const size_t size = ReplySize(bytes.substr(at));
    if (size == 0) return 0;
    at += size;
  }
  return at;
}

std::vector<std::string_view> ElementsOf(std::string_view reply) {
  std::vector<std::string_view> elements;
  if (reply.empty() || std::string_view("*~>%").find(reply[0]) == std::string_view::npos) {
    return elements;
  }
  size_t at = LineSize(reply);
  for (size_t i = CountOfElements(reply); i > 0; --i) {
    const size_t size = ReplySize(reply.substr(at));
    elements.push_back(reply.substr(at, size));
    at += size;
  }
  return elements;
}

Link::Link(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  ok_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Link::~Link() { close(fd_); }

void Link::Send(std::string_view requests) {
  while (ok_ && !requests.empty()) {
    const ssize_t sent = send(fd_, requests.data(), requests.size(), MSG_NOSIGNAL);
    ok_ = sent > 0;
    if (ok_) requests.remove_prefix(static_cast<size_t>(sent));
  }
}

bool Link::ReadMore() {
  pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, kSilenceMillisMax) != 1) return false;
  const size_t before = buffer_.size();
  buffer_.resize(before + kReadBytes);
  const ssize_t got = recv(fd_, buffer_.data() + before, kReadBytes, 0);
  buffer_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

const std::vector<std::string_view>& Link::Receive(size_t count) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  replies_.clear();
  std::vector<size_t> sizes;
  while (ok_ && sizes.size() < count) {
    const size_t size = ReplySize(std::string_view(buffer_).substr(taken_));
    if (size > 0) {
      sizes.push_back(size);
      taken_ += size;
    } else {
      ok_ = ReadMore();
    }
  }
  size_t at = 0;
  for (const size_t size : sizes) {
    replies_.push_back(std::string_view(buffer_).substr(at, size));
    at += size;
  }
  return replies_;
}

}  // namespace veddb::differential
