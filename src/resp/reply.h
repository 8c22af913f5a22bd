// SPDX-License-Identifier: BSD-3-Clause
// Reply: appends the reply of a command to a string, as RESP2 or RESP3. A handler says what a value
// is (a map, a double, a set …); how it looks in the client's protocol is decided here alone.
//
//   reply.Map(2);                       // RESP2: an array of 4
//   reply.Bulk("count"); reply.Integer(3);
//   reply.Bulk("ratio"); reply.Double(0.5);
//
// A length that is known only afterwards: size_t mark = reply.Defer(); … reply.EndArray(mark, n);
// marks nest, the inner one ends first.
//
// Owned by: whoever runs the command; not shared. It holds nothing but a reference to the string.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"
#include "base/number.h"
#include "base/result.h"

namespace veddb {

enum class Protocol : uint8_t { kResp2 = 2, kResp3 = 3 };

class Reply {
 public:
  Reply(std::string& out, Protocol protocol) : out_(out), protocol_(protocol) {}
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  Protocol protocol() const { return protocol_; }
  bool resp3() const { return protocol_ == Protocol::kResp3; }
  // HELLO: what follows is in the other protocol.
  void set_protocol(Protocol protocol) { protocol_ = protocol; }

  void Ok() { out_.append("+OK\r\n", 5); }
  // REQUIRES: no line end in the text.
  void Simple(Bytes text) {
    out_.push_back('+');
    Line(text);
  }
  void Integer(int64_t v) { Header(':', v); }
  void Bulk(Bytes text) {
    if (text.size() > kShortBulkBytes) {
      Header('$', static_cast<int64_t>(text.size()));
      Line(text);
      return;
    }
    // Put together on the stack first: one append is cheaper than three.
    char piece[kHeaderBytes + kShortBulkBytes + 2];
    size_t size = FormatHeader('$', static_cast<int64_t>(text.size()), piece);
    if (!text.empty()) std::memcpy(piece + size, text.data(), text.size());
    size += text.size();
    piece[size++] = '\r';
    piece[size++] = '\n';
    out_.append(piece, size);
  }
  // A number as a bulk string, as INCRBYFLOAT's kin and CONFIG GET show them.
  void BulkInteger(int64_t v) {
    char text[kInt64Chars];
    Bulk({text, FormatInt64(v, text)});
  }
  void Null() {
    if (resp3()) {
      out_.append("_\r\n", 3);
    } else {
      out_.append("$-1\r\n", 5);
    }
  }
  // The array that is not there (an aborted EXEC, a BLPOP that timed out).
  void NullArray() {
    if (resp3()) {
      out_.append("_\r\n", 3);
    } else {
      out_.append("*-1\r\n", 5);
    }
  }

  void Array(size_t n) { Header('*', static_cast<int64_t>(n)); }
  // n pairs follow.
  void Map(size_t n) { Header(MapMark(), static_cast<int64_t>(MapLength(n))); }
  void Set(size_t n) { Header(SetMark(), static_cast<int64_t>(n)); }
  // Out of band in RESP3, an ordinary array in RESP2.
  void Push(size_t n) { Header(resp3() ? '>' : '*', static_cast<int64_t>(n)); }
  // n pairs and then the value they belong to follow. False in RESP2, which has none: nothing was
  // written, and the pairs must be left out.
  [[nodiscard]] bool Attribute(size_t n) {
    if (!resp3()) return false;
    Header('|', static_cast<int64_t>(n));
    return true;
  }

  void Double(double v);
  void LongDouble(long double v);
  void Bool(bool v) {
    if (resp3()) {
      out_.append(v ? "#t\r\n" : "#f\r\n", 4);
    } else {
      Integer(v ? 1 : 0);
    }
  }
  // REQUIRES: digits, perhaps with a sign.
  void BigNumber(Bytes digits);
  // Text for people; format is three letters such as "txt" or "mkd". RESP2: a bulk string.
  void Verbatim(Bytes format, Bytes text);

  // "-WORD message"; line ends inside become spaces, those at the ends are dropped.
  void Error(const veddb::Error& error);
  // `wire` is "WORD message", without the '-'.
  void ErrorText(Bytes wire);
  // "+OK", or the error.
  void Status(const veddb::Status& status) {
    if (status.ok()) {
      Ok();
    } else {
      Error(status.error());
    }
  }
  template <typename T>
  void Integer(const Result<T>& v) {
    if (v.ok()) {
      Integer(static_cast<int64_t>(v.value()));
    } else {
      Error(v.error());
    }
  }

  // Something that is encoded already, such as the reply of another shard in the same protocol.
  void Raw(Bytes encoded) { out_.append(encoded.data(), encoded.size()); }

  // Leaves room for a header; the matching End… must be called before the reply is sent.
  [[nodiscard]] size_t Defer() {
    const size_t mark = out_.size();
    out_.append(kDeferredBytes, '\0');
    return mark;
  }
  void EndArray(size_t mark, size_t n) { EndHeader(mark, '*', n); }
  void EndMap(size_t mark, size_t n) { EndHeader(mark, MapMark(), MapLength(n)); }
  void EndSet(size_t mark, size_t n) { EndHeader(mark, SetMark(), n); }
  void EndPush(size_t mark, size_t n) { EndHeader(mark, resp3() ? '>' : '*', n); }

  // Errors replied through this object, and the text of the first, "WORD message" (empty if none);
  // valid while the bytes stand in the string.
  uint32_t errors() const { return errors_; }
  Bytes first_error() const {
    return errors_ == 0 ? Bytes() : Bytes(out_).substr(first_error_at_, first_error_bytes_);
  }

  // Bytes in the string so far, and back to such a place (the reply begun since is dropped).
  size_t size() const { return out_.size(); }
  // REQUIRES: position <= size(), and no error was replied since.
  void Rewind(size_t position) {
    DCHECK(position <= out_.size());
    out_.resize(position);
  }

 private:
  // Enough for a length of one digit: the common short array needs no moving of bytes.
  static constexpr size_t kDeferredBytes = 4;
  static constexpr size_t kShortBulkBytes = 128;
  static constexpr size_t kHeaderBytes = kInt64Chars + 3;

  char MapMark() const { return resp3() ? '%' : '*'; }
  size_t MapLength(size_t n) const { return resp3() ? n : 2 * n; }
  char SetMark() const { return resp3() ? '~' : '*'; }

  void Line(Bytes text) {
    out_.append(text.data(), text.size());
    out_.append("\r\n", 2);
  }
  void Header(char mark, int64_t n) {
    char text[kHeaderBytes];
    out_.append(text, FormatHeader(mark, n, text));
  }
  static size_t FormatHeader(char mark, int64_t n, char* to) {
    to[0] = mark;
    size_t size = 1;
    if (n >= 0 && n < 10) {
      to[size++] = static_cast<char>('0' + n);
    } else if (n >= 10 && n < 100) {
      to[size++] = static_cast<char>('0' + n / 10);
      to[size++] = static_cast<char>('0' + n % 10);
    } else {
      size += FormatInt64(n, to + size);
    }
    to[size++] = '\r';
    to[size++] = '\n';
    return size;
  }
  void EndHeader(size_t mark, char type, size_t n);

  std::string& out_;
  Protocol protocol_;
  uint32_t errors_ = 0;
  size_t first_error_at_ = 0;
  size_t first_error_bytes_ = 0;
};

}  // namespace veddb
