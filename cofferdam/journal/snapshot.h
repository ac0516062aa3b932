// SPDX-License-Identifier: Apache-2.0
//
// Snapshot files: the state at a sequence, so that a start need not replay everything. A snapshot
// is a copy of what the journal already says; losing one costs time only, so a damaged one is
// passed over and reported. docs/internals/snapshot.md has the bytes.
//
// A file <sequence>.snap appears complete or not at all: written under another name, flushed,
// renamed, its folder flushed. A header of 168 bytes is followed by the content.
#pragma once

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

inline constexpr std::uint32_t kSnapshotMagic = 0x314E4643;  // "CFN1"

struct SnapshotHeader {
  std::uint32_t magic = kSnapshotMagic;
  std::uint16_t format = kFormat;
  std::uint16_t content_version = 0;  // of whoever wrote the content
  JournalId journal_id{};
  Sequence sequence = 0;
  crypto::Hash chain_hash{};  // of the record with that sequence
  std::int64_t time_ns = 0;
  std::uint64_t content_bytes = 0;
  std::array<std::uint8_t, 24> spare{};
  crypto::Hash content_hash{};  // SHA-256 of the content
  crypto::Hash header_hash{};   // SHA-256 of the bytes before it
};

static_assert(sizeof(SnapshotHeader) == 168);

[[nodiscard]] std::string snapshot_name(Sequence sequence);  // 20 digits and ".snap"

class SnapshotWriter {
 public:
  // Fill in content_version, journal_id, sequence, chain_hash and time_ns; the rest is computed.
  // Creates the folder. A snapshot of the same sequence is replaced.
  [[nodiscard]] static Result<std::unique_ptr<SnapshotWriter>> begin(Disk& disk, std::string folder,
                                                                     SnapshotHeader header);
  ~SnapshotWriter();  // without finish(): nothing remains
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // Remembers the first failure and returns it from finish(), so that it can serve as a plain sink.
  void write(std::string_view bytes);
  // Makes it durable under its name.
  [[nodiscard]] Result<SnapshotHeader> finish();

 private:
  SnapshotWriter(Disk& disk, std::string folder, SnapshotHeader header, std::unique_ptr<File> file)
      : disk_(disk), folder_(std::move(folder)), header_(header), file_(std::move(file)) {}

  [[nodiscard]] std::string temporary() const;
  void flush();

  Disk& disk_;
  std::string folder_;
  SnapshotHeader header_;
  std::unique_ptr<File> file_;
  std::string buffer_;
  std::uint64_t flushed_ = sizeof(SnapshotHeader);
  crypto::Sha256 hash_;
  std::optional<Error> failed_;
};

struct Snapshot {
  std::string path;
  SnapshotHeader header;
};

// Reads and checks the whole file; header, length and both hashes.
[[nodiscard]] Result<Snapshot> check_snapshot(Disk& disk, const std::string& path);

struct SnapshotSearch {
  std::optional<Snapshot> newest;  // good, of this journal
  std::vector<Error> skipped;      // newer ones that are not good, and why
};

// The newest good snapshot at or before `at_most`. An absent folder holds none.
[[nodiscard]] Result<SnapshotSearch> newest_snapshot(Disk& disk, const std::string& folder,
                                                     const JournalId& journal_id,
                                                     Sequence at_most = ~Sequence{0});

// Hands the content over in parts of at most 1 MiB.
[[nodiscard]] Result<void> read_snapshot(Disk& disk, const Snapshot& snapshot,
                                         const std::function<void(std::string_view)>& sink);

// Removes all but the newest `keep` (at least 1) and what unfinished writers left.
[[nodiscard]] Result<std::uint64_t> prune_snapshots(Disk& disk, const std::string& folder,
                                                    std::uint64_t keep);

}  // namespace cofferdam::journal
