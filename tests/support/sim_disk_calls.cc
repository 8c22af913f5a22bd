// SPDX-License-Identifier: BSD-3-Clause
// This binary's own calls of the file system: they stand before the system's for everything that is
// linked in, RocksDB and the standard library included, tell SimDisk's model what happens in its
// tree, and fail where it says so. Everything else goes straight to the system.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

#include "tests/support/sim_disk_model.h"

namespace veddb::testing {
namespace {

using Lock = std::lock_guard<std::recursive_mutex>;

bool Fails(int outcome) {
  if (outcome <= 0) return false;
  errno = outcome;
  return true;
}

int OpenHere(SimModel& model, const std::string& path, int flags, mode_t mode) {
  const Lock lock(model.mutex());
  const bool creates = (flags & O_CREAT) != 0 && !model.Exists(path);
  if (Fails(model.BeforeCall(creates ? DiskCall::kCreate : DiskCall::kOpen, path))) return -1;
  const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags, mode));
  if (fd >= 0) model.Opened(fd, path, (flags & O_TRUNC) != 0 && !creates);
  return fd;
}

// The model if it knows the file.
SimModel* ModelOf(int fd) {
  SimModel* model = SimModel::Active();
  if (model == nullptr) return nullptr;
  const Lock lock(model->mutex());
  return model->OpenFileOf(fd) != nullptr ? model : nullptr;
}

ssize_t WriteHere(SimModel& model, int fd, const void* bytes, size_t size, off_t offset,
                  bool positioned) {
  const Lock lock(model.mutex());
  const int outcome = model.BeforeCall(DiskCall::kWrite, model.OpenFileOf(fd)->path);
  const bool fails = outcome > 0;
  if (fails && !model.half_write()) {
    errno = outcome;
    return -1;
  }
  if (outcome != 0 && size > 1) size /= 2;
  if (!positioned) {
    const bool appends = (::fcntl(fd, F_GETFL) & O_APPEND) != 0;
    offset = ::lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
  }
  const ssize_t n = positioned ? ::syscall(SYS_pwrite64, fd, bytes, size, offset)
                               : ::syscall(SYS_write, fd, bytes, size);
  if (n > 0) {
    model.Wrote(fd, static_cast<uint64_t>(offset), static_cast<const char*>(bytes),
                static_cast<size_t>(n));
  }
  if (fails) {
    errno = outcome;
    return -1;
  }
  return n;
}

int SyncHere(SimModel& model, int fd) {
  const Lock lock(model.mutex());
  const SimOpenFile* file = model.OpenFileOf(fd);
  const DiskCall call = file->node->directory ? DiskCall::kSyncDir : DiskCall::kSync;
  if (Fails(model.BeforeCall(call, file->path))) {
    model.SyncFailed(fd);
    return -1;
  }
  model.Synced(fd);  // the model's sync is all there is: the files lie in memory
  return 0;
}

// Unlink and rmdir.
int RemoveHere(SimModel& model, const std::string& path, int flags) {
  const Lock lock(model.mutex());
  if (Fails(model.BeforeCall(DiskCall::kUnlink, path))) return -1;
  const auto result = static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path.c_str(), flags));
  if (result == 0) model.Removed(path);
  return result;
}

std::string InTree(const char* path) {
  const SimModel* model = SimModel::Active();
  return model == nullptr ? std::string() : model->PathIn(path);
}

std::string InTree(int directory, const char* name) {
  if (directory == AT_FDCWD || name[0] == '/') return InTree(name);
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(directory);
  const ssize_t n = ::readlink(link.c_str(), path, sizeof path);
  if (n <= 0) return {};
  return InTree((std::string(path, static_cast<size_t>(n)) + "/" + name).c_str());
}

int OpenAny(const char* path, int flags, mode_t mode) {
  if (const std::string inside = InTree(path); !inside.empty()) {
    return OpenHere(*SimModel::Active(), inside, flags, mode);
  }
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int MakeDirectoryAny(const char* path, mode_t mode) {
  const std::string inside = InTree(path);
  if (inside.empty()) return static_cast<int>(::syscall(SYS_mkdir, path, mode));
  SimModel& model = *SimModel::Active();
  const Lock lock(model.mutex());
  if (model.Exists(inside)) {
    errno = EEXIST;
    return -1;
  }
  if (Fails(model.BeforeCall(DiskCall::kMakeDir, inside))) return -1;
  const auto result = static_cast<int>(::syscall(SYS_mkdir, path, mode));
  if (result == 0) model.MadeDirectory(inside);
  return result;
}

int RemoveAny(int directory, const char* name, int flags) {
  if (const std::string inside = InTree(directory, name); !inside.empty()) {
    return RemoveHere(*SimModel::Active(), inside, flags);
  }
  return static_cast<int>(::syscall(SYS_unlinkat, directory, name, flags));
}

}  // namespace
}  // namespace veddb::testing

