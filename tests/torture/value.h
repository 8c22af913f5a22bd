// SPDX-License-Identifier: BSD-3-Clause
// Values that say where they come from: <name>|<client>|<counter>|<filler>|<checksum>; so that a
// value in the wrong place, an old one or a torn one is seen without any oracle.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veddb::torture {

std::string MakeValue(std::string_view name, int64_t client, int64_t counter, size_t filler_bytes);

// What is wrong with a value that should belong to `name`; nothing if it is whole. Values that were
// appended to one another are checked each.
std::optional<std::string> WrongWith(std::string_view value, std::string_view name);

// The beginning and the size, for messages.
std::string Shorten(std::string_view value);

}  // namespace veddb::torture
