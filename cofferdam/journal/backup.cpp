// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/backup.h"

#include "cofferdam/journal/archive.h"
#include "cofferdam/journal/backup_cut.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/recovery.h"
#include "cofferdam/journal/segment.h"
#include "cofferdam/journal/snapshot.h"
#include "cofferdam/journal/verify.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace cofferdam::journal {
namespace {

constexpr std::size_t kPart = std::size_t{1} << 20U;
constexpr std::string_view kEnding = ".part";
constexpr std::size_t kHashDigits = 16;
// Everything that a backup can hold lies here, or beside the manifest.
constexpr std::array<std::string_view, 4> kFolders{"journal", "snapshots", "keys", "private"};

[[nodiscard]] Result<BackupFile> hash_file(Disk& disk, const std::string& path,
                                           File* copy_to = nullptr) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return std::unexpected(file.error());
  crypto::Sha256 hash;
  std::string part(kPart, '\0');
  BackupFile found;
  while (true) {
    const auto got = (*file)->read(found.bytes, std::span(part.data(), part.size()));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    const std::string_view bytes = std::string_view(part).substr(0, *got);
    hash.update(bytes);
    if (copy_to != nullptr)
      if (auto done = copy_to->write(found.bytes, bytes); !done)
        return std::unexpected(done.error());
    found.bytes += *got;
  }
  found.sha256 = hash.finish();
  return found;
}

// Names of the files of a backup as they lie there, and nothing of what belongs to no backup.
[[nodiscard]] Result<std::vector<std::string>> files_in(Disk& disk, const std::string& folder) {
  auto names = disk.list(folder);
  if (!names) return names;
  std::erase_if(*names, [](const std::string& name) {
    return name == kBackupManifest || name == "manifest.tmp" || name == "lock";
  });
  for (const std::string_view below : kFolders) {
    const auto inner = disk.list(folder + "/" + std::string(below));
    if (!inner) continue;  // there is no such folder
    for (const std::string& name : *inner) names->push_back(std::string(below) + "/" + name);
  }
  return names;
}

// One run: what is copied is remembered, so that a failure can take it away again.
class Run {
 public:
  Run(Disk& disk, const BackupRequest& request, BackupManifest before)
      : disk_(disk), request_(request), before_(std::move(before)) {
    report_.manifest = request.books;
    report_.manifest.files.clear();
  }

  [[nodiscard]] Result<BackupReport> finish(const BackupProgress& progress) {
    Result<void> done = copy_all(progress);
    if (!done) return give_up(done.error());
    std::ranges::sort(report_.manifest.files, {}, &BackupFile::name);
    const std::string text = backup_manifest_text(report_.manifest);
    const std::string name(kBackupManifest);
    done = write_file(disk_, request_.to, name, text);
    if (!done) {
      // It may stand under its name all the same, and only the flush of the folder have failed.
      const auto there = read_file(disk_, request_.to + "/" + name);
      return there && *there == text ? std::unexpected(done.error()) : give_up(done.error());
    }
    tidy();
    return std::move(report_);
  }

 private:
  // What this run has made goes again, so that the folder is what it was.
  [[nodiscard]] std::unexpected<Error> give_up(Error error) const {
    for (const std::string& name : made_) (void)disk_.remove(request_.to + "/" + name);
    return std::unexpected(std::move(error));
  }

  [[nodiscard]] Result<void> copy_all(const BackupProgress& progress);
  [[nodiscard]] Result<void> copy_segments(const SegmentList& list, const BackupProgress& progress);
  [[nodiscard]] Result<void> copy_archived();
  [[nodiscard]] Result<void> copy_snapshot();
  [[nodiscard]] Result<void> copy(const std::string& name, const std::string& from);
  [[nodiscard]] Result<void> copy_by_hash(const std::string& name, const std::string& from);
  [[nodiscard]] Result<void> cut(const std::string& name, const Segment& segment);
  [[nodiscard]] bool keep(const std::string& name);

