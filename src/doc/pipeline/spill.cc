// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/spill.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/coding.h"

namespace veddb::doc {
namespace {

constexpr size_t kWriteBytes = 256 * 1024;
// Written between two looks at what the disk has left.
constexpr uint64_t kDiskCheckBytes = 16 << 20;

Error Failed(Bytes what) {
  return MakeError(ErrorCode::kIoErr, std::string(what) + ": " + std::string(std::strerror(errno)));
}

// Without a name from the beginning where the file system can do that.
int OpenNameless(const std::string& directory) {
  const int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  std::string name = directory + "/spill-XXXXXX";
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

}  // namespace

Result<std::unique_ptr<SpillFile>> SpillFile::Create(const std::string& directory,
                                                     uint64_t disk_bytes_min) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed("can't make the directory for temporary files");
  }
  const int fd = OpenNameless(directory);
  if (fd < 0) return Failed("can't make a temporary file");
  return std::unique_ptr<SpillFile>(new SpillFile(fd, disk_bytes_min));
}

SpillFile::~SpillFile() { close(fd_); }

Status SpillFile::CheckDisk() {
  if (disk_bytes_min_ == 0 || (checked_at_ != 0 && written_ - checked_at_ < kDiskCheckBytes)) {
    return Ok();
  }
  checked_at_ = written_ + 1;
  struct statvfs disk;
  if (fstatvfs(fd_, &disk) != 0) return Failed("can't ask how much room the disk has");
  if (static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize >= disk_bytes_min_) return Ok();
  return MakeError(ErrorCode::kIoErr, "the disk has no room for temporary files (disk-min-free)");
}

Status SpillFile::Append(Bytes bytes) {
  buffer_.append(bytes);
  return buffer_.size() < kWriteBytes ? Ok() : Flush();
}

Status SpillFile::Flush() {
  TRY(CheckDisk());
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = pwrite(fd_, buffer_.data() + done, buffer_.size() - done,
                             static_cast<off_t>(written_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Failed("can't write a temporary file");
    done += static_cast<size_t>(n);
  }
  written_ += done;
  buffer_.clear();
  return Ok();
}

Status SpillFile::Read(uint64_t offset, size_t bytes, char* to) const {
  DCHECK(offset + bytes <= written_);
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = pread(fd_, to + done, bytes - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("can't read a temporary file");
    if (n == 0) return MakeError(ErrorCode::kIoErr, "a temporary file has become shorter");
    done += static_cast<size_t>(n);
  }
  return Ok();
}

// A record: the bytes of the key and of the payload as varints, then both.
Status AppendRecord(Bytes key, Bytes payload, SpillFile* file) {
  std::string head;
  PutVarint(head, key.size());
  PutVarint(head, payload.size());
  TRY(file->Append(head));
  TRY(file->Append(key));
  return file->Append(payload);
}

Result<bool> RecordReader::NextFromBuffer(bool* complete) {
  Bytes in = Bytes(buffer_).substr(used_);
  uint64_t key_bytes = 0;
  uint64_t payload_bytes = 0;
  *complete = GetVarint(&in, &key_bytes) && GetVarint(&in, &payload_bytes) &&
              in.size() >= key_bytes + payload_bytes;
  if (!*complete) return false;
  key_ = in.substr(0, key_bytes);
  payload_ = in.substr(key_bytes, payload_bytes);
  used_ = static_cast<size_t>(payload_.data() + payload_.size() - buffer_.data());
  return true;
}

Result<bool> RecordReader::Next() {
  for (size_t ask = buffer_bytes_;; ask *= 2) {
    bool complete = false;
    if (TRY(NextFromBuffer(&complete))) return true;
    if (at_ == range_.end) {
      if (used_ == buffer_.size()) return false;
      return MakeError(ErrorCode::kIoErr, "a temporary file is damaged");
    }
    // What is left of the buffer, and what follows. A long record takes several rounds.
    buffer_.erase(0, used_);
    used_ = 0;
    const size_t kept = buffer_.size();
    const auto more = static_cast<size_t>(std::min<uint64_t>(ask, range_.end - at_));
    buffer_.resize(kept + more);
    TRY(range_.file->Read(at_, more, buffer_.data() + kept));
    at_ += more;
  }
}

}  // namespace veddb::doc
