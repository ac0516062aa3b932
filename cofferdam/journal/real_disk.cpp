// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/real_disk.h"

#include "cofferdam/journal/disk.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}

  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

[[nodiscard]] bool is_aligned(std::uint64_t offset, std::string_view bytes) {
  return offset % kDiskBlock == 0 && bytes.size() % kDiskBlock == 0 &&
         reinterpret_cast<std::uintptr_t>(bytes.data()) % kDiskBlock == 0;
}

class RealFile final : public File {
 public:
  RealFile(std::string path, int cached, int direct)
      : path_(std::move(path)), cached_(cached), direct_(direct) {}

  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(cached_.number(), out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return disk_failure("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  [[nodiscard]] Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    return write_to(cached_.number(), offset, bytes);
  }

  [[nodiscard]] Result<void> write_durable(std::uint64_t offset, std::string_view bytes) override {
    if (direct_.is_open() && is_aligned(offset, bytes)) {
      return write_to(direct_.number(), offset, bytes);
    }
    if (auto done = write_to(cached_.number(), offset, bytes); !done) return done;
    if (::fdatasync(cached_.number()) != 0) return disk_failure("fdatasync", path_, errno);
    return {};
  }

  [[nodiscard]] Result<void> sync() override {
    if (::fsync(cached_.number()) != 0) return disk_failure("fsync", path_, errno);
    return {};
  }

  [[nodiscard]] Result<void> allocate(std::uint64_t bytes) override {
    int code = EINTR;
    while (code == EINTR) {
      code = ::posix_fallocate(cached_.number(), 0, static_cast<off_t>(bytes));
    }
    if (code != 0) return disk_failure("preallocate", path_, code);
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() override {
    struct stat status{};
    if (::fstat(cached_.number(), &status) != 0) return disk_failure("stat", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  [[nodiscard]] Result<void> write_to(int descriptor, std::uint64_t offset,
                                      std::string_view bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = ::pwrite(descriptor, bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return disk_failure("write", path_, errno);
      done += static_cast<std::size_t>(put);
    }
    return {};
  }

  std::string path_;
  Descriptor cached_;
  Descriptor direct_;  // closed where the file system has no direct writes
};

class RealLock final : public FolderLock {
 public:
  explicit RealLock(int descriptor) : descriptor_(descriptor) {}

 private:
  Descriptor descriptor_;  // closing it releases the lock, also when the process dies
};

}  // namespace

Result<std::unique_ptr<File>> RealDisk::open(const std::string& path, OpenMode mode) {
  int flags = O_CLOEXEC | (mode == OpenMode::read ? O_RDONLY : O_RDWR);
  if (mode == OpenMode::create) flags |= O_CREAT | O_EXCL;
  const int cached = ::open(path.c_str(), flags, 0640);
  if (cached < 0) return disk_failure("open", path, errno);
  int direct = -1;
  if (options_.direct && mode != OpenMode::read) {
    direct = ::open(path.c_str(), O_CLOEXEC | O_RDWR | O_DIRECT | O_DSYNC);
  }
  return std::make_unique<RealFile>(path, cached, direct);
}

Result<std::vector<std::string>> RealDisk::list(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) names.push_back(entry->path().filename().string());
  }
  if (error) return disk_failure("list", folder, error.value());
  std::ranges::sort(names);
  return names;
}

Result<void> RealDisk::create_folder(const std::string& folder) {
  std::error_code error;
  const bool created = std::filesystem::create_directories(folder, error);
  if (error) return disk_failure("create folder", folder, error.value());
  if (!created) return {};
  const std::string parent = std::filesystem::path(folder).parent_path().string();
  return sync_folder(parent.empty() ? "." : parent);
}

Result<void> RealDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return disk_failure("rename", from, errno);
  return {};
}

Result<void> RealDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return disk_failure("remove", path, errno);
  return {};
}

Result<void> RealDisk::sync_folder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) return disk_failure("open folder", folder, errno);
  if (::fsync(descriptor.number()) != 0) return disk_failure("sync folder", folder, errno);
  return {};
}

Result<std::unique_ptr<FolderLock>> RealDisk::lock(const std::string& folder) {
  const std::string path = folder + "/lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) return disk_failure("open", path, errno);
  auto held = std::make_unique<RealLock>(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return disk_failure("lock", path, errno);
    return failure(ErrorKind::refused, "folder", folder, "another writer has this journal open",
                   "stop the other program; where it serves, ask it: COFFERDAM_SERVER=URL, and "
                   "COFFERDAM_KEY_FILE with an API key");
  }
  return held;
}

}  // namespace cofferdam::journal