  void tidy() const {
    const auto names = files_in(disk_, request_.to);
    if (!names) return;
    for (const std::string& name : *names)
      if (report_.manifest.find(name) == nullptr) (void)disk_.remove(request_.to + "/" + name);
  }

  void add(BackupFile file) {
    ++report_.files_copied;
    report_.bytes_copied += file.bytes;
    report_.manifest.files.push_back(std::move(file));
  }

  Disk& disk_;
  const BackupRequest& request_;
  BackupManifest before_;
  BackupReport report_;
  std::vector<std::string> made_;
};

// What does not change once it is there, and is there already.
bool Run::keep(const std::string& name) {
  const BackupFile* known = before_.find(name);
  if (known == nullptr) return false;
  const auto file = disk_.open(request_.to + "/" + name, OpenMode::read);
  if (!file) return false;
  const auto size = (*file)->size();
  if (!size || *size != known->bytes) return false;
  report_.manifest.files.push_back(*known);
  ++report_.files_kept;
  return true;
}

Result<void> Run::copy(const std::string& name, const std::string& from) {
  const std::size_t slash = name.find('/');
  made_.push_back(name);
  made_.push_back(name + std::string(kEnding));
  auto copied =
      copy_file(disk_, from, request_.to + "/" + name.substr(0, slash), name.substr(slash + 1));
  if (!copied) return std::unexpected(copied.error());
  copied->name = name;
  add(std::move(*copied));
  return {};
}

Result<void> Run::copy_by_hash(const std::string& name, const std::string& from) {
  const auto file = hash_file(disk_, from);
  if (!file) return std::unexpected(file.error());
  const std::string full = name + "." + crypto::to_hex(file->sha256).substr(0, kHashDigits);
  return keep(full) ? Result<void>{} : copy(full, from);
}

Result<void> Run::cut(const std::string& name, const Segment& segment) {
  made_.push_back(name);
  const std::string path = request_.to + "/" + name;
  (void)disk_.remove(path);  // of a run that was killed, usually absent
  const Cut cut{.until = request_.books.sequence,
                .chain_hash = request_.books.chain_hash,
                .is_padded = false};
  if (auto done = write_cut(disk_, segment, cut, path); !done) return done;
  if (auto done = disk_.sync_folder(request_.to + "/journal"); !done) return done;
  auto file = hash_file(disk_, path);
  if (!file) return std::unexpected(file.error());
  file->name = name;
  add(std::move(*file));
  return {};
}

// A journal without its first records cannot be opened anew: a backup holds them, wherever they
// lie.
Result<void> Run::copy_archived() {
  const auto archived = read_manifest(disk_, request_.folder);
  if (!archived) return std::unexpected(archived.error());
  for (const ArchivedSegment& segment : archived->segments) {
    const std::string own = segment_name(segment.index);
    if (segment.first_sequence > request_.books.sequence || keep("journal/" + own)) continue;
    std::string path;
    for (const std::string& folder : request_.archives) {
      const auto names = disk_.list(folder);
      if (!names) return std::unexpected(names.error());
      if (std::ranges::find(*names, own) != names->end()) path = folder + "/" + own;
    }
    if (path.empty())
      return failure(ErrorKind::refused, "archives", own,
                     "the segment was moved to an archive, and is not in the backup yet",
                     "name the folder of the archive");
    if (auto done = copy("journal/" + own, path); !done) return done;
  }
  return {};
}

