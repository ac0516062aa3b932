// SPDX-License-Identifier: Apache-2.0
//
// A backup: the journal up to one durable record, copied while its writer goes on, into a folder
// that can be checked and restored without the original. It holds
//
//   manifest                        what belongs to it: every file with its size and SHA-256, and
//                                   what the books were: sequence, chain hash, state hash
//   journal/0000000001.segment      segments that were closed, archived ones too; copied once
//   journal/0000000002.until.42     the segment of the last record, cut behind it
//   snapshots/<sequence>.snap       the newest; a restore starts from it
//
// and whatever else the caller names. What can change carries the first 16 digits of its SHA-256 in
// its name, so that a new run never writes over a file of the last one. The manifest is written
// last and replaces the one before it in one step: until then the folder is the backup that it was,
// or none.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

inline constexpr std::string_view kBackupManifest = "manifest";

struct BackupFile {
  std::string name;  // within the backup, with '/' between folders
  std::uint64_t bytes = 0;
  crypto::Hash sha256{};
};

struct BackupManifest {
  JournalId journal_id{};
  Sequence sequence = 0;          // the last record of the backup
  crypto::Hash chain_hash{};      // of that record
  crypto::Hash state_hash{};      // of the books after it
  std::int64_t time_ns = 0;       // when it was made
  std::vector<BackupFile> files;  // by name

  [[nodiscard]] const BackupFile* find(std::string_view name) const;
};

// Text, a line for each file, the last line is the SHA-256 of those before it.
[[nodiscard]] std::string backup_manifest_text(const BackupManifest& manifest);
[[nodiscard]] Result<BackupManifest> parse_backup_manifest(std::string_view text,
                                                           const std::string& path);
// An error where there is none: then there is no backup.
[[nodiscard]] Result<BackupManifest> read_backup_manifest(Disk& disk, const std::string& folder);

struct BackupRequest {
  std::string folder;                 // of the journal; a writer may be at work in it
  std::string snapshot_folder;        // may be absent
  std::vector<std::string> archives;  // where segments were moved to
  std::string to;                     // made when absent; an older backup of the same journal grows
  BackupManifest books;               // all but the files: what the books are at a durable record
  // Files beside the journal, by their names in the backup and their paths.
  std::vector<std::pair<std::string, std::string>> others;
};

// Bytes done and bytes in all.
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

struct BackupReport {
  BackupManifest manifest;
  std::uint64_t files_copied = 0;
  std::uint64_t bytes_copied = 0;
  std::uint64_t files_kept = 0;  // that an earlier run had copied
};

// After an error the folder is the backup that it was; files of a run that was killed are taken
// away by the next one.
[[nodiscard]] Result<BackupReport> back_up(Disk& disk, const BackupRequest& request,
                                           const BackupProgress& progress = {});

// Every file is there with its size and SHA-256, and none beside them; names the first that is not.
[[nodiscard]] Result<BackupManifest> check_backup(Disk& disk, const std::string& from,
                                                  const BackupProgress& progress = {});

struct RestoreRequest {
  std::string from;  // a backup that check_backup has found good
  std::string to;    // the folder of the new journal; its snapshots go to snapshot_folder
  std::string snapshot_folder;
  Sequence until = 0;  // the last record of the new journal, at most that of the backup
};

// Writes the journal and the snapshot; the journal is verified from its first record to its last,
// and ends with `until`.
[[nodiscard]] Result<void> restore_journal(Disk& disk, const BackupManifest& manifest,
                                           const RestoreRequest& request);

// "keys/api_keys" for "keys/api_keys.0123456789abcdef".
[[nodiscard]] std::string name_without_hash(std::string_view name);

// Copies a file durably, without a name that could be taken for a whole one until it is.
[[nodiscard]] Result<BackupFile> copy_file(Disk& disk, const std::string& from,
                                           const std::string& folder, const std::string& name);

}  // namespace cofferdam::journal
