// SPDX-License-Identifier: BSD-3-Clause
#include "tools/import/resume.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/hash.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"

namespace veddb::tool {
namespace {

// The beginning and the end of the input, and what lies before the place of a state, are compared.
constexpr uint64_t kComparedBytes = 64 * 1024;
constexpr int32_t kStateVersion = 1;

Result<uint64_t> HashOf(const std::string& path, uint64_t from, uint64_t to) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(to - from, '\0');
  file.seekg(static_cast<std::streamoff>(from));
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    return Err("can't read " + path);
  }
  return Hash64(bytes);
}

Result<uint64_t> HashBefore(const std::string& path, uint64_t offset) {
  return HashOf(path, offset - std::min(offset, kComparedBytes), offset);
}

Result<std::string> IdentityOf(const std::string& path) {
  const std::unique_ptr<Input> input = TRY(Input::Open(path));
  if (!input->size()) return Err("--resume needs a regular file");
  const uint64_t size = *input->size();
  const uint64_t first = TRY(HashOf(path, 0, std::min(size, kComparedBytes)));
  const uint64_t last = TRY(HashBefore(path, size));
  char text[64];
  std::snprintf(text, sizeof text, "%llu-%016llx-%016llx", static_cast<unsigned long long>(size),
                static_cast<unsigned long long>(first), static_cast<unsigned long long>(last));
  return std::string(text);
}

Status WriteAndSync(const std::string& path, Bytes text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              fdatasync(fd) == 0;
  const int why = errno;
  if (fd >= 0) good = close(fd) == 0 && good;
  if (good) return Ok();
  return MakeError(ErrorCode::kIoErr, "can't write " + path + ": " + std::strerror(why));
}

// A rename is on the disk once the folder is.
Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool good = fd >= 0 && fsync(fd) == 0;
  const int why = errno;
  if (fd >= 0) close(fd);
  if (good) return Ok();
  return MakeError(ErrorCode::kIoErr, "can't sync " + folder + ": " + std::strerror(why));
}

int64_t Integer(doc::DocView state, Bytes name) {
  const doc::ValueView value = state.Find(name);
  const bool is_integer =
      value.type == doc::BsonType::kInt32 || value.type == doc::BsonType::kInt64;
  return is_integer ? value.Integer() : -1;
}

void PutNumber(doc::DocBuilder& to, Bytes name, uint64_t number) {
  to.Int64(name, static_cast<int64_t>(number));
}

}  // namespace

Result<ResumeFile> ResumeFile::Of(const Options& options) {
  std::string identity = TRY(IdentityOf(options.file));
  identity +=
      " db " + std::to_string(options.server.database) + " mode " +
      std::string(ModeName(options.mode)) + " format " + std::string(FormatName(*options.format)) +
      (options.columns_have_types ? " typed" : "") +
      (options.ignore_blanks ? " without blanks" : "") + " collection " + options.collection;
  return ResumeFile(options.resume_file, options.file, std::move(identity));
}

Result<std::optional<ImportState>> ResumeFile::Load() const {
  std::ifstream file(path_, std::ios::binary);
  if (!file) return std::optional<ImportState>();
  std::ostringstream text;
  text << file.rdbuf();
  const Result<std::string> bson = doc::ParseDocument(text.str());
  const doc::DocView saved = bson.ok() ? doc::DocView(*bson) : doc::DocView();
  if (Integer(saved, "version") != kStateVersion) {
    return Err(path_ + " is no state of an import");
  }
  const doc::ValueView identity = saved.Find("identity");
  if (identity.type != doc::BsonType::kString || identity.String() != identity_) {
    return Err(path_ + " is of another import, or " + input_ + " has changed since");
  }
  ImportState state;
  state.place.offset = static_cast<uint64_t>(Integer(saved, "offset"));
  state.place.number = static_cast<uint64_t>(Integer(saved, "number"));
  state.imported = static_cast<uint64_t>(Integer(saved, "imported"));
  state.reject_files.documents_bytes = static_cast<uint64_t>(Integer(saved, "rejects_bytes"));
  state.reject_files.reasons_bytes = static_cast<uint64_t>(Integer(saved, "reasons_bytes"));
  state.ids.unix_ms = static_cast<uint64_t>(Integer(saved, "id_time"));
  state.ids.random = static_cast<uint64_t>(Integer(saved, "id_random"));
  state.dropped = Integer(saved, "dropped") == 1;
  state.done = Integer(saved, "done") == 1;
  const doc::ValueView rejected = saved.Find("rejected");
  if (rejected.type != doc::BsonType::kObject) return Err(path_ + " is no state of an import");
  for (const doc::Element& one : rejected.Document()) {
    state.rejected[std::string(one.name)] = static_cast<uint64_t>(one.value.Integer());
  }
  const Result<uint64_t> before = HashBefore(input_, state.place.offset);
  if (!before.ok() || static_cast<int64_t>(*before) != Integer(saved, "hash_before")) {
    return Err(input_ + " has changed since " + path_ + " was written");
  }
  return std::optional<ImportState>(std::move(state));
}

Status ResumeFile::Save(const ImportState& state) const {
  std::string bson;
  doc::DocBuilder builder(&bson);
  builder.Int32("version", kStateVersion);
  builder.String("identity", identity_);
  PutNumber(builder, "offset", state.place.offset);
  PutNumber(builder, "number", state.place.number);
  PutNumber(builder, "hash_before", TRY(HashBefore(input_, state.place.offset)));
  PutNumber(builder, "imported", state.imported);
  doc::DocBuilder rejected = builder.Object("rejected");
  for (const auto& [code, count] : state.rejected) PutNumber(rejected, code, count);
  rejected.Finish();
  PutNumber(builder, "rejects_bytes", state.reject_files.documents_bytes);
  PutNumber(builder, "reasons_bytes", state.reject_files.reasons_bytes);
  PutNumber(builder, "id_time", state.ids.unix_ms);
  PutNumber(builder, "id_random", state.ids.random);
  PutNumber(builder, "dropped", state.dropped ? 1 : 0);
  PutNumber(builder, "done", state.done ? 1 : 0);
  builder.Finish();
  const std::string next = path_ + ".next";
  TRY(WriteAndSync(next, doc::JsonText(doc::DocView(bson)) + "\n"));
  if (std::rename(next.c_str(), path_.c_str()) == 0) return SyncFolderOf(path_);
  return MakeError(ErrorCode::kIoErr, "can't write " + path_ + ": " + std::strerror(errno));
}

}  // namespace veddb::tool
