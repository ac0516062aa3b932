// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/input_file.h"

namespace cofferdam::operation {

base::Result<std::string> read_input_file(journal::Disk& disk, const std::string& path,
                                          std::size_t bytes_max) {
  const auto as_input = [&](const base::Error& error) {
    return base::malformed("file", path, error.rule);
  };
  const auto file = disk.open(path, journal::OpenMode::read);
  if (!file) return as_input(file.error());
  const auto size = (*file)->size();
  if (!size) return as_input(size.error());
  if (*size > bytes_max)
    return base::malformed("file", path, "has at most " + std::to_string(bytes_max) + " bytes");
  std::string bytes(*size, '\0');
  const auto got = (*file)->read(0, std::span(bytes.data(), bytes.size()));
  if (!got) return as_input(got.error());
  bytes.resize(*got);
  return bytes;
}

}  // namespace cofferdam::operation
