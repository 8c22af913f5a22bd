// SPDX-License-Identifier: BSD-3-Clause
#include "resp/reply.h"

namespace veddb {

void Reply::Double(double v) {
  const std::string text = FormatDouble(v);
  if (!resp3()) {
    Bulk(text);
    return;
  }
  out_.push_back(',');
  Line(text);
}

void Reply::LongDouble(long double v) {
  const std::string text = FormatLongDouble(v);
  if (!resp3()) {
    Bulk(text);
    return;
  }
  out_.push_back(',');
  Line(text);
}

void Reply::BigNumber(Bytes digits) {
  if (!resp3()) {
    Bulk(digits);
    return;
  }
  out_.push_back('(');
  Line(digits);
}

void Reply::Verbatim(Bytes format, Bytes text) {
  DCHECK(format.size() == 3);
  if (!resp3()) {
    Bulk(text);
    return;
  }
  Header('=', static_cast<int64_t>(format.size() + 1 + text.size()));
  out_.append(format.data(), format.size());
  out_.push_back(':');
  Line(text);
}

void Reply::Error(const veddb::Error& error) { ErrorText(error.Wire()); }

void Reply::ErrorText(Bytes wire) {
  while (wire.ends_with('\n') || wire.ends_with('\r')) wire.remove_suffix(1);
  out_.push_back('-');
  const size_t at = out_.size();
  for (const char c : wire) out_.push_back(c == '\r' || c == '\n' ? ' ' : c);
  if (errors_++ == 0) {
    first_error_at_ = at;
    first_error_bytes_ = wire.size();
  }
  out_.append("\r\n", 2);
}

void Reply::EndHeader(size_t mark, char type, size_t n) {
  DCHECK(mark + kDeferredBytes <= out_.size());
  char text[kHeaderBytes];
  const size_t size = FormatHeader(type, static_cast<int64_t>(n), text);
  DCHECK(size >= kDeferredBytes);
  std::memcpy(out_.data() + mark, text, kDeferredBytes);
  const size_t more = size - kDeferredBytes;
  if (more == 0) return;
  out_.insert(mark + kDeferredBytes, text + kDeferredBytes, more);
  if (errors_ != 0 && first_error_at_ > mark) first_error_at_ += more;
}

}  // namespace veddb
