// SPDX-License-Identifier: Apache-2.0
//
// The manifest of a backup as text:
//
//   cofferdam-backup 1
//   journal <32 hex digits>
//   sequence <number>
//   chain <64 hex digits>
//   state <64 hex digits>
//   time <nanoseconds since 1970>
//   file <sha256> <bytes> <name>
//   sha256 <64 hex digits>
#include "cofferdam/journal/backup.h"

#include <algorithm>
#include <charconv>

namespace cofferdam::journal {
namespace {

constexpr std::string_view kTitle = "cofferdam-backup 1";
constexpr std::size_t kFilesMax = 1'000'000;

[[nodiscard]] std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

template <class Number>
[[nodiscard]] bool read_number(std::string_view word, Number& out) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  return error == std::errc{} && end == word.data() + word.size();
}

[[nodiscard]] bool read_hash(std::string_view word, crypto::Hash& out) {
  const auto hash = crypto::hash_from_hex(word);
  if (hash) out = *hash;
  return hash.has_value();
}

// A name stays within the backup, whatever a manifest says.
[[nodiscard]] bool is_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  const auto is_part = [](std::string_view part) {
    return !part.empty() && part.size() <= 128 && part.front() != '.' &&
           part.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
               "._-") == std::string_view::npos;
  };
  if (slash == std::string_view::npos) return is_part(name) && name != kBackupManifest;
  return is_part(name.substr(0, slash)) && is_part(name.substr(slash + 1));
}

[[nodiscard]] bool read_lines(std::string_view rest, BackupManifest& manifest) {
  const auto value_of = [&](std::string_view word) {
    std::string_view line = take_until(rest, '\n');
    return take_until(line, ' ') == word ? line : std::string_view{};
  };
  if (take_until(rest, '\n') != kTitle) return false;
  const auto id = journal_id_from_hex(value_of("journal"));
  if (!id) return false;
  manifest.journal_id = *id;
  if (!read_number(value_of("sequence"), manifest.sequence) ||
      !read_hash(value_of("chain"), manifest.chain_hash) ||
      !read_hash(value_of("state"), manifest.state_hash) ||
      !read_number(value_of("time"), manifest.time_ns))
    return false;
  while (rest.starts_with("file ") && manifest.files.size() < kFilesMax) {
    std::string_view line = take_until(rest, '\n');
    (void)take_until(line, ' ');
    BackupFile file;
    if (!read_hash(take_until(line, ' '), file.sha256) ||
        !read_number(take_until(line, ' '), file.bytes) || !is_name(line))
      return false;
    file.name = line;
    manifest.files.push_back(std::move(file));
  }
  return true;
}

}  // namespace

const BackupFile* BackupManifest::find(std::string_view name) const {
  const auto found = std::ranges::find(files, name, &BackupFile::name);
  return found == files.end() ? nullptr : &*found;
}

std::string backup_manifest_text(const BackupManifest& manifest) {
  std::string text = std::string(kTitle) + "\njournal " + to_hex(manifest.journal_id) +
                     "\nsequence " + std::to_string(manifest.sequence) + "\nchain " +
                     crypto::to_hex(manifest.chain_hash) + "\nstate " +
                     crypto::to_hex(manifest.state_hash) + "\ntime " +
                     std::to_string(manifest.time_ns) + "\n";
  for (const BackupFile& file : manifest.files)
    text += "file " + crypto::to_hex(file.sha256) + " " + std::to_string(file.bytes) + " " +
            file.name + "\n";
  return text + "sha256 " + crypto::to_hex(crypto::sha256(text)) + "\n";
}

Result<BackupManifest> parse_backup_manifest(std::string_view text, const std::string& path) {
  BackupManifest manifest;
  // One manifest has one text, so this also finds what the last line is there to find.
  if (read_lines(text, manifest) && backup_manifest_text(manifest) == text) return manifest;
  return failure(ErrorKind::integrity, path, "",
                 "the text is not that of a whole, unchanged manifest",
                 "take another copy of the backup");
}

Result<BackupManifest> read_backup_manifest(Disk& disk, const std::string& folder) {
  const auto names = disk.list(folder);
  if (!names) return std::unexpected(names.error());
  if (std::ranges::find(*names, kBackupManifest) == names->end())
    return failure(ErrorKind::refused, "from", folder,
                   "there is no backup in this folder: it has no manifest",
                   "a run that did not end leaves none");
  const std::string path = folder + "/" + std::string(kBackupManifest);
  const auto text = read_file(disk, path);
  if (!text) return std::unexpected(text.error());
  return parse_backup_manifest(*text, path);
}

}  // namespace cofferdam::journal
