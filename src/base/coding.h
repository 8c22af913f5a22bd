// SPDX-License-Identifier: BSD-3-Clause
// Fixed and variable width integers in byte strings.
//   Big endian (…BE) where bytes are compared as keys, little endian (…LE) inside values and
//   records. Varint: 7 bits a byte, low group first, high bit = "more follows"; at most 10 bytes
//   for 64 bits.
// The Get… readers take their bytes off the front of *in and return false, leaving *in as it was,
// when there are too few: they are safe on any bytes.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace veddb {

static_assert(std::endian::native == std::endian::little, "formats are written for little endian");

inline void StoreBE16(char* to, uint16_t v) {
  v = __builtin_bswap16(v);
  std::memcpy(to, &v, sizeof v);
}
inline void StoreBE32(char* to, uint32_t v) {
  v = __builtin_bswap32(v);
  std::memcpy(to, &v, sizeof v);
}
inline void StoreBE64(char* to, uint64_t v) {
  v = __builtin_bswap64(v);
  std::memcpy(to, &v, sizeof v);
}
inline uint16_t LoadBE16(const char* from) {
  uint16_t v;
  std::memcpy(&v, from, sizeof v);
  return __builtin_bswap16(v);
}
inline uint32_t LoadBE32(const char* from) {
  uint32_t v;
  std::memcpy(&v, from, sizeof v);
  return __builtin_bswap32(v);
}
inline uint64_t LoadBE64(const char* from) {
  uint64_t v;
  std::memcpy(&v, from, sizeof v);
  return __builtin_bswap64(v);
}
inline void StoreLE32(char* to, uint32_t v) { std::memcpy(to, &v, sizeof v); }
inline void StoreLE64(char* to, uint64_t v) { std::memcpy(to, &v, sizeof v); }
inline uint32_t LoadLE32(const char* from) {
  uint32_t v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
inline uint64_t LoadLE64(const char* from) {
  uint64_t v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

inline void PutBE16(std::string& out, uint16_t v) {
  char b[2];
  StoreBE16(b, v);
  out.append(b, sizeof b);
}
inline void PutBE32(std::string& out, uint32_t v) {
  char b[4];
  StoreBE32(b, v);
  out.append(b, sizeof b);
}
inline void PutBE64(std::string& out, uint64_t v) {
  char b[8];
  StoreBE64(b, v);
  out.append(b, sizeof b);
}
inline void PutLE32(std::string& out, uint32_t v) {
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}
inline void PutLE64(std::string& out, uint64_t v) {
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}

inline constexpr size_t kVarintMax = 10;

// Writes a varint at `to` (room for kVarintMax bytes) and returns the end.
inline char* StoreVarint(char* to, uint64_t v) {
  while (v >= 0x80) {
    *to++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *to++ = static_cast<char>(v);
  return to;
}
inline void PutVarint(std::string& out, uint64_t v) {
  char b[kVarintMax];
  out.append(b, static_cast<size_t>(StoreVarint(b, v) - b));
}
inline bool GetVarint(Bytes* in, uint64_t* v) {
  uint64_t value = 0;
  for (size_t i = 0; i < in->size() && i < kVarintMax; ++i) {
    const auto byte = static_cast<uint8_t>((*in)[i]);
    if (i == kVarintMax - 1 && byte > 1) return false;
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      in->remove_prefix(i + 1);
      *v = value;
      return true;
    }
  }
  return false;
}
inline bool GetBytes(Bytes* in, size_t n, Bytes* out) {
  if (in->size() < n) return false;
  *out = in->substr(0, n);
  in->remove_prefix(n);
  return true;
}
// A varint length and that many bytes.
inline void PutSized(std::string& out, Bytes bytes) {
  PutVarint(out, bytes.size());
  out.append(bytes);
}
inline bool GetSized(Bytes* in, Bytes* out) {
  Bytes rest = *in;
  uint64_t n = 0;
  if (!GetVarint(&rest, &n) || !GetBytes(&rest, n, out)) return false;
  *in = rest;
  return true;
}
inline bool GetBE32(Bytes* in, uint32_t* v) {
  if (in->size() < 4) return false;
  *v = LoadBE32(in->data());
  in->remove_prefix(4);
  return true;
}
inline bool GetBE64(Bytes* in, uint64_t* v) {
  if (in->size() < 8) return false;
  *v = LoadBE64(in->data());
  in->remove_prefix(8);
  return true;
}
inline bool GetLE64(Bytes* in, uint64_t* v) {
  if (in->size() < 8) return false;
  *v = LoadLE64(in->data());
  in->remove_prefix(8);
  return true;
}

}  // namespace veddb
