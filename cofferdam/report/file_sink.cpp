// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/disk.h"
#include "cofferdam/report/export_journal.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace cofferdam::report {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

}  // namespace

base::Result<FileSink> FileSink::open(const std::string& path) {
  const std::string partial = path + ".partial";
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return journal::disk_failure("create", partial, errno);
  return FileSink(path, partial, file);
}

FileSink::FileSink(FileSink&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::move(other.partial_)),
      file_(std::exchange(other.file_, -1)),
      buffer_(std::move(other.buffer_)) {}

FileSink::~FileSink() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(partial_.c_str());
}

base::Result<void> FileSink::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t wrote = ::write(file_, left.data(), left.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return journal::disk_failure("write", partial_, errno);
    left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  buffer_.clear();
  return {};
}

base::Result<void> FileSink::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() < kBufferBytes) return {};
  return flush();
}

base::Result<void> FileSink::finish() {
  if (base::Result<void> done = flush(); !done) return done;
  if (::fsync(file_) != 0) return journal::disk_failure("sync", partial_, errno);
  ::close(std::exchange(file_, -1));
  if (::rename(partial_.c_str(), path_.c_str()) != 0)
    return journal::disk_failure("rename", partial_, errno);
  return {};
}

}  // namespace cofferdam::report
