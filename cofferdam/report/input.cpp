// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/input.h"

#include <array>
#include <fstream>
#include <iostream>
#include <memory>
#include <sys/stat.h>
#include <zlib.h>

namespace cofferdam::report {

namespace {

using base::malformed;

[[nodiscard]] std::unexpected<base::Error> too_large(const std::string& name, std::size_t max) {
  return malformed(name, "", "holds at most " + std::to_string(max) + " bytes unpacked");
}

[[nodiscard]] bool is_file(const std::string& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

// Length of the UTF-8 sequence at the front, or 0 when there is none.
[[nodiscard]] std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first != 0 && first < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  if (first == 0xe0) low = 0xa0;   // shorter forms exist
  if (first == 0xed) high = 0x9f;  // surrogates
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;  // beyond U+10FFFF
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  return length;
}

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

}  // namespace

std::size_t find_bad_text(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = sequence_length(text.substr(at, 4));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

base::Result<std::string> unpack_gzip(std::string_view packed, const std::string& name,
                                      std::size_t bytes_max) {
  std::string out;
  while (!packed.empty()) {  // RFC 1952: a file is one or more members
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
      return malformed("file", name, "must be unpacked, and the memory for it is missing");
    const std::unique_ptr<z_stream, InflateEnd> closer(&stream);
    // zlib reads through a pointer to non-const that it does not write to.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    constexpr std::size_t kSlice = std::size_t{1} << 30;
    stream.avail_in = static_cast<uInt>(std::min(packed.size(), kSlice));
    const uInt given = stream.avail_in;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
      std::array<char, 1U << 16> block;
      stream.next_out = reinterpret_cast<Bytef*>(block.data());
      stream.avail_out = block.size();
      status = inflate(&stream, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return malformed(name, "", "must be an undamaged gzip stream");
      out.append(block.data(), block.size() - stream.avail_out);
      if (out.size() > bytes_max) return too_large(name, bytes_max);
      if (status != Z_STREAM_END && stream.avail_in == 0 && stream.avail_out != 0)
        return malformed(name, "", "must be a complete gzip stream; this one is cut short");
    }
    packed.remove_prefix(given - stream.avail_in);
  }
  return out;
}

namespace {

[[nodiscard]] base::Result<std::string> read_all(std::istream& file, const std::string& path,
                                                 std::size_t bytes_max) {
  std::string bytes;
  std::array<char, 1U << 16> block;
  while (file.read(block.data(), block.size()) || file.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > bytes_max) return too_large(path, bytes_max);
  }
  if (file.bad()) return malformed("file", path, "must be readable to its end");
  if (bytes.starts_with("\x1f\x8b")) return unpack_gzip(bytes, path, bytes_max);
  return bytes;
}

}  // namespace

base::Result<std::string> read_input(const std::string& path, std::size_t bytes_max) {
  if (!is_file(path)) return malformed("file", path, "must be a readable file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return malformed("file", path, "must be a readable file");
  return read_all(file, path, bytes_max);
}

base::Result<std::string> read_standard_input(std::size_t bytes_max) {
  return read_all(std::cin, "standard input", bytes_max);
}

base::Result<std::string> find_input(const std::string& path) {
  if (is_file(path)) return path;
  if (is_file(path + ".gz")) return path + ".gz";
  return malformed("file", path, "this file, or the same with .gz, must exist");
}

}  // namespace cofferdam::report