Result<void> Run::copy_segments(const SegmentList& list, const BackupProgress& progress) {
  const Sequence until = request_.books.sequence;
  for (std::size_t i = 0; i < list.segments.size(); ++i) {
    const Segment& segment = list.segments[i];
    if (segment.header.first_sequence > until) break;
    if (progress) progress(i, list.segments.size());
    const std::string own = segment_name(segment.header.index);
    // Archiving copies before it removes.
    if (report_.manifest.find("journal/" + own) != nullptr) continue;
    // Closed for certain: a record behind it is durable, so its last slot was written before.
    const bool is_closed =
        i + 1 < list.segments.size() && list.segments[i + 1].header.first_sequence <= until;
    if (!is_closed) {
      const std::string name =
          "journal/" + own.substr(0, own.find('.')) + ".until." + std::to_string(until);
      if (keep(name)) continue;
      if (auto done = cut(name, segment); !done) return done;
    } else if (!keep("journal/" + own)) {
      if (auto done = copy("journal/" + own, segment.path); !done) return done;
    }
  }
  return {};
}

Result<void> Run::copy_snapshot() {
  const auto search = newest_snapshot(disk_, request_.snapshot_folder, request_.books.journal_id,
                                      request_.books.sequence);
  if (!search) return std::unexpected(search.error());
  if (!search->newest) return {};
  const std::string name = "snapshots/" + snapshot_name(search->newest->header.sequence);
  return keep(name) ? Result<void>{} : copy(name, search->newest->path);
}

Result<void> Run::copy_all(const BackupProgress& progress) {
  for (const std::string_view below : {"journal", "snapshots"})
    if (auto made = disk_.create_folder(request_.to + "/" + std::string(below)); !made) return made;
  auto settled = settle(disk_, {request_.folder});
  if (!settled) return std::unexpected(settled.error());
  if (auto done = copy_archived(); !done) return done;
  if (auto done = copy_segments(settled->list, progress); !done) return done;
  if (auto done = copy_snapshot(); !done) return done;
  for (const auto& [name, path] : request_.others)
    if (auto done = copy_by_hash(name, path); !done) return done;
  return {};
}

// A backup grows with its own books only, and never shrinks.
[[nodiscard]] Result<BackupManifest> manifest_before(Disk& disk, const BackupRequest& request) {
  const auto names = disk.list(request.to);
  if (!names) return std::unexpected(names.error());
  if (std::ranges::find(*names, kBackupManifest) == names->end()) {
    const bool is_ours = std::ranges::all_of(*names, [](const std::string& name) {
      return name == "lock" || name.ends_with(kEnding) || name.ends_with(".tmp");
    });
    if (is_ours) return BackupManifest{};
    return failure(ErrorKind::refused, "to", request.to,
                   "the folder holds files and no backup: " + names->front(),
                   "name a folder that is empty or absent");
  }
  auto before = read_backup_manifest(disk, request.to);
  if (!before) return before;
  if (before->journal_id != request.books.journal_id)
    return failure(ErrorKind::refused, "to", request.to,
                   "the folder holds a backup of other books");
  if (before->sequence > request.books.sequence)
    return failure(ErrorKind::refused, "to", request.to,
                   "the backup there goes further than these books, to record " +
                       std::to_string(before->sequence),
                   "keep it: these books have lost something");
  const auto reader = Reader::open(disk, {request.folder});
  if (!reader) return std::unexpected(reader.error());
  if (before->sequence < (*reader)->first_sequence()) return before;
  if (auto done = (*reader)->seek(before->sequence); !done) return std::unexpected(done.error());
  const auto record = (*reader)->next();
  if (!record) return std::unexpected(record.error());
  if (*record == nullptr || (*record)->hash != before->chain_hash)
    return failure(ErrorKind::refused, "to", request.to,
                   "the backup there has another record " + std::to_string(before->sequence) +
                       " than these books",
                   "these books were restored to an earlier point; name another folder");
  return before;
}

}  // namespace

std::string name_without_hash(std::string_view name) {
  return std::string(name.substr(0, name.rfind('.')));
}

