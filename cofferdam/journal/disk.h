// SPDX-License-Identifier: Apache-2.0
//
// Disk: everything the journal asks of the operating system, so that a test can stand in for it.
// RealDisk is POSIX; SimulatedDisk (simulated_disk.h) is memory that loses power on command.
//
// What a Disk promises, and nothing more:
//  - bytes written are readable at once, and survive a power cut only after sync() of that file or
//    as the result of write_durable();
//  - a name created, renamed or removed survives a power cut only after sync_folder();
//  - between, each 512-byte sector may be new, old, a mixture of both, or noise;
//  - after a failed sync nothing is known about what was written since the last good one.
#pragma once

#include "cofferdam/base/error.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

using base::Error;
using base::ErrorKind;
using base::Result;

// Offsets, sizes and addresses that are multiples of this take the direct path of RealDisk.
inline constexpr std::uint64_t kDiskBlock = 4096;

enum class OpenMode {
  read,    // must exist
  update,  // must exist
  create,  // must not exist
};

class File {
 public:
  File() = default;
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Reads up to out.size() bytes; fewer only at the end of the file.
  [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) = 0;
  [[nodiscard]] virtual Result<void> write(std::uint64_t offset, std::string_view bytes) = 0;
  // Returns when these bytes are durable. Says nothing about bytes written by write().
  [[nodiscard]] virtual Result<void> write_durable(std::uint64_t offset,
                                                   std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> sync() = 0;
  // Extends the file to `bytes` and takes the space now; ErrorKind::exhausted when there is none.
  [[nodiscard]] virtual Result<void> allocate(std::uint64_t bytes) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
};

// Held until destroyed.
class FolderLock {
 public:
  FolderLock() = default;
  virtual ~FolderLock() = default;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
};

class Disk {
 public:
  Disk() = default;
  virtual ~Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::string& path,
                                                           OpenMode mode) = 0;
  // Names of the files in a folder, sorted; an absent folder is an error.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  // With its parents; content with one that exists.
  [[nodiscard]] virtual Result<void> create_folder(const std::string& folder) = 0;
  // Replaces `to` in one step.
  [[nodiscard]] virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;
  [[nodiscard]] virtual Result<void> sync_folder(const std::string& folder) = 0;
  // ErrorKind::refused when another holds it.
  [[nodiscard]] virtual Result<std::unique_ptr<FolderLock>> lock(const std::string& folder) = 0;
};

[[nodiscard]] inline std::unexpected<Error> failure(ErrorKind kind, std::string field,
                                                    std::string value, std::string rule,
                                                    std::string hint = {}) {
  return std::unexpected(Error{.kind = kind,
                               .field = std::move(field),
                               .value = std::move(value),
                               .rule = std::move(rule),
                               .hint = std::move(hint)});
}

// `code` is an errno; ENOSPC and EDQUOT become ErrorKind::exhausted, all others unavailable.
[[nodiscard]] std::unexpected<Error> disk_failure(std::string_view doing, const std::string& path,
                                                  int code);

// Small files, whole. write_file replaces the file in one step that survives a power cut.
[[nodiscard]] Result<std::string> read_file(Disk& disk, const std::string& path);
[[nodiscard]] Result<void> write_file(Disk& disk, const std::string& folder,
                                      const std::string& name, std::string_view bytes);

}  // namespace cofferdam::journal
