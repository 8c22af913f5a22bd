// SPDX-License-Identifier: BSD-3-Clause
#include "types/string.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace veddb {

StringBytes::StringBytes(const Entry* entry) {
  if (entry == nullptr) return;
  DCHECK(entry->type == ObjectType::kString);
  if (entry->encoding == Encoding::kInt) {
    bytes_ = {digits_.data(), FormatInt64(entry->value.integer, digits_.data())};
  } else {
    bytes_ = entry->bytes();
  }
}

size_t StringLength(const Entry& entry) { return StringBytes(&entry).get().size(); }

std::optional<int64_t> StringInteger(const Entry& entry) {
  if (entry.encoding == Encoding::kInt) return entry.value.integer;
  return ParseInt64(entry.bytes());
}

std::optional<long double> StringLongDouble(const Entry& entry) {
  if (entry.encoding == Encoding::kInt) return static_cast<long double>(entry.value.integer);
  return ParseLongDouble(entry.bytes());
}

Bytes EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kInt:
      return "int";
    case Encoding::kEmbedded:
      return "embstr";
    case Encoding::kRaw:
      break;
  }
  return "raw";
}

void SetString(Keyspace& keyspace, Entry* entry, Bytes value) {
  if (const std::optional<int64_t> number = ParseInt64(value)) {
    keyspace.SetInteger(entry, *number);
  } else {
    SetText(keyspace, entry, value);
  }
}

void SetText(Keyspace& keyspace, Entry* entry, Bytes value) {
  DCHECK(value.size() <= static_cast<size_t>(kStringBytesMax));
  const bool fits = value.size() <= kEmbeddedBytesMax;
  keyspace.SetBytes(entry, ObjectType::kString, fits ? Encoding::kEmbedded : Encoding::kRaw, value);
}

void CopyString(const Entry& from, Keyspace& keyspace, Entry* to) {
  DCHECK(&from != to && from.type == ObjectType::kString);
  if (from.encoding == Encoding::kInt) {
    keyspace.SetInteger(to, from.value.integer);
  } else {
    keyspace.SetBytes(to, ObjectType::kString, from.encoding, from.bytes());
  }
}

size_t AppendString(Keyspace& keyspace, Entry* entry, Bytes tail) {
  DCHECK(entry->present());
  return OverwriteString(keyspace, entry, StringLength(*entry), tail);
}

size_t OverwriteString(Keyspace& keyspace, Entry* entry, size_t offset, Bytes part) {
  DCHECK(offset + part.size() <= static_cast<size_t>(kStringBytesMax));
  char* to = keyspace.EditBytes(entry, offset, part.size());
  if (!part.empty()) std::memcpy(to, part.data(), part.size());
  return StringLength(*entry);
}

Bytes SubString(Bytes text, int64_t start, int64_t end) {
  const auto size = static_cast<int64_t>(text.size());
  if (start < 0 && end < 0 && start > end) return {};
  if (start < 0) start = std::max<int64_t>(0, size + start);
  if (end < 0) end = std::max<int64_t>(0, size + end);
  end = std::min(end, size - 1);
  if (start > end) return {};
  return text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start + 1));
}

}  // namespace veddb
