// SPDX-License-Identifier: BSD-3-Clause
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace veddb {
namespace {

uint64_t ThreadToken() {
  static std::atomic<uint64_t> next{1};
  thread_local const uint64_t token = next.fetch_add(1, std::memory_order_relaxed);
  return token;
}

}  // namespace

void CheckFailed(const char* file, int line, const char* expression) {
  std::fprintf(stderr, "%s:%d: internal error: '%s' does not hold\n", file, line, expression);
  std::fflush(stderr);
  std::abort();
}

void ThreadAffinity::Bind() { owner_.store(ThreadToken(), std::memory_order_relaxed); }
void ThreadAffinity::Release() { owner_.store(0, std::memory_order_relaxed); }
bool ThreadAffinity::IsMine() const {
  return owner_.load(std::memory_order_relaxed) == ThreadToken();
}

}  // namespace veddb
