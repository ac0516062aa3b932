// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/disk.h"

#include <cerrno>
#include <system_error>

namespace cofferdam::journal {

std::unexpected<Error> disk_failure(std::string_view doing, const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return failure(full ? ErrorKind::exhausted : ErrorKind::unavailable, path, "",
                 std::string(doing) + ": " + std::generic_category().message(code),
                 full ? "free some space and try again" : "");
}

Result<std::string> read_file(Disk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  std::string bytes(*size, '\0');
  const auto got = (*file)->read(0, std::span(bytes.data(), bytes.size()));
  if (!got) return std::unexpected(got.error());
  bytes.resize(*got);
  return bytes;
}

Result<void> write_file(Disk& disk, const std::string& folder, const std::string& name,
                        std::string_view bytes) {
  const std::string path = folder + "/" + name;
  const std::string temporary = path + ".tmp";
  (void)disk.remove(temporary);  // a leftover of an earlier power cut, usually absent
  auto file = disk.open(temporary, OpenMode::create);
  if (!file) return std::unexpected(file.error());
  if (auto done = (*file)->write(0, bytes); !done) return done;
  if (auto done = (*file)->sync(); !done) return done;
  file->reset();
  if (auto done = disk.rename(temporary, path); !done) return done;
  return disk.sync_folder(folder);
}

}  // namespace cofferdam::journal
