// SPDX-License-Identifier: BSD-3-Clause
// Progress: one line on the terminal that is drawn anew a few times a second, and messages that
// stay. Where standard error is no terminal, only the messages are written.
//
// Owned by: one thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace veddb::tool {

// 1234567 as "1,234,567".
std::string Grouped(uint64_t number);

class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool on_terminal() const { return on_terminal_; }
  void set_total_bytes(std::optional<uint64_t> bytes) { total_bytes_ = bytes; }
  void set_total_documents(std::optional<uint64_t> documents) { total_documents_ = documents; }
  // From here on rates are counted: what came before was another run's.
  void Begin(uint64_t bytes, uint64_t documents);
  // Draws if it is time to.
  void Show(uint64_t bytes, uint64_t documents);
  // A line of its own on standard error.
  void Say(Bytes text);
  // Takes the drawn line away.
  void Clear();

 private:
  std::string Line(uint64_t bytes, uint64_t documents) const;

  const std::string what_;
  const bool on_terminal_;
  std::optional<uint64_t> total_bytes_;
  std::optional<uint64_t> total_documents_;
  uint64_t first_bytes_ = 0;
  uint64_t first_documents_ = 0;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point drawn_;
  bool is_drawn_ = false;
};

}  // namespace veddb::tool
