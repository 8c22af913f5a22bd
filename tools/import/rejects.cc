// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/rejects.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace veddb::tool {

Result<Rejects::File> Rejects::OpenOne(const std::string& path, uint64_t keep) {
  File file(std::fopen(path.c_str(), keep == 0 ? "we" : "r+e"));
  struct stat about;
  if (file == nullptr || fstat(fileno(file.get()), &about) != 0) {
    return Err("can't write " + path + ": " + std::strerror(errno));
  }
  if (static_cast<uint64_t>(about.st_size) < keep) {
    return Err(path + " is not what the interrupted import left");
  }
  if (ftruncate(fileno(file.get()), static_cast<off_t>(keep)) != 0 ||
      std::fseek(file.get(), 0, SEEK_END) != 0) {
    return Err("can't write " + path + ": " + std::strerror(errno));
  }
  return file;
}

Status Rejects::OpenFiles(const std::string& path, const RejectFiles& keep) {
  documents_ = TRY(OpenOne(path, keep.documents_bytes));
  reasons_ = TRY(OpenOne(path + ".reasons", keep.reasons_bytes));
  sizes_ = keep;
  return Ok();
}

Status Rejects::Write(File& file, Bytes text, uint64_t* bytes) {
  *bytes += text.size();
  if (std::fwrite(text.data(), 1, text.size(), file.get()) == text.size()) return Ok();
  return MakeError(ErrorCode::kIoErr,
                   std::string("writing the rejects failed: ") + std::strerror(errno));
}

Status Rejects::Add(uint64_t number, uint64_t offset, const Rejection& rejection, Bytes raw) {
  ++counts_[rejection.code];
  const std::string place = std::string(reader_.unit()) + " " + std::to_string(number);
  if (left_to_show_ > 0) {
    --left_to_show_;
    progress_.Say(place + AtByte(offset) + ": " + rejection.code + " " + rejection.message);
  }
  if (documents_ == nullptr) return Ok();
  TRY(Write(reasons_,
            place + "\t" + std::to_string(offset) + "\t" + rejection.code + "\t" +
                rejection.message + "\n",
            &sizes_.reasons_bytes));
  if (raw.empty()) return Ok();
  if (sizes_.documents_bytes == 0) TRY(Write(documents_, reader_.head(), &sizes_.documents_bytes));
  std::string text(raw);
  // An element of an array may stand on several lines; line ends in JSON are white space.
  if (reader_.IsJson()) std::replace(text.begin(), text.end(), '\n', ' ');
  TRY(Write(documents_, text, &sizes_.documents_bytes));
  return Write(documents_, reader_.tail(), &sizes_.documents_bytes);
}

Result<RejectFiles> Rejects::Flush() {
  for (const File* file : {&documents_, &reasons_}) {
    if (*file == nullptr) continue;
    // A state that counts on them must not outlive them.
    if (std::fflush(file->get()) != 0 || fdatasync(fileno(file->get())) != 0) {
      return MakeError(ErrorCode::kIoErr,
                       std::string("writing the rejects failed: ") + std::strerror(errno));
    }
  }
  return sizes_;
}

uint64_t Rejects::total() const {
  uint64_t total = 0;
  for (const auto& [code, count] : counts_) total += count;
  return total;
}

std::string Rejects::Summary() const {
  std::string codes;
  for (const auto& [code, count] : counts_) {
    codes += (codes.empty() ? "" : ", ") + code + " " + Grouped(count);
  }
  return Grouped(total()) + " rejected (" + codes + ")";
}

}  // namespace veddb::tool
