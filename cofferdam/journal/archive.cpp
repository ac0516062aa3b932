// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/archive.h"

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/segment.h"
#include "cofferdam/journal/snapshot.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr std::string_view kTitle = "cofferdam-archive 1";
constexpr std::size_t kPart = std::size_t{1} << 20U;

// The words of a line, taken one after the other; a word that is not as asked fails the line.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  [[nodiscard]] std::string_view next() {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return word;
  }

  void number(std::uint64_t& out) {
    const std::string_view word = next();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
    if (error != std::errc{} || end != word.data() + word.size()) failed_ = true;
  }

  void hash(crypto::Hash& out) {
    const auto parsed = crypto::hash_from_hex(next());
    if (parsed) out = *parsed;
    if (!parsed) failed_ = true;
  }

  [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

[[nodiscard]] std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

[[nodiscard]] Result<crypto::Hash> hash_of_file(Disk& disk, const std::string& path,
                                                File* copy_to = nullptr) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  crypto::Sha256 hash;
  std::string part(kPart, '\0');
  for (std::uint64_t at = 0;;) {
    const auto got = (*file)->read(at, std::span(part.data(), part.size()));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    const std::string_view bytes = std::string_view(part).substr(0, *got);
    hash.update(bytes);
    if (copy_to != nullptr) {
      if (auto done = copy_to->write(at, bytes); !done) return std::unexpected(done.error());
    }
    at += *got;
  }
  return hash.finish();
}

// Copies, flushes, reads back and compares.
[[nodiscard]] Result<crypto::Hash> copy_segment(Disk& disk, const Segment& segment,
                                                const std::string& archive_folder) {
  const std::string path = archive_folder + "/" + segment_name(segment.header.index);
  const std::string temporary = path + ".tmp";
  (void)disk.remove(temporary);  // of an interrupted attempt, usually absent
  auto copy = disk.open(temporary, OpenMode::create);
  if (!copy) return std::unexpected(copy.error());
  const auto before = hash_of_file(disk, segment.path, copy->get());
  if (!before) return before;
  if (auto done = (*copy)->sync(); !done) return std::unexpected(done.error());
  copy->reset();
  if (auto done = disk.rename(temporary, path); !done) return std::unexpected(done.error());
  if (auto done = disk.sync_folder(archive_folder); !done) return std::unexpected(done.error());
  const auto after = hash_of_file(disk, path);
  if (!after) return after;
  if (*after != *before) {
    return failure(
        ErrorKind::integrity, path, crypto::to_hex(*after),
        "the copy read back has another SHA-256 than the segment, " + crypto::to_hex(*before),
        "the segment was not removed; check the archive's disk");
  }
  return before;
}

// A segment goes into an archive only if every record of it is good.
[[nodiscard]] Result<void> check_records(Disk& disk, const Segment& segment,
                                         const SegmentHeader& next) {
  auto file = disk.open(segment.path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  SegmentWalk walk(std::move(*file), segment, CheckHash::yes);
  while (true) {
    const auto record = walk.next();
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) break;
  }
  if (walk.expected() == next.first_sequence && walk.header().hash == next.previous_hash) return {};
  const Damage absent{walk.expected(), segment.path, walk.end(), "zeros stand in its place"};
  return std::unexpected(walk.stopped().value_or(absent).error());
}

[[nodiscard]] Result<void> check_covered(Disk& disk, const ArchiveRequest& request,
                                         const JournalId& id) {
  const auto search = newest_snapshot(disk, request.snapshot_folder, id);
  if (!search) return std::unexpected(search.error());
  if (search->newest && search->newest->header.sequence + 1 >= request.before) return {};
  return failure(ErrorKind::refused, "before", std::to_string(request.before),
                 "no good snapshot covers the records before it",
                 search->newest
                     ? "the newest is at " + std::to_string(search->newest->header.sequence)
                     : "take a snapshot first");
}

[[nodiscard]] Result<void> write_manifests(Disk& disk, const ArchiveRequest& request,
                                           const ArchiveManifest& manifest) {
  const std::string text = manifest_text(manifest);
  const std::string name(kArchiveManifest);
  if (auto done = write_file(disk, request.archive_folder, name, text); !done) return done;
  return write_file(disk, request.folder, name, text);
}

}  // namespace

std::string manifest_text(const ArchiveManifest& manifest) {
  std::string text = std::string(kTitle) + "\njournal " + to_hex(manifest.journal_id) + "\n";
  for (const ArchivedSegment& s : manifest.segments) {
    text += "segment " + std::to_string(s.index) + " " + std::to_string(s.first_sequence) + " " +
            std::to_string(s.last_sequence) + " " + std::to_string(s.bytes) + " " +
            crypto::to_hex(s.last_hash) + " " + crypto::to_hex(s.sha256) + "\n";
  }
  return text + "sha256 " + crypto::to_hex(crypto::sha256(text)) + "\n";
}

