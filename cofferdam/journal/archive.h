// SPDX-License-Identifier: Apache-2.0
//
// Archiving moves closed segments that a snapshot covers to another folder. Each is copied, read
// back and compared before the original goes; a manifest in both folders names what was moved with
// its SHA-256, so that the journal opens without the archive and verify() runs over both.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

inline constexpr std::string_view kArchiveManifest = "archive.manifest";

struct ArchivedSegment {
  std::uint64_t index = 0;
  Sequence first_sequence = 0;
  Sequence last_sequence = 0;
  std::uint64_t bytes = 0;
  crypto::Hash last_hash{};  // chain hash of the last record
  crypto::Hash sha256{};     // of the file
};

struct ArchiveManifest {
  JournalId journal_id{};
  std::vector<ArchivedSegment> segments;  // by index, without gaps
};

// Text, a line for each segment, the last line is the SHA-256 of those before it:
//   cofferdam-archive 1
//   journal <32 hex digits>
//   segment <index> <first> <last> <bytes> <chain hash> <sha256>
//   sha256 <64 hex digits>
[[nodiscard]] std::string manifest_text(const ArchiveManifest& manifest);
[[nodiscard]] Result<ArchiveManifest> parse_manifest(std::string_view text,
                                                     const std::string& path);
// An absent manifest is an empty one.
[[nodiscard]] Result<ArchiveManifest> read_manifest(Disk& disk, const std::string& folder);

struct ArchiveRequest {
  std::string folder;           // of the journal; a writer may be at work in it
  std::string archive_folder;   // created when absent
  std::string snapshot_folder;  // must hold a good snapshot that covers what is moved
  Sequence before = 0;          // only segments whose records all lie before this
};

// Returns what was moved now. Interrupted at any point, the same call finishes the work.
[[nodiscard]] Result<std::vector<ArchivedSegment>> archive(Disk& disk,
                                                           const ArchiveRequest& request);

// Compares every archived file with the manifest; names the first that differs.
[[nodiscard]] Result<void> check_archive(Disk& disk, const std::string& archive_folder);

}  // namespace cofferdam::journal
