// SPDX-License-Identifier: BSD-3-Clause
// CHECK: what must hold in every build; a violation is our own bug, ends the process and says
// where. DCHECK: the same in debug and sanitizer builds only. Neither is ever used on input from a
// client, a peer or the disk: those give an Error.
#pragma once
#include <atomic>
#include <cstdint>

namespace veddb {

[[noreturn]] void CheckFailed(const char* file, int line, const char* expression);

// Debug-time proof that a piece of state is touched by one thread at a time.
class ThreadAffinity {
 public:
  // The calling thread becomes the owner.
  void Bind();
  // Nobody owns it until the next Bind.
  void Release();
  bool IsMine() const;

 private:
  std::atomic<uint64_t> owner_{0};
};

}  // namespace veddb

#define CHECK(expression)                                                                     \
  (__builtin_expect(!(expression), 0) ? ::veddb::CheckFailed(__FILE__, __LINE__, #expression) \
                                      : (void)0)

#ifdef VEDDB_DEBUG_CHECKS
#define DCHECK(expression) CHECK(expression)
#else
#define DCHECK(expression) ((void)sizeof(!(expression)))
#endif
