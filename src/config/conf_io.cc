// SPDX-License-Identifier: BSD-3-Clause
// What configuration needs of the file system.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/kill_point.h"
#include "config/conf_file.h"

namespace veddb {
namespace {

// Far more than any configuration: a wrong path (/dev/zero) must not fill the memory.
constexpr size_t kConfigBytesMax = 64 << 20;
constexpr mode_t kNewFileMode = 0644;

Result<std::string> ReadAll(std::FILE* in) {
  std::string text;
  char piece[16 * 1024];
  for (;;) {
    const size_t n = std::fread(piece, 1, sizeof piece, in);
    text.append(piece, n);
    if (text.size() > kConfigBytesMax) return Err("File too large");
    if (n == sizeof piece) continue;
    if (std::ferror(in) != 0) return Err(std::strerror(errno));
    return text;
  }
}

// Closes at the end of its scope; -1 is nobody.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error RewriteError() { return Err(std::string("Rewriting config file: ") + std::strerror(errno)); }

Status WriteDurably(int fd, Bytes text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return RewriteError();
    text.remove_prefix(static_cast<size_t>(n));
  }
  if (::fsync(fd) != 0) return RewriteError();
  return Ok();
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A symbolic link stays: it is its target that is replaced.
std::string FollowLinks(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string out = real;
  std::free(real);
  return out;
}

}  // namespace

Result<std::string> ReadConfigFile(const std::string& path) {
  std::FILE* in = std::fopen(path.c_str(), "re");
  if (in == nullptr) {
    return Err("Fatal error, can't open config file '" + path + "': " + std::strerror(errno) +
               "\n");
  }
  auto text = ReadAll(in);
  std::fclose(in);
  if (!text.ok()) {
    return Err("Fatal error, can't read config file '" + path + "': " + text.error().message +
               "\n");
  }
  return text;
}

Result<std::string> ReadStandardInput() {
  auto text = ReadAll(stdin);
  if (!text.ok()) {
    return Err("Fatal error, can't read the configuration from standard input: " +
               text.error().message + "\n");
  }
  return text;
}

Status ReplaceConfigFile(const std::string& path, Bytes text) {
  const std::string target = FollowLinks(path);
  struct stat old {};
  const mode_t mode = ::stat(target.c_str(), &old) == 0 ? old.st_mode & 07777 : kNewFileMode;
  std::string temporary = target + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return RewriteError();
  Status status =
      ::fchmod(file.get(), mode) == 0 ? WriteDurably(file.get(), text) : Status(RewriteError());
  KILL_POINT("config.before_rename");
  if (status.ok() && ::rename(temporary.c_str(), target.c_str()) != 0) status = RewriteError();
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  KILL_POINT("config.after_rename");
  const Descriptor directory(
      ::open(DirectoryOf(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return RewriteError();
  return Ok();
}

}  // namespace veddb