using namespace veddb::testing;  // NOLINT: the functions below are the system's, at the top

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return OpenAny(path, flags, mode);
}

int close(int fd) {
  if (SimModel* model = SimModel::Active(); model != nullptr) {
    const Lock lock(model->mutex());
    model->Closed(fd);
    return static_cast<int>(::syscall(SYS_close, fd));
  }
  return static_cast<int>(::syscall(SYS_close, fd));
}

// RocksDB reads some files through a FILE, which closes its descriptor by itself.
int fclose(FILE* file) {
  static const auto system_fclose = reinterpret_cast<int (*)(FILE*)>(::dlsym(RTLD_NEXT, "fclose"));
  if (SimModel* model = SimModel::Active(); model != nullptr) {
    const Lock lock(model->mutex());
    model->Closed(::fileno(file));
    return system_fclose(file);
  }
  return system_fclose(file);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (SimModel* model = ModelOf(fd)) return WriteHere(*model, fd, bytes, size, 0, false);
  return ::syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  if (SimModel* model = ModelOf(fd)) return WriteHere(*model, fd, bytes, size, offset, true);
  return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  if (SimModel* model = ModelOf(fd)) {
    const Lock lock(model->mutex());
    if (Fails(model->BeforeCall(DiskCall::kRead, model->OpenFileOf(fd)->path))) return -1;
  }
  return ::syscall(SYS_pread64, fd, bytes, size, offset);
}

int fsync(int fd) {
  if (SimModel* model = ModelOf(fd)) return SyncHere(*model, fd);
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
  if (SimModel* model = ModelOf(fd)) return SyncHere(*model, fd);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

int ftruncate(int fd, off_t size) noexcept {
  SimModel* model = ModelOf(fd);
  if (model == nullptr) return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  const Lock lock(model->mutex());
  if (Fails(model->BeforeCall(DiskCall::kTruncate, model->OpenFileOf(fd)->path))) return -1;
  const auto result = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (result == 0) model->Truncated(fd, static_cast<uint64_t>(size));
  return result;
}

int rename(const char* from, const char* to) noexcept {
  const std::string inside = InTree(from);
  if (inside.empty()) return static_cast<int>(::syscall(SYS_rename, from, to));
  SimModel& model = *SimModel::Active();
  const Lock lock(model.mutex());
  if (Fails(model.BeforeCall(DiskCall::kRename, inside))) return -1;
  const auto result = static_cast<int>(::syscall(SYS_rename, from, to));
  if (result == 0) model.Renamed(inside, model.PathIn(to));
  return result;
}

int link(const char* from, const char* to) noexcept {
  const std::string inside = InTree(from);
  if (inside.empty()) return static_cast<int>(::syscall(SYS_link, from, to));
  SimModel& model = *SimModel::Active();
  const Lock lock(model.mutex());
  if (Fails(model.BeforeCall(DiskCall::kLink, inside))) return -1;
  const auto result = static_cast<int>(::syscall(SYS_link, from, to));
  if (result == 0) model.Linked(inside, model.PathIn(to));
  return result;
}

int unlink(const char* path) noexcept { return RemoveAny(AT_FDCWD, path, 0); }

int unlinkat(int directory, const char* name, int flags) noexcept {
  return RemoveAny(directory, name, flags);
}

int rmdir(const char* path) noexcept { return RemoveAny(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char* path) noexcept {
  const int result = RemoveAny(AT_FDCWD, path, 0);
  if (result == 0 || errno != EISDIR) return result;
  return RemoveAny(AT_FDCWD, path, AT_REMOVEDIR);
}

// Sanitizers make the directory of their reports with it before they are ready for our code.
[[gnu::no_sanitize("thread")]] int mkdir(const char* path, mode_t mode) noexcept {
  if (__atomic_load_n(&SimModel::in_use, __ATOMIC_RELAXED)) return MakeDirectoryAny(path, mode);
  return static_cast<int>(::syscall(SYS_mkdir, path, mode));
}
}