Result<BackupFile> copy_file(Disk& disk, const std::string& from, const std::string& folder,
                             const std::string& name) {
  const std::string temporary = folder + "/" + name + std::string(kEnding);
  (void)disk.remove(temporary);  // of a run that was killed, usually absent
  auto copy = disk.open(temporary, OpenMode::create);
  if (!copy) return std::unexpected(copy.error());
  auto file = hash_file(disk, from, copy->get());
  if (!file) return file;
  if (auto done = (*copy)->sync(); !done) return std::unexpected(done.error());
  copy->reset();
  if (auto done = disk.rename(temporary, folder + "/" + name); !done)
    return std::unexpected(done.error());
  if (auto done = disk.sync_folder(folder); !done) return std::unexpected(done.error());
  file->name = name;
  return file;
}

Result<BackupReport> back_up(Disk& disk, const BackupRequest& request,
                             const BackupProgress& progress) {
  if (auto made = disk.create_folder(request.to); !made) return std::unexpected(made.error());
  const auto lock = disk.lock(request.to);
  if (!lock) return std::unexpected(lock.error());
  auto before = manifest_before(disk, request);
  if (!before) return std::unexpected(before.error());
  return Run(disk, request, std::move(*before)).finish(progress);
}

Result<BackupManifest> check_backup(Disk& disk, const std::string& from,
                                    const BackupProgress& progress) {
  auto manifest = read_backup_manifest(disk, from);
  if (!manifest) return manifest;
  const auto names = files_in(disk, from);
  if (!names) return std::unexpected(names.error());
  const std::set<std::string> there(names->begin(), names->end());
  for (const BackupFile& file : manifest->files)
    if (!there.contains(file.name))
      return failure(ErrorKind::integrity, file.name, "", "the manifest names it, and it is absent",
                     "take another copy of the backup");
  for (const std::string& name : there)
    if (manifest->find(name) == nullptr)
      return failure(ErrorKind::integrity, name, "", "the manifest does not name this file",
                     "another run of the backup takes away what a killed one has left");
  std::uint64_t done = 0;
  for (const BackupFile& file : manifest->files) {
    if (progress) progress(done++, manifest->files.size());
    const auto found = hash_file(disk, from + "/" + file.name);
    if (!found) return std::unexpected(found.error());
    if (found->bytes != file.bytes)
      return failure(ErrorKind::integrity, file.name, std::to_string(found->bytes) + " bytes",
                     "the manifest says " + std::to_string(file.bytes) + " bytes",
                     "take another copy of the backup");
    if (found->sha256 != file.sha256)
      return failure(ErrorKind::integrity, file.name, crypto::to_hex(found->sha256),
                     "the manifest says SHA-256 " + crypto::to_hex(file.sha256),
                     "take another copy of the backup");
  }
  return manifest;
}

Result<void> restore_journal(Disk& disk, const BackupManifest& manifest,
                             const RestoreRequest& request) {
  for (const std::string& folder : {request.to, request.snapshot_folder})
    if (auto made = disk.create_folder(folder); !made) return made;
  for (const BackupFile& file : manifest.files) {
    const std::string path = request.from + "/" + file.name;
    const std::string own = file.name.substr(file.name.find('/') + 1);
    if (file.name.starts_with("snapshots/")) {
      if (own > snapshot_name(request.until)) continue;
      if (auto done = copy_file(disk, path, request.snapshot_folder, own); !done)
        return std::unexpected(done.error());
    } else if (file.name.starts_with("journal/")) {
      if (auto done = restore_segment(disk, path, request.until, request.to); !done) return done;
    }
  }
  const auto verified = verify(disk, {request.to});
  if (!verified) return std::unexpected(verified.error());
  if (verified->damage) return std::unexpected(verified->damage->error());
  if (verified->last_sequence != request.until || verified->journal_id != manifest.journal_id ||
      (request.until == manifest.sequence && verified->last_hash != manifest.chain_hash))
    return failure(ErrorKind::integrity, request.from, std::to_string(verified->last_sequence),
                   "the journal that was restored must end with record " +
                       std::to_string(request.until) + " and the chain hash of the manifest");
  return {};
}

}  // namespace cofferdam::journal
