// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/snapshot.h"

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr std::size_t kPart = std::size_t{1} << 20U;
constexpr std::string_view kEnding = ".snap";
constexpr std::size_t kHeaderHashed = offsetof(SnapshotHeader, header_hash);

[[nodiscard]] bool is_snapshot_name(std::string_view name) {
  return name.size() == 20 + kEnding.size() && name.ends_with(kEnding) &&
         std::ranges::all_of(name.substr(0, 20), [](char c) { return c >= '0' && c <= '9'; });
}

[[nodiscard]] Result<void> each_part(File& file, const SnapshotHeader& header,
                                     const std::function<void(std::string_view)>& sink) {
  std::string part(std::min<std::uint64_t>(kPart, header.content_bytes), '\0');
  for (std::uint64_t at = 0; at < header.content_bytes;) {
    const std::size_t size = std::min<std::uint64_t>(kPart, header.content_bytes - at);
    const auto got = file.read(sizeof(SnapshotHeader) + at, std::span(part.data(), size));
    if (!got) return std::unexpected(got.error());
    if (*got != size) {
      return failure(ErrorKind::integrity, "snapshot", std::to_string(header.sequence),
                     "the file ends before its content does");
    }
    sink(std::string_view(part).substr(0, size));
    at += size;
  }
  return {};
}

[[nodiscard]] Result<std::vector<std::string>> names_in(Disk& disk, const std::string& folder) {
  if (auto made = disk.create_folder(folder); !made) return std::unexpected(made.error());
  return disk.list(folder);
}

}  // namespace

std::string snapshot_name(Sequence sequence) {
  std::string digits = std::to_string(sequence);
  digits.insert(0, 20 - digits.size(), '0');
  return digits + std::string(kEnding);
}

std::string SnapshotWriter::temporary() const {
  return folder_ + "/" + snapshot_name(header_.sequence) + ".tmp";
}

Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::begin(Disk& disk, std::string folder,
                                                              SnapshotHeader header) {
  const auto names = names_in(disk, folder);
  if (!names) return std::unexpected(names.error());
  const std::string name = snapshot_name(header.sequence) + ".tmp";
  const std::string path = folder + "/" + name;
  if (std::ranges::find(*names, name) != names->end()) {
    if (auto done = disk.remove(path); !done) return std::unexpected(done.error());
  }
  auto file = disk.open(path, OpenMode::create);
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<SnapshotWriter>(
      new SnapshotWriter(disk, std::move(folder), header, std::move(*file)));
}

SnapshotWriter::~SnapshotWriter() {
  if (!file_) return;
  file_.reset();
  (void)disk_.remove(temporary());  // prune_snapshots() removes it otherwise
}

void SnapshotWriter::flush() {
  if (failed_ || buffer_.empty()) return;
  if (auto done = file_->write(flushed_, buffer_); !done) failed_ = done.error();
  flushed_ += buffer_.size();
  buffer_.clear();
}

void SnapshotWriter::write(std::string_view bytes) {
  hash_.update(bytes);
  buffer_.append(bytes);
  header_.content_bytes += bytes.size();
  if (buffer_.size() >= kPart) flush();
}

Result<SnapshotHeader> SnapshotWriter::finish() {
  flush();
  if (failed_) return std::unexpected(*failed_);
  header_.content_hash = hash_.finish();
  header_.header_hash = crypto::sha256(as_bytes(header_).substr(0, kHeaderHashed));
  if (auto done = file_->write(0, as_bytes(header_)); !done) return std::unexpected(done.error());
  if (auto done = file_->sync(); !done) return std::unexpected(done.error());
  const std::string path = folder_ + "/" + snapshot_name(header_.sequence);
  if (auto done = disk_.rename(temporary(), path); !done) return std::unexpected(done.error());
  file_.reset();
  if (auto done = disk_.sync_folder(folder_); !done) return std::unexpected(done.error());
  return header_;
}

Result<Snapshot> check_snapshot(Disk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  std::string head(sizeof(SnapshotHeader), '\0');
  const auto got = (*file)->read(0, std::span(head.data(), head.size()));
  if (!got) return std::unexpected(got.error());
  Snapshot snapshot{.path = path, .header = {}};
  SnapshotHeader& header = snapshot.header;
  std::memcpy(&header, head.data(), sizeof(header));
  const auto bad = [&](std::string rule) {
    return failure(ErrorKind::integrity, path, "", std::move(rule),
                   "an older snapshot and the journal replace it");
  };
  if (*got != sizeof(header) || header.magic != kSnapshotMagic ||
      crypto::sha256(as_bytes(header).substr(0, kHeaderHashed)) != header.header_hash) {
    return bad("the header does not match its SHA-256");
  }
  if (header.format != kFormat) {
    return bad("format " + std::to_string(header.format) + " is not known to this version");
  }
  if (!path.ends_with("/" + snapshot_name(header.sequence))) {
    return bad("the header carries another sequence than the name, " +
               std::to_string(header.sequence));
  }
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  if (*size < sizeof(header) || *size - sizeof(header) != header.content_bytes) {
    return bad("the file must have " + std::to_string(header.content_bytes) +
               " bytes of content, it has another length");
  }
  crypto::Sha256 hash;
  if (auto done = each_part(**file, header, [&](std::string_view part) { hash.update(part); });
      !done) {
    return std::unexpected(done.error());
  }
  if (hash.finish() != header.content_hash) return bad("the content does not match its SHA-256");
  return snapshot;
}

Result<SnapshotSearch> newest_snapshot(Disk& disk, const std::string& folder,
                                       const JournalId& journal_id, Sequence at_most) {
  SnapshotSearch search;
  const auto names = names_in(disk, folder);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : std::views::reverse(*names)) {  // the newest first
    if (!is_snapshot_name(name) || name > snapshot_name(at_most)) continue;
    auto snapshot = check_snapshot(disk, folder + "/" + name);
    if (!snapshot) {
      search.skipped.push_back(snapshot.error());
      continue;
    }
    if (snapshot->header.journal_id != journal_id) {
      search.skipped.push_back(Error{.kind = ErrorKind::integrity,
                                     .field = snapshot->path,
                                     .value = to_hex(snapshot->header.journal_id),
                                     .rule = "it belongs to another journal"});
      continue;
    }
    search.newest = std::move(*snapshot);
    break;
  }
  return search;
}

Result<void> read_snapshot(Disk& disk, const Snapshot& snapshot,
                           const std::function<void(std::string_view)>& sink) {
  auto file = disk.open(snapshot.path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  return each_part(**file, snapshot.header, sink);
}

Result<std::uint64_t> prune_snapshots(Disk& disk, const std::string& folder, std::uint64_t keep) {
  const auto names = names_in(disk, folder);
  if (!names) return std::unexpected(names.error());
  std::uint64_t seen = 0;
  std::uint64_t removed = 0;
  for (const std::string& name : std::views::reverse(*names)) {
    const bool leftover = name.ends_with(".snap.tmp");
    const bool surplus = is_snapshot_name(name) && ++seen > std::max<std::uint64_t>(keep, 1);
    if (!leftover && !surplus) continue;
    if (auto done = disk.remove(folder + "/" + name); !done) return std::unexpected(done.error());
    ++removed;
  }
  if (removed > 0) {
    if (auto done = disk.sync_folder(folder); !done) return std::unexpected(done.error());
  }
  return removed;
}

}  // namespace cofferdam::journal