Result<ArchiveManifest> parse_manifest(std::string_view text, const std::string& path) {
  const auto bad = [&](std::string rule) {
    return failure(ErrorKind::integrity, path, "", std::move(rule),
                   "copy it again from the other folder, archive or journal");
  };
  ArchiveManifest manifest;
  std::string_view rest = text;
  if (take_line(rest) != kTitle) return bad("the first line must be '" + std::string(kTitle) + "'");
  Words journal(take_line(rest));
  if (journal.next() != "journal") return bad("the second line must name the journal");
  const auto id = journal_id_from_hex(journal.next());
  if (!id || !journal.complete()) return bad("the second line must name the journal");
  manifest.journal_id = *id;
  while (rest.starts_with("segment ")) {
    Words words(take_line(rest));
    (void)words.next();
    ArchivedSegment s;
    words.number(s.index);
    words.number(s.first_sequence);
    words.number(s.last_sequence);
    words.number(s.bytes);
    words.hash(s.last_hash);
    words.hash(s.sha256);
    if (!words.complete() || s.index != manifest.segments.size() + 1) {
      return bad("segment line " + std::to_string(manifest.segments.size() + 1) + " is malformed");
    }
    manifest.segments.push_back(s);
  }
  // Also settles every question of spelling: one manifest has one text.
  if (manifest_text(manifest) != text) return bad("the text does not match its own SHA-256");
  return manifest;
}

Result<ArchiveManifest> read_manifest(Disk& disk, const std::string& folder) {
  const auto names = disk.list(folder);
  if (!names) return std::unexpected(names.error());
  if (std::ranges::find(*names, kArchiveManifest) == names->end()) return ArchiveManifest{};
  const std::string path = folder + "/" + std::string(kArchiveManifest);
  const auto text = read_file(disk, path);
  if (!text) return std::unexpected(text.error());
  return parse_manifest(*text, path);
}

Result<std::vector<ArchivedSegment>> archive(Disk& disk, const ArchiveRequest& request) {
  if (auto made = disk.create_folder(request.archive_folder); !made) {
    return std::unexpected(made.error());
  }
  const auto lock = disk.lock(request.archive_folder);
  if (!lock) return std::unexpected(lock.error());
  const auto list = list_segments(disk, {request.folder});
  if (!list) return std::unexpected(list.error());
  if (list->segments.empty()) {
    return failure(ErrorKind::refused, "folder", request.folder, "there is no journal here");
  }
  if (auto ok = check_covered(disk, request, list->id); !ok) return std::unexpected(ok.error());
  auto manifest = read_manifest(disk, request.folder);
  if (!manifest) return std::unexpected(manifest.error());
  if (manifest->segments.empty()) manifest->journal_id = list->id;
  std::vector<ArchivedSegment> moved;
  for (std::size_t i = 0; i + 1 < list->segments.size(); ++i) {
    const Segment& segment = list->segments[i];
    const SegmentHeader& next = list->segments[i + 1].header;
    if (next.first_sequence > request.before) break;
    if (auto ok = check_records(disk, segment, next); !ok) return std::unexpected(ok.error());
    auto hash = copy_segment(disk, segment, request.archive_folder);
    if (!hash) return std::unexpected(hash.error());
    const ArchivedSegment entry{.index = segment.header.index,
                                .first_sequence = segment.header.first_sequence,
                                .last_sequence = next.first_sequence - 1,
                                .bytes = segment.header.segment_bytes,
                                .last_hash = next.previous_hash,
                                .sha256 = *hash};
    // A segment that an interrupted call had entered already is entered again as it is now.
    if (entry.index <= manifest->segments.size()) manifest->segments.resize(entry.index - 1);
    manifest->segments.push_back(entry);
    if (auto done = write_manifests(disk, request, *manifest); !done) {
      return std::unexpected(done.error());
    }
    if (auto done = disk.remove(segment.path); !done) return std::unexpected(done.error());
    if (auto done = disk.sync_folder(request.folder); !done) return std::unexpected(done.error());
    moved.push_back(entry);
  }
  return moved;
}

Result<void> check_archive(Disk& disk, const std::string& archive_folder) {
  const auto manifest = read_manifest(disk, archive_folder);
  if (!manifest) return std::unexpected(manifest.error());
  for (const ArchivedSegment& s : manifest->segments) {
    const std::string path = archive_folder + "/" + segment_name(s.index);
    const auto hash = hash_of_file(disk, path);
    if (!hash) return std::unexpected(hash.error());
    if (*hash != s.sha256) {
      return failure(ErrorKind::integrity, path, crypto::to_hex(*hash),
                     "the manifest says SHA-256 " + crypto::to_hex(s.sha256),
                     "restore the file from another copy of the archive");
    }
  }
  return {};
}

}  // namespace cofferdam::journal
