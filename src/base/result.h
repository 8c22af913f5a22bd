// SPDX-License-Identifier: BSD-3-Clause
// Result<T>: a value or an Error. Status: success or an Error. Errors are values; no exception
// crosses a library's edge.
//
//   Result<int64_t> Parse(Bytes text);
//   Status Run(Bytes text) {
//     int64_t n = TRY(Parse(text));   // returns the error to our caller
//     return Ok();
//   }
#pragma once
#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace veddb {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by intent
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: the same

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // REQUIRES: ok()
  T& value() {
    DCHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    DCHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  // REQUIRES: !ok()
  Error& error() {
    DCHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const {
    DCHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  T TakeValue() { return std::move(value()); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by intent

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  // REQUIRES: !ok()
  Error& error() {
    DCHECK(!ok());
    return *error_;
  }
  const Error& error() const {
    DCHECK(!ok());
    return *error_;
  }
  void TakeValue() {}

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

}  // namespace veddb

// Evaluates an expression of type Result<T>; on error returns it, else yields the value.
#define TRY(expression)                                         \
  ({                                                            \
    auto try_result = (expression);                             \
    if (!try_result.ok()) return std::move(try_result.error()); \
    try_result.TakeValue();                                     \
  })
