// SPDX-License-Identifier: Apache-2.0
//
// The disk of this machine. Durable writes go past the page cache (O_DIRECT|O_DSYNC) where the file
// system allows it and the write is aligned, because on a preallocated file that is the shortest
// way to the platter; elsewhere pwrite and fdatasync say the same thing more slowly.
#pragma once

#include "cofferdam/journal/disk.h"

#include <memory>
#include <string>
#include <vector>

namespace cofferdam::journal {

class RealDisk final : public Disk {
 public:
  struct Options {
    bool direct = true;  // false: always pwrite and fdatasync
  };

  RealDisk() = default;

  explicit RealDisk(Options options) : options_(options) {}

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& folder) override;
  [[nodiscard]] Result<void> create_folder(const std::string& folder) override;
  [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Result<void> remove(const std::string& path) override;
  [[nodiscard]] Result<void> sync_folder(const std::string& folder) override;
  [[nodiscard]] Result<std::unique_ptr<FolderLock>> lock(const std::string& folder) override;

 private:
  Options options_;
};

}  // namespace cofferdam::journal
